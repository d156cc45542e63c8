/** Rate units. */
import type { Tensor } from "@tensorflow/tfjs";
import type { ActivationData } from "../../train/modelData.ts";
import type { TensorFlow } from "../tensorFlowPackages.ts";
import { weightOf } from "./flow.ts";
import type { Flow, LayerPass, LayerWeights } from "./flow.ts";

export function activation({ activation: function_ }: ActivationData, weights: LayerWeights, { values, constant }: Flow, { tf }: LayerPass): Flow {
  switch (function_.type) {
    case "relu": return { values: tf.relu(values), constant };
    case "clip": return { values: through(tf, values, tf.clipByValue(values, 0, 1), 0, 1), constant };
    case "sigmoid": return { values: tf.sigmoid(values), constant };
    case "tanh": return { values: tf.tanh(values), constant };
    case "softplus": return { values: tf.softplus(values), constant };
    case "qcfs": return { values: qcfs(tf, values, weightOf(weights, "threshold"), function_.levels), constant };
    case "integer": {
      const { levels } = function_;
      const steps = tf.clipByValue(tf.floor(tf.add(tf.mul(values, levels), 0.5)), 0, levels);
      return { values: through(tf, values, tf.div(steps, levels), 0, 1), constant };
    }
    default: return function_ satisfies never;
  }
}

/** `value`, with gradients that pass to x where it lies between the bounds. */
function through(tf: TensorFlow, x: Tensor, value: Tensor, low: number, high: number): Tensor {
  return tf.customGrad((input, save) => {
    const x0 = input as Tensor;
    (save as (tensors: Tensor[]) => void)([x0]);
    const gradFunc = (dy: Tensor, [saved]: Tensor[]) => tf.mul(dy, tf.cast(tf.logicalAnd(tf.greater(saved!, low), tf.less(saved!, high)), "float32"));
    return { value: value.clone(), gradFunc };
  })(x);
}

/**
 * λ·clip(⌊xL/λ + ½⌋/L, 0, 1); gradients pass between −λ/2L and λ(1 − 1/2L), where dy/dλ = (y − x)/λ; above it is 1, below 0.
 * @source Bu et al. (2022), Optimal ANN-SNN conversion, ICLR. arXiv:2303.04347
 */
function qcfs(tf: TensorFlow, x: Tensor, threshold: Tensor, levels: number): Tensor {
  return tf.customGrad((...given) => {
    const [x0, t0] = given as unknown as [Tensor, Tensor];
    const y = tf.mul(t0, tf.clipByValue(tf.div(tf.floor(tf.add(tf.mul(tf.div(x0, t0), levels), 0.5)), levels), 0, 1));
    (given[2] as unknown as (tensors: Tensor[]) => void)([x0, t0, y]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [sx, st, sy] = saved as [Tensor, Tensor, Tensor];
      const above = tf.cast(tf.greaterEqual(sx, tf.mul(st, 1 - 1 / (2 * levels))), "float32");
      const inside = tf.sub(tf.cast(tf.greater(sx, tf.mul(st, -1 / (2 * levels))), "float32"), above);
      const ofThreshold = tf.add(above, tf.mul(inside, tf.div(tf.sub(sy, sx), st)));
      return [tf.mul(dy, inside), tf.reshape(tf.sum(tf.mul(dy, ofThreshold)), [1])];
    };
    return { value: y, gradFunc };
  })(x, threshold);
}
