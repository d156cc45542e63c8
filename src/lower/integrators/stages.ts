/** What the Runge–Kutta methods share: slopes at a stage, and the state from which a later stage starts. */
import { add, mul, name, number, select, substitute } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import type { Statement } from "../../ir/kernel.ts";
import { simplify } from "../../ir/simplify.ts";
import type { System } from "../system.ts";

/** Variable → value. */
export type Values = ReadonlyMap<string, Expr>;

/** The old state. */
export const oldState = (system: System): Values => new Map(system.equations.map((e) => [e.name, name(e.name)]));

/**
 * The slope of every variable at a state, as lets. Inputs are held over the step; a `t` in the equations is that of the stage.
 * @param offset seconds after the start of the step
 */
export function slopes(system: System, state: Values, offset: Expr, stage: number, statements: Statement[]): Values {
  const at = new Map([...state, ["t", simplify(add(name("t"), offset))] as const]);
  return new Map(system.equations.map((equation) => {
    const slope = simplify(substitute(equation.drift, at));
    const value = equation.frozen && system.refractory ? select(system.refractory, number(0), slope) : slope;
    return [equation.name, letNamed(system, `slope${stage}_${equation.name}`, value, statements)];
  }));
}

/** old + h·Σ weight·slope for each variable. */
export function combine(system: System, h: Expr, weighted: readonly (readonly [number, Values])[]): Values {
  return new Map(system.equations.map(({ name: n }) => {
    const sum = weighted.filter(([w]) => w !== 0).map(([w, slope]) => mul(number(w), slope.get(n)!)).reduce(add);
    return [n, simplify(add(name(n), mul(h, sum)))];
  }));
}

/** Gives each value a name, so that a stage computes it once. */
export function named(system: System, prefix: string, values: Values, statements: Statement[]): Values {
  return new Map([...values].map(([n, value]) => [n, letNamed(system, `${prefix}_${n}`, value, statements)]));
}

function letNamed(system: System, wish: string, value: Expr, statements: Statement[]): Expr {
  const label = system.scope.fresh(wish);
  statements.push({ kind: "let", name: label, value });
  return name(label);
}
