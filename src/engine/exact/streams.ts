/** Poisson processes in continuous time: exponential intervals from counter-based random numbers. */
import type { UniformSource } from "../pattern.ts";

const block = 4096;

/** Numbers in (0, 1) with 53 bits, a stream's n-th being a function of n alone. */
class Uniform53 {
  readonly #source: UniformSource;
  readonly #draw: number;
  readonly #values = new Float64Array(block);
  #next = block;
  #block = 0;

  /** @param draw its two draws are draw and draw + 1 */
  constructor(source: UniformSource, draw: number) {
    this.#source = source;
    this.#draw = draw;
  }

  next(): number {
    if (this.#next === block) this.#refill();
    return this.#values[this.#next++]!;
  }

  restart(): void {
    this.#next = block;
    this.#block = 0;
  }

  #refill(): void {
    const first = this.#block++ * block;
    const element = first % 4294967296, step = Math.floor(first / 4294967296);
    this.#values.set(this.#source(element, block, step, this.#draw));
    const low = this.#source(element, block, step, this.#draw + 1);
    // In (0, 1): half a unit of the last place above the lattice, so that the logarithm is finite.
    for (let k = 0; k < block; k++) this.#values[k] = this.#values[k]! + (low[k]! + 2 ** -33) * 2 ** -32;
    this.#next = 0;
  }
}

/**
 * Independent Poisson processes, one an element, as one process of their summed rate in which each event falls on an element with a probability
 * in proportion to its rate (superposition): the same thing, and no queue is needed.
 */
export class PoissonProcesses {
  readonly #intervals: Uniform53;
  readonly #choices: Uniform53;
  #rate = 0;
  /** Rates summed up to each element; undefined where all are the same. */
  #sums: Float64Array | undefined;
  #count = 0;
  /** Time of the next event. */
  next = Infinity;

  constructor(source: UniformSource) {
    this.#intervals = new Uniform53(source, 0);
    this.#choices = new Uniform53(source, 2);
  }

  /** Begins anew at time 0. */
  restart(rates: Float64Array | number, count: number): void {
    this.#intervals.restart();
    this.#choices.restart();
    this.setRates(rates, count, 0);
  }

  /** New rates in Hz from time t on: what was waited so far does not matter (the process has no memory). */
  setRates(rates: Float64Array | number, count: number, t: number): void {
    this.#count = count;
    this.#sums = typeof rates === "number" ? undefined : rates.slice();
    if (this.#sums) for (let k = 1; k < count; k++) this.#sums[k]! += this.#sums[k - 1]!;
    this.#rate = typeof rates === "number" ? rates * count : count === 0 ? 0 : this.#sums![count - 1]!;
    this.#wait(t);
  }

  /** The element on which the event at `next` falls; the following event is drawn. */
  take(): number {
    const element = this.#choose(this.#choices.next());
    this.#wait(this.next);
    return element;
  }

  #wait(t: number): void {
    this.next = this.#rate > 0 ? t - Math.log(this.#intervals.next()) / this.#rate : Infinity;
  }

  #choose(u: number): number {
    if (!this.#sums) return Math.min(this.#count - 1, Math.floor(u * this.#count));
    const wanted = u * this.#rate;
    let low = 0, high = this.#count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sums[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
