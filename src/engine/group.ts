/** A population at run time: where its arrays lie, what drives it, and the kernel that advances it. */
import { ArgumentError, invariant } from "../errors.ts";
import type { Expr } from "../ir/expr.ts";
import { add, apply, name, number } from "../ir/expr.ts";
import type { MapKernel } from "../ir/kernel.ts";
import type { Integration, Lowered, LowerOptions } from "../lower/lowered.ts";
import { lowerNeuron } from "../lower/lowerNeuron.ts";
import type { CheckedNeuron } from "../model/checked.ts";
import type { Seed } from "../math/random.ts";
import type { InputData, PopulationData } from "../network/data.ts";
import { neuronScope } from "../network/scopes.ts";
import { resolveValue } from "../network/values.ts";
import type { ResolvedValue, Value } from "../network/values.ts";
import { dimensions } from "../units/dimension.ts";
import { realBytes } from "./arena.ts";
import type { Precision } from "./arena.ts";
import type { Memories } from "./memories.ts";
import { prepareDrives } from "./inputs.ts";
import type { Drives } from "./inputs.ts";
import { streamId } from "./streams.ts";
import { evaluateValue, evaluateValues } from "./values.ts";
import type { ElementValue, ValueContext } from "./values.ts";

/** Input sums of one variable: a ring of slots, one a step. */
export interface InputRing {
  readonly variable: string;
  readonly input: string;
  readonly address: number;
  readonly slots: number;
  readonly slotBytes: number;
}

/** Spikes that lie ahead of a spike source, by step. */
export interface SpikeSchedule {
  readonly steps: Float64Array;
  readonly ids: Uint32Array;
}

/** A neuron that only fires by chance: the model behind `poissonSource`. The probability in a step is rate · dt. */
export const poissonModel: CheckedNeuron = {
  name: "poisson_source",
  parameters: [{ name: "rate", dimension: dimensions.hertz, value: 0 }],
  variables: [],
  subexpressions: [],
  receptors: {},
  reset: [],
  draws: 1,
  threshold: apply("lt", { kind: "random", distribution: "uniform", draw: 0 }, apply("mul", name("rate"), name("dt"))),
};

export class Group {
  readonly index: number;
  readonly data: PopulationData;
  readonly size: number;
  /** Elements of an array: the size, rounded up to a multiple of 16. */
  readonly stride: number;
  readonly stream: number;
  /** A modulator is small, and synapses of every partition read it. */
  readonly replicated: boolean;
  readonly model: CheckedNeuron | undefined;
  readonly rings = new Map<string, InputRing>();
  /** Name → address of each real array. */
  readonly arrays = new Map<string, number>();
  /** Values at the start (and after `set`): parameters, then state variables. */
  values = new Map<string, ElementValue>();
  drives: Drives | undefined;
  kernel: MapKernel | undefined;
  integration: Integration | undefined;
  /** State arrays that lowering added, and what they hold at the start. */
  extraState: readonly { readonly name: string; readonly value: number }[] = [];
  lesioned = false;
  /** Parameters that synapses read and that differ between neurons: they have an array even where the kernel needs none. */
  readonly exposed = new Set<string>();
  /** Arrays that synapses of any partition read on their presynaptic side: every memory holds all of them. */
  readonly read = new Set<string>();
  schedule: SpikeSchedule = { steps: new Float64Array(0), ids: new Uint32Array(0) };
  scheduleNext = 0;
  readonly context: ValueContext;
  readonly #dt: number;
  /** What lowering gave the last time, and for what. */
  #lowered: { readonly key: string; readonly lowered: Lowered } | undefined;

  constructor(index: number, data: PopulationData, seed: Seed, dt: number) {
    this.index = index;
    this.data = data;
    this.size = data.size;
    this.stride = Math.ceil(data.size / 16) * 16;
    this.stream = streamId(`population/${data.name}`);
    this.model = data.kind === "neurons" ? data.model.checked : data.kind === "poisson" ? poissonModel : undefined;
    this.context = { owner: `population "${data.name}"`, size: data.size, seed, positions: data.positions };
    this.#dt = dt;
    this.replicated = data.kind === "neurons" && data.modulator === true;
    if (data.kind === "spikes") {
      this.schedule = scheduleOf(data.times, data.indices, dt);
      checkSchedule(this.schedule, this.stride, data.name);
    }
  }

  get name(): string {
    return this.data.name;
  }

