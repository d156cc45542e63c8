import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluator } from "../../src/ir/evaluate.ts";
import { add, apply, boolean, div, mul, name, neg, number, select, sub, visitExpr } from "../../src/ir/expr.ts";
import type { Expr } from "../../src/ir/expr.ts";
import { simplify } from "../../src/ir/simplify.ts";
import { anyExpr, names, point } from "./arbitrary.ts";

const x = name("x");

/** Whether every part of the expression is finite at the point, and far enough from the places where a rounding error decides. */
function isWellBehaved(e: Expr, values: readonly number[]): boolean {
  let good = true;
  visitExpr(e, (part) => {
    if (part.kind !== "apply") return;
    const value = evaluator(part, names)(values);
    if (!Number.isFinite(value) || Math.abs(value) > 1e8 || (value !== 0 && Math.abs(value) < 1e-8)) good = false;
    const operands = part.args.map((a) => evaluator(a, names)(values));
    if (["lt", "le", "gt", "ge"].includes(part.op) && Math.abs(operands[0]! - operands[1]!) < 1e-6) good = false;
    if (["floor", "ceil"].includes(part.op) && Math.abs(operands[0]! - Math.round(operands[0]!)) < 1e-6) good = false;
    if (part.op === "round" && Math.abs(operands[0]! - Math.floor(operands[0]!) - 0.5) < 1e-6) good = false;
    if (part.op === "mod") good &&= Math.abs(operands[0]! / operands[1]! - Math.round(operands[0]! / operands[1]!)) > 1e-6;
    if (part.op === "sign" && Math.abs(operands[0]!) < 1e-6) good = false;
    // Ill-conditioned functions would blow a rounding error up.
    if (
      ["tan", "arcsin", "arccos", "log", "sqrt", "pow", "log10"].includes(part.op) &&
      operands.some((v) => Math.abs(v) < 1e-3 || Math.abs(Math.abs(v) - 1) < 1e-6)
    )
      good = false;
    if (part.op === "tan" && Math.abs(Math.cos(operands[0]!)) < 1e-3) good = false;
    if (["sub", "add"].includes(part.op) && Math.abs(value) < 1e-6 * Math.max(...operands.map(Math.abs))) good = false;
    if (["sin", "cos", "exp", "sinh", "cosh", "expm1", "exprel"].includes(part.op) && Math.abs(operands[0]!) > 100) good = false;
  });
  return good;
}

test("simplifying never changes the value beyond rounding", () => {
  let compared = 0;
  fc.assert(
    fc.property(anyExpr, point, (e, values) => {
      if (!isWellBehaved(e, values)) return;
      compared++;
      const before = evaluator(e, names)(values);
      const after = evaluator(simplify(e), names)(values);
      expect(Math.abs(after - before)).toBeLessThanOrEqual(1e-7 * Math.max(1e-9, Math.abs(before)));
    }),
    { numRuns: 4000 },
  );
  expect(compared).toBeGreaterThan(1000);
});

test("simplifying twice gives what simplifying once gives", () => {
  fc.assert(
    fc.property(anyExpr, (e) => void expect(simplify(simplify(e))).toEqual(simplify(e))),
    { numRuns: 2000 },
  );
});

test.each<[string, Expr, Expr]>([
  ["0 + x is x", add(number(0), x), x],
  ["x - 0 is x", sub(x, number(0)), x],
  ["0 - x is -x", sub(number(0), x), neg(x)],
  ["x + -y is x - y", add(x, neg(name("y"))), sub(x, name("y"))],
  ["1 * x is x", mul(number(1), x), x],
  ["x * 0 is 0", mul(x, number(0)), number(0)],
  ["-x * -x is x * x", mul(neg(x), neg(x)), mul(x, x)],
  ["2 * (3 * x) is 6 * x", mul(number(2), mul(number(3), x)), mul(number(6), x)],
  ["x / 1 is x", div(x, number(1)), x],
  ["-(-x) is x", neg(neg(x)), x],
  ["x^1 is x", apply("pow", x, number(1)), x],
  ["exp(0) is 1", apply("exp", number(0)), number(1)],
  ["a select of a known condition is its branch", select(apply("lt", number(1), number(2)), x, number(7)), x],
  ["a select of equal branches is the branch", select(apply("lt", x, number(2)), x, x), x],
  ["true and c is c", apply("and", boolean(true), apply("lt", x, number(2))), apply("lt", x, number(2))],
  ["1 / 0 stays as it is", div(number(1), number(0)), div(number(1), number(0))],
  ["0 / 0 stays as it is", div(number(0), number(0)), div(number(0), number(0))],
])("%s", (_, from, to) => expect(simplify(from)).toEqual(to));
