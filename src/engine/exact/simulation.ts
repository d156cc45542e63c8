/**
 * A network that runs from event to event. Spike times, delays and inputs are real numbers (f64); nothing happens between events, and the work
 * follows their number alone. Same methods and monitors as a `Simulation` on the grid.
 */
import { ArgumentError, SimulationError } from "../../errors.ts";
import { evaluator } from "../../ir/evaluate.ts";
import { visitExpr } from "../../ir/expr.ts";
import { refusal } from "../../lower/exact/exactNeuron.ts";
import type { RangeData } from "../../network/data.ts";
import type { Modulator } from "../../network/modulator.ts";
import { Projection } from "../../network/network.ts";
import type { Network, RunningSimulation } from "../../network/network.ts";
import type { NamesOf, SpikingGroup } from "../../network/population.ts";
import type { Rewiring } from "../../network/rewiring.ts";
import { synapseScope } from "../../network/scopes.ts";
import { resolveValue } from "../../network/values.ts";
import type { Value } from "../../network/values.ts";
import { dimensions } from "../../units/dimension.ts";
import { parseQuantity } from "../../units/quantity.ts";
import type { Quantity } from "../../units/quantity.ts";
import { hashOf } from "../report.ts";
import type { RunReport } from "../report.ts";
import type { RunOptions, StreamChunk } from "../simulation.ts";
import { CrossingHeap } from "./crossingHeap.ts";
import { ExactHash } from "./exactHash.ts";
import type { ExactGroup } from "./group.ts";
import { EventLoop } from "./loop.ts";
import type { ExactParts } from "./parts.ts";
import { PlasticSynapses } from "./plasticSynapses.ts";
import { ExactRecording } from "./recording.ts";
import type { StaticSynapses } from "./staticSynapses.ts";
import { checkDale } from "./wiring.ts";

/** Milliseconds of computing between two looks at the outside world (progress, abort, other work of the event loop). */
const breath = 100;
/** Rounds between two looks at the clock. */
const glance = 256;

interface Change { readonly time: number; readonly apply: () => void }

export class ExactSimulation implements AsyncDisposable, RunningSimulation {
  readonly network: Network;
  readonly #recording: ExactRecording;
  readonly #totals: Float64Array;
  readonly #stopListening: () => void;
  #parts: ExactParts;
  #hash = new ExactHash();
  #time = 0;
  #changes: readonly Change[] = [];
  #changed = 0;
  #simulateMs = 0;
  #cpuMs = 0;
  #running = false;
  #disposed = false;
  /** What is left to say after the memory is gone. */
  #last: RunReport | undefined;

