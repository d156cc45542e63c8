/** Connects the monitors of a network with what a simulation does. */
import { invariant } from "../errors.ts";
import { dimensions } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import { RateMonitor, SpikeMonitor, StateMonitor, SynapseMonitor } from "../network/monitors.ts";
import type { Delivery } from "./projections.ts";
import { attachSpikes, attachTraces, groupOf, sourceOf, wholeSources } from "./recordedSource.ts";
import type { RecordedSource } from "./recordedSource.ts";
import { drainSamples, RateRecorder, SpikeRecorder, TraceRecorder, sampleOf } from "./recorders.ts";
import type { SimulationParts } from "./parts.ts";
import { weightsOf } from "./synapses.ts";
import type { SynapseIndex } from "./synapseIndex.ts";

/** One variable of one state monitor. */
export interface StateSamples {
  readonly population: string;
  readonly name: string;
  readonly everySteps: number;
  /** Ascending, counted through the whole population. */
  readonly elements: Uint32Array;
}

export class Recording {
  readonly #dt: number;
  readonly #spikes: { readonly recorder: SpikeRecorder; readonly monitor: SpikeMonitor }[] = [];
  readonly #samples: { readonly recorder: TraceRecorder | RateRecorder; readonly monitor: StateMonitor | RateMonitor | SynapseMonitor }[] = [];
  /** Group → who wants its spikes. */
  readonly #listeners = new Map<number, ((step: number, ids: Uint32Array, count: number) => void)[]>();
  readonly #everything: RecordedSource[];
  readonly #now: () => number;

