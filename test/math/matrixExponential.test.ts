import fc from "fast-check";
import { all, create } from "mathjs";
import type { Matrix as MathMatrix } from "mathjs";
import { expect, test } from "vitest";
import { choleskyFactor, linearPropagators, matrixExponential } from "../../src/math/matrixExponential.ts";

const math = create(all!);

const squareMatrix = (limit: number) =>
  fc
    .integer({ min: 1, max: 5 })
    .chain((n) =>
      fc
        .array(fc.double({ min: -limit, max: limit, noNaN: true }), { minLength: n * n, maxLength: n * n })
        .map((values) => ({ n, a: Float64Array.from(values) })),
    );

const rows = (a: Float64Array, n: number): number[][] => Array.from({ length: n }, (_, i) => [...a.subarray(i * n, (i + 1) * n)]);

test("the matrix exponential agrees with mathjs on random matrices", () => {
  fc.assert(
    fc.property(squareMatrix(2), ({ n, a }) => {
      const ours = matrixExponential(a, n);
      const theirs = (math.expm(math.matrix(rows(a, n))) as MathMatrix).toArray().flat() as number[];
      const norm = Math.max(...theirs.map(Math.abs));
      ours.forEach((value, k) => expect(Math.abs(value - theirs[k]!)).toBeLessThan(1e-9 * norm));
    }),
  );
});

test("a step of 2h is two steps of h, for state, input and covariance", () => {
  fc.assert(
    fc.property(squareMatrix(3), fc.double({ min: 0.01, max: 2, noNaN: true }), ({ n, a }, h) => {
      const identity = Float64Array.from({ length: n * n }, (_, k) => (k % n === Math.floor(k / n) ? 1 : 0));
      const [one, two] = [linearPropagators(a, n, h, identity), linearPropagators(a, n, 2 * h, identity)];
      const [P, Q, C] = [math.matrix(rows(one.state, n)), math.matrix(rows(one.input, n)), math.matrix(rows(one.covariance, n))];
      // The largest number that the products below pass through.
      const largest = (m: Float64Array): number => Math.max(1, ...m.map(Math.abs));
      const size = largest(one.state) ** 2 * Math.max(largest(one.input), largest(one.covariance));
      const close = (actual: Float64Array, expected: unknown): void => {
        const values = (expected as MathMatrix).toArray().flat() as number[];
        actual.forEach((value, k) => expect(Math.abs(value - values[k]!)).toBeLessThan(1e-12 * size));
      };
      close(two.state, math.multiply(P, P));
      close(two.input, math.add(Q, math.multiply(P, Q)));
      close(two.covariance, math.add(C, math.multiply(math.multiply(P, C), math.transpose(P))));
    }),
  );
});

test("entries keep 14 digits when a capacitance in farad stands beside rates in 1/s", () => {
  const [tauM, tauS, C] = [10e-3, 2e-3, 250e-12];
  for (const dt of [1e-5, 1e-4, 1e-3, 1e-2]) {
    const { state, input } = linearPropagators(Float64Array.of(-1 / tauM, 1 / C, 0, -1 / tauS), 2, dt);
    // Rotter & Diesmann (1999), with the difference of exponentials written without cancellation.
    const p21 = (1 / C) * Math.exp(-dt / tauM) * dt * (Math.expm1(dt / tauM - dt / tauS) / (dt / tauM - dt / tauS));
    expect(Math.abs(state[1]! / p21 - 1)).toBeLessThan(1e-13);
    expect(Math.abs(state[0]! / Math.exp(-dt / tauM) - 1)).toBeLessThan(1e-14);
    expect(Math.abs(input[0]! / (-tauM * Math.expm1(-dt / tauM)) - 1)).toBeLessThan(1e-14);
  }
});

test("equal time constants are the limit t·exp(−t/τ) and no special case", () => {
  const tau = 2e-3;
  const { state } = linearPropagators(Float64Array.of(-1 / tau, 1, 0, -1 / tau), 2, 1e-4);
  expect(Math.abs(state[1]! / (1e-4 * Math.exp(-1e-4 / tau)) - 1)).toBeLessThan(1e-14);
});

test("the covariance of an Ornstein–Uhlenbeck process is σ²τ/2·(1 − exp(−2dt/τ)) at any dt", () => {
  const tau = 10e-3;
  for (const dt of [1e-4, 1e-2, 1]) {
    const { covariance } = linearPropagators(Float64Array.of(-1 / tau), 1, dt, Float64Array.of(4));
    expect(Math.abs(covariance[0]! / (-2 * tau * Math.expm1((-2 * dt) / tau)) - 1)).toBeLessThan(1e-13);
  }
});

test("the Cholesky factor of a singular covariance reproduces it", () => {
  const c = Float64Array.of(4, 2, 6, 2, 1, 3, 6, 3, 9.25);
  const l = choleskyFactor(c, 3);
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      let sum = 0;
      for (let k = 0; k < 3; k++) sum += l[i * 3 + k]! * l[j * 3 + k]!;
      expect(sum).toBeCloseTo(c[i * 3 + j]!, 12);
    }
  }
});
