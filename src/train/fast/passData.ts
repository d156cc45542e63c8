/** What is the same for all layers while a micro-batch goes through them, where every thread reads it. */
import type { Arena } from "../../engine/arena.ts";

export interface PassValues {
  readonly training: boolean;
  /** Updates made before. */
  readonly round: number;
  /** Share of the training that is done. */
  readonly progress: number;
  /** 1/(samples that means are over). */
  readonly scale: number;
}

export class PassData {
  readonly #arena: Arena;
  readonly #values: number;
  readonly #samples: number;
  readonly #count: number;

  constructor(arena: Arena, samples: number) {
    this.#arena = arena;
    this.#count = samples;
    this.#values = arena.allocate(32, "pass");
    this.#samples = arena.allocate(8 * samples, "pass");
  }

  set({ training, round, progress, scale }: PassValues): void {
    this.#arena.f64(this.#values, 4).set([training ? 1 : 0, round, progress, scale]);
  }

  get values(): PassValues {
    const [training, round, progress, scale] = this.#arena.f64(this.#values, 4) as unknown as [number, number, number, number];
    return { training: training === 1, round, progress, scale };
  }

  /** Numbers, in their data set, of the samples of the micro-batch. */
  get samples(): Float64Array {
    return this.#arena.f64(this.#samples, this.#count);
  }
}
