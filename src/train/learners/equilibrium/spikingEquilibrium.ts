/**
 * Equilibrium propagation with spiking neurons. Units tell each other spikes; a trace of each unit's spikes, r ← r + (S − r)/τ, stands for its
 * rate. Currents in a step are
 *
 *     I_k = r_{k−1} W_k + r_{k+1} W_{k+1}ᵀ + b_k,        and 2β(y − r_L) more for the last layer in nudged phases
 *
 * with r₀ the input. At rest r_k is the neuron's response to a steady current, which must rise with it: then the difference of the products of
 * traces, over β, follows the same gradient as with rates. Traces are averaged over the second half of a phase, as spikes make them noisy.
 * Phases: free, then nudged by β, then by −β (in turn the other way round), and weights follow the difference of the last two.
 *
 * A neuron that integrates its current and gives up its threshold at a spike, e.g. leaky({ beta: 0.9 }), has the rate clip(I) but for the leak.
 */
import { ArgumentError, SimulationError } from "../../../errors.ts";
import type { CellsData, ModelData, Weights } from "../../modelData.ts";
import { shuffled } from "../../samples.ts";
import type { Samples } from "../../samples.ts";
import { plainCells } from "../contrastive/cellParameters.ts";
import { CellStepper } from "../contrastive/cellStepper.ts";
import { drawsFor } from "../contrastive/draws.ts";
import type { Draw } from "../contrastive/draws.ts";
import { checkConstantInput, inOrder, labelledBatch, largestAt } from "../contrastive/labelled.ts";
import { plainProducts } from "../contrastive/products.ts";
import type { Products } from "../contrastive/products.ts";
import { EnergyNetwork } from "./energyNetwork.ts";
import type { Activities } from "./energyNetwork.ts";
import type { EquilibriumEpoch } from "./equilibriumLearner.ts";

export interface SpikingEquilibriumSettings {
  /** Steps of the free phase and of each nudged one. */
  readonly freeSteps: number;
  readonly nudgedSteps: number;
  /** τ of the traces, steps. */
  readonly traceSteps: number;
  readonly beta: number;
  /** α of each layer of weights, from the input on. */
  readonly rates: readonly number[];
  readonly batch: number;
}

const learner = "spiking equilibrium propagation";

export class SpikingEquilibriumLearner {
  readonly network: EnergyNetwork;
  readonly settings: SpikingEquilibriumSettings;
  readonly #weights: Weights;
  readonly #steppers: readonly CellStepper[];
  /** Traces as they are, and their means in the last phases. */
  readonly #traces: Activities;
  readonly #means: Readonly<Record<"towards" | "away", Activities>>;
  readonly #targets: Float64Array;
  readonly #draw: Readonly<Record<"order" | "sign", Draw>>;
  #epoch = 0;

  private constructor(
    model: ModelData, weights: Weights, settings: SpikingEquilibriumSettings, network: EnergyNetwork, steppers: readonly CellStepper[],
  ) {
    const { batch } = settings;
    this.network = network;
    this.settings = settings;
    this.#weights = weights;
    this.#steppers = steppers;
    this.#traces = network.activities(batch);
    this.#means = { towards: network.activities(batch), away: network.activities(batch) };
    this.#targets = new Float64Array(batch * this.classes);
    this.#draw = { order: drawsFor(model.seed, "equilibrium order"), sign: drawsFor(model.seed, "equilibrium sign") };
  }

  /**
   * @param weights changed in place at the end of each epoch
   * @throws {ArgumentError} for a model that is not dense and spiking neurons in turn, and settings that cannot be
   */
  static async create(
    model: ModelData, weights: Weights, settings: SpikingEquilibriumSettings, products: Products = plainProducts("f32"),
  ): Promise<SpikingEquilibriumLearner> {
    checkConstantInput(model, learner);
    const network = new EnergyNetwork(model, weights, products, {
      learner, instead: "neurons(…)", accept: (layer) => plainCells(layer, learner),
    });
    checkSettings(settings, network.sizes.length);
    const cells = network.pairs.map(({ units }) => units as CellsData);
    const steppers = await Promise.all(cells.map((layer, k) => CellStepper.create(layer, weights, settings.batch, network.sizes[k]!)));
    return new SpikingEquilibriumLearner(model, weights, settings, network, steppers);
  }

  get classes(): number {
    return this.network.sizes[this.network.sizes.length - 1]!;
  }

