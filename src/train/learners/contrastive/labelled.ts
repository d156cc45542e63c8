/** Samples as the learners of activity differences see them: one vector and one class each. */
import { ArgumentError } from "../../../errors.ts";
import type { ModelData } from "../../modelData.ts";
import type { Samples } from "../../samples.ts";
import type { Precision, Reals } from "../../sequence.ts";

export interface LabelledBatch {
  /** [rows, features] */
  readonly inputs: Reals;
  readonly labels: Int32Array;
  readonly rows: number;
}

/** @throws {ArgumentError} unless the model's input is the same in every step */
export function checkConstantInput(model: ModelData, learner: string): void {
  if (model.input.constant || model.input.steps === 1) return;
  throw new ArgumentError("input-constant", `${learner}: the input changes over ${model.input.steps} steps`,
    "Describe the model with input: { …, constant: true } and give each sample once.");
}

/** Samples of the given numbers. @throws {ArgumentError} without labels, and for a label outside the classes */
export function labelledBatch(samples: Samples, numbers: Uint32Array, epoch: number, precision: Precision, classes: number): LabelledBatch {
  const { input, targets } = samples.batch(numbers, epoch, precision);
  if (!("labels" in targets)) throw new ArgumentError("labels", "samples without labels", "Give labels, e.g. samplesOf(model, { inputs, labels }).");
  const labels = Int32Array.from(targets.labels);
  for (let k = 0; k < labels.length; k++) {
    if (labels[k]! >= 0 && labels[k]! < classes) continue;
    throw new ArgumentError("label", `sample ${numbers[k]} has the label ${labels[k]}`, `Labels are whole numbers from 0 to ${classes - 1}.`);
  }
  return { inputs: input.values, labels, rows: numbers.length };
}

/** Visits all samples in their order, in batches. */
export function inOrder(samples: Samples, batch: number, visit: (numbers: Uint32Array) => void): void {
  for (let from = 0; from < samples.count; from += batch) {
    visit(Uint32Array.from({ length: Math.min(batch, samples.count - from) }, (_, k) => from + k));
  }
}

/** The position of the largest of `length` values from `from` on; the first of equal ones. */
export function largestAt(values: ArrayLike<number>, from: number, length: number): number {
  let best = 0;
  for (let k = 1; k < length; k++) if (values[from + k]! > values[from + best]!) best = k;
  return best;
}
