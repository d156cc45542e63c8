/**
 * The first zero of c·y(t) + d where y' = M·y, for any M: also where variables drive each other in a circle (oscillations) or have almost
 * equal rates. Time is cut into cells. In each, Taylor's formula with a bound of the third derivative, |c·M³|·exp(|M|·h)·|y|, shows that the
 * threshold is out of reach, or that the course is monotone and has one zero; a cell that allows neither is halved. Beyond the last cell the
 * largest values that each component can still add show that nothing follows.
 *
 * @source The test is one of state space, as in Hanuschkin, Kunkel, Helias, Morrison & Diesmann (2010), Front. Neuroinform. 4:113,
 *         doi:10.3389/fninf.2010.00113, and Krishnan, Porta Mana, Helias, Diesmann & Di Napoli (2018), Front. Neuroinform. 11:75,
 *         doi:10.3389/fninf.2017.00075; the bound by Taylor's remainder is interval analysis: Moore (1966), Interval Analysis.
 */
import { matrixExponential } from "../../math/matrixExponential.ts";
import type { Matrix } from "../../math/matrixExponential.ts";
import { dot } from "./flow.ts";

/** Halvings of a cell: at the last, its length is at rounding. */
const finest = 48;
/** Cells after which the search pauses, to go on from there when that time has come. */
const mostCells = 4096;

interface Scale { readonly h: number; readonly propagator: Matrix; readonly bound: Float64Array }

export class CellSearch {
  readonly #m: number;
  readonly #c: readonly Float64Array[];
  readonly #scales: (Scale | undefined)[] = [];
  readonly #matrix: Matrix;
  readonly #longest: number;
  /** What one unit of each component can at most add to c·y, ever; undefined where that is not bounded. */
  readonly #reach: Float64Array | undefined;
  /** Whether the last search ended without a decision, at the time it returned. */
  undecided = false;

  /** @param norm speed of the fastest change, 1/s */
  constructor(matrix: Matrix, m: number, weights: Float64Array, norm: number) {
    this.#m = m;
    this.#matrix = matrix;
    this.#longest = norm > 0 ? 0.5 / norm : 1;
    const times = (row: Float64Array) => Float64Array.from({ length: m }, (_, j) => row.reduce((sum, x, i) => sum + x * matrix[i * m + j]!, 0));
    const c1 = times(weights), c2 = times(c1), c3 = times(c2);
    this.#c = [weights, c1, c2, c3];
    this.#reach = this.#findReach();
  }

