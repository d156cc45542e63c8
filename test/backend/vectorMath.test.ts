import { expect, test } from "vitest";
import type { Precision } from "../../src/backend/wasm/lanes.ts";
import { applyOperation } from "../../src/ir/evaluate.ts";
import { apply, name, number, operations, type Expr, type Op } from "../../src/ir/expr.ts";
import { applied, compiled } from "./harness.ts";

const n = 1 << 16;

/** The distance of two numbers in units of the last place of `right`. */
function ulps(got: number, right: number, precision: Precision): number {
  if (Object.is(got, right) || (got === 0 && right === 0)) return 0;
  if (!Number.isFinite(right) || !Number.isFinite(got)) return Infinity;
  const [bits, smallest] = precision === "f32" ? [23, -126] : [52, -1022];
  return Math.abs(got - right) / 2 ** (Math.max(Math.floor(Math.log2(Math.abs(right))), smallest) - bits);
}

function run(value: Expr, precision: Precision, a: ArrayLike<number>, b?: ArrayLike<number>) {
  const kernel = compiled(applied(value, b ? ["a", "b"] : ["a"]), a.length, precision);
  kernel.view("a").set(a);
  if (b) kernel.view("b").set(b);
  kernel.step();
  return { a: kernel.view("a"), b: b && kernel.view("b"), y: kernel.view("y").subarray(0, a.length) };
}

/** n points spread over a range, evenly or evenly in the logarithm, at irrational distances. */
const points = (low: number, high: number, logarithmic = false): Float64Array => Float64Array.from({ length: n }, (_, k) => {
  const u = (k + ((k * 0.6180339887498949) % 1)) / n;
  return logarithmic ? low * (high / low) ** u : low + (high - low) * u;
});

// Op, range, the stated bound for f32 and for f64 (Math.* itself is off by up to 1 ulp), logarithmic?
const bounds: readonly (readonly [Op, number, number, number, number, boolean?])[] = [
  ["exp", -87, 88, 1, 1.5], ["exp", -1, 1, 1, 1.5],
  ["expm1", -20, 88, 2, 3], ["expm1", -1, 1, 2, 3],
  ["exprel", -30, 88, 3, 4], ["exprel", -1, 1, 3, 4],
  ["log", 1e-37, 1e38, 1, 1.5, true], ["log", 0.5, 2, 1, 1.5],
  ["log10", 1e-37, 1e38, 2, 3, true], ["log10", 0.5, 2, 2, 3],
  ["sqrt", 1e-37, 1e38, 0.51, 0, true],
  ["sin", -10, 10, 2, 2], ["sin", -1e5, 1e5, 2, 2], ["cos", -10, 10, 2, 2], ["cos", -1e5, 1e5, 2, 2],
  ["tan", -10, 10, 3, 4], ["tan", -1e5, 1e5, 3, 4],
  ["arcsin", -1, 1, 2.5, 3], ["arccos", -1, 1, 1.5, 2], ["arctan", -1, 1, 2, 3], ["arctan", 1e-3, 1e6, 2, 3, true],
  ["sinh", -88, 88, 3, 4], ["sinh", -1, 1, 3, 4], ["cosh", -88, 88, 2, 3], ["tanh", -12, 12, 3, 5], ["tanh", -0.5, 0.5, 3, 5],
];

for (const precision of ["f32", "f64"] as const) {
  for (const [op, low, high, bound32, bound64, logarithmic] of bounds) {
    const bound = precision === "f32" ? bound32 : bound64;
    test(`${op} in ${precision} is within ${bound} ulp on [${low}, ${high}]`, () => {
      const { a, y } = run(apply(op, name("a")), precision, points(low, high, logarithmic));
      let worst = 0;
      let at = 0;
      y.forEach((got, k) => {
        const error = ulps(got, applyOperation(op, [a[k]!]) as number, precision);
        if (!(error <= worst)) [worst, at] = [error, a[k]!];
      });
      expect(worst, `at ${at}`).toBeLessThanOrEqual(bound);
    });
  }
}

test("exp in f64 is within 1.5 ulp on [-700, 700]", () => {
  const { a, y } = run(apply("exp", name("a")), "f64", points(-700, 700));
  expect(Math.max(...y.map((got, k) => ulps(got, Math.exp(a[k]!), "f64")))).toBeLessThanOrEqual(1.5);
});

const special = [
  0, -0, 1, -1, 0.5, -0.5, 2, -2, 1e-3, -1e-3, 1.5, 2.5, -1.5, -2.5, 87, -87, 88.6, 88.8, -87.4, 1000, -1000, Infinity, -Infinity, NaN,
];

