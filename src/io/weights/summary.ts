/** A projection's weights in a few numbers. */
import type { Bounds } from "./bounds.ts";

export interface WeightSummary {
  readonly synapses: number;
  /** NaN when there is no synapse. */
  readonly mean: number;
  readonly sd: number;
  readonly low: number;
  readonly high: number;
  /** Shares of the synapses at the lower and at the upper bound; NaN where there is none. */
  readonly atLow: number;
  readonly atHigh: number;
}

/**
 * Mean, standard deviation, extremes, and how many synapses learning has driven to their bounds.
 *
 * @param weights [synapses] @param bounds in the same unit; infinite where there is none
 */
export function summariseWeights(weights: ArrayLike<number>, bounds: Bounds = [-Infinity, Infinity]): WeightSummary {
  const n = weights.length;
  // Summed as differences, so that equal weights have no deviation at all.
  const origin = weights[0] ?? NaN;
  let [sum, low, high] = [0, Infinity, -Infinity];
  for (let k = 0; k < n; k++) {
    const w = weights[k]!;
    sum += w - origin;
    if (w < low) low = w;
    if (w > high) high = w;
  }
  const mean = origin + sum / n;
  // Weights of single precision reach a bound to within their own rounding.
  const near = 1e-6 * (Number.isFinite(bounds[1] - bounds[0]) ? bounds[1] - bounds[0] : Math.max(Math.abs(low), Math.abs(high)));
  let [squares, atLow, atHigh] = [0, 0, 0];
  for (let k = 0; k < n; k++) {
    const w = weights[k]!;
    squares += (w - mean) ** 2;
    if (w <= bounds[0] + near) atLow++;
    if (w >= bounds[1] - near) atHigh++;
  }
  const share = (count: number, bound: number) => (n > 0 && Number.isFinite(bound) ? count / n : NaN);
  if (n === 0) [low, high] = [NaN, NaN];
  return { synapses: n, mean, sd: Math.sqrt(squares / n), low, high, atLow: share(atLow, bounds[0]), atHigh: share(atHigh, bounds[1]) };
}
