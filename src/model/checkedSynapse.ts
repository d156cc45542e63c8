/** What a synapse model is once its text has been parsed and checked: plain data, SI base units, no text left to interpret. */
import type { Expr } from "../ir/expr.ts";
import type { Assignment, CheckedParameter } from "./checked.ts";
import type { Dimension } from "../units/dimension.ts";

export interface CheckedSynapseVariable {
  readonly name: string;
  readonly dimension: Dimension;
  /** Initial value, SI, unless a projection overrides it. The weight `w` begins at the projection's weight. */
  readonly initial: number;
  /**
   * d(name)/dt; absent for a variable that only statements change. `event-driven`: advanced analytically from event to event;
   * `clock-driven`: advanced every step.
   */
  readonly derivative?: Expr;
  readonly clock: "event-driven" | "clock-driven" | "none";
}

/** `target += value`: what a spike sends to its neuron. */
export interface CheckedTransmission {
  readonly kind: "transmit";
  /** `receptor`: the projection's receptor; else a variable of the postsynaptic neuron. */
  readonly target: "receptor" | { readonly variable: string };
  readonly value: Expr;
}

export type CheckedSynapseStatement = (Assignment & { readonly kind: "assign" }) | CheckedTransmission;

/** Statements that run when spikes of one side reach the synapse. */
export interface CheckedPathway {
  /** `pre`, `post`, or the name the author gave; of a modulator: its name. Delays are given by this name. */
  readonly name: string;
  readonly on: "pre" | "post" | "modulator";
  readonly statements: readonly CheckedSynapseStatement[];
}

/** `target_post = value : unit (summed)`: the sum over a neuron's synapses, added to one of its parameters or variables in every step. */
export interface CheckedSum {
  readonly target: string;
  readonly dimension: Dimension;
  readonly value: Expr;
}

export interface CheckedSynapse {
  readonly name: string;
  /** Besides its dimension: whether it was declared in units of the weight, whose dimension the receptor decides. */
  readonly parameters: readonly (CheckedParameter & { readonly perWeight: boolean })[];
  /** The weight `w` comes first, whether the author declares it or not. */
  readonly variables: readonly CheckedSynapseVariable[];
  /** In an order in which each uses only earlier ones. Not yet inlined. */
  readonly subexpressions: readonly { readonly name: string; readonly dimension: Dimension; readonly value: Expr }[];
  readonly sums: readonly CheckedSum[];
  /** In the order in which they act when they coincide within their side. */
  readonly pathways: readonly CheckedPathway[];
  /** Statements at regular times: `every` in seconds. */
  readonly regularly?: { readonly every: number; readonly statements: readonly CheckedSynapseStatement[] };
  /** Names of signals that projections bind to modulators. */
  readonly modulators: readonly string[];
  /** How many random draws the model's text holds; draws are numbered 0 … draws − 1. */
  readonly draws: number;
}

/** What is known of the two ends when a model is used by a projection: name → dimension of each variable and parameter. */
export interface SynapseEnds {
  readonly pre: ReadonlyMap<string, Dimension>;
  readonly post: ReadonlyMap<string, Dimension>;
  /** Of the weight `w`: that of the receptor's variable, unless the model gives `w` a unit of its own. */
  readonly weight: Dimension;
  /** Of the receptor's variable; absent when the projection has no receptor, in which case its model may not send to one. */
  readonly receptor?: Dimension;
  /** Which names of `post` are variables, that synapses may add to; absent: all. */
  readonly postVariables?: ReadonlySet<string>;
}
