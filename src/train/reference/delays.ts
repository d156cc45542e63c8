/**
 * Synapses with a delay each. In training the input of a synapse is spread over the steps around its delay d by a Gaussian of width σ,
 * normalised over the delays 0 … longest; evaluation uses the nearest whole delay.
 * Source: Hammouamri, Khalfaoui-Hassani & Masquelier (2024), arXiv:2306.17670.
 */
import { realsLike } from "../sequence.ts";
import type { Reals, Sequence } from "../sequence.ts";
import { multiplyByTransposeInto, multiplyInto, multiplyTransposedInto } from "./products.ts";

export interface DelayOptions {
  readonly inputs: number;
  readonly units: number;
  /** Steps. */
  readonly longest: number;
  /** Steps; 0 for whole delays. */
  readonly sigma: number;
}

export class DelayKernels {
  readonly #kernel: Reals;
  readonly #delays: Reals;
  readonly #options: DelayOptions;
  /** Share of each synapse [longest + 1][inputs, units] that arrives after so many steps. */
  readonly #shares: readonly Reals[];

  constructor(kernel: Reals, delays: Reals, options: DelayOptions) {
    this.#kernel = kernel;
    this.#delays = delays;
    this.#options = options;
    const { longest, sigma } = options;
    this.#shares = Array.from({ length: longest + 1 }, () => realsLike(kernel));
    delays.forEach((delay, k) => {
      const centre = Math.min(longest, Math.max(0, delay));
      if (sigma === 0) return void (this.#shares[Math.round(centre)]![k] = 1);
      const heights = this.#shares.map((_, d) => Math.exp(-(((d - centre) / sigma) ** 2) / 2));
      const total = heights.reduce((a, b) => a + b, 0);
      heights.forEach((h, d) => (this.#shares[d]![k] = h / total));
    });
  }

  /** Adds to Y [batch, steps, units] what arrives. */
  forward(y: Reals, x: Sequence, steps: number): void {
    this.#eachDelay((shares, d) => {
      const weights = this.#kernel.map((w, k) => w * shares[k]!) as Reals;
      this.#eachSample(x, steps, d, (values, sample, rows) => {
        const { inputs, units } = this.#options;
        multiplyInto(y.subarray((sample * steps + d) * units, (sample + 1) * steps * units), values, weights, rows, inputs, units);
      });
    });
  }

  /** Adds to the gradients of weights, delays and input. */
  backward(dy: Reals, x: Sequence, steps: number, dw: Reals, dDelays: Reals | undefined, dx: Reals | undefined): void {
    const { inputs, units, longest, sigma } = this.#options;
    const through: Reals[] = [];
    this.#eachDelay((shares, d) => {
      const weights = this.#kernel.map((w, k) => w * shares[k]!) as Reals;
      const gradient = realsLike(this.#kernel);
      this.#eachSample(x, steps, d, (values, sample, rows) => {
        const arriving = dy.subarray((sample * steps + d) * units, (sample + 1) * steps * units);
        multiplyTransposedInto(gradient, values, arriving, rows, inputs, units);
        if (!dx) return;
        if (!x.constant) return multiplyByTransposeInto(dx.subarray(sample * steps * inputs), arriving, weights, rows, inputs, units);
        const each = realsLike(dx, rows * inputs);
        multiplyByTransposeInto(each, arriving, weights, rows, inputs, units);
        each.forEach((g, k) => (dx[sample * inputs + (k % inputs)]! += g));
      });
      gradient.forEach((g, k) => (dw[k]! += g * shares[k]!));
      through.push(gradient);
    });
    if (!dDelays || sigma === 0) return;
    this.#delays.forEach((delay, k) => {
      if (delay < 0 || delay > longest) return;
      // d share_d/d delay = share_d·(d − mean of the delays under the shares)/σ².
      const mean = this.#shares.reduce((sum, shares, d) => sum + d * shares[k]!, 0);
      const slope = this.#shares.reduce((sum, shares, d) => sum + through[d]![k]! * shares[k]! * (d - mean), 0);
      dDelays[k]! += (this.#kernel[k]! * slope) / sigma ** 2;
    });
  }

  #eachDelay(visit: (shares: Reals, delay: number) => void): void {
    this.#shares.forEach((shares, d) => visit(shares, d));
  }

  /** The inputs of each sample that still arrive within the run after a delay. */
  #eachSample(x: Sequence, steps: number, delay: number, visit: (values: Reals, sample: number, rows: number) => void): void {
    const { inputs } = this.#options, rows = steps - delay;
    if (rows <= 0) return;
    for (let b = 0; b < x.batch; b++) {
      if (!x.constant) visit(x.values.subarray(b * steps * inputs, (b * steps + rows) * inputs), b, rows);
      else {
        const repeated = realsLike(x.values, rows * inputs);
        for (let r = 0; r < rows; r++) repeated.set(x.values.subarray(b * inputs, (b + 1) * inputs), r * inputs);
        visit(repeated, b, rows);
      }
    }
  }
}
