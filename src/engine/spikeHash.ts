/**
 * A 64-bit hash of all spikes of a run in the order (step, population, neuron): two runs with the same hash had the same spikes.
 * Two 32-bit lanes of a multiply-xor hash; not cryptographic.
 */
export class SpikeHash {
  #a = 0x9e3779b9;
  #b = 0x85ebca6b;

  /** Adds the spikes ids[first] … ids[first + count − 1] of population number `population` at `step`. */
  add(step: number, population: number, ids: Uint32Array, count: number, first = 0): void {
    if (count === 0) return;
    let a = Math.imul(this.#a ^ step, 0xcc9e2d51);
    let b = Math.imul(this.#b ^ population, 0x1b873593) ^ (step >>> 7);
    for (let k = first; k < first + count; k++) {
      const id = ids[k]!;
      a = Math.imul(a ^ id, 0xcc9e2d51);
      a ^= a >>> 15;
      b = (Math.imul((b << 13) | (b >>> 19), 5) + 0xe6546b64 + Math.imul(id, 0x1b873593)) | 0;
    }
    this.#a = a ^ Math.imul(count, 0x27d4eb2f);
    this.#b = b ^ a;
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    const finish = (h: number) => {
      h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
      h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
      return ((h ^ (h >>> 16)) >>> 0).toString(16).padStart(8, "0");
    };
    return finish(this.#a) + finish(this.#b ^ this.#a);
  }

  /** State, so that a run can be taken back to where it was. */
  get state(): readonly [number, number] {
    return [this.#a, this.#b];
  }
  set state(saved: readonly [number, number]) {
    [this.#a, this.#b] = saved;
  }
}
