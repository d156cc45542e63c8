/** Weights from all to all that follow gradients: y = x·W + b. */
import type { DenseData, Weights } from "../../modelData.ts";
import { applyUpdate, momentsOf } from "../../optimizers.ts";
import type { Moments, OptimizerData } from "../../optimizers.ts";
import { addColumnSums, fillRows } from "../../reference/products.ts";
import type { Reals } from "../../sequence.ts";
import type { Products } from "../contrastive/products.ts";

interface Learned { readonly name: string; readonly values: Reals; readonly gradient: Reals; readonly moments: Moments }

export class LearnedDense {
  readonly inputs: number;
  readonly units: number;
  readonly #products: Products;
  readonly #optimizer: OptimizerData;
  readonly #kernel: Learned;
  readonly #bias: Learned | undefined;
  #updates = 0;

  constructor(dense: DenseData, inputs: number, weights: Weights, optimizer: OptimizerData, products: Products) {
    this.inputs = inputs;
    this.units = dense.units;
    this.#products = products;
    this.#optimizer = optimizer;
    const learned = (name: string): Learned => {
      const given = weights.get(name)!.values, values = products.array(given.length);
      values.set(given);
      return { name, values, gradient: products.array(given.length), moments: momentsOf(optimizer, values) };
    };
    this.#kernel = learned(`${dense.name}/kernel`);
    this.#bias = dense.bias ? learned(`${dense.name}/bias`) : undefined;
  }

  /** Fills y [rows, units] from x [rows, inputs]. */
  forward(y: Reals, x: Reals, rows: number): void {
    y.fill(0, 0, rows * this.units);
    fillRows(y, this.#bias?.values, rows, this.units);
    this.#products.forward(y, x, this.#kernel.values, rows, this.inputs, this.units);
  }

  /** One update. @param d gradient with respect to y, [rows, units] @param rate factor of the optimizer's learning rate */
  learn(x: Reals, d: Reals, rows: number, rate: number): void {
    this.#updates++;
    const update = ({ values, gradient, moments }: Learned): void =>
      applyUpdate(this.#optimizer, values, gradient, moments, this.#updates, rate * this.#optimizer.learningRate);
    this.#kernel.gradient.fill(0);
    this.#products.outer(this.#kernel.gradient, x, d, rows, this.inputs, this.units);
    update(this.#kernel);
    if (!this.#bias) return;
    this.#bias.gradient.fill(0);
    addColumnSums(this.#bias.gradient, d, rows, this.units);
    update(this.#bias);
  }

  /** Writes the weights back into the arrays that they came from. */
  saveTo(weights: Weights): void {
    for (const learned of [this.#kernel, this.#bias]) if (learned) weights.get(learned.name)!.values.set(learned.values);
  }
}

/** Negative values, and those that are not numbers, become 0. */
export function rectify(h: Reals, count: number): void {
  for (let k = 0; k < count; k++) if (!(h[k]! > 0)) h[k] = 0;
}
