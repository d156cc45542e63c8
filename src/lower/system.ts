/** The differential equations of one model as integrators see them. */
import { EquationError } from "../errors.ts";
import { namesIn, number } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import type { Statement } from "../ir/kernel.ts";
import { linearParts } from "../ir/linear.ts";
import type { Dimension } from "../model/checked.ts";
import type { Scope } from "./scope.ts";

export interface Equation {
  readonly name: string;
  /** d(name)/dt without its noise; free of parameters that are numbers, subexpressions and dt. */
  readonly drift: Expr;
  /** White noise → its amplitude in this equation: d(name)/dt = drift + Σ noise[xi]·xi. */
  readonly noise: ReadonlyMap<string, Expr>;
  /** Frozen while refractory. */
  readonly frozen: boolean;
  /** The variable's natural scale in SI, e.g. 1e-3 for volt (mV). */
  readonly scale: number;
}

export interface System {
  readonly model: string;
  /** Seconds. */
  readonly dt: number;
  readonly equations: readonly Equation[];
  /** The condition under which frozen variables stand still in this step; absent when the model has no refractoriness. */
  readonly refractory?: Expr;
  /** rkf45: largest local error in units of a variable's natural scale. */
  readonly tolerance: number;
  readonly scope: Scope;
  /** What a spike does inside a step, for the one method that looks for spikes there (rkf45). */
  readonly fire: () => readonly Statement[];
}

/** How an integrator advances the system: statements, then the new values; a frozen variable's new value is discarded by the caller. */
export interface Advance {
  readonly statements: readonly Statement[];
  readonly next: ReadonlyMap<string, Expr>;
  readonly perVariable: Readonly<Record<string, string>>;
}

export type Integrator = (system: System) => Advance;

/** Why a method cannot advance a system: the variable, and the term when one is to blame. */
export interface Obstacle { readonly variable: string; readonly term?: Expr; readonly why: string }

export const isWhiteNoise = (name: string): boolean => name === "xi" || name.startsWith("xi_");

/** Separates a derivative into drift and noise. */
export function separateNoise(
  model: string, variable: string, derivative: Expr, isNoise: (name: string) => boolean,
): Pick<Equation, "drift" | "noise"> {
  const names = [...namesIn(derivative)].filter(isNoise);
  if (names.length === 0) return { drift: derivative, noise: new Map() };
  const parts = linearParts(derivative, new Set(names));
  if (!parts.linear) {
    throw new EquationError(
      "noise-not-linear",
      `neuron "${model}": white noise must enter d${variable}/dt linearly`,
      "Write it as a term of its own, e.g. dv/dt = -v/tau + sigma*sqrt(2/tau)*xi.",
    );
  }
  return { drift: parts.rest, noise: parts.coefficients };
}

/** All white noise of a system, in the order of first use. */
export function noiseNames(system: System): string[] {
  return [...new Set(system.equations.flatMap((e) => [...e.noise.keys()]))];
}

/** The names of the variables that the system advances. */
export const variableNames = (system: System): Set<string> => new Set(system.equations.map((e) => e.name));

/**
 * The unit in which a quantity of this dimension is of the order of 1 in a neuron: products of mV, pA, ms, µm and amol, hence also nS, pF
 * and pA/µm². NEST applies its absolute tolerances to the same units.
 */
export function naturalScale([m, kg, s, A, , mol]: Dimension): number {
  // A power of kg can only come from volt = kg·m²·s⁻³·A⁻¹; what is left of the other exponents is their own.
  const volt = kg;
  const exponent = -3 * volt - 3 * (s + 3 * volt) - 12 * (A + volt) - 6 * (m - 2 * volt) - 18 * mol;
  return Number(`1e${exponent}`);
}

export const zero = number(0);
