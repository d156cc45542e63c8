/**
 * How the activity of the last layer [batch, steps, units] becomes one number per class, and the gradient of that. With several units a class
 * (population code) their mean counts; units of a class are neighbours.
 */
import { ArgumentError } from "../errors.ts";
import { realsLike } from "./sequence.ts";
import type { Reals } from "./sequence.ts";

/**
 * count: sum over the steps; mean, max, last: over the steps; steps: each step for itself; firstSpike: minus the step of the first spike, so that
 * the earliest wins (units that stay silent count as spiking after the last step).
 */
export type ReadoutOver = "count" | "mean" | "max" | "last" | "steps" | "firstSpike";
export const readouts: readonly ReadoutOver[] = ["count", "mean", "max", "last", "steps", "firstSpike"];

export interface ReadoutSize { readonly batch: number; readonly steps: number; readonly units: number; readonly classes: number }

/** @returns values [batch, rows, classes] with rows = steps for "steps", else 1 */
export function readOut(over: ReadoutOver, activity: Reals, size: ReadoutSize): Reals {
  const { batch, steps, units } = size;
  const perUnit = realsLike(activity, over === "steps" ? activity.length : batch * units);
  if (over === "steps") perUnit.set(activity);
  else for (let b = 0; b < batch; b++) for (let u = 0; u < units; u++) {
    perUnit[b * units + u] = overTime(over, (t) => activity[(b * steps + t) * units + u]!, steps);
  }
  return perClass(perUnit, size);
}

/** @param gradient with respect to what `readOut` gave; @returns that with respect to `activity` */
export function readOutBackward(over: ReadoutOver, activity: Reals, gradient: Reals, size: ReadoutSize): Reals {
  const { batch, steps, units } = size;
  const perUnit = perUnitGradient(gradient, size);
  if (over === "steps") return perUnit;
  const back = realsLike(activity);
  for (let b = 0; b < batch; b++) for (let u = 0; u < units; u++) {
    const g = perUnit[b * units + u]!;
    const at = (t: number): number => (b * steps + t) * units + u;
    if (over === "count" || over === "mean") for (let t = 0; t < steps; t++) back[at(t)] = over === "mean" ? g / steps : g;
    else if (over === "last") back[at(steps - 1)] = g;
    else {
      const t = over === "max" ? largestStep((k) => activity[at(k)]!, steps) : firstStep((k) => activity[at(k)]!, steps);
      // More potential at its step makes the first spike earlier: the value −t grows.
      if (t < steps) back[at(t)] = g;
    }
  }
  return back;
}

/** @throws {ArgumentError} when the units cannot be shared out evenly */
export function unitsPerClass(units: number, classes: number): number {
  if (classes >= 1 && units % classes === 0) return units / classes;
  throw new ArgumentError(
    "classes",
    `${units} units cannot be read out as ${classes} classes`,
    `Give the last layer a multiple of ${classes} units.`,
  );
}

function overTime(over: ReadoutOver, value: (t: number) => number, steps: number): number {
  if (over === "last") return value(steps - 1);
  if (over === "max") return value(largestStep(value, steps));
  if (over === "firstSpike") return -firstStep(value, steps);
  let sum = 0;
  for (let t = 0; t < steps; t++) sum += value(t);
  return over === "mean" ? sum / steps : sum;
}

function largestStep(value: (t: number) => number, steps: number): number {
  let best = 0;
  for (let t = 1; t < steps; t++) if (value(t) > value(best)) best = t;
  return best;
}

function firstStep(value: (t: number) => number, steps: number): number {
  let t = 0;
  while (t < steps && value(t) === 0) t++;
  return t;
}

function perClass(values: Reals, { units, classes }: ReadoutSize): Reals {
  const each = unitsPerClass(units, classes);
  if (each === 1) return values;
  const means = realsLike(values, values.length / each);
  values.forEach((v, k) => (means[Math.floor(k / each)]! += v / each));
  return means;
}

function perUnitGradient(gradient: Reals, { units, classes }: ReadoutSize): Reals {
  const each = unitsPerClass(units, classes);
  if (each === 1) return gradient;
  const spread = realsLike(gradient, gradient.length * each);
  spread.forEach((_, k) => (spread[k] = gradient[Math.floor(k / each)]! / each));
  return spread;
}
