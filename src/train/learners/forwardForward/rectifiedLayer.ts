/** Rectified units on what the layer below gives, normalised. */
import type { ActivationData, Weights } from "../../modelData.ts";
import type { OptimizerData } from "../../optimizers.ts";
import type { Reals } from "../../sequence.ts";
import type { Products } from "../contrastive/products.ts";
import type { LayerPair } from "../contrastive/readLayers.ts";
import { normalise } from "./goodness.ts";
import { LearnedDense, rectify } from "./learnedDense.ts";
import type { Below, LocalLayer } from "./localLayer.ts";

export interface LayerSettings {
  readonly optimizer: OptimizerData;
  readonly normalise: "rms" | "length";
  /** The largest number of rows. */
  readonly rows: number;
}

/** Gradients pass rectified units fully, also where they are silent: only what draws units together comes to those. */
export class RectifiedLayer implements LocalLayer {
  readonly units: number;
  readonly h: Reals;
  readonly d: Reals;
  readonly #weights: LearnedDense;
  readonly #settings: LayerSettings;
  readonly #below: Below;
  readonly #x: Reals;

  constructor({ dense, inputs }: LayerPair<ActivationData>, weights: Weights, below: Below, settings: LayerSettings, products: Products) {
    this.units = dense.units;
    this.#weights = new LearnedDense(dense, inputs, weights, settings.optimizer, products);
    this.#settings = settings;
    this.#below = below;
    this.#x = products.array(settings.rows * inputs);
    this.h = products.array(settings.rows * dense.units);
    this.d = products.array(settings.rows * dense.units);
  }

  forward(rows: number): void {
    normalise(this.#x, this.#below.h, rows, this.#weights.inputs, this.#settings.normalise);
    this.#weights.forward(this.h, this.#x, rows);
    rectify(this.h, rows * this.units);
  }

  learn(rows: number, rate: number): void {
    this.#weights.learn(this.#x, this.d, rows, rate);
  }

  saveTo(weights: Weights): void {
    this.#weights.saveTo(weights);
  }
}
