/** What learners that make their own gradients share: an optimizer over named weights. */
import { applyUpdate, momentsOf } from "../../optimizers.ts";
import type { Moments, OptimizerData } from "../../optimizers.ts";
import type { Weights } from "../../modelData.ts";

/** Changes weights in place by an optimizer whose means belong to their names. */
export class WeightUpdates {
  readonly weights: Weights;
  readonly #optimizer: OptimizerData;
  readonly #moments = new Map<string, Moments>();
  #count = 0;

  constructor(weights: Weights, optimizer: OptimizerData) {
    this.weights = weights;
    this.#optimizer = optimizer;
  }

  /** One update of every weight that has a gradient. @param learningRate instead of the optimizer's own */
  apply(gradients: Weights, learningRate: number = this.#optimizer.learningRate): void {
    this.#count++;
    for (const [name, { values: gradient }] of gradients) {
      const weight = this.weights.get(name);
      if (!weight) continue;
      const moments = this.#moments.get(name) ?? momentsOf(this.#optimizer, weight.values);
      this.#moments.set(name, moments);
      applyUpdate(this.#optimizer, weight.values, gradient, moments, this.#count, learningRate);
    }
  }
}
