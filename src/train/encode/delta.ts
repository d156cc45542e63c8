/** Delta code: spikes where a signal changes. */
import { ArgumentError } from "../../errors.ts";
import { sizeOf } from "../sequence.ts";
import type { Sequence } from "../sequence.ts";
import { silentSequence } from "./values.ts";

export interface DeltaOptions {
  /** The change that makes a spike. */
  readonly threshold: number;
  /**
   * sent: since the level that the spikes so far have told, which moves by one threshold a spike, as in the pixels of an event camera; a large
   * change takes several steps. step: since the step before.
   */
  readonly since?: "sent" | "step";
  /** Falls spike in channels of their own (the last axis gets two entries, rise and fall), as −1, or not at all. Default "channels". */
  readonly falls?: "channels" | "negative" | "none";
}

/**
 * The first step sets the level and does not spike.
 *
 * @param signal [batch, steps, …shape], not constant
 * @returns spikes [batch, steps, …shape] or [batch, steps, …shape, 2]
 * @throws {ArgumentError} when the threshold is not positive or the signal is constant
 * @source Lichtsteiner, Posch & Delbruck (2008), doi:10.1109/JSSC.2007.914337 ("sent")
 */
export function deltaSpikes(signal: Sequence, { threshold, since = "sent", falls = "channels" }: DeltaOptions): Sequence {
  if (!(threshold > 0)) throw new ArgumentError("encode-delta", `a threshold of change of ${threshold}`, "Give one above 0.");
  if (signal.constant) throw new ArgumentError("encode-delta", "a constant signal has no changes", "Give a signal with values in every step.");
  const { batch, steps, shape, values } = signal, size = sizeOf(shape), width = falls === "channels" ? 2 : 1;
  const sequence = silentSequence(batch, steps, falls === "channels" ? [...shape, 2] : shape), level = new Float64Array(size);
  // A level is a sum of thresholds, so it is a little off where the signal is on it.
  const least = threshold * (1 - 1e-9);
  for (let sample = 0; sample < batch; sample++) {
    for (let j = 0; j < size; j++) level[j] = values[sample * steps * size + j]!;
    for (let step = 1; step < steps; step++) {
      for (let j = 0; j < size; j++) {
        const row = (sample * steps + step) * size + j, change = values[row]! - level[j]!, sign = change >= least ? 1 : change <= -least ? -1 : 0;
        level[j] = since === "step" ? values[row]! : level[j]! + sign * threshold;
        if (sign > 0) sequence.values[row * width] = 1;
        else if (sign < 0 && falls !== "none") sequence.values[row * width + width - 1] = falls === "negative" ? -1 : 1;
      }
    }
  }
  return sequence;
}
