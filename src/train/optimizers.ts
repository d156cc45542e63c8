/** How weights follow gradients. */
import { ArgumentError } from "../errors.ts";
import { realsLike } from "./sequence.ts";
import type { Reals } from "./sequence.ts";

export type OptimizerData = AdamData | SgdData;

/** Kingma & Ba (2015), arXiv:1412.6980; weightDecay apart from the gradient as in Loshchilov & Hutter (2019), arXiv:1711.05101. */
export interface AdamData {
  readonly type: "adam";
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

export interface SgdData { readonly type: "sgd"; readonly learningRate: number; readonly momentum: number; readonly weightDecay: number }

/** A number is the learning rate. */
export function adam(options: number | Partial<Omit<AdamData, "type">> = {}): OptimizerData {
  const given = typeof options === "number" ? { learningRate: options } : options;
  return checked({ type: "adam", learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, ...given });
}

/** A number is the learning rate. */
export function sgd(options: number | Partial<Omit<SgdData, "type">> = {}): OptimizerData {
  const given = typeof options === "number" ? { learningRate: options } : options;
  return checked({ type: "sgd", learningRate: 0.1, momentum: 0, weightDecay: 0, ...given });
}

function checked(data: OptimizerData): OptimizerData {
  if (data.learningRate > 0 && Number.isFinite(data.learningRate)) return data;
  throw new ArgumentError("learning-rate", `a learning rate of ${data.learningRate}`, "Give a number above 0, e.g. 1e-3.");
}

/** What an optimizer keeps for a weight: means of gradient and of its square (adam), velocity (sgd). */
export type Moments = readonly Reals[];
export const momentsOf = (data: OptimizerData, values: Reals): Moments =>
  Array.from({ length: data.type === "adam" ? 2 : data.momentum === 0 ? 0 : 1 }, () => realsLike(values));

/** One update of a weight. @param update number of this update, from 1 @param learningRate that of this update */
export function applyUpdate(data: OptimizerData, values: Reals, gradient: Reals, moments: Moments, update: number, learningRate: number): void {
  const { weightDecay } = data;
  if (data.type === "adam") {
    const { beta1, beta2, epsilon } = data, [mean, square] = moments as [Reals, Reals];
    const rate = learningRate / (1 - beta1 ** update), root = Math.sqrt(1 - beta2 ** update);
    for (let k = 0; k < values.length; k++) {
      const g = gradient[k]!;
      mean[k] = beta1 * mean[k]! + (1 - beta1) * g;
      square[k] = beta2 * square[k]! + (1 - beta2) * g * g;
      values[k] = values[k]! - learningRate * weightDecay * values[k]! - (rate * mean[k]!) / (Math.sqrt(square[k]!) / root + epsilon);
    }
    return;
  }
  const [velocity] = moments;
  for (let k = 0; k < values.length; k++) {
    let g = gradient[k]!;
    if (velocity) g = velocity[k] = data.momentum * velocity[k]! + g;
    values[k] = values[k]! - learningRate * weightDecay * values[k]! - learningRate * g;
  }
}
