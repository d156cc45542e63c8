/**
 * What a back-end runs. It has never heard of a neuron: a `MapKernel` advances every element of a table by one step and may
 * emit the elements for which a condition holds (the spikes); delivery of spikes is a `ScatterKernel` (engine/).
 */
import type { Expr } from "./expr.ts";

/** `let` names a value once; `assign` overwrites a state array's value or a `let` made before. Later statements see the new value. */
export type Statement =
  | { readonly kind: "let"; readonly name: string; readonly value: Expr }
  | { readonly kind: "assign"; readonly name: string; readonly value: Expr }
  /**
   * Repeats the body for each element while its own condition holds (a condition Expr), at most `limit` times. Inside, an element
   * whose condition is false keeps all its values: elements never influence each other.
   */
  | { readonly kind: "while"; readonly condition: Expr; readonly limit: number; readonly body: readonly Statement[] };

/** Random numbers an element receives in a step, filled before the kernel runs. `draw` tells the streams of one kernel apart. */
export type Draw =
  | { readonly name: string; readonly draw: number; readonly distribution: "uniform" | "normal" }
  /** Poisson counts: `mean` per step, the same for all elements … */
  | { readonly name: string; readonly draw: number; readonly distribution: "poisson"; readonly mean: number }
  /** … or one mean per element, in the array or per-step scalar of that name (several sum: mean = meanArray × meanScalar). */
  | { readonly name: string; readonly draw: number; readonly distribution: "poisson"; readonly meanArray?: string; readonly meanScalar?: string };

export interface MapKernel {
  /** A readable function name, e.g. `update_E_lif_delta`. */
  readonly name: string;
  /** Per-element arrays that the kernel may change. */
  readonly state: readonly string[];
  /** Per-element arrays that it only reads. */
  readonly constants: readonly string[];
  /** Values shared by all elements that change from step to step; the engine evaluates them in f64 on the host (names: t, …). */
  readonly scalars: readonly { readonly name: string; readonly value: Expr }[];
  /** Sums of what arrived in this step, per element: read once, then cleared. */
  readonly inputs: readonly string[];
  readonly draws: readonly Draw[];
  /** Names: state, constants, scalars, inputs, draws, earlier lets, and `i` (index of the element). */
  readonly body: readonly Statement[];
  /** After the body: elements for which `condition` holds are emitted and `reset` is applied to them alone. */
  readonly spike?: { readonly condition: Expr; readonly reset: readonly Statement[] };
  /** State arrays that must stay finite; the first element that breaks this stops the run before anything is stored. */
  readonly finite: readonly string[];
  /** State arrays that decay towards zero: now and then |x| < 1e-30 (f32) or 1e-290 (f64) becomes 0, for subnormal numbers are slow. */
  readonly flush?: readonly string[];
}
