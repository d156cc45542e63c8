/** What flows through the layers, as tensors, and what they need besides. */
import type { Tensor } from "@tensorflow/tfjs";
import type { TensorFlow } from "../tensorFlowPackages.ts";

/** Values [batch, steps, …features]; constant ones hold one step that stands for all. */
export interface Flow { readonly values: Tensor; readonly constant: boolean }

/** What is the same for all parts of a layer in one call. */
export interface LayerPass {
  readonly tf: TensorFlow;
  readonly steps: number;
  readonly training: boolean;
  /** How much of the training is done, 0 to 1; learned delays become sharper with it. */
  readonly progress: number;
  /** Whether fused kernels may be used. */
  readonly fused: boolean;
}

/** A weight of the layer by its name without the layer's, e.g. "kernel". */
export interface LayerWeights {
  readonly get: (name: string) => Tensor | undefined;
  /** Changes one that is not trained. */
  readonly assign: (name: string, values: Tensor) => void;
}

export function weightOf(weights: LayerWeights, name: string): Tensor {
  const weight = weights.get(name);
  if (weight === undefined) throw new Error(`internal error in synfire: a layer has no weight ${name}`);
  return weight;
}

/** Steps of samples as samples of their own: [batch · steps, …features]. */
export const asRows = (tf: TensorFlow, { values }: Flow): Tensor =>
  tf.reshape(values, [values.shape[0]! * values.shape[1]!, ...values.shape.slice(2)]);

/** And back: features of rows in the flow they came from. */
export const asSteps = (tf: TensorFlow, { values, constant }: Flow, rows: Tensor): Flow =>
  ({ values: tf.reshape(rows, [values.shape[0]!, values.shape[1]!, ...rows.shape.slice(1)]), constant });
