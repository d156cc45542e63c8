/** Convolution of images [height, width, channels] with kernels [height, width, channels, filters], as in Keras. */
import { windows } from "../model.ts";
import type { Conv2dData, Weights } from "../modelData.ts";
import { quantised, straightThrough } from "../quantise/straightThrough.ts";
import { realsLike } from "../sequence.ts";
import type { Reals, Sequence } from "../sequence.ts";
import type { Operation } from "./operation.ts";
import { addColumnSums, fillRows } from "./products.ts";

export class Conv2dOperation implements Operation {
  readonly name: string;
  readonly #layer: Conv2dData;
  readonly #weights: Weights;
  #input!: Sequence;
  #kernel!: Reals;

  constructor(layer: Conv2dData, weights: Weights) {
    this.name = layer.name;
    this.#layer = layer;
    this.#weights = weights;
  }

  forward(x: Sequence): Sequence {
    const { filters, bits, kernelSize, strides, padding } = this.#layer;
    const kernel = this.#weights.get(`${this.name}/kernel`)!.values;
    this.#input = x;
    this.#kernel = bits === undefined ? kernel : quantised(kernel, bits);
    const shape = [...windows(this.name, x.shape, kernelSize, strides, padding), filters];
    const positions = shape[0]! * shape[1]!, images = x.batch * x.steps;
    const y = realsLike(x.values, images * positions * filters);
    fillRows(y, this.#weights.get(`${this.name}/bias`)?.values, images * positions, filters);
    const weights = this.#kernel;
    this.#eachTap(shape, (from, to, tap) => {
      const a = x.values[from]!;
      if (a !== 0) for (let f = 0; f < filters; f++) y[to + f]! += a * weights[tap + f]!;
    });
    return { batch: x.batch, steps: x.steps, constant: x.constant, shape, values: y };
  }

  backward(dy: Reals, gradients: Weights, wanted: boolean): Reals | undefined {
    const { filters, bits, kernelSize, strides, padding } = this.#layer;
    const x = this.#input, weights = this.#kernel;
    const shape = [...windows(this.name, x.shape, kernelSize, strides, padding), filters];
    const dw = gradients.get(`${this.name}/kernel`)!.values;
    const db = gradients.get(`${this.name}/bias`)?.values;
    if (db) addColumnSums(db, dy, dy.length / filters, filters);
    const dx = wanted ? realsLike(x.values) : undefined;
    this.#eachTap(shape, (from, to, tap) => {
      const a = x.values[from]!;
      if (a !== 0) for (let f = 0; f < filters; f++) dw[tap + f]! += a * dy[to + f]!;
      if (!dx) return;
      let sum = 0;
      for (let f = 0; f < filters; f++) sum += dy[to + f]! * weights[tap + f]!;
      dx[from]! += sum;
    });
    if (bits !== undefined) straightThrough(this.#weights.get(`${this.name}/kernel`)!.values, bits, dw);
    return dx;
  }

  /** Every pair of an input value and an output position that sees it, with the place of their weights. */
  #eachTap(shape: readonly number[], visit: (from: number, to: number, tap: number) => void): void {
    const { filters, kernelSize: [kh, kw], strides: [sh, sw], padding } = this.#layer;
    const [height, width, channels] = this.#input.shape as [number, number, number];
    const before = (size: number, out: number, k: number, s: number): number =>
      padding === "valid" ? 0 : Math.floor(Math.max(0, (out - 1) * s + k - size) / 2);
    const top = before(height, shape[0]!, kh, sh), left = before(width, shape[1]!, kw, sw);
    const images = this.#input.batch * this.#input.steps;
    for (let image = 0; image < images; image++) for (let row = 0; row < shape[0]!; row++) for (let column = 0; column < shape[1]!; column++) {
      const to = ((image * shape[0]! + row) * shape[1]! + column) * filters;
      for (let i = 0; i < kh; i++) for (let j = 0; j < kw; j++) {
        const h = row * sh + i - top, w = column * sw + j - left;
        if (h < 0 || h >= height || w < 0 || w >= width) continue;
        for (let c = 0; c < channels; c++) visit(((image * height + h) * width + w) * channels + c, to, ((i * kw + j) * channels + c) * filters);
      }
    }
  }
}
