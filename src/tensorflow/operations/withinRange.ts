/** Parameters that learning keeps within their range. */
import type { Tensor } from "@tensorflow/tfjs";
import type { TensorFlow } from "../tensorFlowPackages.ts";

/**
 * The weight, or the nearest value of its range. Beyond the range, only gradients whose descent leads back pass. (TensorFlow.js applies the
 * constraints of weights when they are set, but not in training.)
 */
export function withinRange(tf: TensorFlow, weight: Tensor, [low, high]: readonly [number, number]): Tensor {
  return tf.customGrad((input, save) => {
    const w = input as Tensor;
    (save as (tensors: Tensor[]) => void)([w]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const w0 = saved[0]!;
      const stuck = tf.logicalOr(tf.logicalAnd(tf.greaterEqual(w0, high), tf.less(dy, 0)), tf.logicalAnd(tf.lessEqual(w0, low), tf.greater(dy, 0)));
      return tf.where(stuck, tf.zerosLike(dy), dy);
    };
    return { value: tf.clipByValue(w, low, high), gradFunc };
  })(weight);
}
