/** Dense layers, also with rounded weights and with learned delays. */
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import { integerRange } from "../../train/quantise/quantiseWeights.ts";
import type { DelayData, DenseData } from "../../train/modelData.ts";
import type { TensorFlow } from "../tensorFlowPackages.ts";
import { asRows, asSteps, weightOf } from "./flow.ts";
import type { Flow, LayerPass, LayerWeights } from "./flow.ts";
import { addBias, product } from "./product.ts";

export function dense(layer: DenseData, weights: LayerWeights, input: Flow, pass: LayerPass): Flow {
  const { tf, fused } = pass;
  const kernel = rounded(tf, weightOf(weights, "kernel") as Tensor2D, layer.bits);
  const bias = weights.get("bias") as Tensor1D | undefined;
  const flow = layer.delays ? delayed(layer.delays, kernel, weightOf(weights, "delays"), input, pass) : input;
  const matrix = layer.delays ? delayKernels(layer.delays, kernel, weightOf(weights, "delays"), pass) : kernel;
  const rows = asRows(tf, flow) as Tensor2D;
  const sums = fused ? product(tf, rows, matrix) : tf.matMul(rows, matrix);
  return asSteps(tf, flow, bias === undefined ? sums : fused ? addBias(tf, sums as Tensor2D, bias) : tf.add(sums, bias));
}

/**
 * Weights of few bits, step times an integer; gradients pass where the weight lies in the range of the integers.
 * @source Esser et al. (2020), Learned step size quantization, ICLR. doi:10.48550/arXiv.1902.08153
 */
export function rounded<T extends Tensor>(tf: TensorFlow, weights: T, bits: number | undefined): T {
  if (bits === undefined) return weights;
  const [low, high] = integerRange(bits);
  return tf.customGrad((input, save) => {
    const w = input as Tensor;
    const step = tf.maximum(tf.div(tf.mul(tf.mean(tf.abs(w)), 2), Math.sqrt(high)), 1e-30);
    const scaled = tf.div(w, step);
    (save as (tensors: Tensor[]) => void)([tf.logicalAnd(tf.greaterEqual(scaled, low), tf.lessEqual(scaled, high))]);
    const value = tf.mul(step, tf.clipByValue(tf.round(scaled), low, high));
    return { value, gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(dy, tf.cast(saved[0]!, "float32")) };
  })(weights) as T;
}

/** The input of each step beside those of the steps before, as far as the longest delay: [batch, steps, (longest + 1) · inputs]. */
function delayed({ longest }: DelayData, kernel: Tensor2D, _: Tensor, { values, constant }: Flow, { tf, steps }: LayerPass): Flow {
  const inputs = kernel.shape[0];
  const all = (constant ? tf.tile(values, [1, steps, 1]) : values) as Tensor3D;
  const padded = tf.pad(all, [[0, 0], [longest, 0], [0, 0]]);
  const shifted = Array.from({ length: longest + 1 }, (_unused, d) => tf.slice(padded, [0, longest - d, 0], [-1, steps, inputs]));
  return { values: tf.concat(shifted, 2), constant: false };
}

/**
 * The weights of all delays below each other, [(longest + 1) · inputs, units]: in training a normalised Gaussian around each synapse's delay, in
 * evaluation the nearest whole delay alone.
 * @source Hammouamri, Khalfaoui-Hassani & Masquelier (2024), arXiv:2306.17670
 */
function delayKernels({ longest, sigma }: DelayData, kernel: Tensor2D, delays: Tensor, { tf, training, progress }: LayerPass): Tensor2D {
  const centre = tf.clipByValue(delays, 0, longest);
  const width = sigma[0] * (sigma[1] / sigma[0]) ** progress;
  const each = Array.from({ length: longest + 1 }, (_, d) => d);
  const shares = training
    ? slices(tf, tf.softmax(tf.stack(each.map((d) => tf.mul(tf.square(tf.div(tf.sub(centre, d), width)), -0.5)), 2)))
    : each.map((d) => tf.cast(tf.equal(tf.floor(tf.add(centre, 0.5)), d), "float32"));
  return tf.concat(shares.map((share) => tf.mul(kernel, share) as Tensor2D), 0);
}

/** The matrices along the last axis. (Not unstack, whose gradient fails where there is a single one.) */
function slices(tf: TensorFlow, x: Tensor): Tensor[] {
  const [rows, columns, count] = x.shape as [number, number, number];
  return Array.from({ length: count }, (_, k) => tf.reshape(tf.slice(x, [0, 0, k], [rows, columns, 1]), [rows, columns]));
}
