/**
 * The scheme of Izhikevich (2003): variables advance by Euler steps one after the other, in the order of the equations, each with the values
 * already advanced; the first one in two half steps. NEST's izhikevich does this with consistent_integration false.
 *
 * @source Izhikevich (2003), IEEE Trans. Neural Netw. 14:1569–1572. doi:10.1109/TNN.2003.820440
 */
import { add, mul, name, number, select, substitute } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import type { Statement } from "../../ir/kernel.ts";
import { simplify } from "../../ir/simplify.ts";
import type { Advance, Equation, System } from "../system.ts";

export function halfStepEuler(system: System): Advance {
  const statements: Statement[] = [];
  const next = new Map<string, Expr>();
  const step = (equation: Equation, duration: number, wish: string): void => {
    const old = next.get(equation.name) ?? name(equation.name);
    const advanced = simplify(add(old, mul(number(duration), substitute(equation.drift, next))));
    const value = equation.frozen && system.refractory ? select(system.refractory, old, advanced) : advanced;
    const label = system.scope.fresh(wish);
    statements.push({ kind: "let", name: label, value });
    next.set(equation.name, name(label));
  };
  system.equations.forEach((equation, k) => {
    if (k === 0) step(equation, system.dt / 2, `${equation.name}_half`);
    step(equation, k === 0 ? system.dt / 2 : system.dt, `${equation.name}_new`);
  });
  return { statements, next, perVariable: Object.fromEntries(system.equations.map((e) => [e.name, "half-step-euler"])) };
}
