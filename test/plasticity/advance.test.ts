import { expect, test } from "vitest";
import { linearPropagators } from "../../src/math/matrixExponential.ts";
import { advance, type Equation } from "./advance.ts";

const equation = (name: string, reads: string[], rate: (x: (name: string) => number) => number): Equation => ({
  name,
  reads: new Set(reads),
  rate: (value) => rate((n) => value(n)!),
});

test("a variable that decays towards a level follows the exponential to the last digits", () => {
  const tau = 0.0123;
  const x = advance([equation("x", ["x"], (v) => (3 - v("x")) / tau)], new Map([["x", -1]]), 0.0001).get("x")!;
  expect(Math.abs(x - (3 - 4 * Math.exp(-0.0001 / tau)))).toBeLessThan(4 * 2 ** -52);
});

test("coupled linear variables agree with the matrix exponential to the last digits for short steps, to 1e-13 for a whole time constant", () => {
  const rates = [-1000, 300, 0, 0, -200, 50, 120, 0, -80];
  for (const h of [1e-6, 1e-5, 1e-4, 1e-3]) {
    const names = ["a", "b", "c"];
    const equations = names.map((n, r) => equation(n, names, (v) => names.reduce((sum, m, k) => sum + rates[3 * r + k]! * v(m), 0)));
    const start = [1, -2, 0.5];
    const end = advance(equations, new Map(names.map((n, k) => [n, start[k]!])), h);
    const { state } = linearPropagators(Float64Array.from(rates), 3, h);
    names.forEach((n, r) =>
      expect(Math.abs(end.get(n)! - start.reduce((sum, x, k) => sum + state[3 * r + k]! * x, 0))).toBeLessThan(1e-15 + 1e-10 * h),
    );
  }
});

test("a product of two decaying variables accumulates its closed integral to 1e-14 of it", () => {
  const [p, q, h] = [0.02, 0.2, 0.0005];
  const end = advance(
    [equation("x", ["x"], (v) => -v("x") / p), equation("y", ["y"], (v) => -v("y") / q), equation("w", ["x", "y"], (v) => 7 * v("x") * v("y"))],
    new Map([
      ["x", 2],
      ["y", 3],
      ["w", 0],
    ]),
    h,
  );
  const rate = 1 / p + 1 / q;
  expect(end.get("x")).toBe(2 + 2 * Math.expm1(-h / p));
  expect(Math.abs(end.get("w")! / ((42 * -Math.expm1(-rate * h)) / rate) - 1)).toBeLessThan(1e-14);
});