  /** @param refresh brings the event-driven state of a projection's synapses up to now */
  constructor(parts: SimulationParts, now: () => number, refresh: (delivery: Delivery) => void, indexOf: (delivery: Delivery) => SynapseIndex) {
    this.#dt = parts.options.dt;
    this.#now = now;
    const { groups, memories, sides, options } = parts;
    this.#everything = wholeSources(groups);
    for (const monitor of parts.network.monitors) {
      if (monitor instanceof SpikeMonitor) {
        const recorder = new SpikeRecorder(monitor.data.sources.map((range) => sourceOf(groups, range)), monitor.data.countsOnly, this.#dt, now);
        attachSpikes(monitor, recorder);
        this.#listen(recorder);
        this.#spikes.push({ recorder, monitor });
      } else if (monitor instanceof RateMonitor) {
        const recorder = new RateRecorder(sourceOf(groups, monitor.data.source), this.#steps(monitor.data.every), this.#dt);
        attachTraces(monitor, recorder, 0);
        this.#on(recorder.source.group, (_step, ids, count) => recorder.add(ids, count));
        this.#samples.push({ recorder, monitor });
      } else if (monitor instanceof StateMonitor) {
        const { source, names, every, sample } = monitor.data;
        const group = groupOf(groups, source);
        const recorder = new TraceRecorder(every === undefined ? 1 : this.#steps(every), sampleOf(source.start, source.end, sample), names, (n) => {
          if (group.arrays.has(n)) {
            return memories.reader(options.precision, group.address(n), group);
          }
          const value = group.values.get(n)!;
          return (e) => (value.kind === "number" ? value.value : value.kind === "array" ? value.values[e]! : NaN);
        });
        attachTraces(monitor, recorder, source.start);
        this.#samples.push({ recorder, monitor });
      } else {
        const delivery = parts.deliveries.find((d) => d.data.name === monitor.data.projection);
        invariant(delivery, "monitored projections were checked to be of this network");
        const { table } = delivery;
        const index = indexOf(delivery);
        const place = parts.deliveries.indexOf(delivery);
        const recorder = new TraceRecorder(monitor.data.every === undefined ? 1 : this.#steps(monitor.data.every),
          sampleOf(0, index.count, monitor.data.sample), monitor.data.names, (n) => {
          refresh(delivery);
          const { plastic } = delivery;
          if (plastic) {
            const valuesOf = (k: number) => {
              const side = sides[k]!.deliveries[place]!;
              const address = side.plastic!.edgeAddress(n);
              return address === undefined
                ? side.plastic!.read(n, sides[k]!.arena, now() - 1)!
                : sides[k]!.arena.real(options.precision, address, side.table.count);
            };
            const held = memories.partitioning.local[0]!.count === 1 ? valuesOf(0) : index.gather((_, k) => valuesOf(k));
            return (e) => held[e]!;
          }
          const constant = delivery.constantWeight ?? (table.weights.kind === "constant" ? table.weights.value : undefined);
          if (constant !== undefined || table.weights.kind === "constant") return () => constant!;
          const view = index.gather(({ table: own, post }, k) => weightsOf(sides[k]!.arena, options.precision, own, post.stride));
          return (e) => view[e]!;
        });
        attachTraces(monitor, recorder, 0);
        this.#samples.push({ recorder, monitor });
      }
    }
  }

  /** What state monitors sample. */
  get stateSamples(): readonly StateSamples[] {
    return this.#samples.flatMap(({ recorder, monitor }) => {
      if (!(monitor instanceof StateMonitor) || !(recorder instanceof TraceRecorder)) return [];
      const { source, names } = monitor.data;
      return names.map((name) => ({ population: source.population, name, everySteps: recorder.everySteps, elements: recorder.elements }));
    });
  }

  /** Steps from `step` to the next sample of synapses. */
  stepsToSynapseSample(step: number): number {
    let least = Infinity;
    for (const { recorder, monitor } of this.#samples)
      if (monitor instanceof SynapseMonitor) least = Math.min(least, recorder.everySteps - (step % recorder.everySteps));
    return least;
  }

  /** Whether any monitor wants spikes. */
  get listens(): boolean {
    return this.#listeners.size > 0;
  }

  /** Spikes of one group at one step. */
  add(group: number, step: number, ids: Uint32Array, count: number): void {
    for (const listener of this.#listeners.get(group) ?? []) listener(step, ids, count);
  }

  /** Whether anybody wants the spikes of a group. */
  hears(group: number): boolean {
    return (this.#listeners.get(group)?.length ?? 0) > 0;
  }

  /** Calls with each step's spikes of a group, until the returned function is called. */
  listen(group: number, listener: (step: number, ids: Uint32Array, count: number) => void): () => void {
    return this.#on(group, listener);
  }

  /** Steps from `step` to the next sample of any monitor. */
  stepsToSample(step: number): number {
    let least = Infinity;
    for (const { recorder } of this.#samples) least = Math.min(least, recorder.everySteps - (step % recorder.everySteps));
    return least;
  }

  /** Takes the samples that are due when `step` steps are done. */
  sample(step: number): void {
    for (const { recorder } of this.#samples) if (step % recorder.everySteps === 0) recorder.sample(step * this.#dt);
  }

  /** Spikes of all groups from now on until the returned function is called. */
  collect(): () => { readonly times: Float64Array; readonly indices: Uint32Array } {
    const recorder = new SpikeRecorder(this.#everything, false, this.#dt, this.#now);
    const remove = this.#listen(recorder);
    return () => {
      remove();
      return recorder.taken();
    };
  }

  async drain(end: boolean): Promise<void> {
    for (const { recorder, monitor } of this.#spikes) if (monitor.sink) await recorder.drainTo(monitor.sink, end);
    for (const { recorder, monitor } of this.#samples) if (monitor.sink) await drainSamples(recorder, monitor.sink, end);
  }

  clear(): void {
    for (const { recorder } of this.#spikes) recorder.clear();
    for (const { recorder } of this.#samples) recorder.clear();
  }

  /** The monitors keep what was recorded, and nothing else of the simulation. */
  release(): void {
    for (const { recorder } of this.#spikes) recorder.release();
    for (const { recorder } of this.#samples) if (recorder instanceof TraceRecorder) recorder.release();
    this.#listeners.clear();
  }

  #listen(recorder: SpikeRecorder): () => void {
    const made = recorder.sources.map(({ group }, k) => this.#on(group, (step, ids, count) => recorder.add(k, step, ids, count)));
    return () => made.forEach((remove) => remove());
  }

  #on(group: number, listener: (step: number, ids: Uint32Array, count: number) => void): () => void {
    const list = this.#listeners.get(group) ?? [];
    list.push(listener);
    this.#listeners.set(group, list);
    return () => list.splice(list.indexOf(listener), 1);
  }

  #steps(every: Quantity): number {
    return Math.max(1, Math.round(parseQuantity(every, dimensions.second, "monitor: every") / this.#dt));
  }
}
