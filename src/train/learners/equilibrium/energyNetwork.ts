/**
 * A network of rate units whose activities go downhill on an energy until they rest. With s₀ the clamped input, s₁ … s_L between 0 and 1:
 *
 *     E = ½ Σ|s_k|² − Σ s_{k−1}ᵀ W_k s_k − Σ b_kᵀ s_k,        C = |s_L − y|²,        F = E + β C
 *     s ← clip(s − ε dF/ds, 0, 1), all layers at once
 *
 * so each connection works in both directions with one weight.
 * Source: Scellier & Bengio (2017), Front. Comput. Neurosci. 11:24. doi:10.3389/fncom.2017.00024
 */
import type { ActivationData, CellsData, ModelData, Weights } from "../../modelData.ts";
import { addColumnSums, fillRows } from "../../reference/products.ts";
import type { Reals } from "../../sequence.ts";
import type { Products } from "../contrastive/products.ts";
import { readLayers } from "../contrastive/readLayers.ts";
import type { LayerPair, UnitsWanted } from "../contrastive/readLayers.ts";

export interface Relaxation {
  readonly steps: number;
  /** ε, the part of the way downhill that is gone in a step. */
  readonly stepSize: number;
  /** Pulls the last layer towards targets [rows, units] with strength β. */
  readonly nudge?: { readonly beta: number; readonly targets: ArrayLike<number> };
}

/** The activities of a batch. */
export interface Activities {
  /** How many rows are in use. */
  rows: number;
  /** s₀ [rows, features]. */
  readonly input: Reals;
  /** s₁ … s_L, each [rows, units]. */
  readonly layers: readonly Reals[];
  /** s₀ W₁ + b₁, which is the same in every step. */
  readonly fromInput: Reals;
  /** What reaches each layer in a step. */
  readonly arriving: readonly Reals[];
}

export class EnergyNetwork {
  readonly features: number;
  /** Units of s₁ … s_L. */
  readonly sizes: readonly number[];
  readonly pairs: readonly LayerPair<ActivationData | CellsData>[];
  readonly kernels: readonly Reals[];
  readonly biases: readonly (Reals | undefined)[];
  readonly #products: Products;

