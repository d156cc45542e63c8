/**
 * Weights of few bits: w ≈ step · integer, the integers those of `bits` bits.
 *
 * @source Esser et al. (2020), Learned step size quantization, ICLR, eqs. 1–2. doi:10.48550/arXiv.1902.08153
 */
import { ArgumentError } from "../../errors.ts";
import type { Reals } from "../sequence.ts";
import { roundHalfEven } from "./roundHalfEven.ts";

export interface QuantisedWeights {
  readonly bits: number;
  readonly step: number;
  readonly integers: Int8Array;
}

/** The least and the greatest integer: −2^(bits−1) and 2^(bits−1) − 1; of 1 bit, −1 and 1 without 0 between. */
export function integerRange(bits: number): readonly [low: number, high: number] {
  if (!(Number.isInteger(bits) && bits >= 1 && bits <= 8)) {
    throw new ArgumentError("bits", `weights of ${bits} bits`, "Use a whole number of bits from 1 to 8.");
  }
  return bits === 1 ? [-1, 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}

/** The step that suits weights: 2·mean|w|/√(greatest integer); of 1 bit, mean |w|. 1 where all weights are 0 (or below 1e-300). */
export function weightStep(weights: Reals, bits: number): number {
  const [, high] = integerRange(bits);
  let sum = 0;
  for (let k = 0; k < weights.length; k++) sum += Math.abs(weights[k]!);
  const step = ((bits === 1 ? 1 : 2) * sum) / weights.length / Math.sqrt(high);
  return step > 1e-300 ? step : 1;
}

/** Weights as integers of `bits` bits. @param step default: `weightStep` */
export function quantiseWeights(weights: Reals, bits: number, step = weightStep(weights, bits)): QuantisedWeights {
  const range = integerRange(bits), integers = new Int8Array(weights.length);
  for (let k = 0; k < weights.length; k++) integers[k] = nearestInteger(weights[k]!, step, bits, range);
  return { bits, step, integers };
}

/** The integer that stands for a weight. */
export function nearestInteger(weight: number, step: number, bits: number, [low, high]: readonly [number, number]): number {
  if (bits === 1) return weight < 0 ? -1 : 1;
  // Integers have no −0.
  return Math.min(high, Math.max(low, roundHalfEven(weight / step))) + 0;
}
