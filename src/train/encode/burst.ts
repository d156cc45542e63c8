/** Burst code: a volley of spikes at the beginning, with the more spikes and the shorter intervals the larger the value. */
import { ArgumentError } from "../../errors.ts";
import { sizeOf } from "../sequence.ts";
import type { Sequence } from "../sequence.ts";
import { checkUnitRange, countSamples, silentSequence } from "./values.ts";
import type { FeatureValues } from "./values.ts";

export interface BurstOptions {
  readonly steps: number;
  /** Spikes of the value 1. Default 5. */
  readonly most?: number;
  /** Interval between spikes of the value 1, steps. Default 2. */
  readonly shortest?: number;
  /** Interval of values near 0, steps. Default: such that all spikes of a burst fit. */
  readonly longest?: number;
}

/**
 * A value v becomes ⌈most · v⌉ spikes, ⌈longest − (longest − shortest) · v⌉ steps apart, the first in step 0.
 *
 * @param samples values in [0, 1]
 * @returns spikes [samples, steps, …shape]; those after the last step are lost
 * @throws {ArgumentError} when a value is not in [0, 1], or the intervals are not 1 ≤ shortest ≤ longest
 * @source Guo, Fouda, Eltawil & Salama (2021), Neural coding in spiking neural networks. doi:10.3389/fnins.2021.638474, eqs. 8 and 9
 */
export function burstSpikes(samples: FeatureValues, options: BurstOptions): Sequence {
  const { steps, most = 5, shortest = 2 } = options, { longest = Math.max(shortest, Math.floor((steps - 1) / Math.max(1, most - 1))) } = options;
  if (!(Number.isInteger(most) && most >= 1 && shortest >= 1 && longest >= shortest)) {
    const hint = "Give at least one spike, and intervals from one step up.";
    throw new ArgumentError("encode-burst", `bursts of ${most} spikes, ${shortest} to ${longest} steps apart`, hint);
  }
  checkUnitRange(samples.values);
  const batch = countSamples(samples, steps), size = sizeOf(samples.shape), sequence = silentSequence(batch, steps, samples.shape);
  samples.values.forEach((value: number, k: number) => {
    const spikes = Math.ceil(most * value), interval = Math.ceil(longest - (longest - shortest) * value);
    for (let n = 0; n < spikes && n * interval < steps; n++)
      sequence.values[(Math.floor(k / size) * steps + n * interval) * size + (k % size)] = 1;
  });
  return sequence;
}
