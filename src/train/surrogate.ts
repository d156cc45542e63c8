/** What a surrogate derivative is; the ones people use are in surrogates.ts. */
import type { Expr } from "../ir/expr.ts";

export interface Surrogate {
  /** As people call it, e.g. "fastSigmoid". */
  readonly name: string;
  /** dS/dx over the name `x`, the distance from threshold in units of its scale; parameters are put in as numbers. */
  readonly derivative: Expr;
  /**
   * A smooth function of `x` whose derivative is `derivative`: what takes the place of the step in smoothed models (gradient checks).
   * Absent for derivatives that are not those of any function of x alone.
   */
  readonly primitive?: Expr;
  /** Beyond |x| ≥ support the derivative is exactly 0; absent when it never is. */
  readonly support?: number;
  /** The parameters it was made with, for printing and saving, e.g. { slope: 25 }. */
  readonly parameters: Readonly<Record<string, number>>;
}
