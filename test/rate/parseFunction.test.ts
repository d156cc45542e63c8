import { expect, test } from "vitest";
import { evaluator } from "../../src/ir/evaluate.ts";
import { substitute } from "../../src/ir/expr.ts";
import type { Expr } from "../../src/ir/expr.ts";
import { parseFunction } from "../../src/rate/parseFunction.ts";
import { generator } from "./patterns.ts";

type Fn = (a: number, b: number, c: number) => unknown;

/** What a parsed function gives for numbers. */
function meaning(fn: Fn): (values: readonly number[]) => number {
  const { lets, result } = parseFunction(fn as (...values: number[]) => unknown, ["a", "b", "c"]);
  const known = new Map<string, Expr>();
  for (const { name, value } of lets) known.set(name, substitute(value, known));
  const evaluate = evaluator(substitute(result, known), ["a", "b", "c"]);
  return (values) => evaluate(Float64Array.from(values));
}

const functions: readonly Fn[] = [
  (a, b, c) => a + b * c - a / (b - 3) + 1e-3,
  (a, b) => a - b - 1 + -a * +b,
  (a, b) => 2 * a ** 2 ** 1 + Math.pow(Math.abs(b), 1.5),
  (a, b) => a % (Math.abs(b) + 0.5),
  (a) => Math.max(0, a),
  (a, b, c) => Math.min(a, b, c) + Math.max(a, b, c),
  (a) => (a > 0 ? a : 0.01 * a),
  (a, b, c) => (a > 0 && !(b < 0) || c >= 0.5 ? a : b !== c ? b : c),
  (a, b) => ((a > b) as unknown as number) * 2 + ((a <= b) as unknown as number),
  (a) => 1 / (1 + Math.exp(-a)) + Math.tanh(a) + Math.sin(a) * Math.PI + Math.log(Math.abs(a) + 1) + Math.log2(3) + Math.trunc(3 * a),
  function (a, b) { return a * b; },
  (a, b) => {
    // The square is used twice.
    const square = a * a, root = Math.sqrt(square + b * b);
    if (root > 1) return square / root; /* inside the circle */ else if (b > 0) { const twice = 2 * b; return twice; }
    return square - 1;
  },
  { method(a: number, b: number) { return Math.atan(a) + Math.cosh(b); } }.method,
  (a) => 0x10 + 1_000 * a + .5 + 2.e1,
  () => 0.25,
];

test("a function that is an expression of its arguments means the same as an expression", () => {
  const draw = generator(5);
  for (const fn of functions) {
    const parsed = meaning(fn);
    for (let k = 0; k < 50; k++) {
      const values = [2 * draw(), 2 * draw(), 2 * draw()] as const;
      expect(parsed(values), `${fn.toString()} of ${values.join(", ")}`).toBeCloseTo(Number(fn(...values)), 12);
    }
  }
});

test("what is more than an expression of its arguments is not read, and the reason is told", () => {
  const eta = 0.1;
  const unreadable: readonly (readonly [Fn, RegExp])[] = [
    [(a) => a * eta, /it uses eta/],
    [(a) => { let s = 0; for (let k = 0; k < 3; k++) s += a; return s; }, /at "for"/],
    [(a) => Math.round(a), /Math\.round of 1 argument/],
    [(a) => Math.hypot(a, a), /Math\.hypot/],
    [(a, b) => a || b, /a number stands where a condition belongs/],
    [(a) => (a as unknown as number[])[0], /"\["/],
    [(a, b = 2) => a + b, /parameter b = 2/],
    [Math.tanh, /native/],
    [(async (a: number) => a) as Fn, /plain function/],
    [(a, b, c, ...d: number[]) => a + b + c + d.length, /parameter \.\.\.d/],
    [(a) => Math.max() + a, /Math\.max\(\)/],
    [(a) => Number.EPSILON + a, /it uses Number/],
    [(a) => { if (a > 0) return a; }, /without a return/],
    [(a) => { let s = 1; s += a; return s; }, /at "s"/],
  ];
  for (const [fn, reason] of unreadable) expect(() => meaning(fn), fn.toString()).toThrow(reason);
});
