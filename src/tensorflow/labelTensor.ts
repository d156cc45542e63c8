/** Labels as TensorFlow.js's cross-entropies want them. */
import type { Tensor2D } from "@tensorflow/tfjs";
import { ArgumentError } from "../errors.ts";
import type { TensorFlow } from "./tensorFlowPackages.ts";

/**
 * One row a sample with 1 at its class, for `categoricalCrossentropy`. (TensorFlow.js itself takes labels beyond the classes without a word.)
 *
 * @throws {ArgumentError} naming the first label that is no class
 */
export function labelTensor(tf: TensorFlow, labels: ArrayLike<number>, classes: number): Tensor2D {
  for (let k = 0; k < labels.length; k++) {
    const label = labels[k]!;
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw new ArgumentError("label", `label ${label} of sample ${k} is not one of ${classes} classes, 0 to ${classes - 1}`,
      "Give classes from 0 on, or a larger number of classes.");
  }
  return tf.tidy(() => tf.oneHot(tf.tensor1d(Int32Array.from(labels), "int32"), classes).toFloat() as Tensor2D);
}
