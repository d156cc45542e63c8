/**
 * Spiking neurons that learn by themselves: activities are counts of spikes, and their gradient goes back through the layer's own steps with the
 * surrogate derivative, and no further.
 *
 * From a layer without spikes each step receives its normalised activities; from a spiking one its spikes, times the factor that makes the sample's
 * counts a step as large as normalised activities.
 */
import { derive } from "../../cells/derive.ts";
import { WasmCellRun } from "../../cells/wasmRun.ts";
import type { CellsData, Weights } from "../../modelData.ts";
import type { Reals } from "../../sequence.ts";
import { cellParameters } from "../contrastive/cellParameters.ts";
import type { Products } from "../contrastive/products.ts";
import type { LayerPair } from "../contrastive/readLayers.ts";
import { normalise } from "./goodness.ts";
import { LearnedDense } from "./learnedDense.ts";
import type { Below, LocalLayer } from "./localLayer.ts";
import type { LayerSettings } from "./rectifiedLayer.ts";

export class SpikingLayer implements LocalLayer {
  readonly units: number;
  readonly h: Reals;
  readonly d: Reals;
  readonly #weights: LearnedDense;
  readonly #settings: LayerSettings;
  readonly #below: Below;
  readonly #run: WasmCellRun;
  readonly #steps: number;
  /** How many steps of input are different: 1 when all are alike. */
  readonly #inputSteps: number;
  readonly #x: Reals;
  readonly #received: Reals;
  readonly #dSpikes: Reals;
  #spikes: Reals;

  private constructor(
    { dense, inputs }: LayerPair<CellsData>, weights: Weights, below: Below, settings: LayerSettings, products: Products, steps: number,
    run: WasmCellRun,
  ) {
    const { rows } = settings;
    this.units = dense.units;
    this.#weights = new LearnedDense(dense, inputs, weights, settings.optimizer, products);
    this.#settings = settings;
    this.#below = below;
    this.#run = run;
    this.#steps = steps;
    this.#inputSteps = below.spikes ? steps : 1;
    this.#x = products.array(rows * this.#inputSteps * inputs);
    this.#received = products.array(rows * this.#inputSteps * dense.units);
    this.#dSpikes = new Float32Array(rows * steps * dense.units);
    this.#spikes = run.spikes;
    this.h = products.array(rows * dense.units);
    this.d = products.array(rows * dense.units);
  }

  static async create(
    pair: LayerPair<CellsData>, weights: Weights, below: Below, settings: LayerSettings, products: Products, steps: number,
  ): Promise<SpikingLayer> {
    const { units: { cell, surrogate, values, perNeuron } } = pair;
    const derived = derive(cell, surrogate, { values, perNeuron, outputs: { spikes: true, membrane: false } });
    const run = await WasmCellRun.create(derived, { batch: settings.rows, steps, units: pair.dense.units, precision: "f32" });
    run.setParameters(...cellParameters(pair.units, weights));
    return new SpikingLayer(pair, weights, below, settings, products, steps, run);
  }

  readonly spikes = (): Reals => this.#spikes;

  forward(rows: number): void {
    const { units } = this, steps = this.#steps;
    this.#readBelow(rows);
    this.#received.fill(0);
    this.#weights.forward(this.#received, this.#x, rows * this.#inputSteps);
    this.#run.forward(this.#received, this.#inputSteps === 1);
    const spikes = (this.#spikes = this.#run.spikes);
    this.h.fill(0);
    for (let r = 0; r < rows; r++) for (let t = 0; t < steps; t++) for (let j = 0; j < units; j++) {
      this.h[r * units + j]! += spikes[(r * steps + t) * units + j]!;
    }
  }

  learn(rows: number, rate: number): void {
    const { units } = this, steps = this.#steps, gradient = this.#received;
    this.#dSpikes.fill(0);
    for (let r = 0; r < rows; r++) {
      const d = this.d.subarray(r * units, (r + 1) * units);
      for (let t = 0; t < steps; t++) this.#dSpikes.set(d, (r * steps + t) * units);
    }
    this.#run.backward(this.#dSpikes, undefined, this.#received, this.#inputSteps === 1, gradient);
    this.#weights.learn(this.#x, gradient, rows * this.#inputSteps, rate);
  }

  saveTo(weights: Weights): void {
    this.#weights.saveTo(weights);
  }

  #readBelow(rows: number): void {
    const { inputs } = this.#weights, { h, spikes } = this.#below, steps = this.#steps;
    // Normalised counts, and then for each step its part of them.
    normalise(this.#x, h, rows, inputs, this.#settings.normalise);
    if (!spikes) return;
    const all = spikes();
    for (let r = rows - 1; r >= 0; r--) {
      const factor = steps * factorOf(this.#x, h, r, inputs), from = r * steps * inputs;
      for (let k = from; k < from + steps * inputs; k++) this.#x[k] = factor * all[k]!;
    }
  }
}

/** What a row was multiplied by; 0 for a row of zeros. */
function factorOf(x: Reals, h: Reals, row: number, units: number): number {
  for (let k = row * units; k < (row + 1) * units; k++) if (h[k] !== 0) return x[k]! / h[k]!;
  return 0;
}