  /** @throws {ArgumentError} unless the model is pairs of dense and the units wanted: activation "clip" if nothing else is */
  constructor(model: ModelData, weights: Weights, products: Products, wanted: UnitsWanted<ActivationData | CellsData> = clipped) {
    this.pairs = readLayers(model, weights, wanted);
    this.features = this.pairs[0]!.inputs;
    this.sizes = this.pairs.map((pair) => pair.dense.units);
    this.#products = products;
    this.kernels = this.pairs.map(({ kernel }) => this.#copy(kernel));
    this.biases = this.pairs.map(({ bias }) => bias && this.#copy(bias));
  }

  /** Room for batches of up to `rows` samples, at rest at 0. */
  activities(rows: number): Activities {
    const room = () => this.sizes.map((units) => this.#products.array(rows * units));
    return {
      rows, input: this.#products.array(rows * this.features), fromInput: this.#products.array(rows * this.sizes[0]!),
      layers: room(), arriving: room(),
    };
  }

  /** Call after the input or the weights have changed. */
  clamp(state: Activities): void {
    const units = this.sizes[0]!;
    state.fromInput.fill(0);
    fillRows(state.fromInput, this.biases[0], state.rows, units);
    this.#products.forward(state.fromInput, state.input, this.kernels[0]!, state.rows, this.features, units);
  }

  /** Takes steps downhill on E, or on F where there is a nudge. */
  relax(state: Activities, { steps, stepSize, nudge }: Relaxation): void {
    const { layers, arriving } = state;
    for (let n = 0; n < steps; n++) {
      for (let k = 0; k < layers.length; k++) this.gather(state, k);
      for (let k = 0; k < layers.length; k++) {
        const pull = nudge && k === layers.length - 1 ? nudge : undefined;
        moveDownhill(layers[k]!, arriving[k]!, state.rows * this.sizes[k]!, stepSize, pull);
      }
    }
  }

  /**
   * Adds `gains[k]` times the products of activities on both sides of each connection, summed over the batch: −dE/dW_k and −dE/db_k. With
   * `less`, a state with the same input, what they exceed its products by.
   */
  addProducts(
    kernels: readonly Reals[], biases: readonly (Reals | undefined)[], state: Activities, gains: readonly number[], less?: Activities,
  ): void {
    for (let k = 0; k < this.sizes.length; k++) {
      const units = this.sizes[k]!, scaled = state.arriving[k]!, count = state.rows * units, gain = gains[k]!;
      const s = state.layers[k]!, other = less?.layers[k];
      const add = (before: Reals): void => this.#products.outer(kernels[k]!, before, scaled, state.rows, this.pairs[k]!.inputs, units);
      if (other) for (let j = 0; j < count; j++) scaled[j] = gain * (s[j]! - other[j]!);
      else for (let j = 0; j < count; j++) scaled[j] = gain * s[j]!;
      const bias = biases[k];
      if (bias) addColumnSums(bias, scaled, state.rows, units);
      if (k === 0) add(state.input);
      else {
        // aᵀb − a₀ᵀb₀ = aᵀ(b − b₀) + (a − a₀)ᵀb₀
        add(state.layers[k - 1]!);
        if (!less || !other) continue;
        const change = state.arriving[k - 1]!, below = state.layers[k - 1]!, otherBelow = less.layers[k - 1]!;
        for (let j = 0; j < state.rows * this.sizes[k - 1]!; j++) change[j] = below[j]! - otherBelow[j]!;
        for (let j = 0; j < count; j++) scaled[j] = gain * other[j]!;
        add(change);
      }
    }
  }

  /** E of each sample. */
  energy(state: Activities): Float64Array {
    const energies = new Float64Array(state.rows);
    for (let k = 0; k < this.sizes.length; k++) {
      const units = this.sizes[k]!, s = state.layers[k]!, drive = state.arriving[k]!;
      // Each connection counts once: what comes from below.
      this.gather(state, k, false);
      for (let j = 0; j < state.rows * units; j++) energies[Math.floor(j / units)]! += s[j]! * (s[j]! / 2 - drive[j]!);
    }
    return energies;
  }

  /** Writes the weights back into the arrays that they came from. */
  saveTo(weights: Weights): void {
    this.pairs.forEach(({ dense }, k) => {
      weights.get(`${dense.name}/kernel`)!.values.set(this.kernels[k]!);
      const bias = this.biases[k];
      if (bias) weights.get(`${dense.name}/bias`)!.values.set(bias);
    });
  }

  /** Puts into `arriving` what reaches a layer (0 is s₁): s_{k−1} W_k + b_k, and s_{k+1} W_{k+1}ᵀ from above. */
  gather(state: Activities, k: number, above = true): void {
    const units = this.sizes[k]!, { rows, layers } = state, a = state.arriving[k]!;
    if (k === 0) a.set(state.fromInput);
    else {
      a.fill(0);
      fillRows(a, this.biases[k], rows, units);
      this.#products.forward(a, layers[k - 1]!, this.kernels[k]!, rows, this.sizes[k - 1]!, units);
    }
    if (above && k + 1 < layers.length) this.#products.backward(a, layers[k + 1]!, this.kernels[k + 1]!, rows, units, this.sizes[k + 1]!);
  }

  #copy(values: Reals): Reals {
    const array = this.#products.array(values.length);
    array.set(values);
    return array;
  }
}

const clipped: UnitsWanted<ActivationData> = {
  learner: "equilibrium propagation", instead: 'activation({ type: "clip" })',
  accept: (layer) => (layer.kind === "activation" && layer.activation.type === "clip" ? layer : undefined),
};

function moveDownhill(s: Reals, arriving: Reals, count: number, stepSize: number, nudge: Relaxation["nudge"]): void {
  if (!nudge) for (let j = 0; j < count; j++) s[j] = Math.min(1, Math.max(0, s[j]! + stepSize * (arriving[j]! - s[j]!)));
  else for (let j = 0; j < count; j++) {
    const pull = 2 * nudge.beta * (nudge.targets[j]! - s[j]!);
    s[j] = Math.min(1, Math.max(0, s[j]! + stepSize * (arriving[j]! - s[j]! + pull)));
  }
}
