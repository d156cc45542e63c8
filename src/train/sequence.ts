/** What flows between layers. */
import type { Shape } from "./modelData.ts";

export type Reals = Float32Array | Float64Array;

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
