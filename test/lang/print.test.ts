import fc from "fast-check";
import { expect, test } from "vitest";
import { apply, boolean, mapExpr, name, number, operations } from "../../src/ir/expr.ts";
import type { ApplyExpr, Expr, Op } from "../../src/ir/expr.ts";
import { printExpr } from "../../src/ir/print.ts";
import { parseValue } from "../../src/lang/value.ts";
import { dimensionless } from "../../src/units/dimension.ts";

const names = new Map(["a", "b", "tau_m", "v"].map((n) => [n, dimensionless]));
const readNumber = (text: string): Expr => parseValue(`(${text})`, { names, dimension: dimensionless, what: "x" }).expr;
const readCondition = (text: string): Expr => (readNumber(`int(${text})`) as ApplyExpr).args[0]!;

const opsOf = (result: "number" | "boolean", operands: string): Op[] =>
  (Object.keys(operations) as Op[]).filter((op) => operations[op].result === result && operations[op].operands === operands);

const { numeric, condition } = fc.letrec<{ numeric: Expr; condition: Expr }>((tie) => {
  const applied = (ops: readonly Op[], operand: fc.Arbitrary<Expr>): fc.Arbitrary<Expr> =>
    fc.constantFrom(...ops).chain((op) => fc.tuple(...Array.from({ length: operations[op].arity }, () => operand)).map((args) => apply(op, ...args)));
  return {
    numeric: fc.oneof({ maxDepth: 6, depthSize: "large" },
      fc.constantFrom(...names.keys()).map(name),
      fc.double({ noNaN: true }).map(number),
      fc.integer({ min: -9, max: 9 }).map(number),
      fc.constantFrom<Expr>({ kind: "random", distribution: "uniform", draw: 0 }, { kind: "random", distribution: "normal", draw: 0 }),
      applied(opsOf("number", "number"), tie("numeric")),
      applied(["add", "sub", "mul", "div", "mod", "pow", "neg"], tie("numeric")),
      applied(["int"], tie("condition")),
      fc.tuple(tie("condition"), tie("numeric"), tie("numeric")).map(([c, a, b]) => apply("select", c, a, b))),
    condition: fc.oneof({ maxDepth: 6, depthSize: "large" },
      fc.boolean().map(boolean),
      applied(opsOf("boolean", "number"), tie("numeric")),
      applied(["and", "or", "not"], tie("condition"))),
  };
});

/** Draws are numbered by their order in the text. */
function numberDraws(e: Expr): Expr {
  let draw = 0;
  return mapExpr(e, (node) => (node.kind === "random" ? { ...node, draw: draw++ } : node));
}

test("an expression printed and read again is the same expression", () => {
  fc.assert(fc.property(numeric.map(numberDraws), (e) => {
    expect(readNumber(printExpr(e))).toEqual(e);
  }), { numRuns: 1500 });
});

test("a condition printed and read again is the same condition", () => {
  fc.assert(fc.property(condition.map(numberDraws), (e) => {
    expect(readCondition(printExpr(e))).toEqual(e);
  }), { numRuns: 1000 });
});

test.each([
  ["a + b * v", "a + b * v"], ["(a + b) * v", "(a + b) * v"], ["a - (b - v)", "a - (b - v)"], ["(a - b) - v", "a - b - v"],
  ["a / (b * v)", "a / (b * v)"],
  ["-a^2", "-a^2"], ["(-a)**2", "(-a)^2"], ["a^b^v", "a^b^v"], ["(a^b)^v", "(a^b)^v"], ["a**-2", "a^-2"], ["-(a*b)", "-(a * b)"], ["-a*b", "-a * b"],
  ["a - -3", "a - (-3)"],
  ["((a))", "a"], ["exp((a + b))", "exp(a + b)"], ["clip(a, 0, 1)", "min(max(a, 0), 1)"],
  ["int(not (a > b) and a < 1 or True)", "int(not (a > b) and a < 1 or True)"],
  ["max(a, b, v)", "max(max(a, b), v)"], ["2e-3 + .5 + 1e21", "0.002 + 0.5 + 1e+21"], ["a % b", "a % b"],
])("%s prints with the fewest parentheses as %s", (text, printed) => {
  expect(printExpr(readNumber(text))).toBe(printed);
});
