/** Spikes at real times, for the monitors of a network. */
import type { SpikePopulation, Spikes } from "../../math/spikes.ts";
import type { SpikeRecording, SpikeSink } from "../../network/monitors.ts";
import type { RecordedSource } from "../recorders.ts";

/** Most spikes held before they go to a sink. */
const sinkBlock = 65536;

export class ExactSpikeRecorder {
  readonly sources: readonly RecordedSource[];
  readonly #countsOnly: boolean;
  readonly #counts: readonly Uint32Array[];
  readonly #populations: readonly SpikePopulation[];
  #times = new Float64Array(256);
  #ids = new Uint32Array(256);
  #length = 0;
  #now: () => number;
  #cached: { readonly length: number; readonly duration: number; readonly spikes: Spikes } | undefined;

  /** @param now the simulated time in seconds */
  constructor(sources: readonly RecordedSource[], countsOnly: boolean, now: () => number) {
    this.sources = sources;
    this.#countsOnly = countsOnly;
    this.#now = now;
    this.#counts = sources.map((s) => new Uint32Array(s.range.end - s.range.start));
    let offset = 0;
    this.#populations = sources.map(({ name, range }) => {
      const size = range.end - range.start;
      offset += size;
      return { name, offset: offset - size, size };
    });
  }

  /** A spike of one source; `neuron` is counted through the whole population. */
  add(source: number, neuron: number, t: number): void {
    const { start, end } = this.sources[source]!.range;
    if (neuron < start || neuron >= end) return;
    this.#counts[source]![neuron - start]!++;
    if (this.#countsOnly) return;
    if (this.#length === this.#times.length) this.#grow();
    this.#times[this.#length] = t;
    this.#ids[this.#length++] = neuron - start + this.#populations[source]!.offset;
  }

  clear(): void {
    this.#length = 0;
    this.#cached = undefined;
    for (const c of this.#counts) c.fill(0);
  }

  /** Keeps what is recorded and lets go of the simulation. */
  release(): void {
    const end = this.#now();
    this.#now = () => end;
  }

  /** Hands what is recorded to a sink and forgets it, once there is enough of it (or at the end). */
  async drainTo(sink: SpikeSink, end: boolean): Promise<void> {
    if (this.#length === 0 || (!end && this.#length < sinkBlock)) return;
    const { times, indices } = this.taken();
    this.#length = 0;
    this.#cached = undefined;
    await sink.append(times, indices);
  }

  taken(): { readonly times: Float64Array; readonly indices: Uint32Array } {
    return { times: this.#times.slice(0, this.#length), indices: this.#ids.slice(0, this.#length) };
  }

  recording(): SpikeRecording {
    const duration = this.#now();
    if (this.#cached?.length !== this.#length || this.#cached.duration !== duration)
      this.#cached = { length: this.#length, duration, spikes: { ...this.taken(), populations: this.#populations, duration, dt: 0 } };
    return { spikes: this.#cached.spikes, counts: new Map(this.sources.map((s, k) => [s.range, this.#counts[k]!])) };
  }

  #grow(): void {
    const times = new Float64Array(2 * this.#length), ids = new Uint32Array(2 * this.#length);
    times.set(this.#times);
    ids.set(this.#ids);
    this.#times = times;
    this.#ids = ids;
  }
}
