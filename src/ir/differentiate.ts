/** The symbolic derivative of an expression: Jacobians for integrators, and the backward pass of training. */
import { invariant } from "../errors.ts";
import { add, apply, div, mul, neg, number, select, sub } from "./expr.ts";
import type { ApplyExpr, Expr, Op } from "./expr.ts";
import { isNumber, simplify } from "./simplify.ts";

/**
 * d(e)/d(name), simplified. Piecewise operations (select, min, max, abs, mod) have the derivative of the piece that applies; steps (floor,
 * ceil, round, sign, int) have derivative zero, also where they jump. Other names and random draws are constants.
 */
export function differentiate(e: Expr, name: string): Expr {
  switch (e.kind) {
    case "number": return number(0);
    case "name": return number(e.name === name ? 1 : 0);
    case "random": return number(0);
    case "boolean": return invariant(false, "a condition has no derivative") ?? e;
    case "apply": return differentiateApply(e, name);
    default: return e satisfies never;
  }
}

function differentiateApply(e: ApplyExpr, name: string): Expr {
  if (e.op === "select") {
    const [condition, a, b] = e.args as [Expr, Expr, Expr];
    return simplify(select(condition, differentiate(a, name), differentiate(b, name)));
  }
  if (e.op === "int") return number(0);
  const inner = e.args.map((a) => differentiate(a, name));
  if (inner.every((d) => isNumber(d, 0))) return number(0);
  const rule = rules[e.op];
  invariant(rule !== undefined, `a condition (${e.op}) has no derivative`);
  return simplify(rule(e.args, inner, e));
}

type Rule = (args: readonly Expr[], inner: readonly Expr[], self: Expr) => Expr;

/** A function of one argument: its outer derivative, given the argument and the function's value. */
const chain = (outer: (x: Expr, self: Expr) => Expr): Rule => ([x], [dx], self) => mul(outer(x!, self), dx!);
const one = number(1);
const square = (x: Expr): Expr => mul(x, x);

const rules: { readonly [op in Op]?: Rule } = {
  add: (_, [da, db]) => add(da!, db!),
  sub: (_, [da, db]) => sub(da!, db!),
  mul: ([a, b], [da, db]) => add(mul(da!, b!), mul(a!, db!)),
  div: ([, b], [da, db], self) => (isNumber(db!, 0) ? div(da!, b!) : div(sub(da!, mul(self, db!)), b!)),
  pow: ([a, b], [da, db], self) => {
    // b·a^(b−1) stays right where a ≤ 0; the term of a varying exponent needs log a and so a > 0, as the power itself does.
    const base = mul(mul(b!, apply("pow", a!, simplify(sub(b!, one)))), da!);
    return isNumber(db!, 0) ? base : add(base, mul(mul(self, apply("log", a!)), db!));
  },
  mod: ([a, b], [da, db]) => sub(da!, mul(apply("floor", div(a!, b!)), db!)),
  neg: (_, [da]) => neg(da!),
  // The comparisons of evaluate.ts, so that the piece is the one that was chosen, also beside a NaN.
  min: ([a, b], [da, db]) => select(apply("lt", b!, a!), db!, da!),
  max: ([a, b], [da, db]) => select(apply("lt", a!, b!), db!, da!),
  exp: chain((_, self) => self),
  expm1: chain((x) => apply("exp", x)),
  exprel: chain(exprelDerivative),
  log: ([x], [dx]) => div(dx!, x!),
  log10: ([x], [dx]) => div(dx!, mul(x!, number(Math.LN10))),
  sqrt: (_, [dx], self) => div(dx!, mul(number(2), self)),
  abs: chain((x) => apply("sign", x)),
  sign: () => number(0),
  floor: () => number(0),
  ceil: () => number(0),
  round: () => number(0),
  sin: chain((x) => apply("cos", x)),
  cos: chain((x) => neg(apply("sin", x))),
  tan: chain((_, self) => add(one, square(self))),
  arcsin: ([x], [dx]) => div(dx!, apply("sqrt", sub(one, square(x!)))),
  arccos: ([x], [dx]) => neg(div(dx!, apply("sqrt", sub(one, square(x!))))),
  arctan: ([x], [dx]) => div(dx!, add(one, square(x!))),
  sinh: chain((x) => apply("cosh", x)),
  cosh: chain((x) => apply("sinh", x)),
  tanh: chain((_, self) => sub(one, square(self))),
};

/** (eˣ − exprel x)/x; near 0, where that cancels, its Taylor series (relative error below 3e-10 at |x| = 0.01). */
function exprelDerivative(x: Expr, self: Expr): Expr {
  const series = add(number(1 / 2), mul(x, add(number(1 / 3), mul(x, add(number(1 / 8), mul(x, number(1 / 30)))))));
  return select(apply("lt", apply("abs", x), number(0.01)), series, div(sub(apply("exp", x), self), x));
}
