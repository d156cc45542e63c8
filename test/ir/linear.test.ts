import fc from "fast-check";
import { expect, test } from "vitest";
import { differentiate } from "../../src/ir/differentiate.ts";
import { evaluator } from "../../src/ir/evaluate.ts";
import { add, apply, div, mul, name, namesIn, neg, number, select, sub } from "../../src/ir/expr.ts";
import type { Expr } from "../../src/ir/expr.ts";
import { linearParts } from "../../src/ir/linear.ts";
import { names as allNames, anyExpr, point } from "./arbitrary.ts";

const linearIn = new Set(["x", "y"]);
const x = name("x");
const z = name("z");

/** Expressions that are linear in x and y by construction. */
const linearExpr: fc.Arbitrary<Expr> = fc.letrec<{ e: Expr; free: Expr }>((tie) => ({
  free: fc.oneof(
    { maxDepth: 2 },
    fc.constant<Expr>(z),
    fc.double({ min: -2, max: 2, noNaN: true }).map((v): Expr => number(v)),
    tie("free").map((a) => apply("sin", a)),
  ),
  e: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<Expr>(x, name("y")),
    tie("free"),
    fc.tuple(tie("e"), tie("e")).map(([a, b]) => add(a, b)),
    fc.tuple(tie("e"), tie("e")).map(([a, b]) => sub(a, b)),
    tie("e").map(neg),
    fc.tuple(tie("e"), tie("free")).map(([a, b]) => mul(a, b)),
    fc.tuple(tie("free"), tie("e")).map(([a, b]) => mul(a, b)),
    tie("e").map((a) => div(a, add(number(3), apply("sin", z)))),
    fc.tuple(tie("e"), tie("e")).map(([a, b]) => select(apply("gt", z, number(0)), a, b)),
  ),
})).e;

test("coefficients times names plus the rest is the expression, for everything built to be linear", () => {
  fc.assert(
    fc.property(linearExpr, point, (e, values) => {
      const parts = linearParts(e, linearIn);
      expect(parts.linear).toBe(true);
      if (!parts.linear) return;
      const value = (part: Expr): number => evaluator(part, allNames)(values);
      const sum = value(parts.rest) + [...parts.coefficients].reduce((s, [n, c]) => s + value(c) * values[allNames.indexOf(n as "x")]!, 0);
      expect(sum).toBeCloseTo(value(e), 8);
      for (const part of [parts.rest, ...parts.coefficients.values()]) for (const n of namesIn(part)) expect(linearIn.has(n)).toBe(false);
    }),
    { numRuns: 2000 },
  );
});

test("whatever is called linear has a derivative that equals its coefficient", () => {
  let linear = 0;
  fc.assert(
    fc.property(anyExpr, point, (e, values) => {
      const parts = linearParts(e, linearIn);
      if (!parts.linear) return;
      linear++;
      for (const n of linearIn) {
        const slope = evaluator(differentiate(e, n), allNames)(values);
        const coefficient = evaluator(parts.coefficients.get(n) ?? number(0), allNames)(values);
        if (Number.isFinite(slope) && Number.isFinite(coefficient))
          expect(Math.abs(slope - coefficient)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(slope)));
      }
    }),
    { numRuns: 3000 },
  );
  expect(linear).toBeGreaterThan(300);
});

test.each<[string, Expr, Expr]>([
  ["a product of two names", add(z, mul(x, name("y"))), mul(x, name("y"))],
  ["a power", mul(z, apply("pow", x, number(2))), apply("pow", x, number(2))],
  ["a name in a denominator", div(z, x), div(z, x)],
  ["a function of a name", sub(x, apply("exp", x)), apply("exp", x)],
  ["a step, although its derivative is zero", apply("floor", x), apply("floor", x)],
  [
    "a select whose condition holds a name",
    select(apply("gt", x, number(0)), number(1), number(2)),
    select(apply("gt", x, number(0)), number(1), number(2)),
  ],
])("%s is not linear, and is the term that is named", (_, e, term) => {
  expect(linearParts(e, linearIn)).toEqual({ linear: false, term });
});

test("coefficients that cancel are left out", () => {
  expect(linearParts(sub(add(x, z), x), linearIn)).toEqual({ linear: true, coefficients: new Map(), rest: z });
});
