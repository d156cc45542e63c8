/**
 * Matrix exponentials of the small systems that neurons are, accurate entry by entry even when the units of the variables differ by many
 * orders of magnitude (volts beside picoamperes).
 */
import { invariant } from "../errors.ts";

/** A dense n × n matrix, row after row. */
export type Matrix = Float64Array;

export interface Propagators {
  /** exp(A·dt): what the state contributes to the state after the step. */
  readonly state: Matrix;
  /** ∫₀^dt exp(A·s) ds: what an input that is constant over the step contributes. */
  readonly input: Matrix;
  /** ∫₀^dt exp(A·s) W exp(Aᵀ·s) ds: the covariance that white noise of intensity W has built up at the end of the step. */
  readonly covariance: Matrix;
}

/** exp(A) of a row-major n × n matrix. */
export function matrixExponential(a: Matrix, n: number): Matrix {
  return linearPropagators(a, n, 1).state;
}

/**
 * The propagators of dx/dt = A·x + b (+ noise of intensity W) over a step dt. Taylor series over dt/2^k, where the series converges in
 * double precision, then k doublings: P(2h) = P², Q(2h) = Q + P·Q, C(2h) = C + P·C·Pᵀ. Sums of C are sums of positive matrices, so unlike
 * with Van Loan's block exponential nothing cancels in a stiff system.
 *
 * @param a      n × n, 1/s for variables of the same unit
 * @param noise  W, n × n, symmetric, positive semidefinite; zero when absent
 */
export function linearPropagators(a: Matrix, n: number, dt: number, noise?: Matrix): Propagators {
  invariant(a.length === n * n && (noise === undefined || noise.length === n * n), "a square matrix");
  if (n === 1) return scalarPropagators(a[0]!, dt, noise?.[0] ?? 0);
  const scale = balance(a, n, dt);
  const scaled = a.map((value, k) => (value * scale[k % n]!) / scale[Math.floor(k / n)]!);
  const norm = largestRowSum(scaled, n) * dt;
  const doublings = norm > 0.25 && Number.isFinite(norm) ? Math.ceil(Math.log2(norm / 0.25)) : 0;
  const h = dt / 2 ** doublings;

  const state = identity(n);
  const input = scaleBy(identity(n), h);
  let stateTerm: Matrix = state.slice();
  let inputTerm: Matrix = input.slice();
  for (let k = 1; k <= taylorTerms; k++) {
    stateTerm = scaleBy(multiply(scaled, stateTerm, n), h / k);
    inputTerm = scaleBy(multiply(scaled, inputTerm, n), h / (k + 1));
    const [stateGrew, inputGrew] = [addTo(state, stateTerm), addTo(input, inputTerm)];
    // Within n terms every variable that another reaches has been reached; from then on terms only shrink.
    if (k >= n && !stateGrew && !inputGrew) break;
  }
  const covariance = noise ? smallCovariance(scaled, n, h, noise.map((value, k) => value / (scale[k % n]! * scale[Math.floor(k / n)]!))) : undefined;
  for (let k = 0; k < doublings; k++) {
    if (covariance) addTo(covariance, multiply(multiply(state, covariance, n), transpose(state, n), n));
    addTo(input, multiply(state, input, n));
    state.set(multiply(state, state, n));
  }
  const unscale = (m: Matrix): Matrix => m.map((value, k) => (value * scale[Math.floor(k / n)]!) / scale[k % n]!);
  const unscaleBoth = (m: Matrix): Matrix => m.map((value, k) => value * scale[Math.floor(k / n)]! * scale[k % n]!);
  return { state: unscale(state), input: unscale(input), covariance: covariance ? unscaleBoth(covariance) : new Float64Array(n * n) };
}

/** The same for one variable, whose integrals are elementary. */
function scalarPropagators(rate: number, dt: number, noise: number): Propagators {
  const mean = (x: number): number => (x === 0 ? 1 : Math.expm1(x) / x);
  return {
    state: Float64Array.of(Math.exp(rate * dt)),
    input: Float64Array.of(dt * mean(rate * dt)),
    covariance: Float64Array.of(noise * dt * mean(2 * rate * dt)),
  };
}

