/** Spikes on their way between processes: for each step and group with spikes, where it stands among all, how many, and the neurons. */
export class SpikeList {
  words: Uint32Array<ArrayBuffer> = new Uint32Array(256);
  length = 0;
  /** Where the last place and its count stand. */
  #last = -1;

  clear(): void {
    this.length = 0;
    this.#last = -1;
  }

  /** Adds `count` neurons, found in `from` at `at`, that spiked at a place (step × groups + group). Places come in ascending order. */
  add(place: number, from: Uint32Array, at: number, count: number): void {
    this.#open(place, count);
    if (count > few) this.words.set(from.subarray(at, at + count), this.length);
    else for (let k = 0; k < count; k++) this.words[this.length + k] = from[at + k]!;
    this.length += count;
    this.words[this.#last + 1]! += count;
  }

  addOne(place: number, neuron: number): void {
    this.#open(place, 1);
    this.words[this.length++] = neuron;
    this.words[this.#last + 1]!++;
  }

  #open(place: number, more: number): void {
    const needed = this.length + more + 2;
    if (needed > this.words.length) {
      const larger = new Uint32Array(2 * needed);
      larger.set(this.words);
      this.words = larger;
    }
    if (this.#last >= 0 && this.words[this.#last] === place) return;
    this.#last = this.length;
    this.words[this.length] = place;
    this.words[this.length + 1] = 0;
    this.length += 2;
  }
}

/** Copied one by one: setting a part of an array costs as much as some dozen numbers. */
export const few = 24;
