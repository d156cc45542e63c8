/**
 * Values less their mean, over their standard deviation, times gamma, plus beta; both statistics over samples, steps and places of a channel,
 * in evaluation those gathered while training.
 * Source: Zheng et al. (2021), "Going deeper with directly-trained larger spiking neural networks", arXiv:2011.05280.
 */
import type { BatchNormData, Weights } from "../modelData.ts";
import { realsLike } from "../sequence.ts";
import type { Reals, Sequence } from "../sequence.ts";
import type { Operation, Pass } from "./operation.ts";

export class BatchNormOperation implements Operation {
  readonly name: string;
  readonly #layer: BatchNormData;
  readonly #weights: Weights;
  #normal!: Reals;
  #inverse!: Float64Array;
  #training = false;

  constructor(layer: BatchNormData, weights: Weights) {
    this.name = layer.name;
    this.#layer = layer;
    this.#weights = weights;
  }

  forward(x: Sequence, pass: Pass): Sequence {
    const weight = (name: string): Reals => this.#weights.get(`${this.name}/${name}`)!.values;
    const gamma = weight("gamma"), beta = weight("beta"), movingMean = weight("movingMean"), movingVariance = weight("movingVariance");
    const channels = gamma.length, rows = x.values.length / channels;
    const mean = new Float64Array(channels), variance = new Float64Array(channels);
    if (pass.training) {
      x.values.forEach((v, k) => (mean[k % channels]! += v / rows));
      x.values.forEach((v, k) => (variance[k % channels]! += (v - mean[k % channels]!) ** 2 / rows));
      const { momentum } = this.#layer;
      mean.forEach((m, c) => (movingMean[c] = momentum * movingMean[c]! + (1 - momentum) * m));
      variance.forEach((v, c) => (movingVariance[c] = momentum * movingVariance[c]! + (1 - momentum) * v));
    } else {
      mean.set(movingMean);
      variance.set(movingVariance);
    }
    this.#training = pass.training;
    this.#inverse = variance.map((v) => 1 / Math.sqrt(v + this.#layer.epsilon));
    this.#normal = realsLike(x.values);
    const y = realsLike(x.values);
    for (let k = 0; k < y.length; k++) {
      const c = k % channels, n = (x.values[k]! - mean[c]!) * this.#inverse[c]!;
      this.#normal[k] = n;
      y[k] = gamma[c]! * n + beta[c]!;
    }
    return { ...x, values: y };
  }

  backward(dy: Reals, gradients: Weights, wanted: boolean): Reals | undefined {
    const gamma = this.#weights.get(`${this.name}/gamma`)!.values;
    const dGamma = gradients.get(`${this.name}/gamma`)!.values, dBeta = gradients.get(`${this.name}/beta`)!.values;
    const channels = gamma.length, rows = dy.length / channels;
    const sum = new Float64Array(channels), sumNormal = new Float64Array(channels);
    for (let k = 0; k < dy.length; k++) {
      sum[k % channels]! += dy[k]!;
      sumNormal[k % channels]! += dy[k]! * this.#normal[k]!;
    }
    sum.forEach((s, c) => (dBeta[c]! += s));
    sumNormal.forEach((s, c) => (dGamma[c]! += s));
    if (!wanted) return undefined;
    const dx = realsLike(dy);
    for (let k = 0; k < dy.length; k++) {
      const c = k % channels;
      const own = this.#training ? dy[k]! - sum[c]! / rows - (this.#normal[k]! * sumNormal[c]!) / rows : dy[k]!;
      dx[k] = gamma[c]! * this.#inverse[c]! * own;
    }
    return dx;
  }
}