  /** Evaluates parameters and initial states from the description. */
  evaluate(inputs: readonly InputData[]): void {
    if (!this.model) return;
    const given: Readonly<Record<string, Value>> =
      this.data.kind === "neurons" ? this.data.values : this.data.kind === "poisson" ? { rate: this.data.rate } : {};
    const resolved = new Map<string, ResolvedValue>();
    for (const p of this.model.parameters) resolved.set(p.name, this.resolve(p.name, given[p.name]) ?? numberValue(p.value));
    for (const v of this.model.variables) resolved.set(v.name, this.resolve(v.name, given[v.name]) ?? numberValue(v.initial));
    this.values = evaluateValues(resolved, this.context);
    for (const v of this.model.variables) {
      if (this.values.get(v.name)!.kind === "inTime")
        throw new ArgumentError("time", `${this.context.owner}: the start value of ${v.name} depends on t`, "Only parameters change in time.");
    }
    this.#checkRate();
    this.drives = prepareDrives(inputs, this.model, this.context, this.#dt, this.values);
  }

  resolve(key: string, value: Value | undefined): ResolvedValue | undefined {
    if (value === undefined) return undefined;
    const model = this.model!;
    const parameter = model.parameters.find((p) => p.name === key);
    const dimension = (parameter ?? model.variables.find((v) => v.name === key))?.dimension;
    invariant(dimension, `${key} is a parameter or variable`);
    const scope = neuronScope(model, this.data.positions);
    if (parameter) scope.set("t", dimensions.second);
    return resolveValue(value, dimension, scope, `${this.context.owner}: ${key}`);
  }

  /** New values of a part of the neurons; returns whether the kernel has to be made again. */
  set(key: string, value: Value, start: number, end: number, memories: Memories, precision: Precision): boolean {
    const model = this.model;
    const resolved = this.resolve(key, value)!;
    const part: ValueContext = { ...this.context, size: resolved.kind === "array" ? resolved.values.length : this.size };
    if (resolved.kind === "array" && resolved.values.length !== end - start) {
      throw new ArgumentError(
        "size",
        `${this.context.owner}: ${key} has ${resolved.values.length} values for ${end - start} neurons`,
        `Give ${end - start} values.`,
      );
    }
    const isParameter = model!.parameters.some((p) => p.name === key);
    const made = evaluateValue(key, resolved, part, (n) =>
      isParameter && !model!.parameters.some((p) => p.name === n) ? undefined : this.current(n, memories, precision),
    );
    const whole = start === 0 && end === this.size;
    const at = (i: number) =>
      made.kind === "number" ? made.value : made.kind === "array" ? made.values[resolved.kind === "array" ? i - start : i]! : 0;
    if (!isParameter) {
      memories.write(precision, this.address(key), this.stride, (values) => {
        for (let i = start; i < end; i++) values[i] = at(i);
      });
      return false;
    }
    if (whole || made.kind === "inTime") {
      if (!whole)
        throw new ArgumentError(
          "time",
          `${this.context.owner}: ${key} of a part of the neurons cannot depend on t`,
          "Set it for the whole population.",
        );
      this.values.set(key, made);
    } else {
      const old = this.values.get(key)!;
      if (old.kind === "inTime")
        throw new ArgumentError(
          "time",
          `${this.context.owner}: ${key} depends on t and cannot be changed for a part of the neurons`,
          "Set it for the whole population.",
        );
      const values = old.kind === "array" ? old.values.slice() : new Float64Array(this.size).fill(old.value);
      for (let i = start; i < end; i++) values[i] = at(i);
      this.values.set(key, { kind: "array", values });
    }
    this.#checkRate();
    return true;
  }

  /** What a parameter or variable holds now. */
  current(key: string, memories: Memories, precision: Precision): ElementValue | undefined {
    if (this.model?.variables.some((v) => v.name === key) && this.arrays.has(key)) {
      return { kind: "array", values: memories.read(precision, this.address(key), this) };
    }
    return this.values.get(key);
  }

  address(array: string): number {
    const address = this.arrays.get(array);
    invariant(address !== undefined, `population ${this.name} has no array ${array}`);
    return address;
  }

  /** Makes the kernel from model, values and drives, and sees to it that all its arrays exist and its constants are filled in. */
  lower(memories: Memories, precision: Precision): void {
    const { model, drives } = this;
    if (!model || !drives) return;
    const constants: { name: string; values: Float64Array }[] = [...drives.constants];
    const parameters: Record<string, Expr> = {};
    for (const p of model.parameters) {
      const value = this.values.get(p.name)!;
      if (value.kind === "array") constants.push({ name: p.name, values: value.values });
      const base = value.kind === "number" ? number(value.value) : value.kind === "array" ? name(p.name) : value.expr;
      const more = drives.added.get(p.name);
      parameters[p.name] = more ? add(base, more) : base;
    }
    const arrivals: Record<string, Expr> = {};
    const arrive = (variable: string, term: Expr) => (arrivals[variable] = arrivals[variable] ? add(arrivals[variable], term) : term);
    for (const ring of this.rings.values()) {
      // Sums over synapses may go into a parameter, for the step in which they arrive.
      if (ring.variable in parameters) parameters[ring.variable] = add(parameters[ring.variable]!, name(ring.input));
      else arrive(ring.variable, name(ring.input));
    }
    for (const [variable, term] of [...drives.arrivals, ...drives.impulses]) arrive(variable, term);
    const lowered = this.#lowering(model, {
      kernelName: `update_${identifier(this.name)}_${identifier(model.name)}`,
      dt: this.#dt,
      size: this.size,
      parameters,
      constants: constants.map((c) => c.name),
      scalars: drives.scalars,
      inputs: [...this.rings.values()].map((r) => r.input),
      draws: drives.draws,
      arrivals,
      ...(this.data.kind === "neurons" && this.data.method ? { method: this.data.method } : {}),
    });
    let kernel: MapKernel =
      drives.held.length === 0 && drives.before.length === 0
        ? lowered.kernel
        : { ...lowered.kernel, state: [...lowered.kernel.state, ...drives.held], body: [...drives.before, ...lowered.kernel.body] };
    kernel = completeDraws(kernel, drives);
    if (this.lesioned && kernel.spike) {
      kernel = {
        ...kernel,
        constants: [...kernel.constants, "alive"],
        spike: { ...kernel.spike, condition: apply("and", kernel.spike.condition, apply("gt", name("alive"), number(0))) },
      };
    }
    this.kernel = kernel;
    this.integration = lowered.integrator;
    this.extraState = [...lowered.initial, ...drives.held.map((held) => ({ name: held, value: 0 }))];
    for (const array of [...kernel.state, ...kernel.constants, ...this.exposed]) this.#ensureArray(array, memories, precision);
    for (const c of constants) if (this.arrays.has(c.name)) this.#write(c.name, c.values, memories, precision);
    const known = new Map(constants.map((c) => [c.name, c.values]));
    for (const derived of lowered.derived) {
      const columns = computeDerived(derived, known, this.size);
      derived.names.forEach((n, k) => {
        known.set(n, columns[k]!);
        if (this.arrays.has(n)) this.#write(n, columns[k]!, memories, precision);
      });
    }
  }

  /** Lowers the model, unless that was done: new values of what differs between neurons anyway need no new kernel. */
  #lowering(model: CheckedNeuron, options: LowerOptions): Lowered {
    const key = JSON.stringify(options, (_, value: unknown) => (typeof value === "number" && (!value || !Number.isFinite(value))
      ? `number ${Object.is(value, -0) ? "-0" : value}` : value));
    if (this.#lowered?.key !== key) this.#lowered = { key, lowered: lowerNeuron(model, options) };
    return this.#lowered.lowered;
  }

  /** Puts all state to its start. */
  initialise(memories: Memories, precision: Precision): void {
    if (!this.model) {
      this.scheduleNext = 0;
      return;
    }
    for (const v of this.model.variables) {
      if (!this.arrays.has(v.name)) continue;
      const value = this.values.get(v.name)!;
      this.#write(
        v.name,
        value.kind === "array" ? value.values : new Float64Array(this.size).fill(value.kind === "number" ? value.value : 0),
        memories,
        precision,
      );
    }
    for (const extra of this.extraState) this.#write(extra.name, new Float64Array(this.size).fill(extra.value), memories, precision);
    for (const ring of this.rings.values()) {
      memories.writeOwn(precision, ring, this, (sums) => void sums.fill(0));
    }
  }

  /** Silences neurons start … end − 1 from now on. Returns whether the kernel has to be made again. */
  lesion(start: number, end: number, memories: Memories, precision: Precision): boolean {
    const first = !this.lesioned;
    this.lesioned = true;
    const made = this.#ensureArray("alive", memories, precision);
    memories.write(precision, this.address("alive"), this.stride, (alive) => {
      if (made) alive.fill(1);
      alive.fill(0, start, end);
    });
    return first;
  }

  #ensureArray(array: string, memories: Memories, precision: Precision): boolean {
    if (this.arrays.has(array)) return false;
    this.arrays.set(array, memories.allocate(this.stride * realBytes(precision), `population "${this.name}"`));
    return true;
  }

  /**
   * Padding repeats the last element, so that it behaves like a neuron and never disturbs a check. A partition's memory gets its own elements alone,
   * unless its synapses read others: pages that nobody touches cost nothing.
   */
  #write(array: string, values: Float64Array, memories: Memories, precision: Precision): void {
    const last = values[values.length - 1]!;
    const fill = (view: Float32Array | Float64Array, start: number): void => {
      view.set(values.subarray(start, start + view.length));
      view.fill(last, Math.max(0, values.length - start));
    };
    if (this.read.has(array)) memories.write(precision, this.address(array), this.stride, (view) => fill(view, 0));
    else memories.writeOwn(precision, { address: this.address(array), slots: 1, slotBytes: 0 }, this, fill);
  }

  #checkRate(): void {
    if (this.data.kind !== "poisson") return;
    const rate = this.values.get("rate")!;
    const most = rate.kind === "number" ? rate.value : rate.kind === "array" ? rate.values.reduce((a, b) => Math.max(a, b), 0) : 0;
    const least = rate.kind === "number" ? rate.value : rate.kind === "array" ? rate.values.reduce((a, b) => Math.min(a, b), 0) : 0;
    if (least < 0) throw new ArgumentError("value", `poissonSource "${this.name}": the rate ${least} Hz is negative`, "Rates are 0 Hz or more.");
    if (most * this.#dt > 1) {
      throw new ArgumentError(
        "value",
        `poissonSource "${this.name}": at ${most} Hz a source would spike more than once in a step of ${this.#dt * 1e3} ms`,
        "Use more sources with lower rates, net.poissonInput, or a smaller dt.",
      );
    }
  }
}

