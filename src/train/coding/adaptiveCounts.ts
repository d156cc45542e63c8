/**
 * Integers from real activations, with a threshold that adapts to each row: the first of the two steps of SpikingBrain's spike coding
 * (the second: expandCounts).
 *
 * @source Pan et al. (2025), SpikingBrain, §2.4, eqs. 5–7. doi:10.48550/arXiv.2509.05276
 */
import { ArgumentError } from "../../errors.ts";
import { roundHalfEven } from "../quantise/roundHalfEven.ts";
import type { Reals } from "../sequence.ts";

export interface AdaptiveCounts {
  /** [rows, channels] */
  readonly counts: Int32Array;
  /** [rows]: what one spike of the row is worth, mean |x| / k. */
  readonly thresholds: Float64Array;
}

/**
 * counts = round(x / threshold), threshold = mean |x| over the channels of the row, divided by k. The gradient is straight-through: that of the
 * activations is that of counts · threshold. A larger k makes more spikes and smaller errors.
 *
 * @param values [rows, channels]
 * @param options.k default 3, which gives about one spike a channel
 * @throws {ArgumentError} for rows that are not full and for a k that is not positive
 */
export function adaptiveCounts(values: Reals, options: { readonly channels: number; readonly k?: number }): AdaptiveCounts {
  const { channels, k = 3 } = options;
  if (!(Number.isSafeInteger(channels) && channels > 0 && values.length % channels === 0)) {
    throw new ArgumentError("size", `adaptiveCounts: ${values.length} values are no rows of ${channels} channels`, "Give values [rows, channels].");
  }
  if (!(k > 0)) throw new ArgumentError("value", `adaptiveCounts: k is ${k}`, "Use a positive number; 3 is usual.");
  const rows = values.length / channels;
  const counts = new Int32Array(values.length), thresholds = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += Math.abs(values[r * channels + c]!);
    const threshold = (thresholds[r] = sum / channels / k);
    if (threshold === 0) continue;
    for (let c = 0; c < channels; c++) counts[r * channels + c] = roundHalfEven(values[r * channels + c]! / threshold);
  }
  return { counts, thresholds };
}

/** The activations that integers stand for: counts · threshold of their row. */
export function valuesOfCounts({ counts, thresholds }: AdaptiveCounts): Float64Array {
  const channels = counts.length / thresholds.length;
  return Float64Array.from(counts, (count, at) => count * thresholds[Math.floor(at / channels)]!);
}
