/** Batch normalisation as part of the weights in front of it. */
import { UnsupportedError } from "../../errors.ts";
import type { BatchNormData, Conv2dData, DenseData, LayerData, ModelData, Weights } from "../modelData.ts";
import { realsLike } from "../sequence.ts";

/** A model and its weights. */
export interface WeightedModel { readonly model: ModelData; readonly weights: Weights }

/**
 * The model without batch normalisation, which computes the same in evaluation: weights times gamma/σ, biases (b − mean)·gamma/σ + beta, with the
 * statistics gathered while training. Dropout goes too.
 *
 * @throws {UnsupportedError} for a batch normalisation that does not follow a dense layer or a convolution, by name
 */
export function foldBatchNorm({ model, weights }: WeightedModel): WeightedModel {
  const folded: Weights = new Map(weights), layers: LayerData[] = [];
  for (const layer of model.layers) {
    if (layer.kind === "dropout") continue;
    const before = layers[layers.length - 1];
    if (layer.kind !== "batchNorm") layers.push(layer);
    else if (before?.kind === "dense" || before?.kind === "conv2d") layers[layers.length - 1] = fold(before, layer, folded);
    else {
      throw new UnsupportedError("batch-norm", `layer "${layer.name}" (batchNorm) follows ${before ? `layer "${before.name}"` : "the input"}`,
        "Only weights right in front of it can take it up: put it behind a dense layer or a convolution.");
    }
  }
  return { model: { ...model, layers }, weights: folded };
}

function fold<L extends DenseData | Conv2dData>(layer: L, { name, epsilon }: BatchNormData, weights: Weights): L {
  const [gamma, beta, mean, variance] = ["gamma", "beta", "movingMean", "movingVariance"].map((w) => weights.get(`${name}/${w}`)!.values);
  const { shape, values } = weights.get(`${layer.name}/kernel`)!, outputs = gamma!.length;
  const factor = Float64Array.from(gamma!, (g, c) => g / Math.sqrt(variance![c]! + epsilon));
  const bias = weights.get(`${layer.name}/bias`)?.values, kernel = realsLike(values), shifted = realsLike(values, outputs);
  values.forEach((w, k) => (kernel[k] = w * factor[k % outputs]!));
  shifted.forEach((_, c) => (shifted[c] = ((bias?.[c] ?? 0) - mean![c]!) * factor[c]! + beta![c]!));
  weights.set(`${layer.name}/kernel`, { shape, values: kernel }).set(`${layer.name}/bias`, { shape: [outputs], values: shifted });
  for (const w of ["gamma", "beta", "movingMean", "movingVariance"]) weights.delete(`${name}/${w}`);
  return { ...layer, bias: true };
}