/** ∫₀^h exp(A·s) W exp(Aᵀ·s) ds for a small h: the Taylor series of dC/dt = A·C + C·Aᵀ + W. */
function smallCovariance(a: Matrix, n: number, h: number, intensity: Matrix): Matrix {
  const covariance = scaleBy(intensity, h);
  let term: Matrix = covariance.slice();
  for (let k = 1; k <= taylorTerms; k++) {
    const half = multiply(a, term, n);
    term = transpose(half, n);
    addTo(term, half);
    scaleBy(term, h / (k + 1));
    addTo(covariance, term);
  }
  return covariance;
}

/**
 * The lower triangle L with L·Lᵀ = C, for a positive semidefinite C: turns independent normal numbers into correlated ones. A direction
 * without variance gets a zero column.
 */
export function choleskyFactor(c: Matrix, n: number): Matrix {
  const factor = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = c[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * n + k]! * factor[j * n + k]!;
      const pivot = factor[j * n + j]!;
      if (i === j) factor[i * n + j] = sum > 1e-12 * c[i * n + i]! ? Math.sqrt(sum) : 0;
      else factor[i * n + j] = pivot > 0 ? sum / pivot : 0;
    }
  }
  return factor;
}

/** With a norm of at most 1/4 (1/2 for the covariance's two-sided product) the terms left out are below 0.5^18/18!, far under 2^-53. */
const taylorTerms = 18;

/**
 * Powers of two d, so that the entries A_ij·d_j/d_i of a row and of its column are alike (Osborne 1960): without it, 1/C of a capacitance in
 * farad would make the norm, and with it the number of squarings, needlessly large. Where a variable only drives or is only driven, its
 * entries are brought to the size of the rates on the diagonal. Scaling by powers of two is free of rounding.
 */
function balance(a: Matrix, n: number, dt: number): Float64Array {
  const scale = new Float64Array(n).fill(1);
  let rate = 0;
  for (let i = 0; i < n; i++) rate = Math.max(rate, Math.abs(a[i * n + i]!));
  // Slower rates than this make no difference within the step, and would only let the couplings vanish beside them.
  rate = Math.max(rate, 1 / (64 * dt));
  for (let sweep = 0, changed = true; changed && sweep < 8; sweep++) {
    changed = false;
    for (let i = 0; i < n; i++) {
      let row = 0;
      let column = 0;
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        row += Math.abs((a[i * n + j]! * scale[j]!) / scale[i]!);
        column += Math.abs((a[j * n + i]! * scale[i]!) / scale[j]!);
      }
      if (row === 0 && column === 0) continue;
      const ratio = column === 0 ? row / rate : row === 0 ? rate / column : Math.sqrt(row / column);
      // Within 2^±200, so that no product of two scales leaves the range of doubles.
      if (!Number.isFinite(ratio) || !(ratio > 0)) continue;
      const better = Math.min(2 ** 200, Math.max(2 ** -200, scale[i]! * 2 ** Math.round(Math.log2(ratio))));
      changed ||= better !== scale[i];
      scale[i] = better;
    }
  }
  return scale;
}

function identity(n: number): Matrix {
  const m = new Float64Array(n * n);
  for (let i = 0; i < n; i++) m[i * n + i] = 1;
  return m;
}

function largestRowSum(m: Matrix, n: number): number {
  let largest = 0;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += Math.abs(m[i * n + j]!);
    largest = Math.max(largest, sum);
  }
  return largest;
}

function scaleBy(m: Matrix, factor: number): Matrix {
  for (let k = 0; k < m.length; k++) m[k]! *= factor;
  return m;
}

/** Adds in place; whether that changed any entry. */
function addTo(sum: Matrix, term: Matrix): boolean {
  let changed = false;
  for (let k = 0; k < sum.length; k++) {
    const before = sum[k]!;
    sum[k] = before + term[k]!;
    changed ||= sum[k] !== before;
  }
  return changed;
}

function transpose(m: Matrix, n: number): Matrix {
  return m.map((_, k) => m[(k % n) * n + Math.floor(k / n)]!);
}

function multiply(a: Matrix, b: Matrix, n: number): Matrix {
  const product = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const left = a[i * n + k]!;
      if (left !== 0) for (let j = 0; j < n; j++) product[i * n + j]! += left * b[k * n + j]!;
    }
  }
  return product;
}
