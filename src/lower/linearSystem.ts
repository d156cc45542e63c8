/** A system of linear equations with constant coefficients, found symbolically. */
import { namesIn } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import { linearParts } from "../ir/linear.ts";
import type { Obstacle, System } from "./system.ts";
import { variableNames } from "./system.ts";

/** d(name)/dt = Σ rates[other]·other + input + Σ noise[xi]·xi; rates and noise are constants, the input may change from step to step. */
export interface LinearRow {
  readonly name: string;
  readonly rates: ReadonlyMap<string, Expr>;
  readonly input: Expr;
  readonly noise: ReadonlyMap<string, Expr>;
  readonly frozen: boolean;
}

export type LinearResult = { readonly rows: readonly LinearRow[] } | { readonly obstacle: Obstacle };

/** The equations of the variables in `subset` as a linear system, or what prevents it. */
export function linearSystem(system: System, subset: ReadonlySet<string>): LinearResult {
  const all = variableNames(system);
  const rows: LinearRow[] = [];
  for (const equation of system.equations) {
    if (!subset.has(equation.name)) continue;
    const obstacle = (why: string, term?: Expr): LinearResult => ({ obstacle: { variable: equation.name, why, ...(term && { term }) } });
    const parts = linearParts(equation.drift, subset);
    if (!parts.linear) return obstacle("is not linear in the state variables", parts.term);
    for (const rate of parts.coefficients.values()) {
      const outside = [...namesIn(rate)].some((n) => all.has(n));
      if (outside) return obstacle("is not linear in the state variables", rate);
      if (!system.scope.isConstant(rate)) return obstacle("has a coefficient that changes from step to step", rate);
    }
    if ([...namesIn(parts.rest)].some((n) => all.has(n))) return obstacle("depends on a variable outside the linear subsystem", parts.rest);
    for (const amplitude of equation.noise.values()) {
      if (!system.scope.isConstant(amplitude)) return obstacle("has noise whose amplitude changes while the network runs", amplitude);
    }
    rows.push({ name: equation.name, rates: parts.coefficients, input: parts.rest, noise: equation.noise, frozen: equation.frozen });
  }
  return { rows };
}

/** The largest set of variables that form a linear system among themselves: decaying currents or conductances in a non-linear model. */
export function largestLinearSubsystem(system: System): readonly LinearRow[] {
  const subset = variableNames(system);
  for (;;) {
    const result = linearSystem(system, subset);
    if ("rows" in result) return result.rows;
    subset.delete(result.obstacle.variable);
  }
}
