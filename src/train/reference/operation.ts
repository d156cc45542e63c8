/** What a layer computes, forwards and backwards. */
import type { Weights } from "../modelData.ts";
import type { Reals, Sequence } from "../sequence.ts";

/** What is the same for all layers in one pass. */
export interface Pass {
  readonly training: boolean;
  readonly steps: number;
  /** How much of the training is done, 0 to 1; learned delays become sharper with it. */
  readonly progress: number;
  /** Batches trained before this one, and the numbers of this batch's samples in their data set: what random masks depend on. */
  readonly round: number;
  readonly samples: ArrayLike<number>;
}

/** One layer; `backward` belongs to the last `forward`. */
export interface Operation {
  readonly name: string;
  forward(x: Sequence, pass: Pass): Sequence;
  /**
   * @param dy gradient with respect to what `forward` gave, laid out alike (for a constant sequence: the sum over its steps)
   * @param gradients where gradients of the layer's weights are added
   * @returns gradient with respect to the input, unless `wanted` is false
   */
  backward(dy: Reals, gradients: Weights, wanted: boolean): Reals | undefined;
}
