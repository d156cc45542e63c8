/** The layers of Forward-Forward, one on another: what is shown to them, and how each learns by itself. */
import { ArgumentError } from "../../../errors.ts";
import type { ActivationData, CellsData, ModelData, Weights } from "../../modelData.ts";
import type { Reals } from "../../sequence.ts";
import { plainCells } from "../contrastive/cellParameters.ts";
import { checkConstantInput } from "../contrastive/labelled.ts";
import type { Products } from "../contrastive/products.ts";
import { readLayers } from "../contrastive/readLayers.ts";
import type { LayerPair } from "../contrastive/readLayers.ts";
import type { ForwardForwardSettings } from "./forwardForwardSettings.ts";
import { goodnessLoss, PeerNormalisation } from "./goodness.ts";
import { writeLabelled } from "./labelInput.ts";
import type { Below, LocalLayer } from "./localLayer.ts";
import { RectifiedLayer } from "./rectifiedLayer.ts";
import { SpikingLayer } from "./spikingLayer.ts";

const learner = "forward-forward";

/** Rectified units or spiking neurons. */
type Units = ActivationData | CellsData;

export class LayerStack {
  readonly features: number;
  readonly classes: number;
  readonly layers: readonly LocalLayer[];
  readonly #settings: ForwardForwardSettings;
  readonly #peers: readonly (PeerNormalisation | undefined)[];
  /** Labelled inputs of up to two batches. */
  readonly #shown: Reals;

  private constructor(features: number, classes: number, settings: ForwardForwardSettings, shown: Reals, layers: readonly LocalLayer[]) {
    this.features = features;
    this.classes = classes;
    this.layers = layers;
    this.#settings = settings;
    this.#shown = shown;
    this.#peers = layers.map(({ units }) => settings.peers && new PeerNormalisation(units, settings.peers));
  }

  /** @throws {ArgumentError} for a model that is not dense and relu (or neurons) in turn, or has fewer features than there are classes */
  static async create(
    model: ModelData, weights: Weights, classes: number, settings: ForwardForwardSettings, products: Products,
  ): Promise<LayerStack> {
    checkConstantInput(model, learner);
    const pairs = readLayers<Units>(model, weights, {
      learner, instead: "relu() or neurons(…)",
      accept: (layer) => (layer.kind === "activation" && layer.activation.type === "relu" ? layer : plainCells(layer, learner)),
    });
    const features = pairs[0]!.inputs, rows = 2 * settings.batch;
    if (!(Number.isInteger(classes) && classes >= 2 && classes <= features)) {
      throw new ArgumentError("classes", `forward-forward: ${classes} classes and ${features} features`,
        "Labels take the place of the first features: give 2 classes or more, and at least as many features.");
    }
    const shown = products.array(rows * features), layers: LocalLayer[] = [], own = { ...settings, rows };
    let below: Below = { h: shown };
    for (const pair of pairs) {
      const layer: LocalLayer = isRectified(pair) ? new RectifiedLayer(pair, weights, below, own, products)
        : await SpikingLayer.create(pair as LayerPair<CellsData>, weights, below, own, products, model.input.steps);
      layers.push(layer);
      below = layer;
    }
    return new LayerStack(features, classes, settings, shown, layers);
  }

  /** Those that tell the class: all but the first, unless that is the only one. */
  get telling(): readonly LocalLayer[] {
    return this.layers.length > 1 ? this.layers.slice(1) : this.layers;
  }

  /** Puts labelled samples into the rows from `first` on. @param labelOf class of a row; undefined shows all alike */
  show(inputs: Reals, rows: number, first: number, labelOf: (row: number) => number | undefined): void {
    writeLabelled(this.#shown, first, inputs, rows, this.features, this.classes, labelOf);
  }

  forward(rows: number): void {
    for (const layer of this.layers) layer.forward(rows);
  }

  /**
   * One update of each layer, from the activities of the last forward pass.
   *
   * @param real how many rows, from the first on, show their own label
   * @param rate factor of the learning rate
   * @returns the losses
   */
  learn(rows: number, real: number, rate: number): number[] {
    return this.layers.map((layer, k) => {
      const loss = goodnessLoss(this.#settings.goodness, layer.d, layer.h, rows, real, layer.units);
      this.#peers[k]?.addTo(layer.d, layer.h, real);
      layer.learn(rows, rate);
      return loss;
    });
  }

  saveTo(weights: Weights): void {
    for (const layer of this.layers) layer.saveTo(weights);
  }
}

const isRectified = (pair: LayerPair<Units>): pair is LayerPair<ActivationData> => pair.units.kind === "activation";