const numberValue = (value: number): ResolvedValue => ({ kind: "expr", expr: number(value), draws: 0 });

/** A derived constant for every element; equal inputs are computed once. */
function computeDerived(
  derived: { readonly names: readonly string[]; readonly inputs: readonly string[]; readonly compute: (inputs: Float64Array) => Float64Array },
  known: ReadonlyMap<string, Float64Array>,
  size: number,
): Float64Array[] {
  const columns = derived.names.map(() => new Float64Array(size));
  const inputs = derived.inputs.map((n) => (n === "i" ? undefined : known.get(n)!));
  const cache = new Map<string, Float64Array>();
  const tuple = new Float64Array(inputs.length);
  for (let e = 0; e < size; e++) {
    inputs.forEach((column, k) => (tuple[k] = column ? column[e]! : e));
    const key = tuple.join();
    let made = cache.get(key);
    if (!made) {
      made = derived.compute(tuple);
      if (cache.size < 100_000) cache.set(key, made);
    }
    columns.forEach((column, k) => (column[e] = made[k]!));
  }
  return columns;
}

/** Draws and scalars that only inputs need (means of Poisson draws, marks of held noise) are not seen by lowering. */
function completeDraws(kernel: MapKernel, drives: Drives): MapKernel {
  const missing = <T extends { readonly name: string }>(have: readonly T[], all: readonly T[], wanted: ReadonlySet<string>): T[] =>
    all.filter((x) => wanted.has(x.name) && !have.some((h) => h.name === x.name));
  const drawNames = new Set(drives.before.length > 0 ? drives.draws.filter((d) => d.name.startsWith("noise_")).map((d) => d.name) : []);
  const draws = [...kernel.draws, ...missing(kernel.draws, drives.draws, drawNames)];
  const means = new Set(draws.flatMap((d) => (d.distribution !== "poisson" ? [] : "mean" in d ? [] : [d.meanArray ?? "", d.meanScalar ?? ""])));
  const scalarNames = new Set([...means, ...drives.scalars.filter((s) => s.name.startsWith("renew_")).map((s) => s.name)]);
  const arrays = drives.constants.map((c) => c.name).filter((n) => means.has(n) && !kernel.constants.includes(n));
  return {
    ...kernel,
    draws,
    scalars: [...kernel.scalars, ...missing(kernel.scalars, drives.scalars, scalarNames)],
    constants: [...kernel.constants, ...arrays],
  };
}

/** Spikes of a source in the order of their steps. A spike at time t belongs to the step that ends at t. */
export function scheduleOf(times: Float64Array, indices: Uint32Array, dt: number): SpikeSchedule {
  const order = Uint32Array.from(times, (_, k) => k);
  const step = (k: number) => Math.round(times[k]! / dt) - 1;
  order.sort((a, b) => step(a) - step(b) || indices[a]! - indices[b]! || a - b);
  return { steps: Float64Array.from(order, step), ids: Uint32Array.from(order, (k) => indices[k]!) };
}

/** The list of a step holds as many spikes as there are neurons (rounded up to 16). */
export function checkSchedule(schedule: SpikeSchedule, most: number, source: string): void {
  for (let k = most; k < schedule.steps.length; k++) {
    if (schedule.steps[k] === schedule.steps[k - most]) {
      throw new ArgumentError(
        "spikes",
        `spikeSource "${source}": more than ${most} spikes fall into one step`,
        "A neuron spikes at most once in a step: give each spike its own time or use a smaller dt.",
      );
    }
  }
}

/** Letters, digits and underscores of a name, for readable names of functions. */
export const identifier = (text: string): string => text.replaceAll(/\W+/g, "_");
