/** Latency code: one spike a value, the sooner the larger the value. */
import { ArgumentError } from "../../errors.ts";
import { sizeOf } from "../sequence.ts";
import type { Sequence } from "../sequence.ts";
import { checkUnitRange, countSamples, silentSequence } from "./values.ts";
import type { FeatureValues } from "./values.ts";

export interface LatencyOptions {
  readonly steps: number;
  /**
   * linear: in step round((1 − value) · (steps − 1)). logarithmic: when a capacitor that is charged by the value reaches the threshold, after
   * tau · ln(value / (value − threshold)). Default linear.
   */
  readonly law?: "linear" | "logarithmic";
  /** Values up to this one never spike. Default 0.01; below 0 all spike, which only the linear law allows. */
  readonly threshold?: number;
  /** Time constant of the logarithmic law, steps. Default: a fifth of the steps. */
  readonly tau?: number;
}

/**
 * @param samples values in [0, 1]
 * @returns spikes [samples, steps, …shape], at most one a value
 * @throws {ArgumentError} when a value is not in [0, 1], or the threshold or tau cannot be used
 * @source Thorpe, Delorme & Van Rullen (2001), Spike-based strategies for rapid processing. doi:10.1016/S0893-6080(01)00083-1
 */
export function latencySpikes(samples: FeatureValues, options: LatencyOptions): Sequence {
  const { steps, law = "linear", threshold = 0.01, tau = steps / 5 } = options;
  if (law === "logarithmic" && !(threshold > 0 && tau > 0)) {
    const hint = "Give a threshold and a time constant above 0.";
    throw new ArgumentError("encode-latency", `a logarithmic latency with the threshold ${threshold} and tau ${tau}`, hint);
  }
  checkUnitRange(samples.values);
  const batch = countSamples(samples, steps), size = sizeOf(samples.shape), sequence = silentSequence(batch, steps, samples.shape);
  samples.values.forEach((value: number, k: number) => {
    if (value <= threshold) return;
    const delay = law === "linear" ? (1 - value) * (steps - 1) : tau * Math.log(value / (value - threshold)), step = Math.round(delay);
    if (step < steps) sequence.values[(Math.floor(k / size) * steps + step) * size + (k % size)] = 1;
  });
  return sequence;
}
