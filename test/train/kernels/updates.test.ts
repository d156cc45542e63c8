import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { adam, applyUpdate, sgd } from "../../../src/train/optimizers.ts";
import { scratch } from "./scratch.ts";

let s: Awaited<ReturnType<typeof scratch>>;
beforeAll(async () => {
  s = await scratch();
});

const reals = (min: number, max: number) => fc.array(fc.float({ min: Math.fround(min), max: Math.fround(max), noNaN: true }), { minLength: 8,
  maxLength: 8 });

test("Adam's kernel follows the update in double precision to 1e-6 of the step or 1e-6", () => {
  fc.assert(fc.property(reals(-1, 1), reals(-1, 1), reals(-1, 1), reals(0, 1), fc.integer({ min: 1, max: 1000 }), (values, gradient, mean, square,
    update) => {
    s.clear();
    const data = adam({ learningRate: 1e-3, weightDecay: 0.01 });
    const exact = Float64Array.from(values), moments = [Float64Array.from(mean), Float64Array.from(square)];
    applyUpdate(data, exact, Float64Array.from(gradient), moments, update, 1e-3);
    const [v, m, q] = [s.f32(values), s.f32(mean), s.f32(square)];
    s.kernels.adam(v, s.f32(gradient.map((g) => 2 * g)), m, q, 8, 0.5, 0.9, 0.999, 1e-3 / (1 - 0.9 ** update), 1 / Math.sqrt(1 - 0.999 ** update),
      1e-8, 1e-5);
    s.readF32(v, 8).forEach((x, k) => expect(Math.abs(x - exact[k]!)).toBeLessThan(1e-6 * (1 + Math.abs(exact[k]!))));
    s.readF32(m, 8).forEach((x, k) => expect(Math.abs(x - moments[0]![k]!)).toBeLessThan(1e-6));
    s.readF32(q, 8).forEach((x, k) => expect(Math.abs(x - moments[1]![k]!)).toBeLessThan(1e-6));
  }));
});

test("the kernel of gradient descent with momentum follows the update in double precision to 1e-6", () => {
  fc.assert(fc.property(reals(-1, 1), reals(-1, 1), reals(-1, 1), (values, gradient, velocity) => {
    s.clear();
    const exact = Float64Array.from(values), moments = [Float64Array.from(velocity)];
    applyUpdate(sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 }), exact, Float64Array.from(gradient), moments, 1, 0.1);
    const v = s.f32(values);
    s.kernels.sgd(v, s.f32(gradient), s.f32(velocity), 8, 1, 0.9, 0.1, 1e-3);
    s.readF32(v, 8).forEach((x, k) => expect(Math.abs(x - exact[k]!)).toBeLessThan(1e-6));
  }));
});

test("column sums run over rows in ascending order, in every bit", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 99 }), (rows, n, seed) => {
    s.clear();
    const d = Float32Array.from({ length: rows * n }, (_, k) => Math.sin(seed * (k + 1))), begin = Float32Array.from({ length: n }, (_, k) =>
      Math.cos(k));
    const sums = s.f32(begin);
    s.kernels.columnSums(s.f32(d), 4 * n, rows, n, sums, sums, 0, Math.ceil(n / 32));
    const want = begin.map((b, j) => Array.from({ length: rows }, (_, r) => d[r * n + j]!).reduce((x, y) => Math.fround(x + y), b));
    expect(s.readF32(sums, n)).toEqual(want);
  }));
});

test("a sum of squares is that in double precision", () => {
  fc.assert(fc.property(reals(-10, 10), (values) => {
    s.clear();
    expect(s.kernels.sumOfSquares(s.f32(values), 8)).toBeCloseTo(values.reduce((sum, v) => sum + v * v, 0), 9);
  }));
});
