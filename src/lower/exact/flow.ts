/** Advances the state of one neuron through a time without events: y(t + Δ) = exp(M·Δ)·y(t). */
import { matrixExponential } from "../../math/matrixExponential.ts";
import type { Matrix } from "../../math/matrixExponential.ts";
import type { Expansion } from "./expansion.ts";

export interface Flow {
  /** Advances the m numbers from `at` on by `elapsed` seconds. */
  advance(y: Float64Array, at: number, elapsed: number): void;
}

/** By the closed form. */
export class ClosedFlow implements Flow {
  readonly #m: number;
  /** Distinct rates, and for each function of the basis its rate and power. */
  readonly #rates: Float64Array;
  readonly #rateOf: Uint8Array;
  readonly #power: Uint8Array;
  readonly #exponentials: Float64Array;
  readonly #functions: Float64Array;
  /** Entries that are not zero: function, row, column, value. */
  readonly #which: Uint8Array;
  readonly #row: Uint8Array;
  readonly #column: Uint8Array;
  readonly #value: Float64Array;
  readonly #next: Float64Array;

  constructor({ basis, matrices }: Expansion, m: number) {
    const rates = [...new Set(basis.map((b) => b.rate))];
    this.#m = m;
    this.#rates = Float64Array.from(rates);
    this.#rateOf = Uint8Array.from(basis, (b) => rates.indexOf(b.rate));
    this.#power = Uint8Array.from(basis, (b) => b.power);
    this.#exponentials = new Float64Array(rates.length);
    this.#functions = new Float64Array(basis.length);
    const entries = matrices.flatMap((p, k) => [...p].flatMap((value, e) => (value === 0 ? [] : [[k, Math.floor(e / m), e % m, value] as const])));
    this.#which = Uint8Array.from(entries, (e) => e[0]);
    this.#row = Uint8Array.from(entries, (e) => e[1]);
    this.#column = Uint8Array.from(entries, (e) => e[2]);
    this.#value = Float64Array.from(entries, (e) => e[3]);
    this.#next = new Float64Array(m);
  }

  advance(y: Float64Array, at: number, elapsed: number): void {
    if (elapsed === 0) return;
    const exponentials = this.#exponentials, functions = this.#functions, next = this.#next;
    for (let r = 0; r < exponentials.length; r++) {
      const rate = this.#rates[r]!;
      exponentials[r] = rate === 0 ? 1 : Math.exp(rate * elapsed);
    }
    for (let k = 0; k < functions.length; k++) {
      let f = exponentials[this.#rateOf[k]!]!;
      for (let p = this.#power[k]!; p > 0; p--) f *= elapsed;
      functions[k] = f;
    }
    next.fill(0);
    const value = this.#value, which = this.#which, row = this.#row, column = this.#column;
    for (let e = 0; e < value.length; e++) next[row[e]!]! += functions[which[e]!]! * value[e]! * y[at + column[e]!]!;
    for (let i = 0; i < this.#m; i++) y[at + i] = next[i]!;
  }
}

/** Beyond this norm of M·Δ the whole matrix exponential is cheaper than Taylor steps. */
const largestTaylorNorm = 8;

/** By the matrix exponential: for variables that drive each other in a circle, or whose rates are almost equal. */
export class MatrixFlow implements Flow {
  readonly #m: number;
  readonly #matrix: Matrix;
  readonly #norm: number;

  /** @param norm the speed of the fastest change, 1/s */
  constructor(matrix: Matrix, m: number, norm: number) {
    this.#m = m;
    this.#matrix = matrix;
    this.#norm = norm;
  }

  advance(y: Float64Array, at: number, elapsed: number): void {
    if (elapsed === 0) return;
    const m = this.#m;
    const state = y.slice(at, at + m);
    if (this.#norm * elapsed > largestTaylorNorm) {
      const p = matrixExponential(this.#matrix.map((x) => x * elapsed), m);
      for (let i = 0; i < m; i++) y[at + i] = dot(p, i * m, state, 0, m);
      return;
    }
    const steps = Math.max(1, Math.ceil(2 * this.#norm * elapsed)), h = elapsed / steps;
    for (let s = 0; s < steps; s++) taylorStep(this.#matrix, m, state, h);
    y.set(state, at);
  }
}

/** y ← exp(M·h)·y, for a norm of M·h of at most about ½. */
function taylorStep(matrix: Matrix, m: number, y: Float64Array, h: number): void {
  let term = y.slice();
  for (let k = 1; k <= 40; k++) {
    const next = new Float64Array(m);
    let changed = false;
    for (let i = 0; i < m; i++) {
      next[i] = (dot(matrix, i * m, term, 0, m) * h) / k;
      const sum = y[i]! + next[i]!;
      changed ||= sum !== y[i];
      y[i] = sum;
    }
    term = next;
    if (!changed && k > m) return;
  }
}

export function dot(a: Float64Array, from: number, b: Float64Array, at: number, m: number): number {
  let sum = 0;
  for (let j = 0; j < m; j++) sum += a[from + j]! * b[at + j]!;
  return sum;
}
