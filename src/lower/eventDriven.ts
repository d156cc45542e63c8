/**
 * Event-driven equations: the value of every variable after any time without events, in closed form. A variable decays at a constant rate
 * and is driven by constants and by products of variables whose own course is a sum of exponentials.
 */
import { EquationError } from "../errors.ts";
import { add, apply, div, mul, namesIn, neg, number, sub } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import { printExpr } from "../ir/print.ts";
import { isNumber, simplify } from "../ir/simplify.ts";

export interface DrivenEquation {
  readonly name: string;
  readonly derivative: Expr;
}

/** Part of a course: amplitude · exp(−rate · time). */
export interface Exponential {
  readonly amplitude: Expr;
  readonly rate: Expr;
}

/**
 * @param equations free of names that change between events, but for each other's and those of `given`
 * @param given     courses of values that are not advanced here (modulators)
 * @param elapsed   the time since the values were current, seconds
 * @param owner     for messages
 * @returns the new value of each variable, in terms of the values at the last event
 * @throws {EquationError} for an equation that has no such solution
 */
export function eventDrivenAdvance(
  equations: readonly DrivenEquation[],
  given: ReadonlyMap<string, readonly Exponential[]>,
  elapsed: Expr,
  owner: string,
): Map<string, Expr> {
  const courses = new Map<string, readonly Exponential[] | undefined>(given);
  const variables = new Set([...equations.map((e) => e.name), ...given.keys()]);
  const next = new Map<string, Expr>();
  const waiting = [...equations];
  const refuse = (e: DrivenEquation, why: string): never => {
    throw new EquationError(
      "event-driven",
      `${owner}: d${e.name}/dt = ${printExpr(e.derivative)} cannot be event-driven, because it ${why}`,
      `Mark it (clock-driven): then it is advanced in every step.`,
    );
  };
  while (waiting.length > 0) {
    const before = waiting.length;
    for (let k = 0; k < waiting.length;) {
      const equation = waiting[k]!;
      const terms = monomials(equation.derivative, variables) ?? refuse(equation, "is not a sum of products of variables");
      const own = terms.filter((m) => m.factors.includes(equation.name));
      if (own.some((m) => m.factors.length > 1)) refuse(equation, `is not linear in ${equation.name}`);
      const others = terms.filter((m) => !m.factors.includes(equation.name));
      if (others.some((m) => m.factors.some((f) => !courses.has(f)))) {
        k++;
        continue;
      }
      const rate = simplify(neg(sumOf(own.map((m) => m.coefficient))));
      const drives = others.flatMap(
        (m) => productOf(m, courses) ?? refuse(equation, `is driven by ${m.factors.join("·")}, which is not a sum of exponentials`),
      );
      next.set(equation.name, advance(equation.name, rate, drives, elapsed));
      courses.set(equation.name, courseOf(equation.name, rate, drives));
      waiting.splice(k, 1);
    }
    if (waiting.length === before) refuse(waiting[0]!, "and other equations drive each other in a circle");
  }
  return next;
}

interface Monomial {
  readonly coefficient: Expr;
  readonly factors: readonly string[];
}

const sumOf = (terms: readonly Expr[]): Expr => terms.reduce((a, b) => add(a, b), number(0) as Expr);

/** The expression as a sum of coefficients times products of the names; undefined when it is none. */
function monomials(e: Expr, names: ReadonlySet<string>): Monomial[] | undefined {
  if (![...namesIn(e)].some((n) => names.has(n))) return [{ coefficient: e, factors: [] }];
  if (e.kind === "name") return [{ coefficient: number(1), factors: [e.name] }];
  if (e.kind !== "apply") return undefined;
  const parts = e.args.map((a) => monomials(a, names));
  const [a, b] = parts;
  switch (e.op) {
    case "neg":
      return a && a.map((m) => ({ ...m, coefficient: simplify(neg(m.coefficient)) }));
    case "add":
      return a && b && [...a, ...b];
    case "sub":
      return a && b && [...a, ...b.map((m) => ({ ...m, coefficient: simplify(neg(m.coefficient)) }))];
    case "mul":
      return (
        a &&
        b &&
        a.flatMap((x) => b.map((y) => ({ coefficient: simplify(mul(x.coefficient, y.coefficient)), factors: [...x.factors, ...y.factors] })))
      );
    case "div": {
      const below = e.args[1]!;
      if (!a || [...namesIn(below)].some((n) => names.has(n))) return undefined;
      return a.map((m) => ({ ...m, coefficient: simplify(div(m.coefficient, below)) }));
    }
    default:
      return undefined;
  }
}

/** The course of a product of courses. */
function productOf(m: Monomial, courses: ReadonlyMap<string, readonly Exponential[] | undefined>): Exponential[] | undefined {
  let product: Exponential[] = [{ amplitude: m.coefficient, rate: number(0) }];
  for (const factor of m.factors) {
    const course = courses.get(factor);
    if (!course) return undefined;
    product = product.flatMap((p) =>
      course.map((c) => ({ amplitude: simplify(mul(p.amplitude, c.amplitude)), rate: simplify(add(p.rate, c.rate)) })),
    );
  }
  return product;
}

const isZero = (e: Expr): boolean => isNumber(e, 0);

/** x(Δ) = x·exp(−aΔ) + Σ A·∫ exp(−r s) exp(−a(Δ − s)) ds. */
function advance(variable: string, rate: Expr, drives: readonly Exponential[], elapsed: Expr): Expr {
  const start: Expr = { kind: "name", name: variable };
  const decayed = isZero(rate) ? start : mul(start, apply("exp", neg(mul(rate, elapsed))));
  return simplify(
    drives.filter((d) => !isZero(d.amplitude)).reduce((sum, d) => add(sum, mul(d.amplitude, response(rate, d.rate, elapsed))), decayed as Expr),
  );
}

/** ∫ exp(−r s) exp(−a(Δ − s)) ds from 0 to Δ = Δ·exp(−min(a, r)Δ)·exprel(−|a − r|Δ): exact also where a = r, and never overflowing for rates ≥ 0. */
function response(a: Expr, r: Expr, elapsed: Expr): Expr {
  const [slow, gap] =
    a.kind === "number" && r.kind === "number"
      ? [number(Math.min(a.value, r.value)), number(Math.abs(a.value - r.value))]
      : [apply("min", a, r), apply("abs", sub(a, r))];
  const shape = isZero(gap) ? elapsed : mul(elapsed, apply("exprel", neg(mul(gap, elapsed))));
  return isZero(slow) ? shape : mul(apply("exp", neg(mul(slow, elapsed))), shape);
}

/** The variable's own course as exponentials, when it is one: its amplitudes need rates that are known to differ. */
function courseOf(variable: string, rate: Expr, drives: readonly Exponential[]): Exponential[] | undefined {
  const course: Exponential[] = [];
  let own: Expr = { kind: "name", name: variable };
  for (const { amplitude, rate: r } of drives) {
    if (isZero(amplitude)) continue;
    if (rate.kind !== "number" || r.kind !== "number" || rate.value === r.value) return undefined;
    const share = simplify(div(amplitude, number(rate.value - r.value)));
    course.push({ amplitude: share, rate: r });
    own = simplify(sub(own, share));
  }
  return [...course, { amplitude: own, rate }];
}
