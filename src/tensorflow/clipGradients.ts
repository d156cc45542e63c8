/** Optimizers of TensorFlow.js with bounded gradients. */
import type { NamedTensorMap, Optimizer, Tensor } from "@tensorflow/tfjs";
import { ArgumentError } from "../errors.ts";
import type { TensorFlow } from "./tensorFlowPackages.ts";

/** Optimizers that are clipped, as long as they live. */
const clipped = new WeakSet<Optimizer>();
export const isClipped = (optimizer: Optimizer): boolean => clipped.has(optimizer);

interface NamedTensor { readonly name: string; readonly tensor: Tensor }

/**
 * The optimizer, which from now on shortens gradients to the length `norm`, all weights together, when they are longer.
 *
 * @throws {ArgumentError} when `norm` is not above 0
 * @source Pascanu, Mikolov & Bengio (2013), ICML. arXiv:1211.5063
 */
export function clipGradients<T extends Optimizer>(tf: TensorFlow, optimizer: T, { norm }: { readonly norm: number }): T {
  if (!(norm > 0)) throw new ArgumentError("clip", `gradients cannot be clipped to the length ${norm}`, "Give a length above 0, e.g. { norm: 1 }.");
  const original = optimizer.applyGradients.bind(optimizer);
  optimizer.applyGradients = (gradients: NamedTensorMap | NamedTensor[]) => tf.tidy(() => {
    const named: [string, Tensor][] = Array.isArray(gradients) ? gradients.map((g) => [g.name, g.tensor]) : Object.entries(gradients);
    const length = tf.sqrt(tf.sum(tf.stack(named.map(([, gradient]) => tf.sum(tf.square(gradient))))));
    const factor = tf.minimum(1, tf.div(norm, tf.maximum(length, 1e-30)));
    original(Object.fromEntries(named.map(([name, gradient]) => [name, tf.mul(gradient, factor)])));
  });
  clipped.add(optimizer);
  return optimizer;
}
