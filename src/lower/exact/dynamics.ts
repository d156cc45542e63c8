/**
 * The dynamics of all neurons that share coefficients: y' = M·y between events, where y is what the variables differ by from their resting
 * values, and the neuron spikes when weights·y + d reaches zero.
 */
import type { Matrix } from "../../math/matrixExponential.ts";
import { CellSearch } from "./cells.ts";
import { expand } from "./expansion.ts";
import type { Basis, Expansion } from "./expansion.ts";
import { ExponentialSum } from "./exponentialSum.ts";
import { ClosedFlow, dot, MatrixFlow } from "./flow.ts";
import type { Flow } from "./flow.ts";

/** One variable (the membrane) is driven by others (currents), each of which only decays: the shape for which there is a shorter way. */
export interface Star {
  readonly centre: number;
  readonly rates: Float64Array;
  /** Of component k ≠ centre: coupling/(rate of k − rate of the centre); the coupling itself where the rates are equal. */
  readonly gains: Float64Array;
  readonly equal: Uint8Array;
  /** See `Dynamics.mayReach`. */
  readonly most: Float64Array;
  readonly least: Float64Array;
}

export class Dynamics {
  readonly m: number;
  readonly free: Flow;
  /** While refractory. */
  readonly held: Flow;
  readonly weights: Float64Array;
  readonly inclusive: boolean;
  /** The only rate of a neuron of one variable; NaN otherwise. */
  readonly rate: number;
  readonly star: Star | undefined;
  /** Whether the last search for a crossing stopped undecided: then it has to go on at the time it returned. */
  undecided = false;
  readonly #sum: ExponentialSum | undefined;
  readonly #constant: number = -1;
  /** Row of each function of the basis: what the components contribute. */
  readonly #rows: Float64Array = new Float64Array(0);
  /** The most and least that one unit of each component ever contributes to weights·y, 0 included. */
  readonly #most: Float64Array | undefined;
  readonly #least: Float64Array | undefined;
  /** The same for the derivative of weights·y. */
  readonly #steepest: Float64Array | undefined;
  readonly #flattest: Float64Array | undefined;
  readonly #cells: CellSearch | undefined;

