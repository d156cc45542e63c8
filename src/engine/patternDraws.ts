/** Random numbers of wiring: which counters a synapse owns, and how partners are chosen from them. */

/** Uniform numbers in [0, 1) of elements element … element + count − 1; the view is valid until the next call. `element` is a multiple of 16. */
export type UniformSource = (element: number, count: number, step: number, draw: number) => Float64Array;

/** Synapses that are made at a time, and uniform numbers at most. */
export const batchSize = 4096;

/** Counters are 32 bits wide: the high part of a synapse's number goes where other streams have the step. */
export const counterOf = (first: number): { element: number; step: number } =>
  ({ element: first % 4294967296, step: Math.floor(first / 4294967296) });

/** One of `others` partners, `self` (if not negative) left out. */
export function choose(u: number, others: number, self: number): number {
  if (self < 0) return Math.floor(u * others);
  const pick = Math.floor(u * (others - 1));
  return pick >= self ? pick + 1 : pick;
}

/** One number of a further draw of synapse `index`. */
export function redraw(uniform: UniformSource, index: number, draw: number): number {
  const { element, step } = counterOf(index);
  const start = Math.floor(element / 16) * 16;
  return uniform(start, 16, step, draw)[element - start]!;
}

/** Remembers which partners the current owner has, without clearing a table for each owner. */
export class DistinctPartners {
  readonly #stamp: Uint32Array;
  #owner = 0;

  constructor(size: number) {
    this.#stamp = new Uint32Array(size);
  }

  next(): void {
    this.#owner++;
  }

  has(partner: number): boolean {
    return this.#stamp[partner] === this.#owner;
  }

  take(partner: number): boolean {
    if (this.#stamp[partner] === this.#owner) return false;
    this.#stamp[partner] = this.#owner;
    return true;
  }
}