  /** @returns seconds; Infinity when there is no zero */
  first(y: Float64Array, at: number, d: number, touching: boolean): number {
    const m = this.#m, [c, c1, c2] = this.#c as [Float64Array, Float64Array, Float64Array];
    let state = y.slice(at, at + m);
    let t = 0, level = 0, index = 0;
    this.undecided = false;
    for (let cells = 0; cells < mostCells;) {
      if (this.#outOfReach(state, d)) return Infinity;
      const { h, propagator, bound } = this.#scale(level);
      const f = dot(c, 0, state, 0, m) + d, f1 = dot(c1, 0, state, 0, m), f2 = dot(c2, 0, state, 0, m);
      let third = 0;
      for (let j = 0; j < m; j++) third += bound[j]! * Math.abs(state[j]!);
      const advance = (): void => {
        const from = state;
        state = Float64Array.from({ length: m }, (_, i) => dot(propagator, i * m, from, 0, m));
        t += h;
        cells++;
        index++;
        for (; level > 0 && index % 2 === 0; level--) index /= 2;
      };
      const top = largest(f, f1, f2 + third * h, h);
      if (top < 0 || (!touching && top === 0 && f < 0)) {
        advance();
        continue;
      }
      const rises = f1 + Math.min(0, (f2 - third * h) * h) > 0;
      if (!rises && level < finest) {
        level++;
        index *= 2;
        continue;
      }
      const from = state, begin = t;
      advance();
      const end = dot(c, 0, state, 0, m) + d;
      if (end > 0 || (touching && end === 0)) return rises ? begin + this.#refine(from, d, h) : t;
    }
    this.undecided = true;
    return t;
  }

  #outOfReach(y: Float64Array, d: number): boolean {
    if (!this.#reach) return false;
    let most = d;
    for (let j = 0; j < this.#m; j++) most += this.#reach[j]! * Math.abs(y[j]!);
    return most < 0;
  }

  /** The zero within a cell where the course rises, from its Taylor polynomial, by bisection guarded Newton steps. */
  #refine(y: Float64Array, d: number, h: number): number {
    const m = this.#m, terms: number[] = [];
    let term = y;
    for (let k = 0; k < 28; k++) {
      terms.push(dot(this.#c[0]!, 0, term, 0, m));
      const from = term;
      term = Float64Array.from({ length: m }, (_, i) => dot(this.#matrix, i * m, from, 0, m) / (k + 1));
    }
    terms[0]! += d;
    let low = 0, high = h, s = 0;
    for (let k = 0; k < 200; k++) {
      let value = 0, slope = 0;
      for (let p = terms.length - 1; p >= 0; p--) {
        slope = slope * s + value;
        value = value * s + terms[p]!;
      }
      if (value >= 0) high = s;
      else low = s;
      let next = s - value / slope;
      if (!(next > low && next < high) || k % 8 === 7) next = low + (high - low) / 2;
      if (next === s || next <= low || next >= high) return s;
      s = next;
    }
    return s;
  }

  #scale(level: number): Scale {
    const known = this.#scales[level];
    if (known) return known;
    const m = this.#m, h = this.#longest / 2 ** level;
    const growth = matrixExponential(this.#matrix.map((x, e) => (e % (m + 1) === 0 ? Math.max(0, x) : Math.abs(x)) * h), m);
    const c3 = this.#c[3]!;
    const bound = Float64Array.from({ length: m }, (_, j) => c3.reduce((sum, x, i) => sum + Math.abs(x) * growth[i * m + j]!, 0));
    return (this.#scales[level] = { h, bound, propagator: matrixExponential(this.#matrix.map((x) => x * h), m) });
  }

  /** sup over all t ≥ 0 of |c·exp(M·t)|, component by component: cell by cell until exp(M·t) has become small, which then repeats. */
  #findReach(): Float64Array | undefined {
    const m = this.#m;
    const { h, propagator } = this.#scale(0);
    const growth = matrixExponential(this.#matrix.map((x, e) => (e % (m + 1) === 0 ? Math.max(0, x) : Math.abs(x)) * h), m);
    const reach = new Float64Array(m);
    let row = this.#c[0]!.slice();
    const cells = 1024;
    for (let k = 0; k < cells; k++) {
      for (let j = 0; j < m; j++) reach[j] = Math.max(reach[j]!, row.reduce((sum, x, i) => sum + Math.abs(x) * growth[i * m + j]!, 0));
      const from = row;
      row = Float64Array.from({ length: m }, (_, j) => from.reduce((sum, x, i) => sum + x * propagator[i * m + j]!, 0));
    }
    const later = matrixExponential(this.#matrix.map((x) => x * h * cells), m);
    for (let k = 0; k < 200; k++) {
      let grew = false;
      const next = Float64Array.from({ length: m }, (_, j) => reach.reduce((sum, x, i) => sum + x * Math.abs(later[i * m + j]!), 0));
      for (let j = 0; j < m; j++) {
        if (!(next[j]! > reach[j]!)) continue;
        grew = true;
        reach[j] = next[j]! * 1.0001;
      }
      if (!grew) return reach.every(Number.isFinite) ? reach : undefined;
    }
    return undefined;
  }
}

/** The largest value of f + f1·s + ½·f2·s² for s from 0 to h. */
function largest(f: number, f1: number, f2: number, h: number): number {
  const end = f + f1 * h + 0.5 * f2 * h * h;
  const turn = -f1 / f2;
  return f2 < 0 && turn > 0 && turn < h ? f - (f1 * f1) / (2 * f2) : Math.max(f, end);
}
