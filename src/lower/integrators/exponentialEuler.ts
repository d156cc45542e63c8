/**
 * Exponential Euler for equations that are linear in their own variable, dx/dt = a·x + b: with a and b held at the old state,
 * x(t+dt) = x·exp(a·dt) + b·dt·exprel(a·dt). Order 1, stable for any step; variables that form a linear system among themselves (decaying
 * conductances) are advanced exactly.
 *
 * @source MacGregor (1987), Neural and Brain Modeling, ch. 14; Rush & Larsen (1978), IEEE Trans. Biomed. Eng. 25:389–392.
 *         doi:10.1109/TBME.1978.326270
 */
import { invariant } from "../../errors.ts";
import { add, apply, mul, name, number } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import { linearParts } from "../../ir/linear.ts";
import { simplify } from "../../ir/simplify.ts";
import { linearStep } from "../linearStep.ts";
import { largestLinearSubsystem } from "../linearSystem.ts";
import type { Advance, Equation, Obstacle, System } from "../system.ts";
import { noiseNames, zero } from "../system.ts";

export function exponentialEuler(system: System): Advance {
  const linear = largestLinearSubsystem(system);
  const next = linearStep(system, linear);
  const perVariable: Record<string, string> = Object.fromEntries(linear.map((row) => [row.name, "exact"]));
  const rest = system.equations.filter((e) => !next.has(e.name));
  const draws = new Map<string, Expr>();
  for (const equation of rest) {
    for (const xi of equation.noise.keys()) if (!draws.has(xi)) draws.set(xi, name(system.scope.addNoise(`noise_${xi}`)));
  }
  for (const equation of rest) {
    next.set(equation.name, advance(equation, number(system.dt), draws));
    perVariable[equation.name] = "exponential-euler";
  }
  return { statements: [], next, perVariable };
}

function advance(equation: Equation, dt: Expr, draws: ReadonlyMap<string, Expr>): Expr {
  const parts = linearParts(equation.drift, new Set([equation.name]));
  invariant(parts.linear, "exponential Euler was checked to apply");
  const rate = parts.coefficients.get(equation.name) ?? zero;
  const exponent = simplify(mul(rate, dt));
  // x·e^y + b·dt·exprel(y) with e^y = 1 + y·exprel(y): one exponential function, and x changes by a small correction.
  const correction = mul(equation.drift, mul(dt, apply("exprel", exponent)));
  // The variance of ∫ exp(a·s) dW over the step is dt·exprel(2·a·dt).
  const deviation = apply("sqrt", mul(dt, apply("exprel", mul(number(2), exponent))));
  const noise = [...equation.noise].map(([xi, amplitude]) => mul(mul(amplitude, deviation), draws.get(xi)!));
  return simplify([correction, ...noise].reduce(add, name(equation.name)));
}

/** The first equation that is not linear in its own variable, or has noise in proportion to it. */
export function exponentialEulerObstacle(system: System): Obstacle | undefined {
  for (const equation of system.equations) {
    const parts = linearParts(equation.drift, new Set([equation.name]));
    if (!parts.linear) return { variable: equation.name, term: parts.term, why: `is not linear in ${equation.name} itself` };
  }
  // One source of noise in several equations, or noise in a step that mixes exact and approximate variables, would lose its correlation.
  if (noiseNames(system).length === 0) return undefined;
  const shared = noiseNames(system).find((xi) => system.equations.filter((e) => e.noise.has(xi)).length > 1);
  const equation = system.equations.find((e) => shared !== undefined && e.noise.has(shared));
  return equation && { variable: equation.name, why: `shares the noise ${shared} with another equation` };
}
