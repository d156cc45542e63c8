/** Random numbers of a map kernel, one element at a time, in f64. */
import type { Draw } from "../../ir/kernel.ts";
import type { Seed } from "../../math/philox.ts";
import { normalAt, poissonAt, poissonTable, uniformAt, varyingPoissonAt } from "../../math/random.ts";
import type { PoissonTable } from "../../math/random.ts";

export interface DrawPlace {
  readonly seed: Seed;
  readonly element: number;
  readonly step: number;
  readonly stream: number;
  /** Of a Poisson draw whose mean differs between elements or steps. */
  readonly mean: number;
}

/** @param table of a Poisson draw with one mean, if it is at hand */
export function drawAt(draw: Draw, { seed, element, step, stream, mean }: DrawPlace, table?: PoissonTable): number {
  if (draw.distribution === "uniform") return uniformAt(seed, element, step, stream, draw.draw);
  if (draw.distribution === "normal") return normalAt(seed, element, step, stream, draw.draw);
  return "mean" in draw
    ? poissonAt(seed, element, step, stream, draw.draw, table ?? poissonTable(draw.mean))
    : varyingPoissonAt(seed, element, step, stream, draw.draw, mean);
}

/** The mean of a Poisson draw for one element; 0 for other draws. */
export function meanOf(draw: Draw, array: (name: string) => number, scalar: (name: string) => number): number {
  if (draw.distribution !== "poisson" || "mean" in draw) return 0;
  return (draw.meanScalar === undefined ? 1 : scalar(draw.meanScalar)) * (draw.meanArray === undefined ? 1 : array(draw.meanArray));
}
