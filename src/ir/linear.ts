/** Whether an expression is linear in some names, and its coefficients: what decides between exact and approximate integration. */
import { add, div, mul, neg, number, select, sub } from "./expr.ts";
import type { Expr } from "./expr.ts";
import { isNumber, simplify } from "./simplify.ts";

export type LinearParts =
  /** expr = Σ coefficients[name]·name + rest; coefficients and rest are free of the names, zero coefficients are left out. */
  | { readonly linear: true; readonly coefficients: ReadonlyMap<string, Expr>; readonly rest: Expr }
  /** The smallest part of the expression that is not linear in the names. */
  | { readonly linear: false; readonly term: Expr };

/**
 * Splits an expression into its linear parts. The test is structural: a name may stand in sums, in one factor of a product, in a numerator
 * and in the branches of a select whose condition is free of the names. A derivative would not do: that of floor(v) is zero.
 */
export function linearParts(e: Expr, names: ReadonlySet<string>): LinearParts {
  const result = split(e, names);
  if (!result.linear) return result;
  const coefficients = new Map<string, Expr>();
  for (const [name, coefficient] of result.coefficients) {
    const simple = simplify(coefficient);
    if (!isNumber(simple, 0)) coefficients.set(name, simple);
  }
  return { linear: true, coefficients, rest: simplify(result.rest) };
}

function split(e: Expr, names: ReadonlySet<string>): LinearParts {
  if (e.kind === "name" && names.has(e.name)) return { linear: true, coefficients: new Map([[e.name, number(1)]]), rest: number(0) };
  if (!mentions(e, names)) return { linear: true, coefficients: new Map(), rest: e };
  if (e.kind !== "apply") return { linear: false, term: e };
  const [a, b, c] = e.args as [Expr, Expr, Expr];
  switch (e.op) {
    case "add": return combine(a, b, names, add);
    case "sub": return combine(a, b, names, sub);
    case "neg": return scale(a, names, neg);
    case "mul":
      if (!mentions(b, names)) return scale(a, names, (x) => (isNumber(x, 1) ? b : mul(x, b)));
      if (!mentions(a, names)) return scale(b, names, (x) => (isNumber(x, 1) ? a : mul(a, x)));
      return { linear: false, term: e };
    case "div":
      return mentions(b, names) ? { linear: false, term: e } : scale(a, names, (x) => div(x, b));
    case "select":
      return mentions(a, names) ? { linear: false, term: e } : combine(b, c, names, (x, y) => select(a, x, y));
    default:
      return { linear: false, term: e };
  }
}

function combine(a: Expr, b: Expr, names: ReadonlySet<string>, join: (a: Expr, b: Expr) => Expr): LinearParts {
  const left = split(a, names);
  if (!left.linear) return left;
  const right = split(b, names);
  if (!right.linear) return right;
  const zero = number(0);
  const coefficients = new Map<string, Expr>();
  for (const name of new Set([...left.coefficients.keys(), ...right.coefficients.keys()])) {
    coefficients.set(name, simplify(join(left.coefficients.get(name) ?? zero, right.coefficients.get(name) ?? zero)));
  }
  return { linear: true, coefficients, rest: simplify(join(left.rest, right.rest)) };
}

function scale(inner: Expr, names: ReadonlySet<string>, by: (x: Expr) => Expr): LinearParts {
  const parts = split(inner, names);
  if (!parts.linear) return parts;
  const coefficients = new Map([...parts.coefficients].map(([name, coefficient]) => [name, simplify(by(coefficient))] as const));
  return { linear: true, coefficients, rest: isNumber(parts.rest, 0) ? parts.rest : simplify(by(parts.rest)) };
}

function mentions(e: Expr, names: ReadonlySet<string>): boolean {
  if (e.kind === "name") return names.has(e.name);
  return e.kind === "apply" && e.args.some((a) => mentions(a, names));
}
