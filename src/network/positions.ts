/** Positions of neurons in 1 to 3 dimensions, in metres, for distance-dependent wiring, weights and delays. */
import { ArgumentError } from "../errors.ts";
import { dimensions } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";

export interface Positions {
  /** 1, 2 or 3. */
  readonly dimensions: number;
  /** [neurons × dimensions], metres. */
  readonly coordinates: Float64Array;
}

/** A regular grid of `counts` points along each axis, `spacing` apart; the last axis varies fastest. */
export function grid(counts: readonly number[], spacing: Quantity): Positions {
  checkDimensions(counts.length);
  const step = parseQuantity(spacing, dimensions.metre, "grid: spacing");
  const total = counts.reduce((product, n) => product * n, 1);
  if (!Number.isSafeInteger(total) || total <= 0)
    throw new ArgumentError("positions", `grid: [${counts.join(", ")}] is not a grid`, "Give a positive whole number for each axis.");
  const coordinates = new Float64Array(total * counts.length);
  for (let k = 0; k < total; k++) {
    for (let axis = counts.length - 1, rest = k; axis >= 0; axis--) {
      coordinates[k * counts.length + axis] = (rest % counts[axis]!) * step;
      rest = Math.floor(rest / counts[axis]!);
    }
  }
  return { dimensions: counts.length, coordinates };
}

/** Points on a ring of the given radius, equally spaced, in the plane. */
export function ring(count: number, radius: Quantity): Positions {
  const r = parseQuantity(radius, dimensions.metre, "ring: radius");
  const coordinates = Float64Array.from({ length: 2 * count }, (_, k) => r * (k % 2 === 0 ? Math.cos : Math.sin)((2 * Math.PI * (k >> 1)) / count));
  return { dimensions: 2, coordinates };
}

/** Explicit coordinates, one list for each neuron, in the given unit of length. */
export function positions(points: readonly (readonly number[])[], unit: string): Positions {
  const n = points[0]?.length ?? 0;
  checkDimensions(n);
  const scale = parseQuantity(`1 ${unit}`, dimensions.metre, "positions: unit");
  const odd = points.findIndex((p) => p.length !== n || p.some((c) => !Number.isFinite(c)));
  if (odd >= 0)
    throw new ArgumentError(
      "positions",
      `positions: point ${odd} is [${points[odd]!.join(", ")}], not ${n} finite coordinates`,
      "Give every neuron the same number of coordinates.",
    );
  return { dimensions: n, coordinates: Float64Array.from(points.flat(), (c) => c * scale) };
}

function checkDimensions(n: number): void {
  if (n < 1 || n > 3) throw new ArgumentError("positions", `positions have ${n} dimensions`, "Use 1, 2 or 3 dimensions.");
}

/**
 * Distance in metres of two points; with `periodic` side lengths, of the nearest images.
 * Populations with different numbers of dimensions have no distance; the network refuses them.
 */
export function distanceBetween(a: Positions, i: number, b: Positions, j: number, periodic?: readonly number[]): number {
  const n = a.dimensions;
  let sum = 0;
  for (let axis = 0; axis < n; axis++) {
    let d = Math.abs(a.coordinates[i * n + axis]! - b.coordinates[j * n + axis]!);
    const side = periodic?.[axis];
    if (side !== undefined) d = Math.min(d % side, side - (d % side));
    sum += d * d;
  }
  return Math.sqrt(sum);
}
