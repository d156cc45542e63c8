/**
 * Zeros of sums of terms c·t^p·exp(λ·t), none missed. Dividing by exp(λ·t) moves no zero, and the derivative of what is left has one term less;
 * between two neighbouring zeros of that derivative the quotient is monotone, so it has at most one zero there (Rolle), found by its signs at
 * the ends. The zeros of the derivative are found in the same way, down to two terms, whose zero is a logarithm.
 *
 * @source The argument is Pólya & Szegő (1925), part V, no. 75: n real exponential terms have at most n − 1 zeros. That a neuron's membrane is
 *         such a sum, and its next spike the first zero: Brette (2007), Neural Comput. 19:2604–2609. doi:10.1162/neco.2007.19.10.2604
 */
import type { Basis } from "./expansion.ts";

interface Level {
  /** Places in the coefficients, with rate and power, ordered by rate. */
  readonly at: Uint8Array;
  readonly rate: Float64Array;
  readonly power: Uint8Array;
  /** How the coefficients of the next level follow: c'[k] = factor·c[k] + (power + 1)·c[above]; above < 0 where there is none. */
  readonly factor: Float64Array;
  readonly above: Int8Array;
  /** Time scale on which the two slowest terms come apart. Seconds. */
  readonly scale: number;
}

export class ExponentialSum {
  readonly basis: readonly Basis[];
  readonly #levels: readonly Level[];
  readonly #coefficients: readonly Float64Array[];
  readonly #zeros: readonly Float64Array[];
  #slope = 0;

  /** @param basis with every power below the highest of each rate */
  constructor(basis: readonly Basis[]) {
    this.basis = basis;
    const levels: Level[] = [];
    let active = basis.map((b, at) => ({ ...b, at })).sort((a, b) => a.rate - b.rate || a.power - b.power);
    while (active.length > 0) {
      const rates = [...new Set(active.map((b) => b.rate))];
      // A constant goes first: what is left are the rates of the model, divided by nothing yet.
      const removed = rates.includes(0) ? 0 : rates.at(-1)!;
      const scale = rates.length > 1 ? 1 / (rates.at(-1)! - rates.at(-2)!) : 1 / Math.abs(rates[0]! || 1);
      levels.push({
        at: Uint8Array.from(active, (b) => b.at), rate: Float64Array.from(active, (b) => b.rate - rates.at(-1)!),
        power: Uint8Array.from(active, (b) => b.power), factor: Float64Array.from(active, (b) => b.rate - removed),
        above: Int8Array.from(active, (b) => active.find((c) => c.rate === b.rate && c.power === b.power + 1)?.at ?? -1), scale,
      });
      const highest = Math.max(...active.filter((b) => b.rate === removed).map((b) => b.power));
      active = active.filter((b) => b.rate !== removed || b.power < highest);
    }
    this.#levels = levels;
    this.#coefficients = levels.map(() => new Float64Array(basis.length));
    this.#zeros = levels.map(() => new Float64Array(basis.length + 1));
  }

  /** Coefficients of the sum, in the order of the basis: write them, then ask. */
  get coefficients(): Float64Array {
    return this.#coefficients[0]!;
  }

  /** All times > 0 at which the sum changes its sign, ascending; valid until the next call. */
  zeros(): Float64Array {
    return this.#zeros[0]!.subarray(0, this.#find(0));
  }

  /**
   * The first time > 0 at which the sum, negative (or zero) now, reaches zero from below; Infinity when it never does.
   * @param touching whether a maximum of exactly zero counts
   */
  firstRise(touching: boolean): number {
    const critical = this.#levels.length > 1 ? this.#findNext(0) : 0;
    let before = 0;
    for (let k = 0; k < critical; k++) {
      const t = this.#zeros[1]![k]!;
      const value = this.#evaluate(0, t);
      if (value > 0 || (touching && value === 0)) return this.#root(0, before, t, true);
      before = t;
    }
    return this.#signAtEnd(0) > 0 ? this.#rootBeyond(0, before, true) : Infinity;
  }

