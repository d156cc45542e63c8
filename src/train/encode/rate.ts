/** Rate codes: the larger a value, the more often it spikes. */
import { ArgumentError } from "../../errors.ts";
import type { Sequence } from "../sequence.ts";
import { bernoulliSpikes, checkUnitRange } from "./values.ts";
import type { RandomOptions, FeatureValues } from "./values.ts";

export interface RateOptions extends RandomOptions { readonly steps: number; readonly gain?: number; readonly offset?: number }

export interface PoissonOptions extends RandomOptions {
  readonly steps: number;
  /** Of the value 1, Hz. */
  readonly rate: number;
  /** Seconds. */
  readonly dt: number;
}

/**
 * In every step a value spikes with the probability gain · value + offset, cut to 0 … 1. With gain 1 and offset 0 the mean over steps is an
 * unbiased estimate of the value.
 *
 * @param samples values in [0, 1]
 * @returns spikes [samples, steps, …shape]
 * @throws {ArgumentError} when a value is not in [0, 1]
 */
export function rateSpikes(samples: FeatureValues, options: RateOptions): Sequence {
  checkUnitRange(samples.values);
  const { gain = 1, offset = 0 } = options;
  return bernoulliSpikes(samples, options.steps, options, (value) => gain * value + offset);
}

/**
 * Poisson spike trains: a value spikes at `rate` · value, so that a step of dt holds a spike with the probability 1 − exp(−rate · value · dt);
 * several spikes in a step are one.
 *
 * @param samples values in [0, 1]
 * @throws {ArgumentError} when a value is not in [0, 1], or rate or dt is not positive
 */
export function poissonSpikes(samples: FeatureValues, options: PoissonOptions): Sequence {
  const { rate, dt } = options;
  if (!(rate > 0 && dt > 0)) throw new ArgumentError("encode-rate", `a rate of ${rate} Hz in steps of ${dt} s`, "Give both, larger than 0.");
  checkUnitRange(samples.values);
  return bernoulliSpikes(samples, options.steps, options, (value) => -Math.expm1(-rate * value * dt));
}
