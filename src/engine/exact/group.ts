/**
 * A population of the event-driven engine. Each neuron has a row: the time its state is from, the end of its refractoriness, the round it was
 * touched in, and its state, as what each variable differs by from its resting value. It advances when something reaches it, and never before.
 */
import { ArgumentError, invariant, SimulationError } from "../../errors.ts";
import { evaluator } from "../../ir/evaluate.ts";
import { namesIn, number } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import { Dynamics } from "../../lower/exact/dynamics.ts";
import { exactNeuron, refusal } from "../../lower/exact/exactNeuron.ts";
import type { ExactNeuron } from "../../lower/exact/exactNeuron.ts";
import { restingState } from "../../lower/exact/restingState.ts";
import type { CheckedNeuron } from "../../model/checked.ts";
import type { Seed } from "../../math/random.ts";
import type { PopulationData } from "../../network/data.ts";
import { neuronScope } from "../../network/scopes.ts";
import { resolveValue } from "../../network/values.ts";
import type { ResolvedValue, Value } from "../../network/values.ts";
import { poissonModel } from "../group.ts";
import { dimensions } from "../../units/dimension.ts";
import { evaluateValue, evaluateValues } from "../values.ts";
import type { ElementValue, ValueContext } from "../values.ts";
import { constantBytes, receiveKernel, shapeOf, writeConstants } from "./receiveKernel.ts";
import type { Receive, StarShape } from "./receiveKernel.ts";
import type { CrossingHeap } from "./crossingHeap.ts";

/** A current, constant at any moment, that is added to a parameter of some neurons. */
export interface Added {
  readonly into: string;
  readonly start: number;
  readonly end: number;
  value: number | Float64Array;
}

/** What a row holds before the state. */
const lastAt = 0, untilAt = 1, roundAt = 2, stateAt = 3;
/**
 * In place of a round, for neurons that have a time in the heap: they will spike then; until then they surely do not, and the time has to be
 * found; or they have to be looked at then.
 */
const willSpike = -1, notBefore = -2, toLookAt = -3;

type Values = (j: number) => number;

interface Reset {
  readonly target: number;
  /** In terms of the row, where it does not depend on the state; else undefined. */
  readonly fixed: Float64Array | number | undefined;
  readonly value: (values: ArrayLike<number>) => number;
}

/** Bytes, or addresses, of what compiled code works on. */
interface KernelRoom {
  readonly rows: number;
  readonly touched: number;
  readonly constants: number;
}

interface Kernel {
  readonly functions: Record<2 | 4, Receive>;
  readonly shape: string;
  readonly constants: Float64Array;
  readonly buffer: ArrayBuffer;
}

export class ExactGroup {
  readonly index: number;
  readonly data: PopulationData;
  readonly size: number;
  /** Number of its first neuron in the network. */
  readonly base: number;
  readonly model: CheckedNeuron | undefined;
  readonly neuron: ExactNeuron | undefined;
  values = new Map<string, ElementValue>();
  readonly added: Added[] = [];
  readonly context: ValueContext;
  /** The round that goes on: set by the loop. */
  round = 0;
  readonly spiking: (neuron: number) => void;
  readonly #heap: CrossingHeap;
  #stride = stateAt;
  #rows = new Float64Array(0);
  #dead: Uint8Array | undefined;
  /** Names of variables, impulses, parameters, i and t: what resets see. */
  readonly #names: readonly string[];
  readonly #tuple: Float64Array;
  #dynamics: Dynamics[] = [];
  #classOf: Uint32Array | undefined;
  /** Resting values [variables], or [neurons × variables] with offsetStride > 0. */
  #offsets = new Float64Array(0);
  #offsetStride = 0;
  /** What the threshold lacks at rest. [neurons] */
  #lacks = new Float64Array(0);
  #resets: readonly Reset[] = [];
  #refractory: Float64Array | number | ((values: ArrayLike<number>) => number) = 0;
  readonly #impulses: readonly Float64Array[];
  #impulseWeights: readonly Values[] = [];
  /** All neurons have the shape of a star: the shorter way. */
  #fast = false;
  /** Nothing moves while a neuron is refractory. */
  #still = false;
  /** Compiled code for stars that all have the same coefficients, and the shape that it was made for. */
  #kernel: Kernel | undefined;
  #kernelFits = false;
  /** What the threshold lacks, where it is the same for all neurons; else NaN. */
  #commonLack = NaN;
  #touched: Uint32Array;
  #touchedCount = 0;
  readonly #one = new Uint32Array(1);
  readonly #scratch: Float64Array;

