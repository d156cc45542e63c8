/**
 * Equilibrium propagation: a network rests freely, then once more while its last layer is pulled a little towards the target; each weight
 * changes by the difference of the products of the activities on its two sides.
 *
 *     ΔW_k = (α_k/β)·mean( s_{k−1}^β ᵀ s_k^β − s_{k−1}^0 ᵀ s_k^0 ),        Δb_k = (α_k/β)·mean( s_k^β − s_k^0 )
 *
 * which for small β is −α_k times the gradient of C at rest.
 * Source: Scellier & Bengio (2017), doi:10.3389/fncom.2017.00024; β of both signs: Laborieux et al. (2021), doi:10.3389/fnins.2021.633674.
 */
import { SimulationError } from "../../../errors.ts";
import type { ModelData, Weights } from "../../modelData.ts";
import { shuffled } from "../../samples.ts";
import type { Samples } from "../../samples.ts";
import type { Reals } from "../../sequence.ts";
import { drawsFor } from "../contrastive/draws.ts";
import type { Draw } from "../contrastive/draws.ts";
import { checkConstantInput, inOrder, labelledBatch, largestAt } from "../contrastive/labelled.ts";
import { plainProducts } from "../contrastive/products.ts";
import type { Products } from "../contrastive/products.ts";
import { addContrast } from "./contrast.ts";
import { EnergyNetwork } from "./energyNetwork.ts";
import type { Activities } from "./energyNetwork.ts";
import { checkSettings } from "./equilibriumSettings.ts";
import type { EquilibriumSettings } from "./equilibriumSettings.ts";

export interface EquilibriumEpoch {
  /** Share of samples whose largest output at the free rest, before the update, was not their class. */
  readonly error: number;
  /** Mean of |s_L − y|² at the free rest. */
  readonly cost: number;
}

export class EquilibriumLearner {
  readonly network: EnergyNetwork;
  readonly settings: EquilibriumSettings;
  readonly #state: Activities;
  readonly #free: Activities;
  readonly #targets: Float64Array;
  readonly #draw: Readonly<Record<"order" | "sign", Draw>>;
  readonly #weights: Weights;
  #epoch = 0;
  /** Where each sample of the training set rested last. */
  #rests: { readonly samples: Samples; readonly layers: readonly Float32Array[] } | undefined;

  /**
   * @param weights changed in place at the end of each epoch
   * @throws {ArgumentError} for a model that is not dense and "clip" in turn, and settings that cannot be
   */
  constructor(model: ModelData, weights: Weights, settings: EquilibriumSettings, products: Products = plainProducts("f32")) {
    checkConstantInput(model, "equilibrium propagation");
    this.network = new EnergyNetwork(model, weights, products);
    checkSettings(settings, this.network.sizes.length);
    this.settings = settings;
    this.#weights = weights;
    this.#state = this.network.activities(settings.batch);
    this.#free = this.network.activities(settings.batch);
    this.#targets = new Float64Array(settings.batch * this.classes);
    this.#draw = { order: drawsFor(model.seed, "equilibrium order"), sign: drawsFor(model.seed, "equilibrium sign") };
  }

  get classes(): number {
    return this.network.sizes[this.network.sizes.length - 1]!;
  }

