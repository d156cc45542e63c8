/** What lowering a neuron model takes and gives. */
import type { Expr } from "../ir/expr.ts";
import type { Draw, MapKernel } from "../ir/kernel.ts";
import type { Method } from "../model/checked.ts";

export interface LowerOptions {
  /** The kernel's readable name, e.g. "update_E_lif_delta". */
  readonly kernelName: string;
  /** The step, seconds. */
  readonly dt: number;
  /** How many elements: what `N` stands for. */
  readonly size: number;
  /** Overrides the model's method. */
  readonly method?: Method;
  /** rkf45 only: the largest local error of a variable, in units of its natural scale (mV, pA, nS, ms, …; 1 when dimensionless). 1e-6. */
  readonly tolerance?: number;
  /**
   * What each parameter is: a number, a per-element array (name("tau_m")), or a sum such as name("i_ext") + name("stimulus_0"), where
   * stimulus_0 is a per-step scalar or a draw. A parameter that is left out has the model's value.
   */
  readonly parameters: Readonly<Record<string, Expr>>;
  /** Names, in those expressions and in arrivals, that are per-element constants … */
  readonly constants: readonly string[];
  /** … or values shared by all elements that change from step to step, … */
  readonly scalars: readonly { readonly name: string; readonly value: Expr }[];
  /** … or sums of what arrived, … */
  readonly inputs: readonly string[];
  /** … or draws. Those of the model take the numbers below `ownDraws(model)`, so these must be numbered from there on. */
  readonly draws: readonly Draw[];
  /** State variable → what arrives in this step, for the variables that receive anything. */
  readonly arrivals: Readonly<Record<string, Expr>>;
}

export interface Lowered {
  readonly kernel: MapKernel;
  readonly derived: readonly Derived[];
  /** State arrays that lowering adds (refractory counter, step of rkf45), and what they hold at the start. */
  readonly initial: readonly { readonly name: string; readonly value: number }[];
  readonly integrator: Integration;
}

/** Per-element constants that the host computes in f64 from others, when the run is prepared and again whenever one of `inputs` changes. */
export interface Derived {
  readonly names: readonly string[];
  /** Per-element constants that it depends on; `i`, where it occurs, is the index of the element. */
  readonly inputs: readonly string[];
  /** The values of `names` for one element, from the values of `inputs`: equal inputs give equal outputs. */
  readonly compute: (inputs: Float64Array) => Float64Array;
  /** The same as data, so that it can be differentiated; absent for what comes of noise. */
  readonly formula?: DerivedFormula;
}

export type DerivedFormula =
  /** The one value, over `inputs`. */
  | { readonly kind: "expression"; readonly value: Expr }
  /**
   * Entries of the exact step of dx/dt = A·x + b over dt, with A = rates over `inputs`, P = exp(A·dt) and Q = ∫ exp(A·s) ds: P[0, column], or the
   * sum over k of Q[0, k]·weights[k].
   */
  | { readonly kind: "propagator"; readonly rates: readonly (readonly Expr[])[]; readonly entries: readonly PropagatorEntry[]; readonly dt: number };

export type PropagatorEntry = { readonly column: number } | { readonly weights: readonly Expr[] };

/** Which method advances the model, and why, in a sentence for a modeller. */
export interface Integration {
  readonly method: Method;
  readonly reason: string;
  /** For each variable with an equation, the method that advances it. */
  readonly perVariable: Readonly<Record<string, string>>;
}