  /** Use `compile`. @param listen gives the loop somebody to tell about spikes */
  constructor(parts: ExactParts, listen: (record: (group: number, neuron: number, t: number) => void) => void) {
    this.network = parts.network;
    this.#parts = parts;
    this.#totals = new Float64Array(parts.groups.length);
    this.#recording = new ExactRecording({
      network: parts.network, groups: parts.groups, now: () => this.#time,
      synapses: (name, key, t) => this.#readSynapses(this.#projection(name), key, t), synapseCount: (name) => countOf(this.#projection(name)),
    });
    listen((group, neuron, t) => {
      this.#totals[group]!++;
      this.#hash.add(t, group, neuron);
      this.#recording.add(group, neuron, t);
    });
    this.#stopListening = parts.network.onAddedSpikes((name, times, indices) => parts.scheduled.get(name)?.add(times, indices, this.#time));
    this.#begin();
  }

  /** Simulated time in seconds. */
  get time(): number {
    return this.#time;
  }
  /** There is no step: 0. */
  get dt(): number {
    return 0;
  }
  get backend(): string {
    return "exact";
  }
  get precision(): "f64" {
    return "f64";
  }

  /**
   * Advances the network by a duration; what happens at its very end is part of it.
   *
   * @throws {SimulationError} when spikes follow each other without end, or a state becomes NaN; what was recorded until then is kept
   * @throws {DOMException} AbortError when `signal` fires; what was recorded until then is kept
   */
  async run(duration: Quantity, options: RunOptions = {}): Promise<void> {
    await this.#advance(this.#time + seconds(duration, "run"), options);
  }

  /** Runs and yields the spikes of each interval of `every`, as they happen. */
  async *stream(duration: Quantity, options: RunOptions & { readonly every?: Quantity } = {}): AsyncGenerator<StreamChunk, void, void> {
    const start = this.#time, length = seconds(duration, "stream"), every = seconds(options.every ?? "10 ms", "stream: every");
    if (!(every > 0)) throw new ArgumentError("time", `stream: an interval of ${options.every}`, 'Write e.g. every: "10 ms".');
    for (let k = 1; this.#time < start + length; k++) {
      const from = this.#time;
      const spikes = this.#recording.collect();
      await this.#advance(Math.min(start + length, start + k * every), options);
      yield { from, to: this.#time, ...spikes() };
    }
  }

  /** Back to time 0 with the start values of the description; monitors are emptied. The same run follows again, spike for spike. */
  reset(): void {
    this.#checkIdle();
    const { groups, heap, loop, projections, scheduled, inputs } = this.#parts;
    heap.clear();
    loop.restart();
    for (const { added } of this.#parts.currents) added.value = 0;
    for (const group of groups) group.initialise();
    for (const p of projections) p.restart();
    for (const source of scheduled.values()) source.restart();
    for (const input of inputs) input.restart();
    this.#time = this.#simulateMs = this.#cpuMs = 0;
    this.#totals.fill(0);
    this.#hash = new ExactHash();
    this.#recording.clear();
    this.#begin();
  }

  /** Values of a state variable or parameter now, in SI units. [neurons] */
  get<G extends SpikingGroup | Projection>(target: G, name: NamesOf<G>): Float64Array {
    this.#checkUsable();
    if (target instanceof Projection) return this.#readSynapses(this.#projection(target.name), name, this.#time);
    const group = this.#group(target.range);
    this.#checkName(group, name);
    const { start, end } = target.range;
    return Float64Array.from({ length: end - start }, (_, k) => group.valueAt(name, start + k, this.#time));
  }

  /** Sets parameters and state variables of a population, a part of it, or a projection's synapses, while the simulation is paused. */
  set<G extends SpikingGroup | Projection>(target: G, values: { readonly [K in NamesOf<G>]?: Value }): void {
    this.#checkUsable();
    if (target instanceof Projection) this.#setSynapses(this.#projection(target.name), values as Readonly<Record<string, Value>>);
    else this.#set(target.range, values as Readonly<Record<string, Value>>);
  }

  /** The given neurons never spike again. */
  lesion(target: SpikingGroup): void {
    this.#checkUsable();
    this.#group(target.range).lesion(target.range.start, target.range.end);
  }

  /** Weights of all synapses of a projection in SI units: by source, then by delay where each has its own, then as made. */
  weights(projection: Projection): Float64Array {
    this.#checkUsable();
    return this.#readSynapses(this.#projection(projection.name), "w", this.#time);
  }

  /** Sources, targets, weights (SI), delays from spike to arrival (s) and ages (s) of all synapses, in the order of `weights`. */
  synapses(projection: Projection): {
    readonly pre: Uint32Array; readonly post: Uint32Array; readonly weights: Float64Array; readonly delays: Float64Array; readonly ages: Float64Array;
  } {
    const weights = this.weights(projection);
    const found = this.#projection(projection.name);
    const data = dataOf(found), { rows, targets, count } = wiringOf(found);
    const pre = new Uint32Array(count);
    for (let i = 0; i + 1 < rows.length; i++) pre.fill(i, rows[i]!, rows[i + 1]!);
    const delays = delaysOf(found);
    return {
      pre, post: Uint32Array.from(targets, (j) => j - data.post.start), weights,
      delays: typeof delays === "number" ? new Float64Array(count).fill(delays) : delays.slice(), ages: new Float64Array(count).fill(this.#time),
    };
  }

  /** One weight for all synapses of a projection from now on; 0 cuts it. */
  setWeight(projection: Projection, weight: Quantity): void {
    this.#checkUsable();
    const found = this.#projection(projection.name);
    if (found instanceof PlasticSynapses) return this.#setSynapses(found, { w: weight });
    const post = this.#group(found.data.post);
    const variable = post.model!.variables.find((v) => v.name === post.model!.receptors[found.data.receptor!])!;
    const value = parseQuantity(weight, variable.dimension, `weight of ${projection.name}`);
    checkDale(found.data, value);
    found.weights = value;
  }

  /** Whether the weights of a projection learn; transmission and all else goes on either way. */
  setPlasticity(projection: Projection, learns: boolean): void {
    this.#checkUsable();
    const found = this.#projection(projection.name);
    if (found instanceof PlasticSynapses) found.learns = learns;
    else if (learns)
      throw new ArgumentError("static", `projection ${projection.name} has a fixed weight and cannot learn`, "Make it with a plastic synapse model.");
  }

  modulate(modulator: Modulator, _amount: number): void {
    throw refusal(`modulator "${modulator.name}"`);
  }
  normalise(projection: Projection): void {
    throw refusal(`weights of projection ${projection.name} cannot be normalised`);
  }
  rewire(projection: Projection, _change: Rewiring): void {
    throw refusal(`synapses of projection ${projection.name} cannot come and go`);
  }

  /** Everything there is to say about the run so far. */
  report(): RunReport {
    if (this.#last) return this.#last;
    const { groups, projections, data, seed, stages } = this.#parts;
    const duration = this.#time;
    const shown = projections.map((p) => ({ name: dataOf(p).name, model: dataOf(p).model.name, synapses: countOf(p), bytes: p.bytes }));
    const bytes = shown.reduce((sum, p) => sum + p.bytes, 0);
    const total = bytes + groups.reduce((sum, g) => sum + g.bytes, 0);
    return {
      dt: 0, backend: "exact", engine: "exact", precision: "f64", seed, threads: 1, processes: 1, duration,
      buildMs: stages.buildMs, compileMs: stages.compileMs, simulateMs: this.#simulateMs, cpuMs: this.#cpuMs,
      neurons: groups.reduce((sum, g) => sum + (g.neuron ? g.size : 0), 0),
      synapses: shown.reduce((sum, p) => sum + p.synapses, 0), spikes: this.#totals.reduce((a, b) => a + b, 0),
      synapticEvents: projections.reduce((sum, p) => sum + p.events, 0),
      plasticEvents: projections.reduce((sum, p) => sum + (p instanceof PlasticSynapses ? p.visits : 0), 0),
      bytes: { synapses: bytes, total, own: total },
      spikeHash: this.#hash.digest(), modelHash: hashOf({ data }),
      populations: groups.map((g) => ({
        name: g.name, size: g.size, model: g.model?.name ?? "spike_source", spikes: this.#totals[g.index]!,
        rate: duration > 0 ? this.#totals[g.index]! / g.size / duration : 0,
      })),
      projections: shown, warnings: [],
      integrators: groups.filter((g) => g.neuron)
        .map((g) => ({ population: g.name, method: "event-driven", reason: "the equations have a closed form" })),
    };
  }

  /** There is no generated code. */
  text(): string {
    return "";
  }

  /** Ends the simulation, also while it runs, and frees its memory. What monitors recorded stays readable, and so does the report. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#stopListening();
    if (!this.#running) this.#release();
  }

  #release(): void {
    this.#last = this.report();
    this.#recording.release();
    this.#changes = [];
    const heap = new CrossingHeap(0), loop = new EventLoop([], heap, () => {});
    this.#parts = { ...this.#parts, heap, loop, groups: [], projections: [], inputs: [], scheduled: new Map(), poisson: new Map(), currents: [] };
  }

  /** Everything at time 0 that is not in the description of a part: sources wait for their first spikes, changes of time 0 are made. */
  #begin(): void {
    const { poisson, currents, data } = this.#parts;
    for (const source of poisson.values()) source.restart();
    const at = (time: Quantity) => parseQuantity(time, dimensions.second, "net.at: time");
    const fromData = data.changes.map((change): Change => ({
      time: at(change.at),
      apply: () => {
        if ("lesion" in change) this.#group(change.lesion).lesion(change.lesion.start, change.lesion.end);
        else if ("projection" in change) {
          if ("weight" in change) this.setWeight({ name: change.projection } as Projection, change.weight);
          else this.#setSynapses(this.#projection(change.projection), change.set);
        } else this.#set(change.target, change.set);
      },
    }));
    const hooks = this.network.hooks.map((hook): Change => ({ time: at(hook.at), apply: () => hook.change(this) }));
    const courses = currents.flatMap(({ group, added, course }) => [...course.times].map((time, k): Change => ({
      time, apply: () => group.change(this.#time, () => (added.value = course.values(k))),
    })));
    this.#changes = [...courses, ...fromData, ...hooks].sort((a, b) => a.time - b.time);
    this.#changed = 0;
    while (this.#nextChange <= 0) this.#changes[this.#changed++]!.apply();
  }

  get #nextChange(): number {
    return this.#changes[this.#changed]?.time ?? Infinity;
  }

  async #advance(end: number, options: RunOptions): Promise<void> {
    this.#checkIdle();
    this.#running = true;
    const start = this.#time;
    try {
      for (;;) {
        const before = performance.now(), cpuBefore = cpuTime();
        let done = false;
        try {
          done = this.#advanceUntil(end, before + breath);
        } finally {
          this.#simulateMs += performance.now() - before;
          this.#cpuMs += cpuTime() - cpuBefore;
        }
        options.onProgress?.({ time: this.#time - start, duration: end - start, spikes: this.#totals.reduce((a, b) => a + b, 0) });
        await this.#recording.drain(false);
        options.signal?.throwIfAborted();
        if (done) break;
        await new Promise((resolve) => setTimeout(resolve, 0));
        this.#checkUsable();
      }
    } finally {
      await this.#recording.drain(true);
      this.#running = false;
      if (this.#disposed) this.#release();
    }
  }

  /** Goes from event to event. At one time: events, then samples, then changes. Returns whether the end was reached. */
  #advanceUntil(end: number, pause: number): boolean {
    const { loop } = this.#parts, recording = this.#recording;
    for (let rounds = 1; ; rounds++) {
      const event = loop.next, sample = recording.nextSample, change = this.#nextChange;
      if (event <= end && event <= sample && event <= change) {
        this.#time = event;
        loop.round(event);
      } else if (sample <= end && sample <= change) {
        this.#time = sample;
        recording.sample(sample);
      } else if (change <= end) {
        this.#time = change;
        this.#changes[this.#changed++]!.apply();
      } else {
        this.#time = end;
        return true;
      }
      if (rounds % glance === 0 && performance.now() >= pause) return false;
    }
  }

  #set(range: RangeData, values: Readonly<Record<string, Value>>): void {
    const group = this.#group(range);
    for (const [key, value] of Object.entries(values)) {
      this.#checkName(group, key);
      group.set(key, value, range.start, range.end, this.#time);
      if (group.data.kind === "poisson") this.#parts.poisson.get(group.name)!.restart(this.#time);
    }
  }

  #checkName(group: ExactGroup, key: string): void {
    if (group.values.has(key)) return;
    throw new ArgumentError("unknown-name", `population "${group.name}" has no parameter or state variable "${key}"`,
      `Known: ${[...group.values.keys()].join(", ")}.`);
  }

  #readSynapses(projection: StaticSynapses | PlasticSynapses, name: string, t: number): Float64Array {
    const values = projection instanceof PlasticSynapses ? projection.read(name, t) : name === "w" ? projection.weights : undefined;
    if (values === undefined) throw unknownName(projection, name);
    return typeof values === "number" ? new Float64Array(countOf(projection)).fill(values) : values.slice();
  }

  #setSynapses(projection: StaticSynapses | PlasticSynapses, values: Readonly<Record<string, Value>>): void {
    const data = dataOf(projection), what = `projection ${data.name}`;
    if (!(projection instanceof PlasticSynapses))
      throw new ArgumentError("static", `${what} has one fixed weight`, "Use sim.setWeight(projection, weight), or a plastic synapse model.");
    const { checked, pre, post, limits } = projection.options;
    for (const [key, value] of Object.entries(values)) {
      const found = [...checked.variables, ...checked.parameters].find((v) => v.name === key);
      if (!found) throw unknownName(projection, key);
      const scope = synapseScope(pre.data.positions, post.data.positions);
      const resolved = resolveValue(value, found.dimension, scope, `${what}: ${key}`);
      const fresh = resolved.kind === "array" ? resolved.values
        : resolved.expr.kind === "number" ? resolved.expr.value : this.#evaluateForSynapses(projection, resolved.expr, what);
      if (typeof fresh !== "number" && fresh.length !== projection.count)
        throw new ArgumentError("size", `${what}: ${key} has ${fresh.length} values for ${projection.count} synapses`,
          `Give ${projection.count} values, in the order of sim.synapses(projection).`);
      if (key === "w") {
        checkDale(data, fresh);
        const wrong = (typeof fresh === "number" ? [fresh] : [...fresh]).findIndex((w) => !(w >= limits[0] && w <= limits[1]));
        if (wrong >= 0)
          throw new ArgumentError(
            "limits", `${what}: the weight of synapse ${wrong} is outside the limits ${data.limits?.[0]} to ${data.limits?.[1]}`,
            "Give weights within the limits, or widen them.",
          );
      }
      projection.write(key, fresh, this.#time);
    }
  }

  #evaluateForSynapses(projection: PlasticSynapses, expr: Parameters<typeof evaluator>[0], what: string): Float64Array {
    visitExpr(expr, (e) => {
      if (e.kind === "random") throw new ArgumentError("random", `${what}: values set while running cannot be drawn`, "Give an array.");
    });
    const { data } = projection.options;
    const value = evaluator(expr, ["i", "j", "N_pre", "N_post"]);
    const { pre, post } = this.synapses({ name: data.name } as Projection);
    return Float64Array.from(pre, (i, e) => value([i, post[e]!, data.pre.end - data.pre.start, data.post.end - data.post.start]));
  }

  #group(range: RangeData): ExactGroup {
    const group = this.#parts.groups.find((g) => g.name === range.population);
    if (!group) throw new ArgumentError("foreign", `"${range.population}" belongs to another network`, "Use a population of the simulated network.");
    return group;
  }

  #projection(name: string): StaticSynapses | PlasticSynapses {
    const found = this.#parts.projections.find((p) => dataOf(p).name === name);
    if (!found) throw new ArgumentError("foreign", `projection ${name} belongs to another network`, "Use a projection of the simulated network.");
    return found;
  }

  #checkIdle(): void {
    this.#checkUsable();
    if (this.#running) throw new SimulationError("running", "this simulation is already running", "Await its run before you start or reset it.");
  }

  #checkUsable(): void {
    if (this.#disposed) throw new SimulationError("disposed", "this simulation has been disposed of", "Compile the network again.");
  }
}

type Synapses = StaticSynapses | PlasticSynapses;

const dataOf = (p: Synapses) => (p instanceof PlasticSynapses ? p.options.data : p.data);
const wiringOf = (p: Synapses) => (p instanceof PlasticSynapses ? p.options.wiring : p.wiring);
const countOf = (p: Synapses): number => wiringOf(p).count;
const delaysOf = (p: Synapses): number | Float64Array => {
  if (!(p instanceof PlasticSynapses)) return p.delays;
  const { wiring, timing } = p.options;
  return typeof wiring.delays === "number" ? wiring.delays + timing.dendritic : wiring.delays.map((d) => d + timing.dendritic);
};

function unknownName(p: Synapses, name: string): ArgumentError {
  const known = p instanceof PlasticSynapses ? [...p.options.checked.variables, ...p.options.checked.parameters].map((v) => v.name) : ["w"];
  const problem = `projection ${dataOf(p).name}: its synapses have no parameter or variable "${name}"`;
  return new ArgumentError("unknown-name", problem, `Known: ${known.join(", ")}.`);
}

function seconds(duration: Quantity, what: string): number {
  const time = parseQuantity(duration, dimensions.second, `${what}: duration`);
  if (!(time >= 0 && time < Infinity)) throw new ArgumentError("time", `${what}: cannot run for ${duration}`, "Use a time of 0 s or more.");
  return time;
}

/** CPU milliseconds of this process where the runtime tells (Node), else wall time. */
function cpuTime(): number {
  const runtime = (globalThis as { process?: { cpuUsage?: () => { user: number; system: number } } }).process;
  if (!runtime?.cpuUsage) return performance.now();
  const { user, system } = runtime.cpuUsage();
  return (user + system) / 1000;
}