  /** Shows every sample once, in an order of the epoch's own. @throws {ArgumentError} for samples that do not fit */
  epoch(samples: Samples, onBatch?: (samples: number) => void): EquilibriumEpoch {
    const { batch, persistent, freeSteps: steps, stepSize } = this.settings, { classes } = this;
    if (this.#rests?.samples !== samples) {
      this.#rests = { samples, layers: persistent ? this.network.sizes.map((units) => new Float32Array(samples.count * units)) : [] };
    }
    const order = shuffled(samples.count, (k) => this.#draw.order(this.#epoch, k));
    let wrong = 0, cost = 0;
    for (let from = 0, n = 0; from < samples.count; from += batch, n++) {
      const numbers = order.subarray(from, from + batch);
      const labels = this.#show(samples, numbers), state = this.#state;
      this.#recall(numbers);
      this.network.relax(state, { steps, stepSize });
      this.#store(numbers);
      const output = state.layers[state.layers.length - 1]!;
      this.#targets.fill(0);
      labels.forEach((label, r) => {
        this.#targets[r * classes + label] = 1;
        if (largestAt(output, r * classes, classes) !== label) wrong++;
      });
      cost += squaredDistance(output, this.#targets, labels.length * classes);
      if (!Number.isFinite(cost)) {
        throw new SimulationError("not-finite", `equilibrium propagation: activities are no longer finite in batch ${n} of epoch ${this.#epoch}`,
          "Use lower rates, or a smaller stepSize.");
      }
      this.#learn(n);
      onBatch?.(from + labels.length);
    }
    this.#epoch++;
    this.network.saveTo(this.#weights);
    return { error: wrong / samples.count, cost: cost / samples.count };
  }

  /** The last layer at rest [count, classes], from activities 0. */
  outputs(samples: Samples, steps: number): Float32Array {
    const result = new Float32Array(samples.count * this.classes);
    this.#eachRest(samples, steps, (numbers, output) => result.set(output.subarray(0, numbers.length * this.classes), numbers[0]! * this.classes));
    return result;
  }

  /** Share of samples whose largest output is not their class; twice the steps of a free phase in training, as activities start at 0. */
  error(samples: Samples, steps = 2 * this.settings.freeSteps): number {
    let wrong = 0;
    this.#eachRest(samples, steps, (_, output, labels) => labels.forEach((label, r) => {
      if (largestAt(output, r * this.classes, this.classes) !== label) wrong++;
    }));
    return wrong / samples.count;
  }

  #eachRest(samples: Samples, steps: number, visit: (numbers: Uint32Array, output: Reals, labels: Int32Array) => void): void {
    const { layers } = this.#state;
    inOrder(samples, this.settings.batch, (numbers) => {
      const labels = this.#show(samples, numbers);
      for (const layer of layers) layer.fill(0);
      this.network.relax(this.#state, { steps, stepSize: this.settings.stepSize });
      visit(numbers, layers[layers.length - 1]!, labels);
    });
  }

  /** Clamps the input; returns the classes. */
  #show(samples: Samples, numbers: Uint32Array): Int32Array {
    const { inputs, labels } = labelledBatch(samples, numbers, this.#epoch, "f32", this.classes);
    this.#state.rows = numbers.length;
    this.#state.input.set(inputs);
    this.network.clamp(this.#state);
    return labels;
  }

  /** From the free rest in `#state`: the nudged phases and the change of weights. */
  #learn(batch: number): void {
    const { network, settings } = this, sign = settings.sign === "random" && this.#draw.sign(this.#epoch, batch) < 0.5 ? -1 : 1;
    const gains = settings.rates.map((rate) => rate / this.#state.rows);
    const contrast = { ...settings, beta: sign * settings.beta, targets: this.#targets, gains };
    addContrast(network, network.kernels, network.biases, this.#state, this.#free, contrast);
  }

  #recall(numbers: Uint32Array): void {
    this.#state.layers.forEach((layer, k) => {
      const kept = this.#rests!.layers[k], units = this.network.sizes[k]!;
      if (!kept) return void layer.fill(0);
      numbers.forEach((n, r) => layer.set(kept.subarray(n * units, (n + 1) * units), r * units));
    });
  }

  #store(numbers: Uint32Array): void {
    this.#rests!.layers.forEach((kept, k) => {
      const units = this.network.sizes[k]!, layer = this.#state.layers[k]!;
      numbers.forEach((n, r) => kept.set(layer.subarray(r * units, (r + 1) * units), n * units));
    });
  }
}

function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += (a[k]! - b[k]!) ** 2;
  return sum;
}