  /** @param frozen which rows stand still while refractory */
  constructor(matrix: Matrix, m: number, frozen: readonly boolean[], weights: Float64Array, inclusive: boolean) {
    this.m = m;
    this.weights = weights;
    this.inclusive = inclusive;
    this.rate = m === 1 ? matrix[0]! : NaN;
    const norm = speed(matrix, m);
    const flowOf = (a: Matrix): { readonly flow: Flow; readonly expansion: Expansion | undefined } => {
      const expansion = expand(a, m);
      return { expansion, flow: expansion ? new ClosedFlow(expansion, m) : new MatrixFlow(a, m, norm) };
    };
    const free = flowOf(matrix);
    this.free = free.flow;
    this.held = frozen.includes(true) ? flowOf(matrix.map((x, e) => (frozen[Math.floor(e / m)] ? 0 : x))).flow : this.free;
    if (!free.expansion) {
      this.#cells = new CellSearch(matrix, m, weights, norm);
      return;
    }
    const basis = completed(free.expansion.basis);
    const rows = basis.map(({ rate, power }) => {
      const k = free.expansion!.basis.findIndex((b) => b.rate === rate && b.power === power);
      return Float64Array.from({ length: m }, (_, j) =>
        k < 0 ? 0 : weights.reduce((sum, w, i) => sum + (w === 0 ? 0 : w * free.expansion!.matrices[k]![i * m + j]!), 0));
    });
    // Functions that never reach the threshold are left out; the constant is where d goes.
    const reaches = (b: Basis): boolean => rows.some((row, r) => basis[r]!.rate === b.rate && basis[r]!.power >= b.power && row.some((x) => x !== 0));
    const kept = basis.flatMap((b, k) => (b.rate === 0 || reaches(b) ? [k] : []));
    this.#sum = new ExponentialSum(kept.map((k) => basis[k]!));
    this.#constant = kept.findIndex((k) => basis[k]!.rate === 0 && basis[k]!.power === 0);
    this.#rows = Float64Array.from(kept.flatMap((k) => [...rows[k]!]));
    if (!this.#sum.basis.every((b) => b.rate < 0 || (b.rate === 0 && b.power === 0))) return;
    [this.#most, this.#least] = this.#extremes(this.#rows);
    [this.#steepest, this.#flattest] = this.#extremes(this.#derivative(this.#rows));
    this.star = starOf(matrix, m, this.#most, this.#least);
  }

  /** weights·y */
  drive(y: Float64Array, at: number): number {
    return dot(this.weights, 0, y, at, this.m);
  }

  /**
   * A time before which weights·y + d, which is below zero now, surely does not reach it, at a fraction of the cost of `crossing`: that of a line
   * with the steepest slope it can ever have. −1 where no such slope is known.
   */
  notBefore(y: Float64Array, at: number, d: number): number {
    const most = this.#most, least = this.#least, steepest = this.#steepest, flattest = this.#flattest;
    if (!most || !least || !steepest || !flattest) return -1;
    let now = d, bound = d, slope = 0;
    for (let j = 0; j < this.m; j++) {
      const part = y[at + j]!;
      now += this.weights[j]! * part;
      if (part > 0) {
        bound += part * most[j]!;
        slope += part * steepest[j]!;
      } else {
        bound += part * least[j]!;
        slope += part * flattest[j]!;
      }
    }
    // Rounding of the sums is far below a part in 10^9 of what a neuron's threshold is away, unless that is nothing: then the time is zero.
    return bound < 0 ? Infinity : slope > 0 ? Math.max(0, (-now / slope) * (1 - 1e-9)) : Infinity;
  }

  /**
   * Seconds until weights·y + d, which is below zero now, first reaches it; Infinity when it never does. With `undecided` it is a time before which
   * that does not happen.
   */
  crossing(y: Float64Array, at: number, d: number): number {
    this.undecided = false;
    if (this.#cells) {
      const t = this.#cells.first(y, at, d, this.inclusive);
      this.undecided = this.#cells.undecided;
      return t;
    }
    const { m, rate } = this;
    if (rate < 0) {
      // One variable: it approaches d from one side, and what is missing shrinks like an exponential.
      const now = this.weights[0]! * y[at]! + d;
      return d > 0 && now < 0 ? Math.log1p(-now / d) / -rate : d > 0 ? 0 : Infinity;
    }
    const most = this.#most, least = this.#least;
    if (most && least) {
      let bound = d;
      for (let j = 0; j < m; j++) {
        const part = y[at + j]!;
        bound += part * (part > 0 ? most[j]! : least[j]!);
      }
      if (bound < 0) return Infinity;
    }
    const sum = this.#sum!, rows = this.#rows, c = sum.coefficients;
    for (let k = 0; k < c.length; k++) {
      let value = 0;
      for (let j = 0; j < m; j++) value += rows[k * m + j]! * y[at + j]!;
      c[k] = value;
    }
    c[this.#constant]! += d;
    return sum.firstRise(this.inclusive);
  }

  /** What each component contributes to the derivative, in the functions of the basis. */
  #derivative(rows: Float64Array): Float64Array {
    const { m } = this, { basis } = this.#sum!;
    return Float64Array.from(rows, (x, e) => {
      const { rate, power } = basis[Math.floor(e / m)]!;
      const above = basis.findIndex((b) => b.rate === rate && b.power === power + 1);
      return rate * x + (above < 0 ? 0 : (power + 1) * rows[above * m + (e % m)]!);
    });
  }

  /** Greatest and least values that sums of the rows take at any time ≥ 0, component by component, 0 included. */
  #extremes(rows: Float64Array): [Float64Array, Float64Array] {
    const { m } = this, sum = this.#sum!, { basis } = sum;
    const most = new Float64Array(m), least = new Float64Array(m), derivative = this.#derivative(rows);
    for (let j = 0; j < m; j++) {
      const at = (t: number): number =>
        basis.reduce((total, { rate, power }, k) => total + rows[k * m + j]! * t ** power * Math.exp(rate * t), 0);
      basis.forEach((_, k) => (sum.coefficients[k] = derivative[k * m + j]!));
      for (const t of [0, ...sum.zeros(), Infinity]) {
        const value = t === Infinity ? rows[this.#constant * m + j]! : at(t);
        // A little more, for rounding.
        most[j] = Math.max(most[j]!, value + 1e-12 * Math.abs(value));
        least[j] = Math.min(least[j]!, value - 1e-12 * Math.abs(value));
      }
    }
    return [most, least];
  }
}

function starOf(matrix: Matrix, m: number, most: Float64Array, least: Float64Array): Star | undefined {
  const indices = Array.from({ length: m }, (_, k) => k);
  const centre = indices.find((i) => indices.every((j) => j === i || indices.every((k) => k === j || matrix[j * m + k] === 0)));
  if (centre === undefined) return undefined;
  const rates = Float64Array.from(indices, (k) => matrix[k * (m + 1)]!);
  // As in the expansion, rates that differ by less than their own rounding are one.
  const equal = Uint8Array.from(rates, (r) => Number(Math.abs(r - rates[centre]!) <= 8 * Number.EPSILON * Math.abs(r)));
  const gains = Float64Array.from(rates, (r, k) => matrix[centre * m + k]! / (equal[k] ? 1 : r - rates[centre]!));
  return { centre, rates, gains, equal, most, least };
}

/** With all powers below the highest of each rate, and a constant. */
function completed(basis: readonly Basis[]): Basis[] {
  const highest = new Map<number, number>([[0, 0]]);
  for (const { rate, power } of basis) highest.set(rate, Math.max(power, highest.get(rate) ?? 0));
  return [...highest].flatMap(([rate, power]) => Array.from({ length: power + 1 }, (_, p) => ({ rate, power: p })));
}

/** The speed of the fastest change, 1/s, whatever the units of the variables: the largest spectral radius of |M|. */
function speed(matrix: Matrix, m: number): number {
  const absolute = matrix.map(Math.abs);
  let largest = 0;
  for (let e = 0; e < m; e++) largest = Math.max(largest, absolute[e * (m + 1)]!);
  // The radius is the limit of tr(|M|^n)^(1/n); a circle of length k shows in tr(|M|^k).
  let power: Matrix = absolute;
  for (let n = 2; n <= m; n++) {
    const before = power;
    power = Float64Array.from({ length: m * m }, (_, e) => {
      const i = Math.floor(e / m), j = e % m;
      let sum = 0;
      for (let k = 0; k < m; k++) sum += before[i * m + k]! * absolute[k * m + j]!;
      return sum;
    });
    let trace = 0;
    for (let i = 0; i < m; i++) trace += power[i * (m + 1)]!;
    largest = Math.max(largest, trace ** (1 / n));
  }
  return largest;
}

