/**
 * How good a layer finds what it sees, and the layer's own loss: goodness above a threshold for what is real, below it for what is not.
 *
 *     G = Σ h² or mean h²,        loss = mean over rows of softplus(θ − G) where real, softplus(G − θ) where not
 *
 * Source: Hinton (2022), The forward-forward algorithm. arXiv:2212.13345
 */
import type { Reals } from "../../sequence.ts";

export interface Goodness {
  readonly of: "sum" | "mean";
  /** θ; the number of units for sums and 2 for means when absent. */
  readonly threshold?: number;
}

export const thresholdOf = ({ of, threshold }: Goodness, units: number): number => threshold ?? (of === "sum" ? units : 2);

/** G of a row of activities. */
export function goodnessOf({ of }: Goodness, h: Reals, row: number, units: number): number {
  let sum = 0;
  for (let k = row * units; k < (row + 1) * units; k++) sum += h[k]! * h[k]!;
  return of === "sum" ? sum : sum / units;
}

/**
 * Fills d [rows, units] with the gradient of the loss with respect to h.
 *
 * @param real how many rows, from the first on, are real
 * @returns the loss
 */
export function goodnessLoss(goodness: Goodness, d: Reals, h: Reals, rows: number, real: number, units: number): number {
  const threshold = thresholdOf(goodness, units);
  let loss = 0;
  for (let r = 0; r < rows; r++) {
    const sign = r < real ? -1 : 1, excess = sign * (goodnessOf(goodness, h, r, units) - threshold);
    loss += excess > 0 ? excess + Math.log1p(Math.exp(-excess)) : Math.log1p(Math.exp(excess));
    const slope = (2 * sign) / (1 + Math.exp(-excess)) / rows / (goodness.of === "sum" ? 1 : units);
    for (let k = r * units; k < (r + 1) * units; k++) d[k] = slope * h[k]!;
  }
  return loss / rows;
}

/**
 * Divides each row by its root mean square ("rms") or its length, so that the next layer sees only its direction and must find out anew what is
 * real.
 */
export function normalise(into: Reals, h: Reals, rows: number, units: number, by: "rms" | "length"): void {
  for (let r = 0; r < rows; r++) {
    let sum = 0;
    for (let k = r * units; k < (r + 1) * units; k++) sum += h[k]! * h[k]!;
    const factor = 1 / (Math.sqrt(by === "rms" ? sum / units : sum) + 1e-8);
    for (let k = r * units; k < (r + 1) * units; k++) into[k] = factor * h[k]!;
  }
}

/** Keeps units from falling silent or being active always: their running means are drawn to the mean of all. */
export class PeerNormalisation {
  readonly #weight: number;
  readonly #momentum: number;
  readonly #means: Float64Array;

  constructor(units: number, { weight, momentum }: { readonly weight: number; readonly momentum: number }) {
    this.#weight = weight;
    this.#momentum = momentum;
    this.#means = new Float64Array(units).fill(0.5);
  }

  /** Takes the real rows into the running means m and adds to d the gradient of weight·mean (mean(m) − m_i)², through silent units too. */
  addTo(d: Reals, h: Reals, real: number): void {
    const means = this.#means, units = means.length;
    if (real === 0) return;
    let all = 0;
    for (let j = 0; j < units; j++) {
      let sum = 0;
      for (let r = 0; r < real; r++) sum += h[r * units + j]!;
      means[j] = this.#momentum * means[j]! + ((1 - this.#momentum) * sum) / real;
      all += means[j]! / units;
    }
    const scale = (2 * this.#weight * (1 - this.#momentum)) / (units * real);
    for (let r = 0; r < real; r++) for (let j = 0; j < units; j++) d[r * units + j]! += scale * (means[j]! - all);
  }
}
