/** How many synapses a spike of each feature reaches. */
import { windows } from "../model.ts";
import type { Conv2dData, DenseData, PoolData, Shape } from "../modelData.ts";
import { sizeOf } from "../sequence.ts";

/**
 * The connections that leave each feature of a layer's input, [features]. Those of a convolution are fewer at the borders of an image; a pool
 * connects each value with the windows that it lies in.
 */
export function fanOut(layer: DenseData | Conv2dData | PoolData, shape: Shape): Float64Array {
  if (layer.kind === "dense") return new Float64Array(sizeOf(shape)).fill(layer.units);
  const size = layer.kind === "pool" ? layer.size : layer.kernelSize;
  const padding = layer.kind === "pool" ? "valid" : layer.padding;
  const made = windows(layer.name, shape, size, layer.strides, padding);
  const [rows, columns] = ([0, 1] as const).map((axis) => windowsOver(shape[axis]!, made[axis], size[axis], layer.strides[axis], padding));
  const channels = shape[2]!, filters = layer.kind === "pool" ? 1 : layer.filters, width = shape[1]!;
  return Float64Array.from({ length: sizeOf(shape) }, (_, at) => {
    const place = Math.floor(at / channels);
    return rows![Math.floor(place / width)]! * columns![place % width]! * filters;
  });
}

/** The number of windows that cover each place along one axis. */
function windowsOver(length: number, made: number, size: number, stride: number, padding: "valid" | "same"): Float64Array {
  const before = firstOffset(length, made, size, stride, padding), covers = new Float64Array(length);
  for (let w = 0; w < made; w++) for (let k = 0; k < size; k++) {
    const at = w * stride + k - before;
    if (at >= 0 && at < length) covers[at]!++;
  }
  return covers;
}

/** How many places the first window lies before the image: half of what is padded, rounded down, as in Keras. */
export function firstOffset(length: number, made: number, size: number, stride: number, padding: "valid" | "same"): number {
  return padding === "valid" ? 0 : Math.floor(Math.max(0, (made - 1) * stride + size - length) / 2);
}
