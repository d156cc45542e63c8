/**
 * Ensembles: the units of a layer that answer to a class. Layers trained by Forward-Forward represent classes by few units each, and classes
 * share some of them.
 * Source: Tosato, Basile, Ballarin, de Alteriis, Cazzaniga & Ansuini (2023), arXiv:2305.18353
 */
import { ArgumentError } from "../../../errors.ts";

export interface Ensembles {
  /** Units of each class, in ascending order. */
  readonly members: readonly (readonly number[])[];
  /** Share of all units that are in the ensemble of each class. */
  readonly sizes: readonly number[];
  /** Share of the units that are not silent in a sample, mean over the samples of each class. */
  readonly active: readonly number[];
  /** Units that two classes share, as a part of those that either has; 1 on the diagonal, and 0 between ensembles without units. */
  readonly overlap: readonly (readonly number[])[];
  /** How far from all units alike to one alone: (√n − Σ|h|/√Σh²)/(√n − 1) of Hoyer (2004), mean over the samples that are not silent. */
  readonly sparsity: number;
}

/**
 * A unit belongs to the ensemble of each class in which its mean activity is above the threshold.
 *
 * @param activities [samples, units], e.g. of `ForwardForwardLearner.activities`
 * @param threshold as a part of the largest mean activity of any unit in any class
 * @throws {ArgumentError} when activities are not whole rows, or a class has no samples
 */
export function ensembles(activities: ArrayLike<number>, labels: ArrayLike<number>, classes: number, threshold = 0.2): Ensembles {
  const units = activities.length / labels.length;
  if (!Number.isInteger(units) || units < 1) {
    throw new ArgumentError("activities", `${activities.length} activities of ${labels.length} samples`,
      "Give [samples, units] and one label for each sample.");
  }
  const counts = new Float64Array(classes), means = new Float64Array(classes * units), active = new Float64Array(classes);
  for (let s = 0; s < labels.length; s++) {
    const label = labels[s]!;
    counts[label]!++;
    for (let j = 0; j < units; j++) {
      const h = activities[s * units + j]!;
      means[label * units + j]! += h;
      if (h !== 0) active[label]! += 1 / units;
    }
  }
  const empty = counts.findIndex((n) => n === 0);
  if (empty >= 0) throw new ArgumentError("class-empty", `class ${empty} of ${classes} has no samples`, "Give samples of every class.");
  const most = means.reduce((max, sum, k) => Math.max(max, sum / counts[Math.floor(k / units)]!), 0);
  const members = Array.from({ length: classes }, (_, c) =>
    Array.from({ length: units }, (_, j) => j).filter((j) => means[c * units + j]! / counts[c]! > threshold * most));
  return {
    members, sizes: members.map((m) => m.length / units), active: Array.from(active, (sum, c) => sum / counts[c]!),
    overlap: members.map((a, c) => members.map((b, d) => (c === d ? 1 : shared(a, b)))), sparsity: sparsityOf(activities, labels.length, units),
  };
}

function shared(a: readonly number[], b: readonly number[]): number {
  const both = new Set([...a, ...b]).size;
  return both === 0 ? 0 : (a.length + b.length - both) / both;
}

function sparsityOf(activities: ArrayLike<number>, samples: number, units: number): number {
  let total = 0, seen = 0;
  for (let s = 0; s < samples; s++) {
    let sum = 0, squares = 0;
    for (let j = 0; j < units; j++) {
      sum += Math.abs(activities[s * units + j]!);
      squares += activities[s * units + j]! ** 2;
    }
    if (squares === 0) continue;
    seen++;
    total += units === 1 ? 1 : (Math.sqrt(units) - sum / Math.sqrt(squares)) / (Math.sqrt(units) - 1);
  }
  return seen === 0 ? 0 : total / seen;
}
