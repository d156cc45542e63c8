import fc from "fast-check";
import { expect, test } from "vitest";
import { ExponentialSum } from "../../src/lower/exact/exponentialSum.ts";
import { Dynamics } from "../../src/lower/exact/dynamics.ts";
import { expand } from "../../src/lower/exact/expansion.ts";
import { matrixExponential } from "../../src/math/matrixExponential.ts";

const tau = fc.constantFrom(1e-3, 2e-3, 5e-3, 5e-3, 1e-2, 2e-2, 5.000001e-3);
/** None, or one that does something within the life of a simulation. */
const coupling = fc.double({ min: -400, max: 400, noNaN: true }).map((c) => (Math.abs(c) < 1e-9 ? 0 : c));

/** Matrices of one to four variables, some of which drive each other in a circle. */
const systems = fc.integer({ min: 1, max: 4 }).chain((m) =>
  fc.record({
    m: fc.constant(m), taus: fc.array(tau, { minLength: m, maxLength: m }), couplings: fc.array(coupling, { minLength: m * m, maxLength: m * m }),
    circular: fc.constantFrom(false, false, true), y: fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: m, maxLength: m }),
    d: fc.double({ min: -1.2, max: 0.05, noNaN: true }),
  }));

function build({ m, taus, couplings, circular }: { m: number; taus: number[]; couplings: number[]; circular: boolean }): Float64Array {
  const matrix = new Float64Array(m * m);
  for (let i = 0; i < m; i++) for (let j = 0; j < m; j++) {
    if (i === j) matrix[i * m + j] = -1 / taus[i]!;
    // Circles are kept weak enough to decay.
    else if (j > i || circular) matrix[i * m + j] = couplings[i * m + j]! * (circular ? 0.2 : 1);
  }
  return matrix;
}

test("no crossing of random linear neurons is missed by a search at 10 000 points, and each one found is one", () => {
  fc.assert(
    fc.property(systems, (system) => {
      const { m, y, d } = system;
      // What comes to rest within rounding of the threshold may be said to reach it or not.
      fc.pre(y[0]! + d < -1e-9 && (d === 0 || Math.abs(d) > 1e-8));
      const matrix = build(system), weights = new Float64Array(m);
      weights[0] = 1;
      const dynamics = new Dynamics(matrix, m, [], weights, true);
      const found = dynamics.crossing(Float64Array.from(y), 0, d);
      const value = (t: number): number => {
        const p = matrixExponential(matrix.map((x) => x * t), m);
        return y.reduce((sum, x, j) => sum + p[j]! * x, d);
      };
      const h = 2e-5, end = Math.min(found, 0.2);
      const step = matrixExponential(matrix.map((x) => x * h), m);
      let state = Float64Array.from(y);
      for (let t = h; t < end; t += h) {
        const before = state;
        state = Float64Array.from(before, (_, i) => before.reduce((sum, x, j) => sum + step[i * m + j]! * x, 0));
        if (state[0]! + d > 1e-9) throw new Error(`crossed before ${t}, found ${found}`);
      }
      const scale = Math.abs(d) + y.reduce((a, b) => a + Math.abs(b), 0);
      // After more than that the matrix exponential overflows.
      if (found < 1e3 && !dynamics.undecided) expect(Math.abs(value(found))).toBeLessThan(1e-9 * scale);
    }),
    { numRuns: 300 },
  );
});

test("a neuron does not reach threshold before the time that is known to be safe", () => {
  fc.assert(
    fc.property(systems, (system) => {
      const { m, y, d } = system;
      fc.pre(y[0]! + d < -1e-9 && !system.circular);
      const weights = new Float64Array(m);
      weights[0] = 1;
      const dynamics = new Dynamics(build(system), m, [], weights, true);
      const state = Float64Array.from(y);
      // The margin of 1e-9 itself is only known to rounding.
      expect(dynamics.notBefore(state, 0, d)).toBeLessThanOrEqual((1 + 1e-5) * dynamics.crossing(state, 0, d));
    }),
    { numRuns: 500 },
  );
});

test("the closed form of random triangular systems is their matrix exponential, also where rates are equal", () => {
  fc.assert(
    fc.property(systems, fc.double({ min: 0, max: 0.1, noNaN: true }), (system, t) => {
      fc.pre(!system.circular);
      const { m } = system, matrix = build(system);
      const expansion = expand(matrix, m);
      fc.pre(expansion !== undefined);
      const wanted = matrixExponential(matrix.map((x) => x * t), m);
      const seen = new Float64Array(m * m);
      expansion!.basis.forEach(({ rate, power }, k) => {
        const f = t ** power * Math.exp(rate * t);
        expansion!.matrices[k]!.forEach((x, e) => (seen[e]! += x * f));
      });
      const largest = wanted.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-3);
      seen.forEach((x, e) => expect(Math.abs(x - wanted[e]!)).toBeLessThan(1e-10 * largest));
    }),
    { numRuns: 300 },
  );
});

test("a sum of exponentials with known zeros has exactly those", () => {
  const zeros = fc.uniqueArray(fc.double({ min: 0.05, max: 0.95, noNaN: true }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(zeros, (xs) => {
      xs.sort((a, b) => a - b);
      fc.pre(xs.every((x, k) => k === 0 || x - xs[k - 1]! > 0.02));
      // A polynomial in x = exp(−t) with these zeros; its constant term is the rate 0.
      let polynomial = [1];
      for (const x of xs) {
        const next = new Array<number>(polynomial.length + 1).fill(0);
        polynomial.forEach((c, p) => {
          next[p + 1]! += c;
          next[p]! -= c * x;
        });
        polynomial = next;
      }
      const sum = new ExponentialSum(polynomial.map((_, p) => ({ rate: -p, power: 0 })));
      sum.coefficients.set(polynomial);
      const seen = [...sum.zeros()];
      expect(seen).toHaveLength(xs.length);
      [...xs].reverse().forEach((x, k) => expect(Math.exp(-seen[k]!)).toBeCloseTo(x, 8));
    }),
    { numRuns: 300 },
  );
});
