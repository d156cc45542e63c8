/** A tensor without a past. */
import type { Tensor } from "@tensorflow/tfjs";
import type { TensorFlow } from "../tensorFlowPackages.ts";

/** The same values, in the same memory, as a constant: gradients do not go through it. */
export function untracked<T extends Tensor>(tf: TensorFlow, x: T): T {
  // Both tensors own the values; whichever is disposed of last frees them.
  tf.backend().incRef(x.dataId);
  return tf.engine().makeTensorFromTensorInfo({ dataId: x.dataId, shape: x.shape, dtype: x.dtype }) as T;
}
