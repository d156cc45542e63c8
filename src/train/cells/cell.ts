/**
 * What one neuron does in a step, as training sees it: plain data, from which the forward pass, its adjoint and every back-end's code are
 * derived. Simulated models become cells by the same lowering as in the simulator (fromModel.ts); conventions of other libraries are
 * written down directly (conventions.ts).
 *
 * In step n, from states x and the input of the step:
 *
 * 1. `step` runs, statement after statement. It sees the states, the parameters, `input` (what the layer's connections sum up for this
 *    neuron in this step, biases included) and `spiked` (1 where the neuron spiked in the step before, else 0; 0 in the first step);
 * 2. the neuron spikes where `threshold.margin` is above 0 (or at 0 when `inclusive`) and `threshold.gate`, if there is one, holds;
 * 3. where it spikes, `reset` runs.
 */
import type { Expr } from "../../ir/expr.ts";
import type { Statement } from "../../ir/kernel.ts";
import type { NeuronModel } from "../../model/neuron.ts";

export interface Cell {
  readonly name: string;
  /** Carried from step to step, in the order of their arrays. */
  readonly state: readonly CellVariable[];
  /** Constants of a neuron, shared by all of a layer or one each; those that are learned get gradients. SI units for simulated models. */
  readonly parameters: readonly CellParameter[];
  /** Names that `step`, `threshold` and `reset` may use beside parameters: entries of the exact step of linear equations. */
  readonly propagators?: readonly Propagator[];
  /** `let` and `assign` only. */
  readonly step: readonly Statement[];
  /** Absent for neurons that never spike, such as leaky integrators of a readout. */
  readonly threshold?: CellThreshold;
  readonly reset: readonly Statement[];
  /** Whether gradients take the spikes that cause resets (in `reset`, and as `spiked` in `step`) for constants. */
  readonly detachReset: boolean;
  /** The state variable that is shown as the membrane potential. */
  readonly membrane: string;
  /** Whether the membrane is shown as it is before or after the reset that its own spike causes. */
  readonly shown: "beforeReset" | "afterReset";
  /** How this cell is simulated; absent when there is no model that gives the same spikes. */
  readonly simulated?: SimulatedCell;
}

/**
 * Entries of the exact step of dx/dt = A·x + b over dt: numbers that depend on parameters through a matrix exponential. With P = exp(A·dt) and
 * Q = ∫ exp(A·s) ds, an entry is P[0, column], or the sum over k of Q[0, k]·weights[k].
 */
export interface Propagator {
  /** A, row by row; 1/s; over parameters. */
  readonly rates: readonly (readonly Expr[])[];
  readonly entries: readonly PropagatorEntry[];
  /** Seconds. */
  readonly dt: number;
}

export type PropagatorEntry = { readonly name: string; readonly column: number } | { readonly name: string; readonly weights: readonly Expr[] };

export interface CellVariable { readonly name: string; readonly initial: number }

export interface CellParameter {
  readonly name: string;
  /** One value for all neurons of a layer, unless the layer has one each. */
  readonly value: number;
  /** Values that learning may not leave, e.g. (0, 1) for a factor of decay. */
  readonly range?: readonly [number, number];
}

export interface CellThreshold {
  readonly margin: Expr;
  readonly inclusive: boolean;
  readonly gate?: Expr;
  /** Surrogate derivatives are taken at margin/scale: 1 for dimensionless cells, else the distance from reset to threshold, SI. */
  readonly scale: number;
}

/** The model of the simulator that gives the same spikes, for one step size. */
export interface SimulatedCell {
  readonly model: NeuronModel;
  readonly receptor: string;
  /** Values of the model's parameters and state from those of the cell: name → expression over the cell's parameters (and `dt`), SI. */
  readonly values: Readonly<Record<string, Expr>>;
  /** Weights of the simulator are those of the layer times this expression over the cell's parameters (and `dt`). */
  readonly weight: Expr;
  /** The parameter of the model that adds a constant `bias` to the input of every step, and its value from `bias`; absent if it has none. */
  readonly bias?: { readonly parameter: string; readonly value: Expr };
}
