/** Layers without weights that reorder or drop values. */
import { seedOf, uniformAt } from "../../math/random.ts";
import type { Seed } from "../../math/random.ts";
import type { DropoutData, FlattenData } from "../modelData.ts";
import { realsLike, sizeOf } from "../sequence.ts";
import type { Reals, Sequence } from "../sequence.ts";
import type { Operation, Pass } from "./operation.ts";

/** While training, drops features of a sample for all its steps and scales up the others; the mask depends on seed, round and sample alone. */
export class DropoutOperation implements Operation {
  readonly name: string;
  readonly #layer: DropoutData;
  readonly #seed: number;
  readonly #stream: number;
  #mask: Reals | undefined;

  /** @param stream tells the dropout layers of a model apart */
  constructor(layer: DropoutData, seed: number, stream: number) {
    this.name = layer.name;
    this.#layer = layer;
    this.#seed = seed;
    this.#stream = stream;
  }

  forward(x: Sequence, pass: Pass): Sequence {
    this.#mask = undefined;
    const { rate } = this.#layer;
    if (!pass.training || rate === 0) return x;
    const size = sizeOf(x.shape), seed = seedOf(this.#seed);
    const mask = realsLike(x.values), y = realsLike(x.values);
    for (let b = 0; b < x.batch; b++) for (let f = 0; f < size; f++) {
      const kept = keepsFeature(rate, seed, this.#stream, f, pass.round, pass.samples[b]!);
      for (let t = 0; t < x.steps; t++) mask[(b * x.steps + t) * size + f] = kept ? 1 / (1 - rate) : 0;
    }
    x.values.forEach((v, k) => (y[k] = v * mask[k]!));
    this.#mask = mask;
    return { ...x, values: y };
  }

  backward(dy: Reals): Reals {
    const mask = this.#mask;
    return mask ? (dy.map((g, k) => g * mask[k]!) as Reals) : dy;
  }
}

/** Whether a feature of a sample is kept in a round. @param stream tells the dropout layers of a model apart */
export const keepsFeature = (rate: number, seed: Seed, stream: number, feature: number, round: number, sample: number): boolean =>
  uniformAt(seed, feature, round, 0xd0900000 + stream, sample) >= rate;

export class FlattenOperation implements Operation {
  readonly name: string;

  constructor(layer: FlattenData) {
    this.name = layer.name;
  }

  forward(x: Sequence): Sequence {
    return { ...x, shape: [sizeOf(x.shape)] };
  }

  backward(dy: Reals): Reals {
    return dy;
  }
}