  #find(level: number): number {
    const { at, rate, power } = this.#levels[level]!;
    const c = this.#coefficients[level]!, zeros = this.#zeros[level]!;
    if (at.length === 1) return 0;
    if (at.length === 2) {
      const [c0, c1] = [c[at[0]!]!, c[at[1]!]!];
      const t = power[1]! === 1 ? -c0 / c1 : c0 * c1 < 0 ? Math.log(-c0 / c1) / -rate[0]! : NaN;
      if (!(t > 0 && t < Infinity)) return 0;
      zeros[0] = t;
      return 1;
    }
    const critical = this.#findNext(level);
    const turning = this.#zeros[level + 1]!;
    let count = 0, before = 0, sign = Math.sign(this.#evaluate(level, 0));
    for (let k = 0; k < critical; k++) {
      const t = turning[k]!;
      const next = Math.sign(this.#evaluate(level, t));
      if (next === 0) continue;
      if (sign !== 0 && next !== sign) zeros[count++] = this.#root(level, before, t, next > 0);
      sign = next;
      before = t;
    }
    const end = this.#signAtEnd(level);
    if (sign !== 0 && end !== 0 && end !== sign) {
      const t = this.#rootBeyond(level, before, end > 0);
      if (t < Infinity) zeros[count++] = t;
    }
    return count;
  }

  /** Zeros of the derivative of the quotient, at the next level. */
  #findNext(level: number): number {
    const { at, factor, above, power } = this.#levels[level]!;
    const c = this.#coefficients[level]!, next = this.#coefficients[level + 1]!;
    for (let k = 0; k < at.length; k++) {
      next[at[k]!] = factor[k]! * c[at[k]!]! + (above[k]! < 0 ? 0 : (power[k]! + 1) * c[above[k]!]!);
    }
    return this.#find(level + 1);
  }

  /** The sum divided by its slowest exponential; `#slope` is its derivative. */
  #evaluate(level: number, t: number): number {
    const { at, rate, power } = this.#levels[level]!;
    const c = this.#coefficients[level]!;
    let sum = 0, slope = 0, exponential = 1, last = 0;
    for (let k = 0; k < at.length; k++) {
      const r = rate[k]!, p = power[k]!;
      if (r !== last) {
        last = r;
        exponential = Math.exp(r * t);
      }
      let term = c[at[k]!]! * exponential;
      if (p === 0) slope += r * term;
      else {
        for (let q = 1; q < p; q++) term *= t;
        slope += (p + r * t) * term;
        term *= t;
      }
      sum += term;
    }
    this.#slope = slope;
    return sum;
  }

  /** Of the slowest term that is there. */
  #signAtEnd(level: number): number {
    const { at } = this.#levels[level]!;
    const c = this.#coefficients[level]!;
    for (let k = at.length - 1; k >= 0; k--) if (c[at[k]!] !== 0) return Math.sign(c[at[k]!]!);
    return 0;
  }

  /** The zero after `from`, when there is one because the sign at infinity is another. */
  #rootBeyond(level: number, from: number, rising: boolean): number {
    let step = Math.max(from, this.#levels[level]!.scale);
    for (let k = 0; k < 200; k++, step *= 2) {
      const value = this.#evaluate(level, from + step);
      if (rising ? value > 0 : value < 0) return this.#root(level, from, from + step, rising);
    }
    return Infinity;
  }

  /** The zero in (from, to], where the sum is monotone, by Newton steps that never leave the interval. */
  #root(level: number, from: number, to: number, rising: boolean): number {
    let low = from, high = to;
    let t = from, value = this.#evaluate(level, t);
    if (rising ? value >= 0 : value <= 0) return from;
    for (let k = 0; k < 200; k++) {
      let next = t - value / this.#slope;
      if (!(next > low && next < high) || k % 8 === 7) next = low + (high - low) / 2;
      if (next === t || next <= low || next >= high) return k % 8 === 7 ? high : t;
      const moved = Math.abs(next - t);
      t = next;
      value = this.#evaluate(level, t);
      if (value === 0) return t;
      if (value > 0 === rising) high = t;
      else low = t;
      if (moved <= Number.EPSILON * 0.5 * t) return t;
    }
    return t;
  }
}