  constructor(index: number, base: number, data: PopulationData, seed: Seed, heap: CrossingHeap, spiking: (neuron: number) => void) {
    this.index = index;
    this.base = base;
    this.data = data;
    this.size = data.size;
    this.#heap = heap;
    this.spiking = spiking;
    this.model = data.kind === "neurons" ? data.model.checked : data.kind === "poisson" ? poissonModel : undefined;
    this.context = { owner: `population "${data.name}"`, size: data.size, seed, positions: data.positions };
    this.neuron = data.kind === "neurons" ? exactNeuron(data.model.checked, data.size, this.context.owner) : undefined;
    const { variables = [], impulses = [] } = this.neuron ?? {};
    this.#names = [...variables, ...impulses, ...(this.model?.parameters.map((p) => p.name) ?? []), "i", "t"];
    this.#tuple = new Float64Array(this.#names.length);
    this.#impulses = impulses.map(() => new Float64Array(data.size));
    this.#touched = new Uint32Array(this.neuron ? data.size : 0);
    this.#scratch = new Float64Array(variables.length + 1);
  }

  get name(): string {
    return this.data.name;
  }
  get bytes(): number {
    return 8 * (this.#rows.length + this.#lacks.length + this.#offsets.length) + 4 * this.#touched.length;
  }

  /** Values of the description, and every neuron at its start. */
  initialise(): void {
    this.#dead = undefined;
    if (!this.model) return;
    const { data, model } = this;
    const given: Readonly<Record<string, Value>> = data.kind === "neurons" ? data.values : data.kind === "poisson" ? { rate: data.rate } : {};
    const resolved = new Map<string, ResolvedValue>();
    for (const p of model.parameters) resolved.set(p.name, this.#resolve(p.name, given[p.name]) ?? plain(p.value));
    for (const v of model.variables) resolved.set(v.name, this.#resolve(v.name, given[v.name]) ?? plain(v.initial));
    this.values = evaluateValues(resolved, this.context);
    for (const [key, value] of this.values) if (value.kind === "inTime") throw refusal(`${this.context.owner}: ${key} changes in time (t)`,
      "Use currentInput with a stepCurrent or arrayCurrent, net.at, or the grid.");
    this.#touchedCount = 0;
    for (const impulse of this.#impulses) impulse.fill(0);
    if (!this.neuron) return;
    this.#derive();
    const rows = this.#rows, { variables } = this.neuron;
    rows.fill(0);
    variables.forEach((v, k) => {
      const value = valuesOf(this.values.get(v)!);
      for (let j = 0; j < this.size; j++) rows[j * this.#stride + stateAt + k] = value(j) - this.#offset(j, k);
    });
    this.#startDrift();
    for (let j = 0; j < this.size; j++) this.predict(j, 0);
  }

  /** Slot of a variable that receives: its number, or behind the variables that of an impulse. */
  slot(variable: string): number {
    const { variables, impulses } = this.neuron!;
    const k = variables.indexOf(variable);
    if (k >= 0) return k;
    const impulse = impulses.indexOf(variable);
    invariant(impulse >= 0, `${variable} receives`);
    return variables.length + impulse;
  }

  /** A weight arrives at one neuron. */
  receive(j: number, slot: number, weight: number, t: number): void {
    if (this.#fast) {
      this.#one[0] = j;
      return this.#receiveFast(this.#one, 0, 1, weight, slot, t);
    }
    this.#receiveSlowly(j, slot, weight, t);
  }

  #receiveSlowly(j: number, slot: number, weight: number, t: number): void {
    const { variables, frozen } = this.neuron!;
    if (slot >= variables.length) {
      this.#impulses[slot - variables.length]![j]! += weight;
      this.#touch(j, j * this.#stride);
      return;
    }
    const at = j * this.#stride, rows = this.#rows;
    if (t < rows[at + untilAt]! && frozen[slot]) return;
    this.#bring(j, t);
    rows[at + stateAt + slot]! += weight;
    this.#touch(j, at);
  }

  /** A spike arrives at synapses from … end − 1. */
  receiveRow(targets: ArrayLike<number>, from: number, end: number, weights: Float64Array | number, slot: number, t: number): void {
    if (this.#kernelFits) return this.#receiveCompiled(targets as Uint16Array | Uint32Array, from, end, weights, slot, t);
    if (this.#fast) return this.#receiveFast(targets, from, end, weights, slot, t);
    if (typeof weights === "number") for (let e = from; e < end; e++) this.receive(targets[e]!, slot, weights, t);
    else for (let e = from; e < end; e++) this.receive(targets[e]!, slot, weights[e]!, t);
  }

  #receiveCompiled(targets: Uint16Array | Uint32Array, from: number, end: number, weights: Float64Array | number, slot: number, t: number): void {
    const { functions, buffer } = this.#kernel!;
    const own = typeof weights === "number" ? undefined : weights;
    if (targets.buffer !== buffer || (own !== undefined && own.buffer !== buffer)) return this.#receiveFast(targets, from, end, weights, slot, t);
    const size = targets.BYTES_PER_ELEMENT as 2 | 4, p = targets.byteOffset, noted = this.#touched.byteOffset;
    const ownAt = own === undefined ? 0 : own.byteOffset + 8 * from, weight = typeof weights === "number" ? weights : 0;
    const receive = functions[size];
    const last = receive(p + from * size, p + end * size, ownAt, weight, 8 * slot, t, this.round, noted + 4 * this.#touchedCount);
    this.#touchedCount = (last - noted) / 4;
  }

  /** Bytes of memory that compiled code needs; undefined where there is none. */
  get kernelBytes(): KernelRoom | undefined {
    if (!this.#fast || this.#classOf || Number.isNaN(this.#commonLack) || this.#refractoryKind === undefined) return undefined;
    return { rows: this.#rows.byteLength, touched: this.#touched.byteLength, constants: constantBytes(this.#dynamics[0]!.m) };
  }

  get #refractoryKind(): StarShape["refractory"] | undefined {
    const { refractory, frozen } = this.neuron!, star = this.#dynamics[0]?.star;
    if (refractory === undefined) return "none";
    if (this.#still) return "still";
    return star && frozen.every((f, k) => f === (k === star.centre)) ? "centre" : undefined;
  }

  get #shape(): StarShape {
    return shapeOf(this.#dynamics[0]!.star!, this.#refractoryKind!);
  }

  /** Moves rows into a memory that will not grow any more, and compiles code for them. */
  async compile(memory: WebAssembly.Memory, addresses: KernelRoom): Promise<void> {
    const buffer = memory.buffer as ArrayBuffer;
    const rows = new Float64Array(buffer, addresses.rows, this.#rows.length);
    rows.set(this.#rows);
    this.#rows = rows;
    this.#touched = new Uint32Array(buffer, addresses.touched, this.size);
    const shape = this.#shape;
    const constants = new Float64Array(buffer, addresses.constants, constantBytes(shape.m) / 8);
    const functions = await receiveKernel(memory, addresses.rows, addresses.constants, shape);
    this.#kernel = { functions, shape: JSON.stringify(shape), constants, buffer };
    this.#fitKernel();
  }

  /** Compiled code is used as long as the neurons keep their shape; its numbers may change. */
  #fitKernel(): void {
    this.#kernelFits = this.#kernel !== undefined && this.kernelBytes !== undefined && this.#rows.buffer === this.#kernel.buffer
      && JSON.stringify(this.#shape) === this.#kernel.shape;
    if (this.#kernelFits) writeConstants(this.#kernel!.constants, this.#dynamics[0]!.star!, this.#commonLack);
  }

  /** For stars. Neurons that cannot reach threshold by what they have now are done with when they have received. */
  #receiveFast(targets: ArrayLike<number>, from: number, end: number, weights: Float64Array | number, slot: number, t: number): void {
    const rows = this.#rows, stride = this.#stride, commonLack = this.#commonLack;
    const hasOne = !Number.isNaN(commonLack);
    let dynamics = this.#dynamics[0]!;
    let star = dynamics.star!, { centre, rates, gains, equal, most, least } = star, own = rates[centre]!;
    const m = dynamics.m;
    for (let e = from; e < end; e++) {
      const j = targets[e]!, at = j * stride;
      const weight = typeof weights === "number" ? weights : weights[e]!;
      const last = rows[at]!, until = rows[at + untilAt]!;
      if (last < until) {
        if (t >= until || !this.#still) this.#receiveSlowly(j, slot, weight, t);
        continue;
      }
      if (this.#classOf) {
        dynamics = this.#dynamics[this.#classOf[j]!]!;
        if (star !== dynamics.star) {
          star = dynamics.star!;
          ({ centre, rates, gains, equal, most, least } = star);
          own = rates[centre]!;
        }
      }
      const first = at + stateAt, elapsed = t - last;
      if (elapsed > 0) {
        const decay = Math.exp(own * elapsed);
        let v = rows[first + centre]! * decay;
        for (let k = 0; k < m; k++) {
          const y = rows[first + k]!;
          if (k === centre || y === 0) continue;
          if (equal[k]) {
            v += y * gains[k]! * elapsed * decay;
            rows[first + k] = y * decay;
          } else {
            const other = Math.exp(rates[k]! * elapsed);
            v += y * gains[k]! * (other - decay);
            rows[first + k] = y * other;
          }
        }
        rows[first + centre] = v;
        rows[at] = t;
      }
      rows[first + slot]! += weight;
      let bound = hasOne ? commonLack : this.#lacks[j]!;
      for (let k = 0; k < m; k++) {
        const y = rows[first + k]!;
        bound += y * (y > 0 ? most[k]! : least[k]!);
      }
      if (bound >= 0 || rows[at + roundAt]! < 0) this.#touch(j, at);
    }
  }

  #touch(j: number, at: number): void {
    if (this.#rows[at + roundAt] === this.round) return;
    this.#rows[at + roundAt] = this.round;
    this.#touched[this.#touchedCount++] = j;
  }

  /** All that arrives in this round has arrived: neurons above threshold spike, the others get new predictions. */
  settle(t: number): void {
    for (let k = 0; k < this.#touchedCount; k++) {
      const j = this.#touched[k]!, at = j * this.#stride;
      if (t >= this.#rows[at + untilAt]! && this.#isAbove(j, at + stateAt)) {
        this.#heap.set(this.base + j, Infinity);
        this.spiking(this.base + j);
      } else this.#expect(j, t);
    }
  }

  /** The round is over: what lasts one moment is gone. */
  finish(): void {
    for (const impulse of this.#impulses) for (let k = 0; k < this.#touchedCount; k++) impulse[this.#touched[k]!] = 0;
    this.#touchedCount = 0;
  }

  #isAbove(j: number, from: number): boolean {
    const dynamics = this.#dynamicsOf(j);
    let value = dynamics.drive(this.#rows, from) + this.#lacks[j]!;
    for (let k = 0; k < this.#impulses.length; k++) value += this.#impulseWeights[k]!(j) * this.#impulses[k]![j]!;
    return value > 0 || (value === 0 && dynamics.inclusive);
  }

  /** Finds when the neuron will spike if nothing arrives after t. */
  predict(j: number, t: number): void {
    const lack = this.#lacks[j]!, at = j * this.#stride;
    if (lack === -Infinity) return this.#forget(j, at);
    const dynamics = this.#dynamicsOf(j), state = this.#scratch;
    const start = Math.max(t, this.#rows[at + untilAt]!), last = this.#rows[at + lastAt]!;
    for (let k = 0; k < dynamics.m; k++) state[k] = this.#rows[at + stateAt + k]!;
    if (start > last) this.#flow(j, state, 0, last, start);
    const now = dynamics.drive(state, 0) + lack;
    if (now > 0 || (now === 0 && dynamics.inclusive)) return this.#mark(j, at, start, willSpike);
    const time = start + dynamics.crossing(state, 0, lack);
    if (time === Infinity) this.#forget(j, at);
    else this.#mark(j, at, time, dynamics.undecided ? notBefore : willSpike);
  }

  /**
   * The neuron, whose state is that of t, has received something. Most of what it would do now never happens, because more arrives before: so only
   * a time is found before which it does not spike, and the spike itself when that time has come.
   */
  #expect(j: number, t: number): void {
    const lack = this.#lacks[j]!, at = j * this.#stride;
    if (lack === -Infinity) return this.#forget(j, at);
    const until = this.#rows[at + untilAt]!;
    if (t < until) return this.#delay(j, at, until, toLookAt);
    const wait = this.#dynamicsOf(j).notBefore(this.#rows, at + stateAt, lack);
    if (wait < 0) return this.predict(j, t);
    if (wait === Infinity) this.#forget(j, at);
    else this.#delay(j, at, t + wait, notBefore);
  }

  #forget(j: number, at: number): void {
    this.#rows[at + roundAt] = 0;
    this.#heap.set(this.base + j, Infinity);
  }

  #mark(j: number, at: number, time: number, as: number): void {
    this.#rows[at + roundAt] = as;
    this.#heap.set(this.base + j, time);
  }

  /** An earlier time that the neuron has in the heap serves as well, and need not be changed. */
  #delay(j: number, at: number, time: number, as: number): void {
    if (this.#heap.timeOf(this.base + j) <= time) this.#rows[at + roundAt] = toLookAt;
    else this.#mark(j, at, time, as);
  }

  /** The time of a neuron in the heap has come. Returns whether it spikes; else it has another time, or none. */
  comesTrue(j: number, t: number): boolean {
    const at = j * this.#stride, rows = this.#rows;
    const found = rows[at + roundAt]!;
    rows[at + roundAt] = 0;
    if (found === willSpike) return true;
    if (found === notBefore || t < rows[at + untilAt]!) {
      this.predict(j, t);
      return false;
    }
    const dynamics = this.#dynamicsOf(j), state = this.#scratch, last = rows[at + lastAt]!, lack = this.#lacks[j]!;
    for (let k = 0; k < dynamics.m; k++) state[k] = rows[at + stateAt + k]!;
    if (t > last) this.#flow(j, state, 0, last, t);
    const now = dynamics.drive(state, 0) + lack;
    if (now > 0 || (now === 0 && dynamics.inclusive)) return true;
    const wait = dynamics.notBefore(state, 0, lack);
    if (wait < 0) this.predict(j, t);
    else if (wait < Infinity) this.#mark(j, at, t + wait, notBefore);
    return false;
  }

  /** The neuron spikes at t: reset, refractoriness, and what it will do next. */
  fire(j: number, t: number): void {
    this.#bring(j, t);
    const at = j * this.#stride, rows = this.#rows;
    let tuple: Float64Array | undefined;
    for (const { target, fixed, value } of this.#resets) {
      if (fixed !== undefined) {
        const to = typeof fixed === "number" ? fixed : fixed[j]!;
        rows[at + stateAt + target] = to;
        if (tuple) tuple[target] = to + this.#offset(j, target);
        continue;
      }
      tuple ??= this.#fill(j, t);
      const to = value(tuple);
      tuple[target] = to;
      rows[at + stateAt + target] = to - this.#offset(j, target);
    }
    const refractory = this.#refractory;
    const length = typeof refractory === "number" ? refractory : typeof refractory === "function" ? refractory(this.#fill(j, t)) : refractory[j]!;
    if (length > 0) rows[at + untilAt] = t + length;
    this.#checkFinite(j, t);
    // Where nothing moves while the neuron is refractory, the next spike can be found now; else much may still arrive before.
    if (length > 0 && !this.#still && this.#lacks[j] !== -Infinity) this.#mark(j, at, t + length, toLookAt);
    else this.predict(j, t);
  }

  #checkFinite(j: number, t: number): void {
    const at = j * this.#stride + stateAt;
    for (let k = 0; k < this.neuron!.variables.length; k++) {
      if (Number.isFinite(this.#rows[at + k]!)) continue;
      throw new SimulationError(
        "not-finite",
        `population "${this.name}" produced ${this.#rows[at + k]} in ${this.neuron!.variables[k]} at t = ${t * 1e3} ms, first in neuron ${j}`,
        "Check the weights and the reset for a division by zero.",
      );
    }
  }

  /** Advances a neuron's state to t. */
  #bring(j: number, t: number): void {
    const at = j * this.#stride, rows = this.#rows;
    const last = rows[at + lastAt]!;
    if (t <= last) return;
    this.#flow(j, rows, at + stateAt, last, t);
    rows[at + lastAt] = t;
  }

  #flow(j: number, state: Float64Array, from: number, last: number, t: number): void {
    const dynamics = this.#dynamicsOf(j);
    const until = this.#rows[j * this.#stride + untilAt]!;
    if (last < until) dynamics.held.advance(state, from, Math.min(t, until) - last);
    if (t > until) dynamics.free.advance(state, from, t - Math.max(last, until));
  }

  #dynamicsOf(j: number): Dynamics {
    return this.#dynamics[this.#classOf ? this.#classOf[j]! : 0]!;
  }

  #offset(j: number, k: number): number {
    return this.#offsets[j * this.#offsetStride + k]!;
  }

  /** Values that a reset sees. The state is that of t. */
  #fill(j: number, t: number): Float64Array {
    const { variables, impulses } = this.neuron!, tuple = this.#tuple;
    const at = j * this.#stride + stateAt;
    for (let k = 0; k < variables.length; k++) tuple[k] = this.#rows[at + k]! + this.#offset(j, k);
    impulses.forEach((_, k) => (tuple[variables.length + k] = this.#impulses[k]![j]!));
    const first = variables.length + impulses.length;
    this.model!.parameters.forEach((p, k) => (tuple[first + k] = this.parameter(p.name, j)));
    tuple[tuple.length - 2] = j;
    tuple[tuple.length - 1] = t;
    return tuple;
  }

  /** A parameter of a neuron now, with the currents that are added to it. */
  parameter(name: string, j: number): number {
    let value = valuesOf(this.values.get(name)!)(j);
    for (const { into, start, end, value: more } of this.added)
      if (into === name && j >= start && j < end) value += typeof more === "number" ? more : more[j - start]!;
    return value;
  }

  /** A variable or parameter of a neuron at time t, which is not before its last event; nothing changes. */
  valueAt(name: string, j: number, t: number): number {
    const k = this.neuron?.variables.indexOf(name) ?? -1;
    if (k < 0) return this.neuron?.impulses.includes(name) ? 0 : this.parameter(name, j);
    const at = j * this.#stride, scratch = this.#scratch, m = this.#dynamicsOf(j).m;
    for (let i = 0; i < m; i++) scratch[i] = this.#rows[at + stateAt + i]!;
    const last = this.#rows[at + lastAt]!;
    if (t > last) this.#flow(j, scratch, 0, last, t);
    return scratch[k]! + this.#offset(j, k);
  }

  isDead(j: number): boolean {
    return this.#dead?.[j] === 1;
  }

  /** Neurons start … end − 1 never spike again. */
  lesion(start: number, end: number): void {
    this.#dead ??= new Uint8Array(this.size);
    this.#dead.fill(1, start, end);
    if (!this.neuron) return;
    this.#lacks.fill(-Infinity, start, end);
    this.#commonLack = NaN;
    this.#kernelFits = false;
    for (let j = start; j < end; j++) this.#heap.set(this.base + j, Infinity);
  }

  /** New values for a part of the neurons, at time t. */
  set(key: string, value: Value, start: number, end: number, t: number): void {
    const resolved = this.#resolve(key, value)!;
    if (resolved.kind === "array" && resolved.values.length !== end - start)
      throw new ArgumentError("size", `${this.context.owner}: ${key} has ${resolved.values.length} values for ${end - start} neurons`,
        `Give ${end - start} values.`);
    const isParameter = this.model!.parameters.some((p) => p.name === key);
    const context = { ...this.context, size: resolved.kind === "array" ? end - start : this.size };
    const made = evaluateValue(key, resolved, context, (n) => {
      if (this.model!.parameters.some((p) => p.name === n)) return this.values.get(n);
      return isParameter ? undefined : { kind: "array", values: Float64Array.from({ length: this.size }, (_, j) => this.valueAt(n, j, t)) };
    });
    if (made.kind === "inTime") throw refusal(`${this.context.owner}: ${key} changes in time (t)`);
    const at = made.kind === "number" ? () => made.value : (j: number) => made.values[resolved.kind === "array" ? j - start : j]!;
    if (isParameter) {
      const old = valuesOf(this.values.get(key)!);
      const whole = start === 0 && end === this.size;
      const fresh: ElementValue = whole && made.kind === "number" ? made
        : { kind: "array", values: Float64Array.from({ length: this.size }, (_, j) => (j >= start && j < end ? at(j) : old(j))) };
      if (this.neuron) this.change(t, () => this.values.set(key, fresh));
      else this.values.set(key, fresh);
      return;
    }
    const k = this.neuron!.variables.indexOf(key);
    if (k < 0)
      throw new ArgumentError("impulse", `${this.context.owner}: ${key} holds what arrives at one moment and cannot be set`, "Set another variable.");
    for (let j = start; j < end; j++) {
      this.#bring(j, t);
      this.#rows[j * this.#stride + stateAt + k] = at(j) - this.#offset(j, k);
      this.predict(j, t);
    }
  }

  /** Changes parameters or currents at time t: up to then the old ones hold, and variables go on from where they are. */
  change(t: number, apply: () => void): void {
    const { variables } = this.neuron!, n = variables.length;
    const state = new Float64Array(this.size * n), times = new Float64Array(2 * this.size);
    for (let j = 0; j < this.size; j++) {
      this.#bring(j, t);
      for (let k = 0; k < n; k++) state[j * n + k] = this.#rows[j * this.#stride + stateAt + k]! + this.#offset(j, k);
      times.set(this.#rows.subarray(j * this.#stride, j * this.#stride + 2), 2 * j);
    }
    apply();
    this.#derive();
    for (let j = 0; j < this.size; j++) {
      this.#rows.set(times.subarray(2 * j, 2 * j + 2), j * this.#stride);
      for (let k = 0; k < n; k++) this.#rows[j * this.#stride + stateAt + k] = state[j * n + k]! - this.#offset(j, k);
    }
    this.#startDrift();
    for (let j = 0; j < this.size; j++) this.predict(j, t);
  }

  /** The component that drives what has no resting value is always 1. */
  #startDrift(): void {
    const n = this.neuron!.variables.length;
    if (this.#stride > stateAt + n) for (let j = 0; j < this.size; j++) this.#rows[j * this.#stride + stateAt + n] = 1;
  }

  #resolve(key: string, value: Value | undefined): ResolvedValue | undefined {
    if (value === undefined) return undefined;
    const model = this.model!;
    const of = [...model.parameters, ...model.variables].find((p) => p.name === key);
    invariant(of, `${key} is a parameter or variable`);
    const scope = neuronScope(model, this.data.positions);
    if (model.parameters.some((p) => p.name === key)) scope.set("t", dimensions.second);
    return resolveValue(value, of.dimension, scope, `${this.context.owner}: ${key}`);
  }

  /** Coefficients, resting values and thresholds from the parameters. */
  #derive(): void {
    const { variables, rates, inputs, frozen, threshold, impulses, reset, refractory } = this.neuron!;
    const n = variables.length, parameters = this.model!.parameters.map((p) => p.name);
    const names = [...parameters, "i"];
    const all = [...rates.map((r) => r.value), ...inputs, ...(threshold ? [...threshold.weights.values(), threshold.rest] : [])];
    const used = new Set(all.flatMap((e) => [...namesIn(e)]));
    const evaluate = (e: Expr) => evaluator(e, names);
    const rateOf = rates.map((r) => evaluate(r.value)), inputOf = inputs.map(evaluate);
    const weightOf = variables.map((v) => threshold?.weights.get(v)).map((e) => (e ? evaluate(e) : undefined));
    const restOf = threshold ? evaluate(threshold.rest) : undefined;
    const tuple = new Float64Array(names.length);
    const fill = (j: number): void => {
      parameters.forEach((p, k) => (tuple[k] = used.has(p) ? this.parameter(p, j) : 0));
      tuple[parameters.length] = j;
    };
    const isUneven = ({ start, end, value }: Added): boolean => start > 0 || end < this.size || typeof value !== "number";
    const varies = [...used].some((p) => p === "i" || this.values.get(p)!.kind !== "number" || this.added.some((a) => a.into === p && isUneven(a)));
    const systems: { readonly matrix: Float64Array; readonly weights: Float64Array; readonly input: Float64Array; readonly rest: number }[] = [];
    for (let j = 0; j < (varies ? this.size : 1); j++) {
      fill(j);
      const matrix = new Float64Array(n * n);
      rates.forEach(({ row, column }, k) => (matrix[row * n + column]! += rateOf[k]!(tuple)));
      const input = Float64Array.from(inputOf, (f) => f(tuple));
      const weights = Float64Array.from(weightOf, (f) => f?.(tuple) ?? 0);
      const rest = restOf ? restOf(tuple) : -Infinity;
      const odd = [...matrix, ...input, ...weights].find((x) => !Number.isFinite(x));
      if (odd !== undefined)
        throw new ArgumentError(
          "not-finite", `${this.context.owner}: a coefficient of the equations is ${odd} for neuron ${j}`, "Check the parameters for a zero.",
        );
      systems.push({ matrix, weights, input, rest });
    }
    const resting = systems.map(({ matrix, input }) => restingState(matrix, input));
    const drifts = resting.includes(undefined);
    const m = drifts ? n + 1 : n;
    this.#stride = stateAt + m;
    if (this.#rows.length !== this.size * this.#stride) this.#rows = new Float64Array(this.size * this.#stride);
    this.#offsetStride = varies ? n : 0;
    this.#offsets = new Float64Array(systems.length * n);
    this.#lacks = new Float64Array(this.size);
    this.#dynamics = [];
    this.#classOf = varies ? new Uint32Array(this.size) : undefined;
    const classes = new Map<string, number>();
    systems.forEach(({ matrix, weights, input, rest }, j) => {
      // Where there is no resting state, a component that is always 1 carries the input.
      const full = drifts ? new Float64Array(m * m) : matrix;
      if (drifts) for (let i = 0; i < n; i++) {
        full.set(matrix.subarray(i * n, (i + 1) * n), i * m);
        full[i * m + n] = input[i]!;
      }
      const offset = drifts ? new Float64Array(n) : resting[j]!;
      this.#offsets.set(offset, j * n);
      const drive = drifts ? Float64Array.of(...weights, 0) : weights;
      const key = varies ? `${full.join()} ${drive.join()}` : "";
      let known = classes.get(key);
      if (known === undefined) {
        known = this.#dynamics.push(new Dynamics(full, m, drifts ? [...frozen, false] : frozen, drive, threshold?.inclusive ?? false)) - 1;
        classes.set(key, known);
      }
      if (this.#classOf) this.#classOf[j] = known;
      const lack = rest + weights.reduce((sum, w, k) => sum + (w === 0 ? 0 : w * offset[k]!), 0);
      if (varies) this.#lacks[j] = this.isDead(j) ? -Infinity : lack;
      else for (let i = 0; i < this.size; i++) this.#lacks[i] = this.isDead(i) ? -Infinity : lack;
    });
    const perNeuron = (e: Expr): Values => {
      const names = new Set(namesIn(e)), f = evaluate(e);
      return (j) => {
        parameters.forEach((p, k) => (tuple[k] = names.has(p) ? this.parameter(p, j) : 0));
        tuple[parameters.length] = j;
        return f(tuple);
      };
    };
    this.#impulseWeights = impulses.map((v) => threshold?.weights.get(v)).map((e) => (e ? perNeuron(e) : () => 0));
    const state = new Set([...variables, ...impulses, "t"]);
    /** One number, one for each neuron, or undefined where the state decides. */
    const fixed = (e: Expr): Float64Array | number | undefined => {
      const found = [...namesIn(e)];
      if (found.some((f) => state.has(f))) return undefined;
      const value = perNeuron(e);
      const same = found.every((f) => f !== "i" && this.values.get(f)?.kind === "number" && !this.added.some((a) => a.into === f));
      return same ? value(0) : Float64Array.from({ length: this.size }, (_, j) => value(j));
    };
    const inRow = (value: Float64Array | number, k: number): Float64Array | number =>
      typeof value === "number" && this.#offsetStride === 0 ? value - this.#offset(0, k)
        : Float64Array.from({ length: this.size }, (_, j) => (typeof value === "number" ? value : value[j]!) - this.#offset(j, k));
    this.#resets = reset.map((r): Reset => {
      const target = variables.indexOf(r.target);
      const value = fixed(r.value);
      return { target, fixed: value === undefined ? undefined : inRow(value, target), value: evaluator(r.value, this.#names) };
    });
    this.#refractory = refractory === undefined ? 0 : (fixed(refractory) ?? evaluator(refractory, this.#names));
    this.#fast = impulses.length === 0 && this.#dynamics.every((d) => d.star !== undefined);
    this.#still = frozen.every((f) => f);
    this.#commonLack = varies || this.#dead ? NaN : this.#lacks[0]!;
    this.#fitKernel();
  }
}

const plain = (value: number): ResolvedValue => ({ kind: "expr", expr: number(value), draws: 0 });

const valuesOf = (value: ElementValue): Values => {
  if (value.kind === "number") return () => value.value;
  invariant(value.kind === "array", "values that change in time were refused");
  return (j) => value.values[j]!;
};
