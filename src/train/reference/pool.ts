/** The largest value, or the mean, of each window; channels apart. Of equal largest values the first in reading order counts. */
import { windows } from "../model.ts";
import type { PoolData, Weights } from "../modelData.ts";
import { realsLike } from "../sequence.ts";
import type { Reals, Sequence } from "../sequence.ts";
import type { Operation } from "./operation.ts";

export class PoolOperation implements Operation {
  readonly name: string;
  readonly #layer: PoolData;
  #input!: Sequence;
  /** For each output the input that was largest. */
  #chosen: Int32Array = new Int32Array();

  constructor(layer: PoolData) {
    this.name = layer.name;
    this.#layer = layer;
  }

  forward(x: Sequence): Sequence {
    const { operation, size } = this.#layer;
    this.#input = x;
    const shape = this.#shape();
    const y = realsLike(x.values, x.batch * x.steps * shape[0]! * shape[1]! * shape[2]!);
    if (operation === "average") this.#eachInput((from, to) => (y[to]! += x.values[from]! / (size[0] * size[1])));
    else {
      const chosen = new Int32Array(y.length).fill(-1);
      this.#eachInput((from, to) => {
        if (chosen[to] === -1 || x.values[from]! > y[to]!) [chosen[to], y[to]] = [from, x.values[from]!];
      });
      this.#chosen = chosen;
    }
    return { batch: x.batch, steps: x.steps, constant: x.constant, shape, values: y };
  }

  backward(dy: Reals, _: Weights, wanted: boolean): Reals | undefined {
    if (!wanted) return undefined;
    const { operation, size } = this.#layer;
    const dx = realsLike(this.#input.values);
    if (operation === "average") this.#eachInput((from, to) => (dx[from]! += dy[to]! / (size[0] * size[1])));
    else this.#chosen.forEach((from, to) => (dx[from]! += dy[to]!));
    return dx;
  }

  #shape(): number[] {
    return [...windows(this.name, this.#input.shape, this.#layer.size, this.#layer.strides, "valid"), this.#input.shape[2]!];
  }

  #eachInput(visit: (from: number, to: number) => void): void {
    const { size, strides } = this.#layer;
    const [height, width, channels] = this.#input.shape as [number, number, number];
    const [rows, columns] = this.#shape() as [number, number, number];
    const images = this.#input.batch * this.#input.steps;
    for (let image = 0; image < images; image++) for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) {
      const to = ((image * rows + row) * columns + column) * channels;
      for (let i = 0; i < size[0]; i++) for (let j = 0; j < size[1]; j++) {
        const from = ((image * height + row * strides[0] + i) * width + column * strides[1] + j) * channels;
        for (let c = 0; c < channels; c++) visit(from + c, to + c);
      }
    }
  }
}
