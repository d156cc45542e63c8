/** Losses that are known step by step, as learning forwards in time needs them. */
import { ArgumentError } from "../../../errors.ts";
import type { Targets } from "../../losses.ts";

/**
 * squares: ½·Σ (y − wanted)² over units and steps; crossEntropy: of the softmax of y with the label, summed over steps. Both are means over
 * the batch, and count the steps from `from` on.
 */
export interface StepLoss {
  readonly compare: "squares" | "crossEntropy";
  readonly from?: number;
}

/** Writes ∂loss/∂y of one step of one sample into `error`. @returns the loss of the step */
export function stepError(
  loss: StepLoss, y: Float64Array, targets: Targets, sample: number, step: number, steps: number, error: Float64Array,
): number {
  const units = y.length;
  if (step < (loss.from ?? 0)) {
    error.fill(0);
    return 0;
  }
  if (loss.compare === "squares") {
    if (!("values" in targets)) throw new ArgumentError("targets", 'the loss "squares" was given labels', "Give values, [samples, steps, units].");
    let sum = 0;
    for (let k = 0; k < units; k++) {
      error[k] = y[k]! - targets.values[(sample * steps + step) * units + k]!;
      sum += 0.5 * error[k]! ** 2;
    }
    return sum;
  }
  if (!("labels" in targets)) throw new ArgumentError("labels", 'the loss "crossEntropy" was given values', "Give labels, one for each sample.");
  const label = targets.labels[sample]!;
  if (!(Number.isInteger(label) && label >= 0 && label < units))
    throw new ArgumentError("label", `label ${label} of sample ${sample} is not one of ${units} classes`, "Number classes from 0.");
  let top = -Infinity, sum = 0;
  for (let k = 0; k < units; k++) top = Math.max(top, y[k]!);
  for (let k = 0; k < units; k++) sum += error[k] = Math.exp(y[k]! - top);
  for (let k = 0; k < units; k++) error[k] = error[k]! / sum - Number(k === label);
  return Math.log(sum) + top - y[label]!;
}
