/** Phase code: the binary digits of a value, the highest first, again and again. */
import { ArgumentError } from "../../errors.ts";
import { sizeOf } from "../sequence.ts";
import type { Sequence } from "../sequence.ts";
import { checkUnitRange, countSamples, silentSequence } from "./values.ts";
import type { FeatureValues } from "./values.ts";

export interface PhaseOptions {
  readonly steps: number;
  /** Digits, the length of a period in steps. Default 8. */
  readonly phases?: number;
  /** Whether a spike in phase k (0 first) is 2^−(k+1), so that a period sums to the value, or 1. Default true. */
  readonly weighted?: boolean;
}

/**
 * A value v becomes the digits of min(⌊v · 2^phases⌋, 2^phases − 1).
 *
 * @param samples values in [0, 1]
 * @returns spikes [samples, steps, …shape]
 * @throws {ArgumentError} when a value is not in [0, 1], or there are not 1 to 24 phases
 * @source Kim, Kim, Huh, Lee & Choi (2018), Deep neural networks with weighted spikes. doi:10.1016/j.neucom.2018.05.087
 */
export function phaseSpikes(samples: FeatureValues, { steps, phases = 8, weighted = true }: PhaseOptions): Sequence {
  if (!(Number.isInteger(phases) && phases >= 1 && phases <= 24)) throw new ArgumentError("encode-phases", `${phases} phases`, "Give 1 to 24.");
  checkUnitRange(samples.values);
  const batch = countSamples(samples, steps), size = sizeOf(samples.shape), sequence = silentSequence(batch, steps, samples.shape);
  for (let sample = 0; sample < batch; sample++) {
    for (let j = 0; j < size; j++) {
      const digits = Math.min(Math.floor(samples.values[sample * size + j]! * 2 ** phases), 2 ** phases - 1);
      for (let step = 0; step < steps; step++) {
        const phase = step % phases, digit = (digits >> (phases - 1 - phase)) & 1;
        if (digit === 1) sequence.values[(sample * steps + step) * size + j] = weighted ? 2 ** -(phase + 1) : 1;
      }
    }
  }
  return sequence;
}
