/** Random numbers of a made data set: a sequence of its own for each trial, so that trials do not depend on each other. */
import { normalAt, seedOf, uniformAt } from "../../math/random.ts";

export class TrialDice {
  readonly #seed: ReturnType<typeof seedOf>;
  readonly #trial: number;
  #drawn = 0;

  /** @param stream what the numbers are for, e.g. 0 for the training set and 1 for the test set */
  constructor(seed: number, stream: number, trial: number) {
    this.#seed = seedOf(seed + stream * 2 ** 32);
    this.#trial = trial;
  }

  /** In [from, to). */
  uniform(from = 0, to = 1): number {
    return from + (to - from) * uniformAt(this.#seed, this.#trial, this.#drawn++, 0, 0);
  }

  normal(mean = 0, deviation = 1): number {
    return mean + deviation * normalAt(this.#seed, this.#trial, this.#drawn++, 1, 0);
  }

  /** A whole number below `bound`. */
  below(bound: number): number {
    return Math.floor(this.uniform(0, bound));
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Times of a Poisson process of `rate` between `from` and `to`, ascending. */
  poissonTimes(rate: number, from: number, to: number): number[] {
    const times: number[] = [];
    for (let time = from - Math.log(1 - this.uniform()) / rate; time < to; time -= Math.log(1 - this.uniform()) / rate) times.push(time);
    return times;
  }
}
