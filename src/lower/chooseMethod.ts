/** Which integration method advances a model: the one asked for when it can, else the best that its equations allow. */
import { EquationError } from "../errors.ts";
import type { Expr } from "../ir/expr.ts";
import { linearParts } from "../ir/linear.ts";
import { printExpr } from "../ir/print.ts";
import type { CheckedNeuron, Method } from "../model/checked.ts";
import { euler } from "./integrators/euler.ts";
import { exact, exactObstacle } from "./integrators/exact.ts";
import { exponentialEuler, exponentialEulerObstacle } from "./integrators/exponentialEuler.ts";
import { halfStepEuler } from "./integrators/halfStepEuler.ts";
import { heun, heunObstacle } from "./integrators/heun.ts";
import { rk4 } from "./integrators/rk4.ts";
import { rkf45 } from "./integrators/rkf45.ts";
import { inlineSubexpressions } from "./resolve.ts";
import { noiseNames, variableNames } from "./system.ts";
import type { Integrator, Obstacle, System } from "./system.ts";

export interface Choice { readonly method: Method; readonly reason: string; readonly integrator: Integrator }

interface Entry {
  readonly integrator: Integrator;
  readonly obstacle: (system: System) => Obstacle | undefined;
  /** What the user may ask for instead when there is an obstacle. */
  readonly instead: string;
}

const table: Readonly<Record<Method, Entry>> = {
  "exact": { integrator: exact, obstacle: exactObstacle, instead: `Leave out the method, or ask for "rk4" (with noise: "euler").` },
  "exponential-euler": { integrator: exponentialEuler, obstacle: exponentialEulerObstacle, instead: `Ask for "rk4" (with noise: "euler").` },
  "euler": { integrator: euler, obstacle: () => undefined, instead: "" },
  "half-step-euler": { integrator: halfStepEuler, obstacle: noNoise, instead: `Ask for "euler" or "heun" instead.` },
  "heun": { integrator: heun, obstacle: heunObstacle, instead: `Ask for "euler": it reads noise as Itô does, Heun as Stratonovich does.` },
  "rk4": { integrator: rk4, obstacle: noNoise, instead: `Ask for "euler" or "heun" instead.` },
  "rkf45": { integrator: rkf45, obstacle: noNoise, instead: `Ask for "euler" or "heun" instead.` },
};

/**
 * @param requested the method that the model or the user names; absent: exact for linear equations, exponential Euler when each equation is
 *                  linear in its own variable, rk4 otherwise; with noise: exact, else Euler–Maruyama
 * @throws {EquationError} when the requested method cannot advance these equations; names the variable and the term
 */
export function chooseMethod(model: CheckedNeuron, system: System, requested: Method | undefined): Choice {
  if (system.equations.length === 0) return choice(requested ?? "exact", "the model has no differential equation", nothing);
  if (requested !== undefined) {
    const { integrator, obstacle, instead } = table[requested];
    const found = obstacle(system);
    if (found) {
      const because = explain(model, system, found);
      throw new EquationError("method", `neuron "${model.name}": method "${requested}" cannot be used, because ${because}`, instead);
    }
    return choice(requested, "asked for", integrator);
  }
  const notExact = exactObstacle(system);
  const noisy = noiseNames(system).length > 0;
  if (!notExact) {
    const noise = noisy ? " and the noise does not depend on the state, so mean and variance are exact at any step" : "";
    return choice("exact", `the equations are linear with constant coefficients${noise}`, exact);
  }
  const why = explain(model, system, notExact);
  if (noisy) return choice("euler", `${why}, and the equations hold white noise: Euler–Maruyama`, euler);
  const notConditionallyLinear = exponentialEulerObstacle(system);
  if (!notConditionallyLinear) return choice("exponential-euler", `${why}, but each equation is linear in its own variable`, exponentialEuler);
  return choice("rk4", explain(model, system, notConditionallyLinear), rk4);
}

const choice = (method: Method, reason: string, integrator: Integrator): Choice => ({ method, reason, integrator });

const nothing: Integrator = () => ({ statements: [], next: new Map(), perVariable: {} });

function noNoise(system: System): Obstacle | undefined {
  const noisy = system.equations.find((e) => e.noise.size > 0);
  return noisy && { variable: noisy.name, why: "holds white noise" };
}

/** "dv/dt is not linear in the state variables: exp((v - v_T) / Delta_T)", the term in the author's own names where possible. */
function explain(model: CheckedNeuron, system: System, { variable, term, why }: Obstacle): string {
  const shown = authorsTerm(model, system, variable, why) ?? term;
  return `d${variable}/dt ${why}${shown ? `: ${printExpr(shown)}` : ""}`;
}

function authorsTerm(model: CheckedNeuron, system: System, variable: string, why: string): Expr | undefined {
  if (!why.startsWith("is not linear")) return undefined;
  const derivative = model.variables.find((v) => v.name === variable)?.derivative;
  if (!derivative) return undefined;
  const names = why.endsWith("itself") ? new Set([variable]) : variableNames(system);
  const parts = linearParts(inlineSubexpressions(model, derivative), names);
  return parts.linear ? undefined : parts.term;
}
