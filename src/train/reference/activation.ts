/** Rate units. */
import type { ActivationData, ActivationFunction, Weights } from "../modelData.ts";
import { realsLike } from "../sequence.ts";
import type { Reals, Sequence } from "../sequence.ts";
import type { Operation } from "./operation.ts";

export class ActivationOperation implements Operation {
  readonly name: string;
  readonly #layer: ActivationData;
  readonly #weights: Weights;
  #x!: Reals;
  #y!: Reals;

  constructor(layer: ActivationData, weights: Weights) {
    this.name = layer.name;
    this.#layer = layer;
    this.#weights = weights;
  }

  forward(x: Sequence): Sequence {
    const f = activationOf(this.#layer.activation, this.#threshold());
    const y = realsLike(x.values);
    x.values.forEach((v, k) => (y[k] = f.value(v)));
    [this.#x, this.#y] = [x.values, y];
    return { ...x, values: y };
  }

  backward(dy: Reals, gradients: Weights): Reals {
    const f = activationOf(this.#layer.activation, this.#threshold());
    const dThreshold = gradients.get(`${this.name}/threshold`)?.values;
    const dx = realsLike(dy);
    for (let k = 0; k < dy.length; k++) {
      dx[k] = dy[k]! * f.slope(this.#x[k]!, this.#y[k]!);
      if (dThreshold) dThreshold[0]! += dy[k]! * f.thresholdSlope!(this.#x[k]!, this.#y[k]!);
    }
    return dx;
  }

  #threshold(): number {
    return this.#weights.get(`${this.name}/threshold`)?.values[0] ?? 0;
  }
}

export interface Activation {
  readonly value: (x: number) => number;
  /** d value/dx, straight through steps. */
  readonly slope: (x: number, y: number) => number;
  readonly thresholdSlope?: (x: number, y: number) => number;
}

/** A rate unit's function and its derivatives. @param threshold λ of qcfs */
export function activationOf(activation: ActivationFunction, threshold: number): Activation {
  switch (activation.type) {
    case "relu": return { value: (x) => Math.max(0, x), slope: (x) => (x > 0 ? 1 : 0) };
    case "clip": return { value: (x) => Math.min(1, Math.max(0, x)), slope: (x) => (x > 0 && x < 1 ? 1 : 0) };
    case "sigmoid": return { value: (x) => 1 / (1 + Math.exp(-x)), slope: (_, y) => y * (1 - y) };
    case "tanh": return { value: Math.tanh, slope: (_, y) => 1 - y * y };
    case "softplus": return { value: (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x))), slope: (x) => 1 / (1 + Math.exp(-x)) };
    case "qcfs": {
      // Between −λ/2L and λ(1 − 1/2L) steps pass gradients; there dy/dλ = (y − x)/λ, above 1, below 0.
      const { levels } = activation, low = -threshold / (2 * levels), high = threshold * (1 - 1 / (2 * levels));
      return {
        value: (x) => threshold * Math.min(1, Math.max(0, Math.floor((x * levels) / threshold + 0.5) / levels)),
        slope: (x) => (x > low && x < high ? 1 : 0),
        thresholdSlope: (x, y) => (x <= low ? 0 : x >= high ? 1 : (y - x) / threshold),
      };
    }
    case "integer": {
      const { levels } = activation;
      return {
        value: (x) => Math.min(levels, Math.max(0, Math.floor(levels * x + 0.5))) / levels,
        slope: (x) => (x > 0 && x < 1 ? 1 : 0),
      };
    }
    default: return activation satisfies never;
  }
}
