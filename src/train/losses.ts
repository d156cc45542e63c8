/** What training makes small: a readout of the last layer compared with labels or wanted values. */
import { ArgumentError } from "../errors.ts";
import { readOut, readOutBackward, readouts, unitsPerClass } from "./readout.ts";
import type { ReadoutOver, ReadoutSize } from "./readout.ts";
import { realsLike } from "./sequence.ts";
import type { Reals } from "./sequence.ts";

export interface LossData {
  /** crossEntropy and margin compare with labels; meanSquares with wanted values, or for labels with `correct` and `incorrect`. */
  readonly compare: "crossEntropy" | "meanSquares";
  readonly over: ReadoutOver;
  /** Which activity of the last layer is read; its spikes need neurons, "output" is whatever it gives. */
  readonly of: "spikes" | "membrane" | "output";
  readonly classes?: number;
  /** meanSquares with labels: what the readout of the right class and of the others should be. */
  readonly correct?: number;
  readonly incorrect?: number;
  /** Which readout tells the class, when not the one of the loss. */
  readonly predict?: { readonly of: "spikes" | "membrane" | "output"; readonly over: ReadoutOver };
}

/**
 * Softmax and cross-entropy of a readout, mean over the batch. With `over: "steps"` the sum over steps of the cross-entropy of each, as for the
 * membrane in snnTorch's fifth tutorial; with "count" that of spike counts.
 */
export function crossEntropy(options: Partial<Omit<LossData, "compare">> = {}): LossData {
  return checked({ ...options, compare: "crossEntropy", over: options.over ?? "count", of: options.of ?? "output" });
}

/** Mean over the batch and the classes of the squared distance of a readout from wanted values, or from `correct` and `incorrect` for labels. */
export function meanSquares(options: Partial<Omit<LossData, "compare">> = {}): LossData {
  return checked({ ...options, compare: "meanSquares", over: options.over ?? "mean", of: options.of ?? "output" });
}

function checked(loss: LossData): LossData {
  for (const over of [loss.over, loss.predict?.over])
    if (over !== undefined && !readouts.includes(over))
      throw new ArgumentError("readout", `no readout is called "${String(over)}"`, `Use one of ${readouts.join(", ")}.`);
  return loss;
}

/** Labels [batch], or wanted values laid out like the readout. */
export type Targets = { readonly labels: ArrayLike<number> } | { readonly values: Reals };

export interface LossValue {
  /** Mean over the batch. */
  readonly loss: number;
  /** With respect to the activity that the loss reads. */
  readonly gradient: Reals;
}

/** @param scale 1/(samples that the mean is over), when the batch is part of a larger one */
export function lossOf(loss: LossData, activity: Reals, targets: Targets, size: ReadoutSize, scale = 1 / size.batch): LossValue {
  const read = readOut(loss.over, activity, size);
  const gradient = realsLike(read);
  const rows = loss.over === "steps" ? size.steps : 1;
  const compare = loss.compare === "crossEntropy" ? entropies : squares;
  const total = compare({ loss, read, targets, size, rows, scale, gradient });
  return { loss: total, gradient: readOutBackward(loss.over, activity, gradient, size) };
}

interface Comparison {
  readonly loss: LossData;
  readonly read: Reals;
  readonly targets: Targets;
  readonly size: ReadoutSize;
  readonly rows: number;
  readonly scale: number;
  /** Written: with respect to `read`. */
  readonly gradient: Reals;
}

function entropies({ read, targets, size: { batch, classes }, rows, scale, gradient }: Comparison): number {
  if (!("labels" in targets)) {
    throw new ArgumentError(
      "labels",
      "cross-entropy was given values instead of labels",
      "Give labels, or use meanSquares().",
    );
  }
  let total = 0;
  for (let b = 0; b < batch; b++) for (let r = 0; r < rows; r++) {
    const from = (b * rows + r) * classes, label = targets.labels[b]!;
    const logits = read.subarray(from, from + classes);
    const largest = Math.max(...logits);
    let sum = 0;
    for (const x of logits) sum += Math.exp(x - largest);
    total += (Math.log(sum) + largest - logits[label]!) * scale;
    for (let c = 0; c < classes; c++) gradient[from + c] = (Math.exp(logits[c]! - largest) / sum - (c === label ? 1 : 0)) * scale;
  }
  return total;
}

function squares({ loss, read, targets, size: { batch, classes }, rows, scale, gradient }: Comparison): number {
  const { correct = 1, incorrect = 0 } = loss;
  if ("values" in targets && targets.values.length !== read.length)
    throw new ArgumentError(
      "targets",
      `${targets.values.length} wanted values for a readout of ${read.length}`,
      "Give one value for each class, and for each step if the readout has steps.",
    );
  const each = scale / (rows * classes);
  let total = 0;
  for (let b = 0; b < batch; b++) for (let k = 0; k < rows * classes; k++) {
    const at = b * rows * classes + k;
    const wanted = "values" in targets ? targets.values[at]! : k % classes === targets.labels[b] ? correct : incorrect;
    total += (read[at]! - wanted) ** 2 * each;
    gradient[at] = 2 * (read[at]! - wanted) * each;
  }
  return total;
}

/** The class with the largest readout for each sample; of equal ones the first. With `over: "steps"` that of the sum over the steps. */
export function predictions(over: ReadoutOver, activity: Reals, size: ReadoutSize): Int32Array {
  const read = readOut(over === "steps" ? "count" : over, activity, size);
  return Int32Array.from({ length: size.batch }, (_, b) => {
    let best = 0;
    for (let c = 1; c < size.classes; c++) if (read[b * size.classes + c]! > read[b * size.classes + best]!) best = c;
    return best;
  });
}

/** @param samples numbers of the samples in their data set @throws {ArgumentError} naming the first label that is no class */
export function checkLabels(labels: ArrayLike<number>, samples: ArrayLike<number>, classes: number, units: number): void {
  unitsPerClass(units, classes);
  for (let k = 0; k < labels.length; k++) {
    const label = labels[k]!;
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw new ArgumentError(
      "label",
      `label ${label} of sample ${samples[k] ?? k} is not one of the ${classes} classes`,
      `Labels are whole numbers 0 to ${classes - 1}.`,
    );
  }
}
