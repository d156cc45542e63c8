/** What flows between layers. */
import type { Shape } from "./modelData.ts";

export type Reals = Float32Array | Float64Array;
export type Precision = "f32" | "f64";

/** Values [batch, steps, …shape], row-major. A constant sequence holds one step that stands for all. */
export interface Sequence {
  readonly batch: number;
  /** How many steps `values` holds: 1 when constant. */
  readonly steps: number;
  readonly constant: boolean;
  readonly shape: Shape;
  readonly values: Reals;
}

/** The number of values in a shape. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, n) => product * n, 1);

export const newReals = (precision: Precision, size: number): Reals => (precision === "f64" ? new Float64Array(size) : new Float32Array(size));
/** An array of zeros of the same type, of `size` elements. */
export const realsLike = (values: Reals, size = values.length): Reals => newReals(values instanceof Float64Array ? "f64" : "f32", size);
