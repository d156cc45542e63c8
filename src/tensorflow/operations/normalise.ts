/** Batch normalisation through time, and dropout. */
import type { Tensor } from "@tensorflow/tfjs";
import type { BatchNormData, DropoutData } from "../../train/modelData.ts";
import { weightOf } from "./flow.ts";
import type { Flow, LayerPass, LayerWeights } from "./flow.ts";

/**
 * Values less their mean, over their standard deviation, times gamma, plus beta; both over samples, steps and places of a channel, in evaluation
 * those gathered while training.
 * @source Zheng et al. (2021), arXiv:2011.05280
 */
export function batchNorm(layer: BatchNormData, weights: LayerWeights, { values, constant }: Flow, { tf, training }: LayerPass): Flow {
  const channels = values.shape[values.rank - 1]!;
  const rows = tf.reshape(values, [-1, channels]);
  let mean = weightOf(weights, "movingMean"), variance = weightOf(weights, "movingVariance");
  if (training) {
    const own = tf.moments(rows, 0);
    for (const [name, value] of [["movingMean", own.mean], ["movingVariance", own.variance]] as const) {
      const moving = weightOf(weights, name);
      weights.assign(name, tf.add(tf.mul(moving, layer.momentum), tf.mul(value, 1 - layer.momentum)));
    }
    ({ mean, variance } = own);
  }
  const scale = tf.mul(weightOf(weights, "gamma"), tf.rsqrt(tf.add(variance, layer.epsilon)));
  const normal = tf.add(tf.mul(tf.sub(rows, mean), scale), weightOf(weights, "beta"));
  return { values: tf.reshape(normal, values.shape), constant };
}

/** While training, drops features of a sample for all its steps and scales up the others. */
export function dropout({ rate }: DropoutData, { values, constant }: Flow, { tf, training }: LayerPass): Flow {
  if (!training || rate === 0) return { values, constant };
  const [batch, , ...features] = values.shape as [number, number, ...number[]];
  const kept: Tensor = tf.cast(tf.greaterEqual(tf.randomUniform([batch, 1, ...features]), rate), "float32");
  return { values: tf.mul(values, tf.div(kept, 1 - rate)), constant };
}
