/** Samples for training from values and an encoder, or from spike trains. */
import { ArgumentError } from "../../errors.ts";
import type { Samples } from "../samples.ts";
import { newReals, sizeOf } from "../sequence.ts";
import type { Precision, Sequence } from "../sequence.ts";
import { trialSequence } from "./trials.ts";
import type { BinnedTrials } from "./trials.ts";
import type { FeatureValues } from "./values.ts";

export interface LabelledValues {
  /** [count, …shape]; bytes are taken for 0 … 255 and become 0 … 1. */
  readonly values: Float32Array | Float64Array | Uint8Array;
  readonly shape: readonly number[];
  /** [count] */
  readonly labels: ArrayLike<number>;
}

/**
 * Samples that are encoded when they are fetched.
 *
 * @param encode gets the values of a batch, and which samples and which epoch they are for random codes, e.g.
 *   `(values, which) => poissonSpikes(values, { ...which, seed: 1, steps: 25, rate: 200, dt: 0.001 })`
 * @throws {ArgumentError} when there are not as many labels as samples
 */
export function encodedSamples(
  { values, shape, labels }: LabelledValues,
  encode: (values: FeatureValues, which: { readonly numbers: Uint32Array; readonly epoch: number }) => Sequence,
): Samples {
  const size = sizeOf(shape), scale = values instanceof Uint8Array ? 1 / 255 : 1;
  if (labels.length * size !== values.length || labels.length === 0) {
    const problem = `${labels.length} labels for ${values.length} values of samples of the shape [${shape.join(", ")}]`;
    throw new ArgumentError("samples", problem, "Give one label for each sample.");
  }
  return {
    count: labels.length,
    batch(numbers, epoch, precision) {
      const batch = newReals(precision, numbers.length * size);
      for (const [row, number] of numbers.entries()) for (let j = 0; j < size; j++) batch[row * size + j] = scale * values[number * size + j]!;
      const targets = { labels: Int32Array.from(numbers, (number) => labels[number]!) };
      return { input: inPrecision(encode({ values: batch, shape }, { numbers, epoch }), precision), targets };
    },
  };
}

/** Samples from spike trains: numbers of spikes in bins of equal width. */
export function trialSamples(trials: BinnedTrials & { readonly labels: ArrayLike<number> }, bins: number): Samples {
  return {
    count: trials.length,
    batch: (numbers, _, precision) => ({
      input: inPrecision(trialSequence(trials, bins, numbers), precision),
      targets: { labels: Int32Array.from(numbers, (number) => trials.labels[number]!) },
    }),
  };
}

function inPrecision(sequence: Sequence, precision: Precision): Sequence {
  const made = newReals(precision, 0), { values } = sequence;
  if (values.constructor === made.constructor) return sequence;
  return { ...sequence, values: precision === "f64" ? Float64Array.from(values) : Float32Array.from(values) };
}
