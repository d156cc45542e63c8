/**
 * Monitors: what a run records. A monitor is declared on the network and filled by the simulation that was compiled last; before a
 * run it is empty.
 */
import type { SpikePopulation, Spikes } from "../math/spikes.ts";
import { coefficientOfVariation, firingRate } from "../math/statistics/index.ts";
import type { MonitorData, RangeData } from "./data.ts";
import type { SpikingGroup } from "./population.ts";

/** Where the samples of a long run go instead of memory, e.g. `TraceFile` of synfire/io: rows of [samples × elements], one array a name. */
export interface TraceSink {
  append(times: Float64Array, values: ReadonlyMap<string, Float64Array>): void | Promise<void>;
}

/** What the engine writes into. */
export interface SpikeRecording {
  readonly spikes: Spikes;
  readonly counts: ReadonlyMap<RangeData, Uint32Array>;
}
export interface TraceRecording {
  readonly times: Float64Array;
  readonly values: ReadonlyMap<string, Float64Array>;
  readonly neurons: Uint32Array;
}

/** Where a long run's spikes go instead of memory, e.g. `SpikeFile` of synfire/io. */
export interface SpikeSink {
  append(times: Float64Array, indices: Uint32Array): void | Promise<void>;
}

const noSpikes: Spikes = { times: new Float64Array(0), indices: new Uint32Array(0), populations: [], duration: 0, dt: 0 };

/** Records every spike of its sources, or with `countsOnly` how many each neuron fired. */
export class SpikeMonitor implements Spikes {
  readonly sources: readonly SpikingGroup[];
  readonly data: MonitorData & { kind: "spikes" };
  #recording: (() => SpikeRecording) | undefined;
  #sink: SpikeSink | undefined;

  constructor(sources: readonly SpikingGroup[], options: { readonly countsOnly: boolean }) {
    this.sources = sources;
    this.data = { kind: "spikes", sources: sources.map((s) => s.range), ...options };
  }

  /** For the engine. */
  attach(recording: () => SpikeRecording): void {
    this.#recording = recording;
  }

  /** Sends the spikes to a file (or anything else) as the run goes on, so that memory stays bounded; `times` then holds what was not sent yet. */
  streamTo(sink: SpikeSink): this {
    this.#sink = sink;
    return this;
  }
  get sink(): SpikeSink | undefined {
    return this.#sink;
  }

  get #spikes(): Spikes {
    return this.#recording?.().spikes ?? noSpikes;
  }
  /** Seconds, ascending. [spikes] */
  get times(): Float64Array {
    return this.#spikes.times;
  }
  /** Neuron of each spike, counted through the monitor's sources in order. [spikes] */
  get indices(): Uint32Array {
    return this.#spikes.indices;
  }
  get populations(): readonly SpikePopulation[] {
    return this.#spikes.populations;
  }
  /** Seconds recorded. */
  get duration(): number {
    return this.#spikes.duration;
  }
  get dt(): number {
    return this.#spikes.dt;
  }

  /** Spikes of each neuron of one source. [neurons] */
  counts(source: SpikingGroup = this.sources[0]!): Uint32Array {
    const counts = this.#recording?.().counts;
    const range = this.sources.find((s) => s === source || sameRange(s.range, source.range))?.range;
    return (range && counts?.get(range)) ?? new Uint32Array(source.size);
  }

  /** Number of spikes of all sources. */
  get count(): number {
    return this.sources.reduce((sum, s) => sum + this.counts(s).reduce((a, b) => a + b, 0), 0);
  }

  /** Mean firing rate in Hz of all sources or of one. */
  rate(source?: SpikingGroup): number {
    if (!this.data.countsOnly) return firingRate(this, source && this.#named(source));
    const groups = source ? [source] : this.sources;
    const neurons = groups.reduce((sum, g) => sum + g.size, 0);
    const spikes = groups.reduce((sum, g) => sum + this.counts(g).reduce((a, b) => a + b, 0), 0);
    return this.duration > 0 ? spikes / neurons / this.duration : 0;
  }

  /** Mean coefficient of variation of the inter-spike intervals, over neurons with at least three spikes. */
  cv(source?: SpikingGroup): number {
    return coefficientOfVariation(this, source && this.#named(source));
  }

  #named(source: SpikingGroup): SpikePopulation {
    const k = this.sources.findIndex((s) => s === source || sameRange(s.range, source.range));
    return this.populations[k] ?? { name: source.name, offset: 0, size: 0 };
  }
}

