/** Spikes at real times, for the monitors of a network. */
import { GrowingF64 } from "../growing.ts";
import { HeldSpikes } from "../heldSpikes.ts";
import type { RecordedSource } from "../recordedSource.ts";

export class ExactSpikeRecorder extends HeldSpikes {
  readonly #times = new GrowingF64();

  /** @param now the simulated time in seconds */
  constructor(sources: readonly RecordedSource[], countsOnly: boolean, now: () => number) {
    super(sources, countsOnly, 0, now);
  }

  /** A spike of one source; `neuron` is counted through the whole population. */
  add(source: number, neuron: number, t: number): void {
    const { start, end } = this.sources[source]!.range;
    if (neuron < start || neuron >= end) return;
    this.counts[source]![neuron - start]!++;
    if (this.countsOnly) return;
    this.#times.push(t);
    this.ids.push(neuron - start + this.populations[source]!.offset);
  }

  protected times(): Float64Array {
    return this.#times.taken();
  }

  protected forgetTimes(): void {
    this.#times.length = 0;
  }
}
