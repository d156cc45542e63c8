import fc from "fast-check";
import { expect, test } from "vitest";
import type { Precision } from "../../src/backend/wasm/lanes.ts";
import { applyOperation, evaluate, evaluator } from "../../src/ir/evaluate.ts";
import { apply, isCondition, name, number, operations, visitExpr, type Expr, type Op } from "../../src/ir/expr.ts";
import { applied, compiled } from "./harness.ts";

const names = ["a", "b", "c"];
const numberOps = (Object.keys(operations) as Op[]).filter((op) => operations[op].operands === "number" && operations[op].result === "number");
const unaryOps = numberOps.filter((op) => operations[op].arity === 1);
const binaryOps = numberOps.filter((op) => operations[op].arity === 2);
const comparisons = ["lt", "le", "gt", "ge", "eq", "ne"] as const;

/** Random expressions over a, b and c, with shared subtrees now and then (the same object twice). */
const { value } = fc.letrec<{ value: Expr; condition: Expr }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthIdentifier: "expr" },
    fc.constantFrom(...names).map(name),
    fc.constantFrom(0, 1, 2, -1, 0.5, 3, 10, -0.3).map(number),
    fc.tuple(fc.constantFrom(...unaryOps), tie("value")).map(([op, x]) => apply(op, x)),
    fc.tuple(fc.constantFrom(...binaryOps), tie("value"), tie("value")).map(([op, x, y]) => apply(op, x, y)),
    tie("value").map((x) => apply("mul", x, apply("add", x, number(1)))),
    fc.tuple(tie("condition"), tie("value"), tie("value")).map(([c, x, y]) => apply("select", c, x, y)),
    tie("condition").map((c) => apply("int", c)),
  ),
  condition: fc.oneof(
    { maxDepth: 5, depthIdentifier: "expr" },
    fc.tuple(fc.constantFrom(...comparisons), tie("value"), tie("value")).map(([op, x, y]) => apply(op, x, y)),
    fc.boolean().map((b): Expr => ({ kind: "boolean", value: b })),
    fc.tuple(fc.constantFrom<Op>("and", "or"), tie("condition"), tie("condition")).map(([op, x, y]) => apply(op, x, y)),
    tie("condition").map((c) => apply("not", c)),
  ),
}));

/** The value and a bound of its error, carried through every operation; Infinity where a jump or pole is too near to tell. */
function bounded(e: Expr, values: readonly number[], precision: Precision): { value: number; error: number } {
  const eps = precision === "f64" ? 2 ** -50 : 2 ** -21;
  const limit = precision === "f64" ? 1e300 : 1e30;
  const go = (x: Expr): { value: number; error: number } => {
    if (x.kind !== "apply") {
      const v = Number(evaluate(x, (n) => values[names.indexOf(n)]!));
      return { value: v, error: Math.abs(v) * eps };
    }
    const args = x.args.map(go);
    const f = (...shifted: number[]) => Number(applyOperation(x.op, x.args.map((a, k) => (isCondition(a) ? shifted[k] !== 0 : shifted[k]!))));
    const centre = f(...args.map((a) => a.value));
    const size = Math.max(...args.map((a) => Math.abs(a.value)));
    let error = Math.abs(centre) * eps * 8 + (x.op === "mod" ? size * eps * 4 : 0);
    if (x.op === "pow") error *= 8 + Math.abs(args[1]!.value) * (2 + Math.abs(Math.log(Math.abs(args[0]!.value) || 1)));
    if (!Number.isFinite(centre) || size > limit || Math.abs(centre) > limit || (centre !== 0 && Math.abs(centre) < 1 / limit)) error = Infinity;
    if (/^(sin|cos|tan)$/.test(x.op) && size > 1e5) error = Infinity;
    // Corners of the box of uncertain arguments, and points in between.
    for (const scale of [1, 0.5]) {
      for (let corner = 0; corner < 2 ** args.length; corner++) {
        const moved = f(...args.map((a, k) => (a.error === 0 ? a.value : a.value + ((corner >> k) & 1 ? 1 : -1) * a.error * scale)));
        const spread = Math.abs(moved - centre);
        error = Math.max(error, Number.isNaN(spread) ? Infinity : 3 * spread);
      }
    }
    if (discontinuous.has(x.op) && error > Math.abs(centre) * eps * 16) error = Infinity;
    return { value: centre, error: args.some((a) => a.error === Infinity) ? Infinity : error };
  };
  return go(e);
}

const discontinuous: ReadonlySet<Op> = new Set([
  ...comparisons, "floor", "ceil", "round", "sign", "mod", "tan", "select", "and", "or", "not", "int",
] satisfies Op[]);

const input = fc.oneof(fc.double({ min: -4, max: 4, noNaN: true }), fc.constantFrom(0, 1, -1, 0.5));
const inputs = fc.array(fc.tuple(input, input, input), { minLength: 4, maxLength: 4 });

for (const precision of ["f32", "f64"] as const) {
  test(`a random expression in ${precision} is what the interpreter says, to within its rounding errors`, () => {
    let compared = 0;
    const seen = new Set<Op>();
    fc.assert(fc.property(value, inputs, (e, rows) => {
      const kernel = compiled(applied(e, names), rows.length, precision);
      names.forEach((n, k) => kernel.view(n).set(rows.map((r) => r[k]!)));
      kernel.step();
      rows.forEach((_, r) => {
        const values = names.map((n) => kernel.view(n)[r]!);
        const { value: right, error } = bounded(e, values, precision);
        if (!Number.isFinite(error)) return;
        compared++;
        visitExpr(e, (x) => x.kind === "apply" && seen.add(x.op));
        const got = kernel.view("y")[r]!;
        expect(Math.abs(got - right), `f(${values}) = ${got}, not ${right}`).toBeLessThanOrEqual(error + (precision === "f64" ? 1e-300 : 1e-37));
      });
    }), { numRuns: 700, seed: 20261122 });
    expect(compared).toBeGreaterThan(700);
    expect(seen.size).toBeGreaterThan(35);
  });
}

test("the host's evaluator gives the interpreter's values to the last bit, with conditions as 1 and 0", () => {
  fc.assert(fc.property(value, inputs, (e, rows) => {
    const f = evaluator(e, names);
    for (const row of rows) expect(Object.is(f(row), Number(evaluate(e, (n) => row[names.indexOf(n)]!)))).toBe(true);
  }), { numRuns: 300 });
  expect(evaluator(apply("lt", name("a"), number(1)), ["a"])([0])).toBe(1);
  expect(() => evaluator(name("z"), ["a"])).toThrow(/z/);
});

test("rounding goes to the nearest integer and ties to the even one", () => {
  const rounded = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 2.4999, 1e300].map((x) => evaluate(apply("round", number(x)), () => 0));
  expect(rounded).toEqual([0, 2, 2, -0, -2, -2, 2, 1e300]);
});
