/** Random smooth-enough expressions over a few names, for laws that hold for every expression. */
import fc from "fast-check";
import { apply, name, number } from "../../src/ir/expr.ts";
import type { Expr, Op } from "../../src/ir/expr.ts";

export const names = ["x", "y", "z"] as const;

const leaf = fc.oneof(
  fc.constantFrom(...names).map((n): Expr => name(n)),
  fc.constantFrom(0, 1, -1, 2, 0.5, 3, -2.5, 1e-3).map((value): Expr => number(value)),
);

const unary: readonly Op[] = [
  "neg",
  "exp",
  "expm1",
  "exprel",
  "log",
  "log10",
  "sqrt",
  "abs",
  "sign",
  "floor",
  "ceil",
  "round",
  "sin",
  "cos",
  "tan",
  "arcsin",
  "arccos",
  "arctan",
  "sinh",
  "cosh",
  "tanh",
];
const binary: readonly Op[] = ["add", "sub", "mul", "div", "pow", "mod", "min", "max", "add", "mul", "sub"];
const comparisons: readonly Op[] = ["lt", "le", "gt", "ge"];

/** Any expression with a number as its value. */
export const anyExpr: fc.Arbitrary<Expr> = fc.letrec<{ e: Expr; condition: Expr }>((tie) => ({
  e: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.tuple(fc.constantFrom(...binary), tie("e"), tie("e")).map(([op, a, b]) => apply(op, a, b)),
    fc.tuple(fc.constantFrom(...unary), tie("e")).map(([op, a]) => apply(op, a)),
    fc.tuple(tie("condition"), tie("e"), tie("e")).map(([c, a, b]) => apply("select", c, a, b)),
    tie("condition").map((c) => apply("int", c)),
  ),
  condition: fc.oneof(
    { maxDepth: 2 },
    fc.tuple(fc.constantFrom(...comparisons), tie("e"), tie("e")).map(([op, a, b]) => apply(op, a, b)),
    fc.tuple(fc.constantFrom<Op>("and", "or"), tie("condition"), tie("condition")).map(([op, a, b]) => apply(op, a, b)),
    tie("condition").map((c) => apply("not", c)),
  ),
})).e;

/** Values of the names, away from the whole numbers at which jumps and kinks sit. */
export const point = fc.tuple(...names.map(() => fc.integer({ min: -3000, max: 3000 }).map((k) => k / 1000 + 0.000371)));