  /** Shows every sample once, in an order of the epoch's own. @throws {ArgumentError} for samples that do not fit */
  epoch(samples: Samples, onBatch?: (samples: number) => void): EquilibriumEpoch {
    const { batch, beta, freeSteps, nudgedSteps } = this.settings, { classes, network } = this, { towards, away } = this.#means;
    const order = shuffled(samples.count, (k) => this.#draw.order(this.#epoch, k));
    let wrong = 0, cost = 0;
    for (let from = 0, n = 0; from < samples.count; from += batch, n++) {
      const labels = this.#show(samples, order.subarray(from, from + batch)), rows = labels.length;
      this.#phase(freeSteps, 0, towards, true);
      const output = towards.layers[towards.layers.length - 1]!;
      this.#targets.fill(0);
      labels.forEach((label, r) => {
        this.#targets[r * classes + label] = 1;
        if (largestAt(output, r * classes, classes) !== label) wrong++;
      });
      for (let k = 0; k < rows * classes; k++) cost += (output[k]! - this.#targets[k]!) ** 2;
      if (!Number.isFinite(cost)) {
        throw new SimulationError("not-finite", `${learner}: traces are no longer finite in batch ${n} of epoch ${this.#epoch}`, "Use lower rates.");
      }
      const sign = this.#draw.sign(this.#epoch, n) < 0.5 ? -1 : 1;
      for (const s of [sign, -sign]) this.#phase(nudgedSteps, s * beta, s > 0 ? towards : away, false);
      const gains = this.settings.rates.map((rate) => rate / (2 * beta * rows));
      network.addProducts(network.kernels, network.biases, towards, gains, away);
      onBatch?.(from + rows);
    }
    this.#epoch++;
    network.saveTo(this.#weights);
    return { error: wrong / samples.count, cost: cost / samples.count };
  }

  /** Mean traces of the last layer in the second half of a free phase [count, classes]. */
  outputs(samples: Samples): Float32Array {
    const result = new Float32Array(samples.count * this.classes), { towards } = this.#means;
    inOrder(samples, this.settings.batch, (numbers) => {
      this.#show(samples, numbers);
      this.#phase(this.settings.freeSteps, 0, towards, true);
      const output = towards.layers[towards.layers.length - 1]!;
      result.set(output.subarray(0, numbers.length * this.classes), numbers[0]! * this.classes);
    });
    return result;
  }

  /** Share of samples whose largest output is not their class. */
  error(samples: Samples): number {
    const outputs = this.outputs(samples);
    let wrong = 0;
    inOrder(samples, this.settings.batch, (numbers) => {
      labelledBatch(samples, numbers, 0, "f32", this.classes).labels.forEach((label, r) => {
        if (largestAt(outputs, (numbers[0]! + r) * this.classes, this.classes) !== label) wrong++;
      });
    });
    return wrong / samples.count;
  }

  /** Clamps the input; returns the classes. */
  #show(samples: Samples, numbers: Uint32Array): Int32Array {
    const { inputs, labels } = labelledBatch(samples, numbers, this.#epoch, "f32", this.classes);
    for (const state of [this.#traces, this.#means.towards, this.#means.away]) {
      state.rows = numbers.length;
      state.input.set(inputs);
    }
    this.network.clamp(this.#traces);
    return labels;
  }

  /** @param means where the traces' means over the second half are put @param anew whether neurons and traces begin at rest */
  #phase(steps: number, beta: number, means: Activities, anew: boolean): void {
    const { network } = this, traces = this.#traces, counted = steps - Math.floor(steps / 2), last = network.sizes.length - 1;
    for (const layer of means.layers) layer.fill(0);
    if (anew) for (const layer of traces.layers) layer.fill(0);
    for (let n = 0; n < steps; n++) {
      for (let k = 0; k <= last; k++) network.gather(traces, k);
      if (beta !== 0) this.#nudge(traces.arriving[last]!, traces.layers[last]!, beta);
      for (let k = 0; k <= last; k++) {
        const stepper = this.#steppers[k]!, r = traces.layers[k]!, mean = means.layers[k]!, count = traces.rows * network.sizes[k]!;
        stepper.input.set(traces.arriving[k]!);
        stepper.step(anew && n === 0);
        for (let j = 0; j < count; j++) r[j]! += (stepper.spikes[j]! - r[j]!) / this.settings.traceSteps;
        if (n >= steps - counted) for (let j = 0; j < count; j++) mean[j]! += r[j]! / counted;
      }
    }
  }

  #nudge(arriving: { [k: number]: number }, r: ArrayLike<number>, beta: number): void {
    for (let j = 0; j < this.#traces.rows * this.classes; j++) arriving[j]! += 2 * beta * (this.#targets[j]! - r[j]!);
  }
}

function checkSettings(settings: SpikingEquilibriumSettings, layers: number): void {
  for (const name of ["freeSteps", "nudgedSteps", "batch"] as const) {
    if (Number.isInteger(settings[name]) && settings[name] >= 1) continue;
    throw new ArgumentError(name, `${name} of ${settings[name]}`, "Give a whole number from 1.");
  }
  if (!(settings.traceSteps >= 1)) throw new ArgumentError("traceSteps", `traces of ${settings.traceSteps} steps`, "Give 1 or more, e.g. 15.");
  if (!(settings.beta > 0)) throw new ArgumentError("beta", `a nudge of beta = ${settings.beta}`, "Give a number above 0, e.g. 0.3.");
  if (settings.rates.length === layers) return;
  throw new ArgumentError("rates", `${settings.rates.length} rates for ${layers} layers of weights`, `Give ${layers}, from the input on.`);
}
