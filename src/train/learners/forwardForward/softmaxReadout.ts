/** Classes from activities by one layer of weights, softmax and cross-entropy. */
import { applyUpdate, momentsOf } from "../../optimizers.ts";
import type { Moments, OptimizerData } from "../../optimizers.ts";
import type { Reals } from "../../sequence.ts";
import type { Products } from "../contrastive/products.ts";

export class SoftmaxReadout {
  readonly inputs: number;
  readonly classes: number;
  /** [inputs, classes] */
  readonly kernel: Reals;
  readonly #gradient: Reals;
  readonly #moments: Moments;
  readonly #optimizer: OptimizerData;
  readonly #products: Products;
  #updates = 0;

  /** Begins at 0. */
  constructor(inputs: number, classes: number, optimizer: OptimizerData, products: Products) {
    this.inputs = inputs;
    this.classes = classes;
    this.kernel = products.array(inputs * classes);
    this.#gradient = products.array(inputs * classes);
    this.#moments = momentsOf(optimizer, this.kernel);
    this.#optimizer = optimizer;
    this.#products = products;
  }

  /** Fills logits [rows, classes] from x [rows, inputs]. */
  forward(logits: Reals, x: Reals, rows: number): void {
    logits.fill(0, 0, rows * this.classes);
    this.#products.forward(logits, x, this.kernel, rows, this.inputs, this.classes);
  }

  /** Adds the gradient with respect to x. @param d with respect to the logits */
  backward(dx: Reals, d: Reals, rows: number): void {
    this.#products.backward(dx, d, this.kernel, rows, this.inputs, this.classes);
  }

  /** One update. @param d gradient with respect to the logits @param rate factor of the optimizer's learning rate */
  learn(x: Reals, d: Reals, rows: number, rate: number): void {
    this.#gradient.fill(0);
    this.#products.outer(this.#gradient, x, d, rows, this.inputs, this.classes);
    applyUpdate(this.#optimizer, this.kernel, this.#gradient, this.#moments, ++this.#updates, rate * this.#optimizer.learningRate);
  }
}

/** Cross-entropy of softmax, mean over the rows; the logits are replaced by its gradient. */
export function crossEntropyInPlace(logits: Reals, labels: ArrayLike<number>, rows: number, classes: number): number {
  let loss = 0;
  for (let r = 0; r < rows; r++) {
    const from = r * classes;
    let most = -Infinity, sum = 0;
    for (let c = 0; c < classes; c++) most = Math.max(most, logits[from + c]!);
    for (let c = 0; c < classes; c++) sum += Math.exp(logits[from + c]! - most);
    loss += Math.log(sum) + most - logits[from + labels[r]!]!;
    for (let c = 0; c < classes; c++) {
      logits[from + c] = (Math.exp(logits[from + c]! - most) / sum - (c === labels[r] ? 1 : 0)) / rows;
    }
  }
  return loss / rows;
}
