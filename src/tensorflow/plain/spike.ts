/** Spikes whose gradient is a surrogate, and resets. */
import type { Tensor } from "@tensorflow/tfjs";
import type { CellThreshold } from "../../train/cells/cell.ts";
import type { Surrogate } from "../../train/surrogate.ts";
import type { TensorFlow } from "../tensorFlowPackages.ts";
import { tensorOf, termOf } from "./tensorExpression.ts";

type Save = (tensors: Tensor[]) => void;

/** 1 where the margin is above 0 (or at 0, if inclusive), else 0; its derivative is the surrogate's at margin/scale, over scale. */
export function spikesAt(tf: TensorFlow, margin: Tensor, { inclusive, scale }: CellThreshold, surrogate: Surrogate): Tensor {
  return tf.customGrad((input, save) => {
    const x = input as Tensor;
    (save as Save)([x]);
    const value = tf.cast(inclusive ? tf.greaterEqual(x, 0) : tf.greater(x, 0), "float32");
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const distance = scale === 1 ? saved[0]! : tf.div(saved[0]!, scale);
        const slope = tensorOf(tf, termOf(tf, surrogate.derivative, () => distance));
        return tf.mul(dy, scale === 1 ? slope : tf.div(slope, scale));
      },
    };
  })(margin);
}

/** `after` where there is a spike, else `before`. Gradients of spikes are those of before + spikes·(after − before). */
export function whereSpiked(tf: TensorFlow, spikes: Tensor, before: Tensor, after: Tensor): Tensor {
  return tf.customGrad((...given) => {
    const [s, b, a] = given as unknown as [Tensor, Tensor, Tensor];
    (given[3] as unknown as Save)([s, b, a]);
    const value = tf.where(tf.greater(s, 0), a, b);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [s0, b0, a0] = saved as [Tensor, Tensor, Tensor];
        const ofAfter = tf.mul(dy, s0);
        return [tf.mul(dy, tf.sub(a0, b0)), tf.sub(dy, ofAfter), ofAfter];
      },
    };
  })(spikes, before, after);
}