for (const precision of ["f32", "f64"] as const) {
  const round = precision === "f32" ? Math.fround : (x: number) => x;

  for (const op of Object.keys(operations) as Op[]) {
    const { arity, operands, result } = operations[op];
    if (arity !== 1 || operands !== "number" || result !== "number") continue;
    test(`${op} in ${precision} treats zeros, infinities, NaN and overflow as Math does`, () => {
      const values = Float64Array.from(special, round);
      const { y } = run(apply(op, name("a")), precision, values);
      values.forEach((x, k) => {
        let right = round(applyOperation(op, [x]) as number);
        // Subnormal results are zero, and what is made of exp overflows where exp does.
        if (op === "exp" && Math.abs(right) < (precision === "f32" ? 2 ** -126 : 2 ** -1022)) right = 0;
        const ofExp = op === "sinh" || op === "cosh" || (op === "exprel" && x > 0);
        if (ofExp && Math.abs(x) > (precision === "f32" ? 88.7 : 709.7)) right = Infinity * Math.sign(right);
        if (Number.isNaN(right)) expect(y[k], `${op}(${x})`).toBeNaN();
        else expect(ulps(y[k]!, right, precision), `${op}(${x}) = ${y[k]}, not ${right}`).toBeLessThanOrEqual(5);
      });
    });
  }

  for (const op of Object.keys(operations) as Op[]) {
    const { arity, operands, result } = operations[op];
    if (arity !== 2 || operands !== "number") continue;
    test(`${op} of two numbers in ${precision} agrees with the interpreter on all pairs of special values`, () => {
      const values = special.filter((x) => op !== "pow" || Math.abs(x) < 50 || !Number.isFinite(x));
      const a = values.flatMap((x) => values.map(() => round(x)));
      const b = values.flatMap(() => values.map(round));
      const call = apply(op, name("a"), name("b"));
      const { y } = run(result === "boolean" ? apply("int", call) : call, precision, a, b);
      a.forEach((x, k) => {
        let right = Number(applyOperation(op, [x, b[k]!]));
        if (op === "pow") {
          if (Math.abs(x) === 1 && !Number.isFinite(b[k]!)) return;
          if (x === -Infinity && !Number.isInteger(b[k]!)) return;
        }
        if (op === "mod" && precision === "f32") right = x - Math.fround(b[k]! * Math.floor(Math.fround(x / b[k]!)));
        right = round(right);
        if (Number.isNaN(right)) expect(y[k], `${op}(${x}, ${b[k]})`).toBeNaN();
        else {
          const allowed = op === "pow" ? 300 : op === "mod" ? 4 : 0;
          expect(ulps(y[k]!, right, precision), `${op}(${x}, ${b[k]}) = ${y[k]}, not ${right}`).toBeLessThanOrEqual(allowed);
        }
      });
    });
  }

  test(`pow in ${precision} is as good as stated, and whole exponents are repeated multiplications`, () => {
    const base = points(1e-3, 1e3, true);
    const exponent = points(-9, 9).map((_, k, all) => all[(k * 40503) % n]!);
    const { a, b, y } = run(apply("pow", name("a"), name("b")), precision, base, exponent);
    y.forEach((got, k) => {
      const bound = precision === "f32" ? 1 : 3 + 2 * Math.abs(b![k]! * Math.log(a[k]!));
      expect(ulps(got, a[k]! ** b![k]!, precision)).toBeLessThanOrEqual(bound);
    });
    for (const whole of [0, 1, 2, 3, 4, 7, 64, -1, -3, 0.5]) {
      const result = run(apply("pow", name("a"), number(whole)), precision, points(0.8, 1.2));
      const worst = Math.max(...Array.from(result.y, (got, k) => ulps(got, result.a[k]! ** whole, precision)));
      expect(worst, `exponent ${whole}`).toBeLessThanOrEqual(Math.abs(whole) + 1);
    }
  });

  test(`and, or, not, select and int in ${precision} follow their truth tables`, () => {
    const positive = apply("gt", name("a"), number(0));
    const large = apply("gt", name("b"), number(0));
    const a = [1, 1, -1, -1];
    const b = [1, -1, 1, -1];
    const of = (e: Expr) => [...run(e, precision, a, b).y];
    expect(of(apply("int", apply("and", positive, large)))).toEqual([1, 0, 0, 0]);
    expect(of(apply("int", apply("or", positive, large)))).toEqual([1, 1, 1, 0]);
    expect(of(apply("int", apply("not", positive)))).toEqual([0, 0, 1, 1]);
    expect(of(apply("select", positive, name("b"), number(7)))).toEqual([1, -1, 7, 7]);
    expect(of(apply("select", positive, number(0), name("b")))).toEqual([0, 0, 1, -1]);
    expect(of(apply("select", positive, name("b"), number(0)))).toEqual([1, -1, 0, 0]);
  });
}
