/** What a model is once its text has been parsed and checked: plain data, SI base units, no text left to interpret. */
import type { Expr } from "../ir/expr.ts";
import type { Dimension } from "../units/dimension.ts";

export type { Dimension };

export interface Assignment { readonly target: string; readonly value: Expr }

export interface CheckedParameter { readonly name: string; readonly dimension: Dimension; readonly value: number }

export interface CheckedVariable {
  readonly name: string;
  readonly dimension: Dimension;
  /** Initial value, SI, unless a population overrides it. */
  readonly initial: number;
  /** d(name)/dt; absent for a variable that only resets and arrivals change. May hold names, `xi…` (white noise, s^-1/2) and draws. */
  readonly derivative?: Expr;
  /** Frozen while refractory: neither its equation nor arriving input changes it. */
  readonly unlessRefractory: boolean;
  /**
   * Holds the sum of what arrives in the current step (zero when nothing does) and is visible to the equations of that step,
   * instead of accumulating arrivals at its end.
   */
  readonly impulse: boolean;
}

export interface CheckedNeuron {
  readonly name: string;
  readonly parameters: readonly CheckedParameter[];
  readonly variables: readonly CheckedVariable[];
  /** `name = expression : unit` lines, in an order in which each uses only earlier ones. Not yet inlined. */
  readonly subexpressions: readonly { readonly name: string; readonly dimension: Dimension; readonly value: Expr }[];
  /** Receptor name → the variable that arriving weights are added to. */
  readonly receptors: Readonly<Record<string, string>>;
  readonly threshold?: Expr;
  readonly reset: readonly Assignment[];
  /** A time in seconds, evaluated when the neuron spikes; or a condition: refractory from the spike until it is false. */
  readonly refractory?: { readonly kind: "time" | "condition"; readonly value: Expr };
  readonly method?: Method;
  /** How many random draws (`rand()`, `randn()`) the model's text holds; draws are numbered 0 … draws − 1. */
  readonly draws: number;
}

/**
 * Integration methods. `half-step-euler` is the scheme of Izhikevich (2003): variables advance in the order of the equations, each with
 * the values already advanced, the first one in two half steps.
 */
export const methods = ["exact", "exponential-euler", "euler", "half-step-euler", "heun", "rk4", "rkf45"] as const;
export type Method = (typeof methods)[number];