const sameRange = (a: RangeData, b: RangeData): boolean => a.population === b.population && a.start === b.start && a.end === b.end;

/** What the monitors of states, rates and weights have in common: samples at times, in memory or sent on. */
class SampleMonitor {
  #recording: (() => TraceRecording) | undefined;
  #sink: TraceSink | undefined;

  /** For the engine. */
  attach(recording: () => TraceRecording): void {
    this.#recording = recording;
  }

  /** Sends the samples to a file (or anything else) as the run goes on; the monitor then holds what was not sent yet. */
  streamTo(sink: TraceSink): this {
    this.#sink = sink;
    return this;
  }
  get sink(): TraceSink | undefined {
    return this.#sink;
  }

  /** Sampling times in seconds: after the step that ends then. [samples] */
  get times(): Float64Array {
    return this.#recording?.().times ?? new Float64Array(0);
  }
  protected get elements(): Uint32Array {
    return this.#recording?.().neurons ?? new Uint32Array(0);
  }
  protected values(name: string): Float64Array {
    return this.#recording?.().values.get(name) ?? new Float64Array(0);
  }
}

/** Records state variables (or parameters) of a population at an interval. */
export class StateMonitor<S extends string = string> extends SampleMonitor {
  readonly source: SpikingGroup;
  readonly data: MonitorData & { kind: "state" };

  constructor(source: SpikingGroup, data: MonitorData & { kind: "state" }) {
    super();
    this.source = source;
    this.data = data;
  }

  /** Which neurons of the source are recorded. */
  get neurons(): Uint32Array {
    return this.elements;
  }
  /** Values in SI units, sample by sample. [samples × neurons] */
  get(name: S): Float64Array {
    return this.values(name);
  }
  /** Time course of one recorded neuron. [samples] */
  trace(name: S, neuron = 0): Float64Array {
    return columnOf(this.get(name), this.neurons.length, neuron);
  }
}

/** Records the firing rate of a population, averaged over its neurons, in bins; `times` are the ends of the bins. */
export class RateMonitor extends SampleMonitor {
  readonly source: SpikingGroup;
  readonly data: MonitorData & { kind: "rate" };

  constructor(source: SpikingGroup, data: MonitorData & { kind: "rate" }) {
    super();
    this.source = source;
    this.data = data;
  }

  /** Spikes per second and neuron. [bins] */
  get rate(): Float64Array {
    return this.values("rate");
  }
}

/** Records weights, variables or parameters of a sample of a projection's synapses. */
export class SynapseMonitor<S extends string = string> extends SampleMonitor {
  readonly data: MonitorData & { kind: "synapses" };

  constructor(data: MonitorData & { kind: "synapses" }) {
    super();
    this.data = data;
  }

  /** Which synapses (in storage order: by source, then as made) are recorded. */
  get synapses(): Uint32Array {
    return this.elements;
  }
  /** Values in SI units, sample by sample. [samples × synapses] */
  get(name: S): Float64Array {
    return this.values(name);
  }
  /** Time course of one recorded synapse. [samples] */
  trace(name: S, synapse = 0): Float64Array {
    return columnOf(this.get(name), this.synapses.length, synapse);
  }
}

/** Records the weights of a sample of a projection's synapses. */
export class WeightMonitor extends SynapseMonitor<"w"> {
  /** Values in SI units. [samples × synapses] */
  get weights(): Float64Array {
    return this.values("w");
  }
}

/** One column of a table [rows × n]. */
function columnOf(table: Float64Array, n: number, column: number): Float64Array {
  const columns = Math.max(1, n);
  return Float64Array.from({ length: Math.floor(table.length / columns) }, (_, k) => table[k * columns + column]!);
}
