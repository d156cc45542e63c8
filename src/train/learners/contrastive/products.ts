/** The three products that local learning needs, and where their arrays lie. */
import { multiplyByTransposeInto, multiplyInto, multiplyTransposedInto } from "../../reference/products.ts";
import { newReals } from "../../sequence.ts";
import type { Precision, Reals } from "../../sequence.ts";

export interface Products {
  /** An array of zeros that the products can read and write. */
  readonly array: (length: number) => Reals;
  /** Y[r, :] += X[r, :]·W, with X [rows, inputs], W [inputs, units]. */
  readonly forward: (y: Reals, x: Reals, w: Reals, rows: number, inputs: number, units: number) => void;
  /** X[r, :] += Y[r, :]·Wᵀ. */
  readonly backward: (x: Reals, y: Reals, w: Reals, rows: number, inputs: number, units: number) => void;
  /** W += Σ_r X[r, :]ᵀ·Y[r, :]. */
  readonly outer: (w: Reals, x: Reals, y: Reals, rows: number, inputs: number, units: number) => void;
}

/** Plain loops, in which zeros of X cost nothing. */
export const plainProducts = (precision: Precision): Products => ({
  array: (length) => newReals(precision, length), forward: multiplyInto, backward: multiplyByTransposeInto, outer: multiplyTransposedInto,
});
