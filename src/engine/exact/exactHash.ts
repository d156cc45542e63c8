/** A 64-bit hash of all spikes of an event-driven run: of the bits of each time, its population and its neuron, in order. */
import { SpikeHash } from "../spikeHash.ts";

export class ExactHash {
  readonly #hash = new SpikeHash();
  readonly #time = new Float64Array(1);
  readonly #bits = new Uint32Array(this.#time.buffer);
  readonly #rest = new Uint32Array(2);

  add(t: number, population: number, neuron: number): void {
    this.#time[0] = t;
    this.#rest[0] = this.#bits[1]!;
    this.#rest[1] = neuron;
    this.#hash.add(this.#bits[0]!, population, this.#rest, 2);
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    return this.#hash.digest();
  }
}
