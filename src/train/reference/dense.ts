/** All inputs to all units. */
import { quantised, straightThrough } from "../quantise/straightThrough.ts";
import type { DenseData, Weights } from "../modelData.ts";
import { realsLike, sizeOf } from "../sequence.ts";
import type { Reals, Sequence } from "../sequence.ts";
import { DelayKernels } from "./delays.ts";
import type { Operation, Pass } from "./operation.ts";
import { addColumnSums, fillRows, multiplyByTransposeInto, multiplyInto, multiplyTransposedInto } from "./products.ts";

export class DenseOperation implements Operation {
  readonly name: string;
  readonly #layer: DenseData;
  readonly #weights: Weights;
  #input!: Sequence;
  #kernel!: Reals;
  #delays: DelayKernels | undefined;
  #steps = 0;

  constructor(layer: DenseData, weights: Weights) {
    this.name = layer.name;
    this.#layer = layer;
    this.#weights = weights;
  }

  forward(x: Sequence, pass: Pass): Sequence {
    const { units, bits, delays } = this.#layer;
    const inputs = sizeOf(x.shape);
    const kernel = this.#weights.get(`${this.name}/kernel`)!.values;
    this.#input = x;
    this.#kernel = bits === undefined ? kernel : quantised(kernel, bits);
    const steps = delays ? pass.steps : x.steps;
    this.#steps = steps;
    const y = realsLike(x.values, x.batch * steps * units);
    fillRows(y, this.#weights.get(`${this.name}/bias`)?.values, x.batch * steps, units);
    if (delays) {
      const sigma = delays.sigma[0] * (delays.sigma[1] / delays.sigma[0]) ** pass.progress;
      const options = { inputs, units, longest: delays.longest, sigma: pass.training ? sigma : 0 };
      this.#delays = new DelayKernels(this.#kernel, this.#weights.get(`${this.name}/delays`)!.values, options);
      this.#delays.forward(y, x, steps);
    } else multiplyInto(y, x.values, this.#kernel, x.batch * steps, inputs, units);
    return { batch: x.batch, steps, constant: x.constant && !delays, shape: [units], values: y };
  }

  backward(dy: Reals, gradients: Weights, wanted: boolean): Reals | undefined {
    const { units, bits, delays } = this.#layer;
    const x = this.#input, inputs = sizeOf(x.shape), rows = x.batch * this.#steps;
    const dw = gradients.get(`${this.name}/kernel`)!.values;
    const db = gradients.get(`${this.name}/bias`)?.values;
    if (db) addColumnSums(db, dy, rows, units);
    const dx = wanted ? realsLike(x.values) : undefined;
    if (delays) this.#delays!.backward(dy, x, this.#steps, dw, gradients.get(`${this.name}/delays`)?.values, dx);
    else {
      multiplyTransposedInto(dw, x.values, dy, rows, inputs, units);
      if (dx) multiplyByTransposeInto(dx, dy, this.#kernel, rows, inputs, units);
    }
    if (bits !== undefined) straightThrough(this.#weights.get(`${this.name}/kernel`)!.values, bits, dw);
    return dx;
  }
}
