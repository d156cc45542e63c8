/** The numbers of exact steps and how they change with parameters. */
import type { Expr } from "../../ir/expr.ts";
import { linearPropagators } from "../../math/matrixExponential.ts";
import type { Propagator } from "./cell.ts";

/** The entries of a propagator. @param value evaluates an expression over parameters */
export function propagatorEntries(p: Propagator, value: (e: Expr) => number): Float64Array {
  const n = p.rates.length;
  const { state, input } = linearPropagators(Float64Array.from(p.rates.flat(), value), n, p.dt);
  return Float64Array.from(p.entries, (entry) =>
    ("column" in entry ? state[entry.column]! : entry.weights.reduce((sum, w, k) => sum + input[k]! * value(w), 0)));
}

/**
 * The derivatives of the entries along one direction: the exponential of [[A, dA], [0, A]] holds in its upper right the derivative of
 * exp(A·dt) along dA.
 *
 * @param value evaluates an expression over parameters @param slope its derivative along the direction
 * @source Najfeld & Havel (1995), Adv. Appl. Math. 16:321–375. doi:10.1006/aama.1995.1017
 */
export function propagatorSlopes(p: Propagator, value: (e: Expr) => number, slope: (e: Expr) => number): Float64Array {
  const n = p.rates.length, size = 2 * n;
  if (n === 1) return scalarSlopes(p, value, slope);
  const block = new Float64Array(size * size);
  p.rates.forEach((row, i) => row.forEach((rate, j) => {
    const a = value(rate);
    block[i * size + j] = a;
    block[(n + i) * size + n + j] = a;
    block[i * size + n + j] = slope(rate);
  }));
  const { state, input } = linearPropagators(block, size, p.dt);
  return Float64Array.from(p.entries, (entry) => ("column" in entry ? state[n + entry.column]!
    : entry.weights.reduce((sum, w, k) => sum + input[n + k]! * value(w) + input[k]! * slope(w), 0)));
}

/** One variable: P = exp(x) and Q = dt·exprel(x) with x = rate·dt. */
function scalarSlopes({ rates, entries, dt }: Propagator, value: (e: Expr) => number, slope: (e: Expr) => number): Float64Array {
  const rate = rates[0]![0]!, x = value(rate) * dt, dx = slope(rate) * dt;
  const exprel = x === 0 ? 1 : Math.expm1(x) / x;
  // (eˣ − exprel x)/x cancels near 0: there Σ xᵏ/(k!·(k + 2)), to 1e-14.
  const series = 1 / 2 + x * (1 / 3 + x * (1 / 8 + x * (1 / 30 + x * (1 / 144 + x / 840))));
  const change = Math.abs(x) < 0.02 ? series : (Math.exp(x) - exprel) / x;
  return Float64Array.from(entries, (entry) =>
    ("column" in entry ? Math.exp(x) * dx : dt * (change * dx * value(entry.weights[0]!) + exprel * slope(entry.weights[0]!))));
}
