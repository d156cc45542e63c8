/**
 * What back-ends run of a cell: statements forwards and backwards in time.
 *
 * Values after `step` and before `reset` are called "before"; those are what is stored of a step (`trace`). With S = 1 where the neuron spikes, a
 * reset is x + S·(reset(x) − x).
 */
import { apply, name, number, substitute } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import { simplify } from "../../ir/simplify.ts";
import type { Cell } from "./cell.ts";
import type { Coefficients } from "./coefficients.ts";
import type { Definition } from "./straightLine.ts";

export interface DerivedCell {
  /** With numbers in place of the parameters that are neither learned nor one for each neuron. */
  readonly cell: Cell;
  readonly coefficients: Coefficients;
  readonly learn: readonly string[];
  readonly perNeuron: readonly string[];
  readonly smoothed: boolean;
  readonly forward: ForwardStep;
  readonly backward: BackwardStep;
  /** States whose "before" values the backward pass reads, and so must be stored for every step (or made anew from checkpoints). */
  readonly trace: readonly string[];
}

/** Names that statements use beside states, coefficients and their own. `spike` is a condition (smoothed: a number); the others are numbers. */
export const reserved = {
  /** Input of the step. */
  input: "input",
  /** 1 where the neuron spiked in the step before, else 0. */
  spiked: "spiked",
  /** Whether the neuron spikes in this step. */
  spike: "spike",
  /** Gradient with respect to the spike of this step, and to the membrane as shown. */
  spikeAdjoint: "adjoint_spike",
  membraneAdjoint: "adjoint_membrane",
  /** Gradient that the step after this one gives to `spiked`. */
  spikedAdjoint: "adjoint_spiked",
} as const;

export interface ForwardStep {
  /** Reads states, coefficients, `input`, `spiked`. */
  readonly step: readonly Definition[];
  /** State → its value before the reset: a name of `step`, the state's own name, or a number. */
  readonly before: ReadonlyMap<string, Expr>;
  /** Distance from threshold; absent for neurons that never spike. */
  readonly margin?: Expr;
  /** The condition under which the neuron spikes (smoothed: the spike's value). */
  readonly spike?: Expr;
  /** The condition under which the surrogate derivative is not exactly zero; absent when it never is, or nothing is known. */
  readonly active?: Expr;
  /** After the spike is known: reads `spike`, too. */
  readonly reset: readonly Definition[];
  /** State → its value after the reset. */
  readonly after: ReadonlyMap<string, Expr>;
  /** The membrane as the cell shows it. */
  readonly membrane: Expr;
  /** Whether `step` reads `spiked`, and `input`. */
  readonly readsSpiked: boolean;
  readonly readsInput: boolean;
}

export interface BackwardStep {
  /** States whose values at the start of the step are read; they follow from the trace of the step before by `recover`. */
  readonly old: readonly string[];
  /**
   * State → its value at the start of a step; over names of states, which stand here for their "before" values of the step before that one, and
   * its `spike`. In the first step the start is what is given.
   */
  readonly recover: { readonly statements: readonly Definition[]; readonly values: ReadonlyMap<string, Expr> };
  /** State → name of its value before the reset of this step, as the statements call it: what is read from the trace. */
  readonly before: ReadonlyMap<string, string>;
  readonly readsInput: boolean;
  readonly readsSpiked: boolean;
  readonly readsSpike: boolean;
  readonly statements: readonly Definition[];
  /** States whose gradients are carried from step to step: state → the name of what comes in, and what goes out to the step before. */
  readonly carried: ReadonlyMap<string, { readonly name: string; readonly next: Expr }>;
  /** What goes out as `adjoint_spiked`, where it is not zero. */
  readonly spiked?: Expr;
  readonly input: Expr;
  /** Coefficient → what this step adds to its gradient. */
  readonly coefficients: ReadonlyMap<string, Expr>;
}

/** The surrogate at a distance from threshold. */
export function surrogateAt(e: Expr, margin: Expr, scale: number): Expr {
  return simplify(substitute(e, new Map([["x", scale === 1 ? margin : apply("mul", margin, number(1 / scale))]])));
}

export const spikeName = name(reserved.spike);
