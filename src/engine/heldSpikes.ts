/** Spikes that a monitor holds, whatever form their times have. */
import type { SpikePopulation, Spikes } from "../math/spikes.ts";
import type { SpikeRecording, SpikeSink } from "../network/monitors.ts";
import { GrowingU32 } from "./growing.ts";
import type { RecordedSource } from "./recordedSource.ts";

/** Most spikes, or sampled values of a variable, held before they go to a sink. */
export const sinkBlock = 65536;

export abstract class HeldSpikes {
  readonly sources: readonly RecordedSource[];
  protected readonly countsOnly: boolean;
  /** Neurons, counted through all sources. */
  protected readonly ids = new GrowingU32();
  /** Spikes of each neuron, source by source. */
  protected readonly counts: readonly Uint32Array[];
  protected readonly populations: readonly SpikePopulation[];
  readonly #dt: number;
  #now: () => number;
  #cached: { readonly length: number; readonly duration: number; readonly spikes: Spikes } | undefined;

  /**
   * @param dt   the step in seconds, 0 where there is none
   * @param now  the simulated time in seconds
   */
  constructor(sources: readonly RecordedSource[], countsOnly: boolean, dt: number, now: () => number) {
    this.sources = sources;
    this.countsOnly = countsOnly;
    this.#dt = dt;
    this.#now = now;
    this.counts = sources.map((s) => new Uint32Array(s.range.end - s.range.start));
    let offset = 0;
    this.populations = sources.map(({ name, range }) => {
      const size = range.end - range.start;
      offset += size;
      return { name, offset: offset - size, size };
    });
  }

  /** Times of the spikes held, in seconds. */
  protected abstract times(): Float64Array;
  protected abstract forgetTimes(): void;

  /** Copies of the spikes held. */
  taken(): { readonly times: Float64Array; readonly indices: Uint32Array } {
    return { times: this.times(), indices: this.ids.taken() };
  }

  clear(): void {
    this.#forget();
    for (const c of this.counts) c.fill(0);
  }

  /** Keeps what is recorded and lets go of the simulation. */
  release(): void {
    const end = this.#now();
    this.#now = () => end;
  }

  /** Hands what is recorded to a sink and forgets it, once there is enough of it (or at the end). */
  async drainTo(sink: SpikeSink, end: boolean): Promise<void> {
    if (this.ids.length === 0 || (!end && this.ids.length < sinkBlock)) return;
    const { times, indices } = this.taken();
    this.#forget();
    await sink.append(times, indices);
  }

  recording(): SpikeRecording {
    const duration = this.#now();
    if (this.#cached?.length !== this.ids.length || this.#cached.duration !== duration) {
      const spikes = { ...this.taken(), populations: this.populations, duration, dt: this.#dt };
      this.#cached = { length: this.ids.length, duration, spikes };
    }
    return { spikes: this.#cached.spikes, counts: new Map(this.sources.map((s, k) => [s.range, this.counts[k]!])) };
  }

  #forget(): void {
    this.ids.length = 0;
    this.forgetTimes();
    this.#cached = undefined;
  }
}
