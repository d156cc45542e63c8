/** Pools of every step's image. */
import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import type { PoolData } from "../../train/modelData.ts";
import type { TensorFlow } from "../tensorFlowPackages.ts";
import { asRows, asSteps } from "./flow.ts";
import type { Flow, LayerPass } from "./flow.ts";

type Pair = [number, number];

/** The largest value, or the mean, of each window. */
export function pool(layer: PoolData, input: Flow, { tf }: LayerPass): Flow {
  const images = asRows(tf, input) as Tensor4D;
  const size: Pair = [...layer.size], strides: Pair = [...layer.strides];
  return asSteps(tf, input, layer.operation === "max" ? maxPool(tf, images, size, strides) : tf.avgPool(images, size, strides, "valid"));
}

/**
 * Of equal largest values, of which spikes have many, the first in reading order gets the gradient. (Back-ends of TensorFlow.js differ in this, and
 * wasm gives it to several.)
 */
function maxPool(tf: TensorFlow, images: Tensor4D, size: Pair, strides: Pair): Tensor4D {
  return tf.customGrad((input, save) => {
    const x = input as Tensor4D, y = tf.maxPool(x, size, strides, "valid");
    (save as (tensors: Tensor[]) => void)([x, y]);
    return { value: y, gradFunc: (dy: Tensor, saved: Tensor[]) => gradient(tf, dy as Tensor4D, saved as [Tensor4D, Tensor4D], size, strides) };
  })(images) as Tensor4D;
}

function gradient(tf: TensorFlow, dy: Tensor4D, [x, y]: [Tensor4D, Tensor4D], [rows, columns]: Pair, strides: Pair): Tensor {
  let left = dy, sum: Tensor = tf.zerosLike(x);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) {
    const [, height, width, channels] = y.shape;
    const end = [x.shape[0], i + (height - 1) * strides[0] + 1, j + (width - 1) * strides[1] + 1, channels];
    const chosen = tf.cast(tf.equal(tf.stridedSlice(x, [0, i, j, 0], end, [1, ...strides, 1]), y), "float32");
    const share = tf.mul(left, chosen) as Tensor4D;
    left = tf.sub(left, share);
    sum = tf.add(sum, spread(tf, share, x.shape, [i, j], strides));
  }
  return sum;
}

/** Values of windows at the place (i, j) of each window, and zeros elsewhere. */
function spread(tf: TensorFlow, values: Tensor4D, [images, height, width, channels]: Tensor4D["shape"], [i, j]: Pair, [sh, sw]: Pair): Tensor {
  const [, rows, columns] = values.shape;
  const apart = tf.pad(tf.reshape(values, [images * rows, 1, columns, 1, channels]), [[0, 0], [0, sh - 1], [0, 0], [0, sw - 1], [0, 0]]);
  const [high, wide] = [Math.min(rows * sh, height - i), Math.min(columns * sw, width - j)];
  const image = tf.slice(tf.reshape(apart, [images, rows * sh, columns * sw, channels]), [0, 0, 0, 0], [images, high, wide, channels]);
  return tf.pad(image, [[0, 0], [i, height - i - high], [j, width - j - wide], [0, 0]]);
}
