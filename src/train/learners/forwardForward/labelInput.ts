/** Labels as part of the input: the first features of each sample are replaced by its class, another class, or all classes alike. */
import type { Reals } from "../../sequence.ts";

/**
 * Writes rows from `first` on: the inputs, with the first `classes` features 0 but for that of the label, which is as large as the sample's
 * largest feature.
 *
 * @param labelOf class of a row; undefined gives all classes an equal share
 */
export function writeLabelled(
  into: Reals, first: number, inputs: Reals, rows: number, features: number, classes: number, labelOf: (row: number) => number | undefined,
): void {
  for (let r = 0; r < rows; r++) {
    const from = r * features, to = (first + r) * features, label = labelOf(r);
    let most = 0;
    for (let k = 0; k < features; k++) {
      const value = inputs[from + k]!;
      into[to + k] = value;
      if (value > most) most = value;
    }
    for (let c = 0; c < classes; c++) into[to + c] = label === undefined ? most / classes : c === label ? most : 0;
  }
}

/** One of the other classes, each as likely. @param draw uniform in [0, 1) */
export function otherClass(label: number, classes: number, draw: number): number {
  return (label + 1 + Math.floor(draw * (classes - 1))) % classes;
}
