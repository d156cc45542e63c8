/** Forward Euler, all variables from the old state; with white noise, Euler–Maruyama (Itô), strong order 1/2 and 1 for additive noise. */
import { add, mul, name, number } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import { simplify } from "../../ir/simplify.ts";
import type { Advance, Equation, System } from "../system.ts";
import { noiseNames } from "../system.ts";

export function euler(system: System): Advance {
  const noise = noiseIncrement(system);
  const next = new Map(system.equations.map((e) => [e.name, simplify(add(add(name(e.name), mul(number(system.dt), e.drift)), noise(e)))]));
  return { statements: [], next, perVariable: Object.fromEntries(system.equations.map((e) => [e.name, "euler"])) };
}

/** What white noise adds to an equation within the step, its amplitude taken at the old state: Σ amplitude·√dt·z. */
export function noiseIncrement(system: System): (equation: Equation) => Expr {
  const draws = new Map(noiseNames(system).map((xi) => [xi, name(system.scope.addNoise(`noise_${xi}`))] as const));
  const root = number(Math.sqrt(system.dt));
  return ({ noise }) => simplify([...noise].map(([xi, amplitude]) => mul(mul(root, amplitude), draws.get(xi)!)).reduce<Expr>(add, number(0)));
}
