/**
 * A running network. Time advances by windows of the shortest delay: every neuron is advanced that many steps, then the spikes of the
 * window are delivered in the order (step, projection, source). The result is the same, bit for bit, for any length of window.
 */
import { ArgumentError, invariant, SimulationError, UnsupportedError } from "../errors.ts";
import type { NormalisationData, RangeData } from "../network/data.ts";
import type { NamesOf, SpikingGroup } from "../network/population.ts";
import type { Modulator } from "../network/modulator.ts";
import type { Rewiring } from "../network/rewiring.ts";
import type { StructuralPlasticity } from "../network/structural.ts";
import { Projection } from "../network/network.ts";
import type { Network, RunningSimulation } from "../network/network.ts";
import type { Value } from "../network/values.ts";
import { dimensions } from "../units/dimension.ts";
import { formatQuantity, parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import { Arena } from "./arena.ts";
import { Memories } from "./memories.ts";
import { undivided } from "./partitioning.ts";
import { firstEdges, staticDeliveries } from "./build.ts";
import { edgeFailure } from "./edgeFailure.ts";
import { checkSchedule, scheduleOf } from "./group.ts";
import type { Group } from "./group.ts";
import { asStored } from "./procedural.ts";
import type { Delivery } from "./projections.ts";
import { normalise } from "./normalise.ts";
import { setSynapses, synapseTargets } from "./setSynapses.ts";
import { notFiniteError } from "./notFinite.ts";
import { Recording } from "./recording.ts";
import { makeReport } from "./report.ts";
import type { RunReport } from "./report.ts";
import { SpikeHash } from "./spikeHash.ts";
import { rewire } from "./rewire.ts";
import { structureRoutines } from "./structure.ts";
import type { StructureRoutine } from "./structure.ts";
import type { ElementState } from "./growth.ts";
import { fillSynapses, restoreSynapses, setBundledWeights, weightsOf } from "./synapses.ts";
import { stepScalars } from "./scalars.ts";
import type { Runner, Stopped } from "./runner.ts";
import { DeviceRunner } from "./device/deviceRunner.ts";
import { checkDistinct } from "./device/distinctSpikes.ts";
import type { DeviceCall, DeviceFailure, DeviceState, PendingCall } from "./device/deviceRunner.ts";
import type { RecordedSpikes } from "./processes/windowSpikes.ts";
import { SynapseIndex } from "./synapseIndex.ts";
import type { Failed } from "./processes/processes.ts";
import type { BackendName, ScalarTable, SimulationParts } from "./parts.ts";

export interface Progress {
  /** Seconds simulated in this call, of `duration`. */
  readonly time: number;
  readonly duration: number;
  /** Spikes since the start of the simulation. */
  readonly spikes: number;
}

export interface RunOptions {
  /** Stops the run at the next window; what was recorded is kept. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface StreamChunk {
  readonly from: number;
  readonly to: number;
  readonly times: Float64Array;
  readonly indices: Uint32Array;
}

export interface StageTime {
  readonly stage: string;
  readonly dispatches: number;
  /** On the GPU, of all of them. */
  readonly milliseconds: number;
}

/** Milliseconds of computing between two looks at the outside world (progress, abort, other work of the event loop). */
const breath = 100;

export class Simulation implements AsyncDisposable, RunningSimulation {
  readonly network: Network;
  #parts: SimulationParts;
  readonly #hash = new SpikeHash();
  readonly #recording: Recording;
  readonly #spikeTotals: Float64Array;
  readonly #stopListening: () => void;
  readonly #runner: Runner | DeviceRunner;
  /** The runner, where a GPU runs the network. */
  readonly #device: DeviceRunner | undefined;
  readonly #indices = new Map<string, SynapseIndex>();
  #scalars: readonly (ScalarTable | undefined)[];
  #step = 0;
  /** Groups whose kernels have to be made again. */
  readonly #staleGroups = new Set<Group>();
  /** The code has to be generated again. */
  #stale = false;
  /** Projections whose synapses moved since the code was generated: it may not touch them. Nothing event-driven is due for them until it is new. */
  readonly #moved = new Set<Delivery>();
  /** Rules that make and remove synapses. */
  #structures: readonly StructureRoutine[];
  /** What happens at regular times, outside the generated code. */
  #regular: readonly { readonly everySteps: number; readonly apply: () => void }[];
  /** Modulators that were changed by hand. */
  readonly #modulated = new Set<string>();
  #disposed = false;
  #running = false;
  /** What is left to say after the memory is gone. */
  #last: { readonly report: RunReport; readonly text: string } | undefined;
  #simulateMs = 0;
  #cpuMs = 0;
  readonly #changes: readonly { readonly step: number; readonly apply: () => void }[];
  #changeNext = 0;

  /** Use `compile`. */
  constructor(parts: SimulationParts, runner: Runner | DeviceRunner) {
    this.network = parts.network;
    this.#parts = parts;
    this.#runner = runner;
    this.#device = runner instanceof DeviceRunner ? runner : undefined;
    this.#spikeTotals = new Float64Array(parts.groups.length);
    this.#recording = new Recording(
      parts,
      () => this.#step,
      (d) => this.#refresh(d),
      (d) => this.#index(d),
    );
    this.#scalars = parts.scalars;
    this.#changes = this.#plannedChanges();
    this.#structures = structureRoutines(parts, {
      step: () => this.#step,
      refresh: (d) => this.#refresh(d),
      rewire: (d, change, signs) => this.#rewire(d, change, signs),
      listen: (group, listener) => this.#recording.listen(group, listener),
    });
    this.#regular = this.#plannedRoutine();
    if (runner.processes) runner.processes.listens = parts.monitors === "all" && this.#recording.listens;
    this.#stopListening = parts.network.onAddedSpikes((name, times, indices) => this.#addSpikes(name, times, indices));
  }

  /** Generates the code; `compile` does. */
  async load(): Promise<void> {
    if (this.#device) await this.#device.load(this.#scalars, this.#recording.stateSamples);
    else await (this.#runner as Runner).load(this.#scalars);
  }

  /** Simulated time in seconds. */
  get time(): number {
    return this.#step * this.dt;
  }
  /** The step in seconds. */
  get dt(): number {
    return this.#parts.options.dt;
  }
  get backend(): BackendName {
    return this.#parts.options.backend;
  }
  /** Why it is this back-end, where `backend: "auto"` chose it. */
  get backendReason(): string | undefined {
    return this.#parts.options.backendReason;
  }
  /** Threads of this process that share the work. */
  get threads(): number {
    return this.#runner.threads;
  }
  get precision(): "f32" | "f64" {
    return this.#parts.options.precision;
  }

  /**
   * Advances the network by a duration (rounded to whole steps).
   *
   * @throws {SimulationError} when a state becomes NaN or infinite; what was recorded until then is kept
   * @throws {DOMException} AbortError when `signal` fires; what was recorded until then is kept
   */
  async run(duration: Quantity, options: RunOptions = {}): Promise<void> {
    const steps = this.#stepsOf(duration, "run");
    await this.#advance(steps, options);
  }

  /** Runs and yields the spikes of each interval of `every`, as they happen. */
  async *stream(duration: Quantity, options: RunOptions & { readonly every?: Quantity } = {}): AsyncGenerator<StreamChunk, void, void> {
    const steps = this.#stepsOf(duration, "stream"),
      every = Math.max(1, this.#stepsOf(options.every ?? "10 ms", "stream: every"));
    for (let done = 0; done < steps;) {
      const n = Math.min(every, steps - done),
        from = this.time;
      const spikes = this.#recording.collect();
      if (this.#runner.processes) this.#runner.processes.listens = this.#parts.monitors === "all";
      await this.#advance(n, options);
      done += n;
      yield { from, to: this.time, ...spikes() };
    }
  }

  /**
   * Calls `listener` with the spikes of every step in which neurons of the source spiked, until the returned function is called: their time in
   * seconds, and which neurons of the source they are (valid during the call).
   */
  onSpikes(source: SpikingGroup, listener: (time: number, neurons: Uint32Array) => void): () => void {
    this.#checkUsable();
    const { start, end } = source.range;
    const group = this.#group(source.range);
    const whole = start === 0 && end === group.size;
    const remove = this.#recording.listen(group.index, (step, ids, count) => {
      const all = ids.length === count ? ids : ids.subarray(0, count);
      const own = whole ? all : all.filter((id) => id >= start && id < end).map((id) => id - start);
      if (own.length > 0) listener((step + 1) * this.dt, own);
    });
    const { processes } = this.#runner;
    if (processes) processes.listens = this.#parts.monitors === "all";
    return remove;
  }

  /** Back to time 0 with the start values of the description; monitors are emptied. The same run follows again, spike for spike. */
  reset(): void {
    this.#checkIdle();
    const { groups, memories, options, data, sides } = this.#parts;
    for (const group of groups) {
      group.evaluate(data.inputs.filter((input) => input.target.population === group.name));
      if (group.lesioned) group.lesioned = false;
      group.lower(memories, options.precision);
      group.initialise(memories, options.precision);
    }
    for (const { arena, deliveries } of sides) for (const d of deliveries) {
      d.constantWeight = undefined;
      if (d.originalWeights) setBundledWeights(arena, options.precision, d.table, d.post.stride, d.originalWeights);
      if (d.table.births ?? d.table.signs) restoreSynapses(arena, d.table, d.request);
      if (!d.plastic) continue;
      fillSynapses(arena, d.table, d.request);
      d.plastic.restart(arena);
      d.plastic.reindex(arena);
    }
    for (const { reset } of this.#structures) reset();
    this.#modulated.clear();
    this.#step = this.#changeNext = 0;
    this.#simulateMs = this.#cpuMs = 0;
    this.#hash.state = new SpikeHash().state;
    this.#spikeTotals.fill(0);
    for (const { arena } of sides) {
      arena.f64(this.#parts.eventCounter, 2).fill(0);
      arena.f64(this.#parts.plasticCounter, 1).fill(0);
      for (const { queue } of this.#parts.arrivals) arena.u32(queue.counts, queue.delay).fill(0);
    }
    this.#recording.clear();
    this.#device?.restart();
    this.#stale = true;
  }

  /** Values of a state variable or parameter now, in SI units. [neurons] */
  get<G extends SpikingGroup | Projection>(target: G, name: NamesOf<G>): Float64Array {
    this.#checkUsable();
    if (target instanceof Projection) return this.#getSynapses(this.#delivery(target.name), name);
    const group = this.#group(target.range);
    const value = group.current(name, this.#parts.memories, this.#parts.options.precision);
    if (!value)
      throw new ArgumentError(
        "unknown-name",
        `population "${group.name}" has no parameter or state variable "${name}"`,
        `Known: ${[...group.values.keys()].join(", ")}.`,
      );
    const { start, end } = target.range;
    if (value.kind === "number") return new Float64Array(end - start).fill(value.value);
    if (value.kind === "inTime")
      throw new ArgumentError("time", `${name} of population "${group.name}" changes in time`, "Read a state variable instead.");
    return value.values.slice(start, end);
  }

  #getSynapses(delivery: Delivery, name: string, seen?: { readonly parts: SimulationParts; readonly index: SynapseIndex }): Float64Array {
    const { table, constantWeight, plastic } = delivery;
    const { sides, options } = this.#parts;
    this.#refresh(delivery);
    if (plastic && !plastic.knows(name)) throw unknownSynapseName(delivery, name);
    if (plastic) return this.#index(delivery).gather((side, k) => side.plastic!.read(name, sides[k]!.arena, this.#step - 1)!);
    if (name !== "w") throw unknownSynapseName(delivery, name);
    const constant = constantWeight ?? (table.weights.kind === "constant" ? table.weights.value : undefined);
    const { parts, index } = seen ?? this.#look(delivery);
    if (constant !== undefined) return new Float64Array(index.count).fill(constant);
    return index.gather((side, k) => weightsOf(parts.sides[k]!.arena, options.precision, side.table, side.post.stride));
  }

  /** A projection's synapses on all sides; those that are not stored are made to be looked at. */
  #look(delivery: Delivery): { readonly parts: SimulationParts; readonly sides: readonly Delivery[]; readonly index: SynapseIndex } {
    const sides = this.#sidesOf(delivery);
    return delivery.procedural ? asStored(this.#parts, sides) : { parts: this.#parts, sides, index: this.#index(delivery) };
  }

  /** A projection's synapses on all sides of this process. */
  #sidesOf(delivery: Delivery): Delivery[] {
    const { deliveries, sides } = this.#parts;
    const k = deliveries.indexOf(delivery);
    return sides.map((side) => side.deliveries[k]!);
  }

  #index(delivery: Delivery): SynapseIndex {
    const { name } = delivery.data;
    const { memories, sides } = this.#parts;
    // Where synapses come and go there is one side, and nothing to keep.
    if (sides.length === 1 && !memories.partitioning.exchange) return new SynapseIndex([delivery], memories.partitioning);
    const known = this.#indices.get(name) ?? new SynapseIndex(this.#sidesOf(delivery), memories.partitioning);
    this.#indices.set(name, known);
    return known;
  }

  /** Brings a projection's synapses up to now: what is event-driven, and events that wait. */
  #refresh(delivery: Delivery): void {
    const { plastic } = delivery;
    if (!plastic || this.#moved.has(delivery)) return;
    plastic.lowered.walks.forEach((w, k) => {
      if (w.on === "read" || w.on === "release") this.#visit(delivery, k);
    });
    this.#sidesOf(delivery).forEach((side, k) => side.plastic!.forgetWaiting(this.#parts.sides[k]!.arena));
  }

  /** Runs a walk over all synapses at the present time. */
  #visit(delivery: Delivery, walk: number): void {
    const edge = firstEdges(this.#parts.deliveries).get(delivery)! + walk;
    const failures = this.#parts.sides.flatMap((_, k) => (this.#runner.visit(k, edge, this.#step - 1) ? [edgeFailure(this.#parts, k)] : []));
    this.#throwFirst(failures[0]);
  }

  /** Throws the error that any process has. */
  #throwFirst(error: SimulationError | undefined): void {
    const failed = this.#device ? error && { error } : (this.#runner as Runner).firstFailure(error && { step: this.#step, error });
    if (failed) throw failed.error;
  }

  /** Sets parameters and state variables of a population, a part of it, or a projection's synapses, while the simulation is paused. */
  set<G extends SpikingGroup | Projection>(target: G, values: { readonly [K in NamesOf<G>]?: Value }): void {
    this.#checkUsable();
    if (target instanceof Projection) this.#setSynapses(this.#delivery(target.name), values as Readonly<Record<string, Value>>);
    else this.#set(target.range, values as Readonly<Record<string, Value>>);
  }

  #setSynapses(delivery: Delivery, values: Readonly<Record<string, Value>>): void {
    this.#refresh(delivery);
    this.#device?.touch("synapses");
    if (setSynapses(this.#parts, this.#sidesOf(delivery), this.#index(delivery), values, this.#step)) this.#stale = true;
  }

  /**
   * Removes synapses of a projection and makes others, now. Synapses are numbered in storage order (by source, then as made), and new ones stand at
   * the end of their source's row, so numbers change. The projection has one delay for all its synapses.
   */
  rewire(projection: Projection, change: Rewiring): void {
    this.#checkUsable();
    this.#rewire(this.#delivery(projection.name), change);
  }

  /** Calcium and synaptic elements of neurons with structural plasticity, now. */
  elements(rule: StructuralPlasticity): ElementState {
    this.#checkUsable();
    const found = this.#structures.find((s) => s.growth?.name === rule.name)?.growth;
    if (!found)
      throw new ArgumentError("foreign", `structural plasticity "${rule.name}" belongs to another network`, "Use a rule of the simulated network.");
    return found.state();
  }

  #rewire(delivery: Delivery, change: Rewiring, signs?: Int8Array): void {
    if (this.#parts.memories.partitioning.local[0]!.count > 1)
      throw new UnsupportedError(
        "threads", `projection ${delivery.data.name}: its synapses are divided among threads or processes and cannot come and go`,
        "Compile with { threads: 1 } and without processes.");
    this.#refresh(delivery);
    this.#device?.touch("synapses");
    if (!rewire(this.#parts, delivery, change, this.#step, signs)) return;
    this.#stale = true;
    this.#moved.add(delivery);
  }

  /** Adds to the value of a modulator: it changes, and its synapses notice, in the coming step. */
  modulate(modulator: Modulator, amount: number): void {
    this.#checkUsable();
    const group = this.#group(modulator.population.range);
    const ring = group.rings.get("arriving");
    if (!ring)
      throw new ArgumentError("modulator", `modulator "${modulator.name}" follows a signal and cannot be changed by hand`, "Make it without signal.");
    if (!Number.isFinite(amount))
      throw new ArgumentError("not-finite", `modulator "${modulator.name}": the amount is ${amount}`, "Add a finite number.");
    const slot = arenaSlot(ring, this.#step);
    this.#device?.touch("neurons");
    this.#parts.memories.write(this.precision, ring.address + slot, 1, (sum) => (sum[0]! += amount));
    this.#modulated.add(modulator.name);
  }

  /** Whether the weights of a projection learn; transmission and all else goes on either way. */
  setPlasticity(projection: Projection, learns: boolean): void {
    this.#checkUsable();
    const delivery = this.#delivery(projection.name);
    const { plastic } = delivery;
    if (!plastic) {
      if (learns)
        throw new ArgumentError(
          "static",
          `projection ${projection.name} has a fixed weight and cannot learn`,
          "Make it with a plastic synapse model.",
        );
      return;
    }
    if (plastic.learns === learns) return;
    this.#refresh(delivery);
    this.#sidesOf(delivery).forEach((side, k) => {
      side.plastic!.learns = learns;
      side.plastic!.touch(this.#parts.sides[k]!.arena, this.#step - 1);
    });
    this.#stale = true;
  }

  /** Brings the weights of a projection to the norms that `net.normalise` gave, now. */
  normalise(projection: Projection): void {
    this.#checkUsable();
    const delivery = this.#delivery(projection.name);
    const rules = this.#parts.data.normalisations.filter((n) => n.projection === projection.name);
    if (rules.length === 0)
      throw new ArgumentError(
        "normalise",
        `projection ${projection.name} has no norm`,
        `Say which before compiling: net.normalise(projection, { incoming: "…" }).`,
      );
    for (const rule of rules) this.#normalise(delivery, rule);
  }

  #normalise(delivery: Delivery, rule: NormalisationData): void {
    this.#refresh(delivery);
    this.#device?.touch("synapses");
    this.#sidesOf(delivery).forEach((side, k) => normalise(side, rule, this.#parts.sides[k]!.arena, this.precision));
  }

  #set(range: RangeData, values: Readonly<Record<string, Value>>): void {
    const group = this.#group(range);
    const { memories, options } = this.#parts;
    this.#device?.touch("neurons");
    for (const [key, value] of Object.entries(values)) {
      if (!group.values.has(key))
        throw new ArgumentError(
          "unknown-name",
          `population "${group.name}" has no parameter or state variable "${key}"`,
          `Known: ${[...group.values.keys()].join(", ")}.`,
        );
      if (group.set(key, value, range.start, range.end, memories, options.precision)) this.#staleGroups.add(group);
    }
  }

  /** The given neurons never spike again. */
  lesion(target: SpikingGroup): void {
    this.#checkUsable();
    this.#lesion(target.range);
  }

  #lesion(range: RangeData): void {
    const group = this.#group(range);
    this.#device?.touch("neurons");
    if (group.lesion(range.start, range.end, this.#parts.memories, this.#parts.options.precision)) this.#staleGroups.add(group);
  }

  /** Weights of all synapses of a projection in SI units, in storage order: by source, then as made. */
  weights(projection: Projection): Float64Array {
    this.#checkUsable();
    return this.#getSynapses(this.#delivery(projection.name), "w");
  }

  /** Sources, targets, weights (SI), delays from spike to arrival (s) and ages (s since they were made) of all synapses, in storage order. */
  synapses(projection: Projection): {
    readonly pre: Uint32Array;
    readonly post: Uint32Array;
    readonly weights: Float64Array;
    readonly delays: Float64Array;
    readonly ages: Float64Array;
  } {
    this.#checkUsable();
    const delivery = this.#delivery(projection.name);
    const seen = this.#look(delivery);
    const ages = new Float64Array(seen.index.count).fill(this.time);
    delivery.table.births?.forEach((step, e) => (ages[e] = (this.#step - step) * this.dt));
    return { ...synapseTargets(seen.parts, seen.sides, seen.index), weights: this.#getSynapses(delivery, "w", seen), ages };
  }

  /** One weight for all synapses of a projection from now on; 0 cuts it. */
  setWeight(projection: Projection, weight: Quantity): void {
    this.#checkUsable();
    const delivery = this.#delivery(projection.name);
    const variable = delivery.post.model!.variables.find((v) => v.name === delivery.variable)!;
    if (delivery.plastic) return this.#setSynapses(delivery, { w: weight });
    const value = parseQuantity(weight, variable.dimension, `weight of ${projection.name}`);
    const { dale } = delivery.data;
    if ((dale === "excitatory" && value < 0) || (dale === "inhibitory" && value > 0))
      throw new ArgumentError(
        "dale",
        `projection ${projection.name} is ${dale}: its weight cannot be ${weight}`,
        `Use a weight that is ${value < 0 ? "0 or more" : "0 or less"}.`,
      );
    this.#sidesOf(delivery).forEach((side, k) => {
      side.constantWeight = value;
      if (!side.table.bundle) return;
      const { arena } = this.#parts.sides[k]!;
      side.originalWeights ??= weightsOf(arena, this.precision, side.table, side.post.stride);
      setBundledWeights(arena, this.precision, side.table, side.post.stride, value);
    });
    this.#stale = true;
  }

  /** What the GPU did so far and what it holds; undefined where the processor runs the network. */
  get device(): DeviceState | undefined {
    return this.#device?.state;
  }

  /**
   * Advances the network as `run` does, measuring on the GPU how long each stage of an epoch takes there; that is slower than running.
   *
   * @throws {UnsupportedError} on other back-ends, and where the GPU has no time stamps
   */
  async profile(duration: Quantity): Promise<readonly StageTime[]> {
    const steps = this.#stepsOf(duration, "profile");
    if (!this.#device) throw new UnsupportedError("profile", `profile: ${this.backend} runs on the processor`, 'Compile with backend: "webgpu".');
    const times = await this.#device.timed(() => this.#advance(steps, {}));
    return [...times].map(([stage, { nanoseconds, dispatches }]) => ({ stage, dispatches, milliseconds: nanoseconds / 1e6 }));
  }

  /** Everything there is to say about the run so far. */
  report(): RunReport {
    if (this.#last) return this.#last.report;
    const { processes } = this.#runner;
    const [hash, totals] = this.#agreed([this.#hash.digest(), [...this.#spikeTotals]]);
    return makeReport(this.#parts, {
      hash,
      steps: this.#step,
      spikes: Float64Array.from(totals),
      simulateMs: this.#simulateMs,
      cpuMs: this.#cpuMs,
      modulated: this.#modulated,
      threads: this.#runner.threads,
      processes: processes?.size ?? 1,
      traffic: this.#runner.traffic,
      gpu: this.#device?.gpu,
    });
  }

  /** Where not every process hears of all spikes, the first one does. */
  #agreed<T>(own: T): T {
    const { processes } = this.#runner;
    return processes?.traffic.kind === "targeted" ? (JSON.parse(processes.textOfFirst(JSON.stringify(own))) as T) : own;
  }

  /** Generated code for people (WebAssembly text). */
  text(): string {
    return this.#last?.text ?? this.#runner.text();
  }

  /** Kernels of the populations, for `inspect`. */
  get groups(): readonly Group[] {
    return this.#parts.groups;
  }

  /** Ends the simulation, also while it runs, and frees its memory. What monitors recorded stays readable, and so does the report. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#stopListening();
    if (!this.#running) await this.#release();
  }

  /** Lets go of every array: the network may outlive its simulations, and its monitors know the last one. */
  async #release(): Promise<void> {
    this.#last = { report: this.report(), text: this.text() };
    this.#recording.release();
    this.#structures = this.#regular = [];
    this.#indices.clear();
    this.#parts = { ...this.#parts, arena: nowhere, memories: new Memories([nowhere], undivided), sides: [], deliveries: [] };
    await this.#runner.end(this.#parts);
  }

  async #advance(steps: number, options: RunOptions): Promise<void> {
    this.#checkIdle();
    this.#running = true;
    try {
      await this.#advanceSteps(steps, options);
    } finally {
      this.#running = false;
      if (this.#disposed) await this.#release();
    }
  }

  async #advanceSteps(steps: number, options: RunOptions): Promise<void> {
    const start = this.#step,
      end = start + steps;
    const { processes } = this.#runner;
    if (processes) processes.stopped = processes.asksToStop = false;
    let windowStart = performance.now(),
      cpuStart = cpuTime();
    try {
      for (;;) {
        if (this.#device && this.#changes[this.#changeNext]?.step === this.#step) await this.#device.fetch();
        this.#applyChanges();
        if (this.#stale || this.#staleGroups.size > 0) await this.#rebuild();
        const pause = performance.now() + breath;
        const until = Math.min(end, this.#nextChange(), this.#device ? Infinity : this.#nextRow(this.#step));
        if (this.#device) await this.#advanceOnDevice(this.#device, until, pause);
        if (processes) processes.asksToStop = options.signal?.aborted ?? false;
        while (this.#step < until && performance.now() < pause && !processes?.stopped) {
          const waits = this.#advanceChunk(Math.min(this.#parts.chunk, until - this.#step, this.#recording.stepsToSample(this.#step)));
          if (waits) await waits;
        }
        options.onProgress?.({
          time: (this.#step - start) * this.dt,
          duration: steps * this.dt,
          spikes: this.#spikeTotals.reduce((a, b) => a + b, 0),
        });
        await this.#recording.drain(false);
        // Processes stop in the same window, or they would wait for each other.
        if (!processes || processes.stopped) options.signal?.throwIfAborted();
        if (processes?.stopped) throw new DOMException("another process of this simulation was asked to stop", "AbortError");
        if (this.#step >= end) break;
        if (performance.now() >= pause) {
          this.#simulateMs += performance.now() - windowStart;
          this.#cpuMs += cpuTime() - cpuStart;
          await new Promise((resolve) => setTimeout(resolve, 0));
          this.#checkUsable();
          windowStart = performance.now();
          cpuStart = cpuTime();
        }
      }
    } finally {
      await this.#device?.fetch();
      this.#simulateMs += performance.now() - windowStart;
      this.#cpuMs += cpuTime() - cpuStart;
      await this.#recording.drain(true);
    }
  }

  /** Queues calls, at most two at a time, until step `until` or the time for a pause; then everything queued is done and recorded. */
  async #advanceOnDevice(device: DeviceRunner, until: number, pause: number): Promise<void> {
    if (this.#step === until) return;
    if (this.#step === 0) this.#deliverSpikesBeforeStart();
    await device.start();
    const calls: PendingCall[] = [];
    let ahead = this.#step;
    while (ahead < until || calls.length > 0) {
      const sample = this.#recording.stepsToSynapseSample(this.#step);
      const last = Math.min(until, this.#step + sample);
      if (ahead < last && calls.length < 2 && (calls.length === 0 || performance.now() < pause)) {
        const n = Math.min(device.callSteps, last - ahead, this.#nextRow(ahead) - ahead);
        this.#writeRows(ahead, device);
        calls.push(await device.call(ahead, n));
        ahead += n;
        continue;
      }
      await this.#finishCall(device, calls.shift()!, calls);
      if (ahead === this.#step && performance.now() >= pause) return;
    }
  }

  async #finishCall(device: DeviceRunner, pending: PendingCall, others: readonly PendingCall[]): Promise<void> {
    const { from, n } = pending;
    const call = await device.finish(pending);
    if (call.failure) {
      await Promise.all(others.map(({ result }) => result));
      await this.#recordCall(device, call, from, call.failure.step);
      throw await this.#deviceError(device, from, call.failure);
    }
    await this.#recordCall(device, call, from, n);
  }

  /** Records the first n steps of a call, and does what is due after the last of them unless the call failed there. */
  async #recordCall(device: DeviceRunner, call: DeviceCall, from: number, n: number): Promise<void> {
    for (let s = 0; s < n;) {
      const steps = Math.min(n - s, this.#recording.stepsToSample(from + s));
      this.#record(from, s, s + steps, call.spikes);
      s += steps;
      this.#step = from + s;
      device.showSample(call, from, s - 1);
      // Samples of synapses end a call.
      if (this.#recording.stepsToSynapseSample(this.#step - 1) === 1) await device.fetch();
      if (s === n && !call.failure) await this.#applyRegular(device);
      this.#recording.sample(this.#step);
    }
  }

  async #applyRegular(device?: DeviceRunner): Promise<void> {
    const due = this.#regular.filter(({ everySteps }) => this.#step % everySteps === 0);
    if (due.length === 0) return;
    await device?.fetch();
    for (const { apply } of due) apply();
  }

  /** Advances n steps (at most `chunk`), in windows of the shortest delay, and records what happened. A promise where threads have to meet. */
  #advanceChunk(n: number): Promise<void> | undefined {
    const { groups } = this.#parts;
    const from = this.#step;
    if (from === 0) this.#deliverSpikesBeforeStart();
    this.#writeRows(from);
    for (const group of groups) {
      if (group.data.kind === "spikes") this.#emitScheduled(group, from, n);
      this.#scalars[group.index]?.fill(from, n);
    }
    const stopped = (this.#runner as Runner).run(from, n);
    if (stopped instanceof Promise) return stopped.then((s) => this.#finishChunk(from, n, s));
    this.#finishChunk(from, n, stopped);
    return undefined;
  }

  #finishChunk(from: number, n: number, stopped: Stopped | undefined): void {
    if (stopped) {
      const failed = (this.#runner as Runner).firstFailure(this.#failure(from, stopped));
      invariant(failed, "a call that stops has a reason");
      const { window } = this.#parts;
      this.#recordChunk(from, this.#runner.processes ? Math.floor((failed.step - from) / window) * window : stopped.steps);
      this.#step = failed.step;
      throw failed.error;
    }
    this.#recordChunk(from, n);
    this.#step = from + n;
    for (const { everySteps, apply } of this.#regular) if (this.#step % everySteps === 0) apply();
    this.#recording.sample(this.#step);
  }

  /** Why a side stopped in the call that began with step `from`; undefined when it was another process. */
  #failure(from: number, { side, order }: Stopped): Failed | undefined {
    const { groups, sides, failure } = this.#parts;
    const { arena } = sides[side]!;
    const [map, element, step, lo] = arena.u32(failure, 4);
    if (!(step! >= from && step! < from + this.#parts.chunk)) return undefined;
    if (map! >= 2 ** 31) return { step: step!, order, error: edgeFailure(this.#parts, side) };
    const group = groups.filter((g) => g.kernel)[map!]!,
      table = this.#scalars[group.index];
    const scalars = table ? arena.real(this.precision, table.address + (step! - from) * table.bytes, group.kernel!.scalars.length) : [];
    return { step: step!, order, error: notFiniteError(this.#parts, arena, group, { element: element!, lo: lo!, step: step!, scalars }) };
  }

  async #deviceError(device: DeviceRunner, from: number, failure: DeviceFailure): Promise<Error> {
    const { groups, arena, failure: words } = this.#parts;
    const step = from + failure.step;
    this.#step = step;
    await device.fetch();
    if (failure.kind === "sum") {
      return new SimulationError("input-overflow",
        `a sum of synaptic input left the range of the GPU's fixed-point numbers at t = ${formatQuantity((step + 1) * this.dt, dimensions.second)}`,
        'A weight grew far beyond those of the beginning: bound it with clip(w, low, high), or use backend: "wasm".');
    }
    if (failure.kind === "edge") {
      arena.u32(words, 3).set([2 ** 31 + failure.kernel, failure.edge, step]);
      return edgeFailure(this.#parts, 0);
    }
    await device.fetchSums();
    const group = groups[failure.column]!, table = this.#scalars[failure.column];
    table?.fill(step, 1);
    const scalars = table ? arena.f32(table.address, group.kernel!.scalars.length) : [];
    return notFiniteError(this.#parts, arena, group, { element: failure.element, step, scalars });
  }

  #slot(delivery: Delivery, step: number): number {
    const ring = delivery.post.rings.get(delivery.variable!)!;
    const arrival = delivery.table.delays === "constant" ? step + delivery.table.maxDelay : step;
    return (((arrival % ring.slots) + ring.slots) % ring.slots) * ring.slotBytes;
  }

  #emitScheduled(group: Group, from: number, n: number): void {
    const { steps, ids } = group.schedule;
    const { arena, ownLists, made, chunk, groups, memories } = this.#parts;
    // Its neurons belong to the first partition of all.
    if (memories.partitioning.local[0]!.index > 0) return;
    const list = arena.u32(ownLists[group.index]!, chunk * group.stride),
      count = arena.u32(made, chunk * groups.length);
    for (let s = 0; s < n; s++) count[s * groups.length + group.index] = 0;
    let k = group.scheduleNext;
    while (k < steps.length && steps[k]! < from) k++;
    for (; k < steps.length && steps[k]! < from + n; k++) {
      const s = steps[k]! - from;
      list[s * group.stride + count[s * groups.length + group.index]!++] = ids[k]!;
    }
    group.scheduleNext = k;
  }

  /** A source's spike at time 0 was emitted in the step before the first. */
  #deliverSpikesBeforeStart(): void {
    const { groups, lists, counts, sides } = this.#parts;
    for (const group of groups) {
      if (group.data.kind !== "spikes") continue;
      const early = group.schedule.steps.findIndex((s) => s >= 0);
      group.scheduleNext = early < 0 ? group.schedule.steps.length : early;
    }
    const failures = sides.flatMap(({ arena, deliveries }, k) => {
      const made = arena.u32(counts, groups.length).fill(0);
      for (const group of groups) {
        const count = group.data.kind === "spikes" ? group.scheduleNext : 0;
        if (count === 0) continue;
        arena.u32(lists[group.index]!, count).set(group.schedule.ids.subarray(0, count));
        staticDeliveries(deliveries).forEach(
          (d, scatter) => d.pre === group && this.#runner.deliver(k, scatter, lists[group.index]!, count, this.#slot(d, -1)),
        );
        made[group.index] = count;
      }
      return this.#runner.after(k, -1) ? [edgeFailure(this.#parts, k)] : [];
    });
    this.#throwFirst(failures[0]);
  }

  #recordChunk(from: number, n: number): void {
    const { groups, monitors } = this.#parts;
    const runner = this.#runner as Runner;
    this.#record(from, 0, n, runner.recorded(n));
    if (monitors === "all") return;
    runner.eachOwn(n, (place, ids, count) => {
      this.#recording.add(place % groups.length, from + Math.floor(place / groups.length), ids, count);
    });
  }

  /** Records the spikes of steps first … n − 1 of the call that began with step `from`: those in the lists, or else those `recorded`. */
  #record(from: number, first: number, n: number, recorded: RecordedSpikes | undefined): void {
    const { groups, lists, arena, counts, chunk, monitors } = this.#parts;
    const made = arena.u32(counts, chunk * groups.length);
    // A view of each list as a whole: one for the spikes of each step would take longer than their hash.
    const views = recorded ? undefined : groups.map((group, g) => arena.u32(lists[g]!, n * group.stride));
    const heard = groups.map((_, g) => monitors === "all" && this.#recording.hears(g));
    for (let s = first, at = first * groups.length; s < n; s++) {
      for (let g = 0; g < groups.length; g++, at++) {
        const count = recorded ? recorded.starts[at + 1]! - recorded.starts[at]! : made[at]!;
        if (count === 0) continue;
        const ids = recorded ? recorded.ids : views![g]!, begin = recorded ? recorded.starts[at]! : s * groups[g]!.stride;
        this.#spikeTotals[g]! += count;
        this.#hash.add(from + s, g, ids, count, begin);
        if (heard[g]) this.#recording.add(g, from + s, ids.subarray(begin, begin + count), count);
      }
    }
  }

  #addSpikes(name: string, times: Float64Array, indices: Uint32Array): void {
    const group = this.#parts.groups.find((g) => g.name === name);
    if (!group || group.data.kind !== "spikes") return;
    const added = scheduleOf(times, indices, this.dt);
    const time = (step: number) => formatQuantity(Number((step * this.dt).toPrecision(12)), dimensions.second);
    const late = added.steps.findIndex((s) => s < this.#step && !(this.#step === 0));
    if (late >= 0) {
      throw new ArgumentError(
        "past",
        `spikeSource "${name}": a spike at ${time(added.steps[late]! + 1)} lies in the past of the simulation, which is at ${time(this.#step)}`,
        "Add spikes before their time comes.",
      );
    }
    const { schedule } = group;
    const steps = new Float64Array(schedule.steps.length + added.steps.length),
      ids = new Uint32Array(steps.length);
    steps.set(schedule.steps);
    steps.set(added.steps, schedule.steps.length);
    ids.set(schedule.ids);
    ids.set(added.ids, schedule.ids.length);
    const order = Uint32Array.from(steps, (_, k) => k).sort((a, b) => steps[a]! - steps[b]! || ids[a]! - ids[b]! || a - b);
    const all = { steps: Float64Array.from(order, (k) => steps[k]!), ids: Uint32Array.from(order, (k) => ids[k]!) };
    checkSchedule(all, group.stride, name);
    if (this.#device) checkDistinct(all, name, this.dt);
    group.schedule = all;
    group.scheduleNext = 0;
  }

  /** Makes the changes that are due now. */
  #applyChanges(): void {
    for (; this.#changeNext < this.#changes.length && this.#changes[this.#changeNext]!.step <= this.#step; this.#changeNext++) {
      this.#changes[this.#changeNext]!.apply();
    }
  }

  /** All changes of the description, by step. */
  #plannedChanges(): { readonly step: number; readonly apply: () => void }[] {
    const stepOf = (at: Quantity) => Math.round(parseQuantity(at, dimensions.second, "net.at: time") / this.dt);
    const fromData = this.#parts.data.changes.map((change) => ({
      step: stepOf(change.at),
      apply: () => {
        if ("lesion" in change) this.#lesion(change.lesion);
        else if ("projection" in change) {
          if ("weight" in change) this.setWeight({ name: change.projection } as Projection, change.weight);
          else this.#setSynapses(this.#delivery(change.projection), change.set);
        } else this.#set(change.target, change.set);
      },
    }));
    const hooks = this.network.hooks.map((hook) => ({ step: stepOf(hook.at), apply: () => hook.change(this) }));
    return [...fromData, ...hooks].sort((a, b) => a.step - b.step);
  }

  /** First step after now at which something outside the kernels changes. */
  #nextChange(): number {
    let next = this.#changes[this.#changeNext]?.step ?? Infinity;
    for (const { everySteps } of this.#regular) next = Math.min(next, (Math.floor(this.#step / everySteps) + 1) * everySteps);
    return next;
  }

  /** First step after `step` at which an input that is given row by row changes. */
  #nextRow(step: number): number {
    let next = Infinity;
    for (const { drives } of this.#parts.groups) {
      for (const row of drives?.rows ?? []) {
        const k = Math.floor((step - row.fromStep) / row.everySteps) + 1;
        next = Math.min(next, Math.max(step + 1, row.fromStep + Math.max(0, k) * row.everySteps));
      }
    }
    return next;
  }

  /** Rows of inputs as they are in step `step`. */
  #writeRows(step: number, device?: DeviceRunner): void {
    for (const group of this.#parts.groups) for (const row of group.drives?.rows ?? []) {
      writeRow(this.#parts, group, row, step);
      device?.write(group.address(row.name), 4 * group.stride);
    }
  }

  /** Statements of synapses at regular times, and norms. */
  #plannedRoutine(): { readonly everySteps: number; readonly apply: () => void }[] {
    const stepsOf = (seconds: number) => Math.max(1, Math.round(seconds / this.dt));
    const statements = this.#parts.deliveries.flatMap((d) => {
      const { regularly } = d.plastic?.checked ?? {};
      if (!regularly) return [];
      const apply = () => {
        this.#refresh(d);
        this.#visit(
          d,
          d.plastic!.lowered.walks.findIndex((w) => w.on === "regular"),
        );
      };
      return [{ everySteps: stepsOf(regularly.every), apply }];
    });
    const norms = this.#parts.data.normalisations.flatMap((rule) => {
      if (rule.every === undefined) return [];
      const delivery = this.#delivery(rule.projection);
      const apply = () => {
        this.#normalise(delivery, rule);
      };
      return [{ everySteps: stepsOf(parseQuantity(rule.every, dimensions.second, "normalise: every")), apply }];
    });
    // Rules for synapses come last: the code may not touch synapses that moved before it is made anew.
    return [...statements, ...norms, ...this.#structures];
  }

  async #rebuild(): Promise<void> {
    const { groups, memories, options, deliveries, sides } = this.#parts;
    for (const group of this.#stale ? groups : this.#staleGroups) {
      const before = JSON.stringify(group.kernel);
      group.lower(memories, options.precision);
      // New values of what differs between neurons anyway need no new code, unless synapses know of them.
      if (deliveries.some((d) => d.plastic?.readsValuesOf.has(group))) this.#stale = true;
      if (JSON.stringify(group.kernel) !== before) this.#stale = true;
    }
    this.#staleGroups.clear();
    if (!this.#stale) return;
    for (const side of sides) for (const { plastic } of side.deliveries) plastic?.lower(side.arena);
    this.#scalars = stepScalars(this.#parts);
    await this.load();
    this.#moved.clear();
    this.#stale = false;
  }

  #group(range: RangeData): Group {
    const group = this.#parts.groups.find((g) => g.name === range.population);
    if (!group) throw new ArgumentError("foreign", `"${range.population}" belongs to another network`, "Use a population of the simulated network.");
    return group;
  }

  #delivery(name: string): Delivery {
    const found = this.#parts.deliveries.find((d) => d.data.name === name);
    if (!found) throw new ArgumentError("foreign", `projection ${name} belongs to another network`, "Use a projection of the simulated network.");
    return found;
  }

  #stepsOf(duration: Quantity, what: string): number {
    const seconds = parseQuantity(duration, dimensions.second, `${what}: duration`);
    const steps = Math.round(seconds / this.dt);
    if (!(seconds >= 0) || this.#step + steps >= 2 ** 32) {
      throw new ArgumentError(
        "time",
        `${what}: cannot run for ${duration}`,
        `Use a time of 0 or more, at most 2^32 steps of ${formatQuantity(this.dt, dimensions.second)} in all.`,
      );
    }
    return steps;
  }

  #checkIdle(): void {
    this.#checkUsable();
    if (this.#running) throw new SimulationError("running", "this simulation is already running", "Await its run before you start or reset it.");
  }

  #checkUsable(): void {
    if (this.#disposed) throw new SimulationError("disposed", "this simulation has been disposed of", "Compile the network again.");
  }
}

/** What takes the place of memories that are no longer needed. */
const nowhere = new Arena(0);

/** Byte offset of a step's slot. */
const arenaSlot = (ring: { readonly slots: number; readonly slotBytes: number }, step: number): number => (step % ring.slots) * ring.slotBytes;

function unknownSynapseName({ data, plastic }: Delivery, name: string): ArgumentError {
  const known = ["w", ...(plastic ? [...plastic.checked.variables.slice(1), ...plastic.checked.parameters].map((v) => v.name) : [])];
  return new ArgumentError(
    "unknown-name",
    `projection ${data.name}: its synapses have no parameter or variable "${name}"`,
    `Known: ${known.join(", ")}.`,
  );
}

function writeRow(
  parts: SimulationParts,
  group: Group,
  row: {
    readonly name: string;
    readonly everySteps: number;
    readonly fromStep: number;
    readonly start: number;
    readonly count: number;
    readonly rows: Float64Array;
  },
  from: number,
): void {
  const k = Math.floor((from - row.fromStep) / row.everySteps);
  const part = k >= 0 ? row.rows.subarray(k * row.count, (k + 1) * row.count) : row.rows.subarray(0, 0);
  parts.memories.write(parts.options.precision, group.address(row.name), group.stride, (view) => {
    if (part.length === row.count) view.set(part, row.start);
    else view.fill(0, row.start, row.start + row.count);
  });
}

/** CPU milliseconds of this process where the runtime tells (Node), else wall time. */
function cpuTime(): number {
  const runtime = (globalThis as { process?: { cpuUsage?: () => { user: number; system: number } } }).process;
  if (!runtime?.cpuUsage) return performance.now();
  const { user, system } = runtime.cpuUsage();
  return (user + system) / 1000;
}
