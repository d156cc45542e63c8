/**
 * Training with rounded weights: the forward pass multiplies with them, the backward pass takes the rounding for the identity.
 *
 * @source Esser et al. (2020), Learned step size quantization, ICLR, eqs. 1–5. doi:10.48550/arXiv.1902.08153
 */
import { realsLike } from "../sequence.ts";
import type { Reals } from "../sequence.ts";
import { integerRange, nearestInteger, weightStep } from "./quantiseWeights.ts";

/** The weights that `bits` bits stand for, step · integer, in an array of their own. @param step default: `weightStep` */
export function quantised<R extends Reals>(weights: R, bits: number, step = weightStep(weights, bits)): R {
  const range = integerRange(bits), rounded = realsLike(weights);
  for (let k = 0; k < weights.length; k++) rounded[k] = step * nearestInteger(weights[k]!, step, bits, range);
  return rounded as R;
}

/**
 * Turns the gradient with respect to rounded weights into that with respect to the weights, in place: it passes where the weight lies in the range
 * of the integers and is 0 outside.
 *
 * @returns the gradient with respect to the step, scaled by 1/√(weights · greatest integer), for those that learn it
 */
export function straightThrough(weights: Reals, bits: number, gradient: Reals, step = weightStep(weights, bits)): number {
  const range = integerRange(bits), [low, high] = range;
  let ofStep = 0;
  for (let k = 0; k < weights.length; k++) {
    const x = weights[k]! / step, inside = x >= low && x <= high;
    ofStep += gradient[k]! * (nearestInteger(weights[k]!, step, bits, range) - (inside ? x : 0));
    if (!inside) gradient[k] = 0;
  }
  return ofStep / Math.sqrt(Math.max(1, weights.length * high));
}
