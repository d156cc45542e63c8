/** Chance outside the kernels: a sequence of numbers for one event of a stream, the same however the simulation came there. */
import type { RandomExpr } from "../ir/expr.ts";
import type { Seed } from "../math/philox.ts";
import { normalAt, uniformAt } from "../math/random.ts";
import { streamId } from "./streams.ts";

export class Dice {
  readonly #seed: Seed;
  readonly #stream: number;
  readonly #step: number;
  #element = 0;

  constructor(seed: Seed, streamName: string, step: number) {
    this.#seed = seed;
    this.#stream = streamId(streamName);
    this.#step = step;
  }

  /** In [0, 1). */
  uniform(): number {
    return uniformAt(this.#seed, this.#element++, this.#step, this.#stream, 0);
  }

  /** A whole number from 0 to n − 1. */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Brings `count` random elements to the front of the list, in random order. */
  shuffle(list: { [k: number]: number; readonly length: number }, count: number = list.length): void {
    for (let k = 0; k < Math.min(count, list.length - 1); k++) {
      const other = k + this.below(list.length - k);
      [list[k], list[other]] = [list[other]!, list[k]!];
    }
  }

  /** Standard normal. */
  normal(): number {
    return normalAt(this.#seed, this.#element++, this.#step, this.#stream, 1);
  }

  /** Whether element `key` of a stream is one of two kinds, the same for ever. */
  static coin(seed: Seed, streamName: string, key: number): boolean {
    return uniformAt(seed, key % 2 ** 32, Math.floor(key / 2 ** 32), streamId(streamName), 2) < 0.5;
  }

  /** A draw of an expression. */
  draw(e: RandomExpr): number {
    return e.distribution === "uniform" ? this.uniform() : this.normal();
  }
}
