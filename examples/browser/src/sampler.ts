/** From all spikes of a simulation to what a page can draw: the spikes of some neurons, and how many each population fired. */
import type { StreamChunk } from "synfire";
import type { Band, Frame } from "./messages.ts";

/** Seconds of a bin of the counts. */
export const countBin = 0.001;

/** Rows of each population: in proportion to its neurons, but never fewer than a twelfth of all, and at most one a neuron. */
export function bandsOf(populations: readonly { readonly name: string; readonly size: number }[], rows: number): Band[] {
  const neurons = populations.reduce((sum, { size }) => sum + size, 0);
  const share = (size: number) => Math.max(Math.ceil(rows / 12), Math.round((rows * size) / neurons));
  return populations.map(({ name, size }) => ({ name, size, rows: Math.min(size, share(size)) }));
}

/** Collects chunks of a run until they are taken as one frame. */
export class Sampler {
  readonly #bands: readonly Band[];
  /** Row of each neuron, −1 where it is not shown. */
  readonly #rows: Int16Array;
  readonly #ends: readonly number[];
  #times: number[] = [];
  #shown: number[] = [];
  #counts: number[] = [];
  #from = 0;
  #to = 0;

  constructor(bands: readonly Band[]) {
    this.#bands = bands;
    let end = 0;
    this.#ends = bands.map(({ size }) => (end += size));
    this.#rows = new Int16Array(end).fill(-1);
    let first = 0, row = 0;
    for (const { size, rows } of bands) {
      for (let r = 0; r < rows; r++) this.#rows[first + Math.floor((r * size) / rows)] = row++;
      first += size;
    }
  }

  add({ from, to, times, indices }: StreamChunk): void {
    if (this.#counts.length === 0) this.#from = from;
    this.#to = to;
    const start = this.#from, populations = this.#bands.length;
    // Every frame begins with a bin of its own; a spike at a bin's end belongs to it.
    const bins = Math.max(1, Math.ceil((to - start) / countBin - 1e-6));
    while (this.#counts.length < bins * populations) this.#counts.push(0);
    for (let k = 0; k < times.length; k++) {
      const neuron = indices[k]!, since = times[k]! - start;
      const bin = Math.min(bins - 1, Math.max(0, Math.ceil(since / countBin - 1e-6) - 1));
      let population = 0;
      while (neuron >= this.#ends[population]!) population++;
      this.#counts[bin * populations + population]!++;
      const row = this.#rows[neuron]!;
      if (row < 0) continue;
      this.#times.push(since);
      this.#shown.push(row);
    }
  }

  /** What was added since the last call. @param busy seconds that it took */
  take(busy: number): Frame {
    const frame: Frame = {
      from: this.#from, to: this.#to, busy,
      times: Float32Array.from(this.#times), rows: Uint16Array.from(this.#shown), counts: Uint32Array.from(this.#counts),
    };
    this.#times = [];
    this.#shown = [];
    this.#counts = [];
    return frame;
  }
}
