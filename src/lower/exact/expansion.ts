/**
 * exp(M·t) of a matrix that is triangular up to order, as a sum of matrices times t^p·exp(λ·t): the closed form of a linear neuron whose
 * variables drive each other without a circle. Equal rates give powers of t (alpha functions) and no special case.
 */
import { matrixExponential } from "../../math/matrixExponential.ts";
import type { Matrix } from "../../math/matrixExponential.ts";

/** t^power · exp(rate·t). Seconds. */
export interface Basis { readonly rate: number; readonly power: number }

export interface Expansion {
  readonly basis: readonly Basis[];
  /** What multiplies each function of the basis, m × m row by row. */
  readonly matrices: readonly Matrix[];
}

/** Rates that differ by less than their own rounding are one. */
const sameRate = (a: number, b: number): boolean => a === b || Math.abs(a - b) <= 8 * Number.EPSILON * Math.max(Math.abs(a), Math.abs(b));

/** Sums of terms that cancel to less than this part of themselves are not accurate enough. */
const cancellation = 1e-3;

/** @returns undefined when variables drive each other in a circle, or when rates are so alike that the sum loses accuracy */
export function expand(matrix: Matrix, m: number): Expansion | undefined {
  const order = drivenLast(matrix, m);
  if (!order) return undefined;
  const rates: number[] = [];
  const rateOf = Array.from({ length: m }, (_, i) => {
    const rate = matrix[i * m + i]!;
    const known = rates.findIndex((r) => sameRate(r, rate));
    return known >= 0 ? known : rates.push(rate) - 1;
  });
  const basis: Basis[] = [];
  const matrices: Matrix[] = [];
  const place = (rate: number, power: number): Matrix => {
    const at = basis.findIndex((b) => b.rate === rates[rate] && b.power === power);
    if (at >= 0) return matrices[at]!;
    basis.push({ rate: rates[rate]!, power });
    matrices.push(new Float64Array(m * m));
    return matrices.at(-1)!;
  };
  for (let start = 0; start < m; start++) {
    /** Course of each variable when `start` begins at 1 and all others at 0: [rate][power] → amplitude. */
    const courses = Array.from({ length: m }, () => rates.map((): number[] => []));
    for (const i of order) {
      const own = courses[i]!, a = rateOf[i]!;
      if (i === start) own[a]![0] = 1;
      for (let j = 0; j < m; j++) {
        const coupling = matrix[i * m + j]!;
        if (j !== i && coupling !== 0) courses[j]!.forEach((powers, rate) => powers.forEach((c, p) => respond(own, rates, a, rate, p, coupling * c)));
      }
      own.forEach((powers, rate) => powers.forEach((c, p) => c !== 0 && (place(rate, p)[i * m + start] = c)));
    }
  }
  const expansion = { basis, matrices };
  return isAccurate(expansion, matrix, m) ? expansion : undefined;
}

/** Adds the response ∫ exp(a(t − s)) c s^p exp(λ s) ds of a variable of rate a. */
function respond(own: number[][], rates: readonly number[], a: number, rate: number, p: number, c: number): void {
  if (c === 0) return;
  const add = (r: number, power: number, value: number): void => {
    const powers = own[r]!;
    while (powers.length <= power) powers.push(0);
    powers[power]! += value;
  };
  if (rate === a) return add(a, p + 1, c / (p + 1));
  const gap = rates[rate]! - rates[a]!;
  // Repeated integration by parts: the coefficients of t^p, t^(p−1), …, 1.
  let coefficient = c / gap;
  for (let r = p; r >= 0; r--) {
    add(rate, r, coefficient);
    if (r === 0) add(a, 0, -coefficient);
    coefficient *= -r / gap;
  }
}

/** Variables in an order in which each comes after those that drive it; undefined when there is a circle. */
function drivenLast(matrix: Matrix, m: number): number[] | undefined {
  const order: number[] = [];
  while (order.length < m) {
    const next = Array.from({ length: m }, (_, i) => i).find(
      (i) => !order.includes(i) && Array.from({ length: m }, (_, j) => j).every((j) => j === i || matrix[i * m + j] === 0 || order.includes(j)),
    );
    if (next === undefined) return undefined;
    order.push(next);
  }
  return order;
}

/** Whether the terms do not cancel each other where the sum matters: near the largest value of each entry of exp(M·t). */
function isAccurate({ basis, matrices }: Expansion, matrix: Matrix, m: number): boolean {
  const speeds = basis.map((b) => Math.abs(b.rate)).filter((r) => r > 0);
  if (speeds.length === 0) return true;
  const [shortest, longest] = [0.1 / Math.max(...speeds), 10 / Math.min(...speeds)];
  const largest = new Float64Array(m * m);
  for (let t = shortest; t < 2 * longest; t *= 1.5)
    matrixExponential(matrix.map((x) => x * t), m).forEach((x, e) => (largest[e] = Math.max(largest[e]!, Math.abs(x))));
  const apart = new Float64Array(m * m);
  basis.forEach(({ rate, power }, k) => {
    // The largest value of t^p·exp(λt), at t = −p/λ.
    const peak = power === 0 ? 1 : rate < 0 ? (power / (-rate * Math.E)) ** power : longest ** power;
    matrices[k]!.forEach((x, e) => (apart[e] = Math.max(apart[e]!, Math.abs(x) * peak)));
  });
  return apart.every((x, e) => x * cancellation <= largest[e]!);
}
