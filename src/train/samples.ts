/** What a model is trained on: numbered samples, fetched by batch. */
import { ArgumentError } from "../errors.ts";
import type { Targets } from "./losses.ts";
import type { ModelData } from "./modelData.ts";
import { newReals, sizeOf } from "./sequence.ts";
import type { Precision, Sequence } from "./sequence.ts";

export interface Samples {
  readonly count: number;
  /**
   * The samples of these numbers. What is drawn at random depends on the number of the sample and the epoch, never on the batch.
   *
   * @param epoch from 0; evaluation uses 0
   */
  batch(numbers: Uint32Array, epoch: number, precision: Precision): { readonly input: Sequence; readonly targets: Targets };
}

export interface ArraySamples {
  /** [count, steps, …shape], or [count, …shape] for a constant input. */
  readonly inputs: ArrayLike<number>;
  /** [count] … */
  readonly labels?: ArrayLike<number>;
  /** … or what the readout should be, [count, …]. */
  readonly targets?: ArrayLike<number>;
}

/** @throws {ArgumentError} when the arrays do not hold whole samples, or not as many labels as inputs; inputs must be finite */
export function samplesOf(model: ModelData, { inputs, labels, targets }: ArraySamples): Samples {
  const { shape, steps, constant } = model.input;
  const rows = constant ? 1 : steps, size = sizeOf(shape) * rows, count = inputs.length / size;
  if (!Number.isInteger(count) || count === 0)
    throw new ArgumentError(
      "samples",
      `${inputs.length} input values are not whole samples of ${rows} × [${shape.join(", ")}]`,
      "Give count × steps × features values.",
    );
  if (!labels && !targets) throw new ArgumentError("targets", "samples have neither labels nor targets", "Give labels, or targets for meanSquares.");
  if (labels && labels.length !== count) {
    throw new ArgumentError(
      "labels",
      `${labels.length} labels for ${count} samples`,
      "Give one label for each sample.",
    );
  }
  if (targets && targets.length % count !== 0) {
    throw new ArgumentError(
      "targets",
      `${targets.length} targets for ${count} samples`,
      "Give the same number of targets for each sample.",
    );
  }
  for (let k = 0; k < inputs.length; k++)
    if (!Number.isFinite(inputs[k]!)) {
      throw new ArgumentError(
        "input-not-finite",
        `sample ${Math.floor(k / size)} holds ${inputs[k]}`,
        "Clean the inputs: all values must be finite.",
      );
    }
  return {
    count,
    batch(numbers, _, precision) {
      const values = newReals(precision, numbers.length * size);
      numbers.forEach((n, b) => {
        for (let k = 0; k < size; k++) values[b * size + k] = inputs[n * size + k]!;
      });
      const input: Sequence = { batch: numbers.length, steps: rows, constant, shape, values };
      if (labels) return { input, targets: { labels: Int32Array.from(numbers, (n) => labels[n]!) } };
      const each = targets!.length / count, wanted = newReals(precision, numbers.length * each);
      numbers.forEach((n, b) => {
        for (let k = 0; k < each; k++) wanted[b * each + k] = targets![n * each + k]!;
      });
      return { input, targets: { values: wanted } };
    },
  };
}

/** The order of the samples in an epoch: a permutation that depends on seed and epoch alone (Fisher–Yates). */
export function shuffled(count: number, uniform: (k: number) => number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, k) => k);
  for (let k = count - 1; k > 0; k--) {
    const other = Math.floor(uniform(k) * (k + 1));
    [order[k], order[other]] = [order[other]!, order[k]!];
  }
  return order;
}
