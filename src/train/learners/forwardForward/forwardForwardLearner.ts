/**
 * Forward-Forward: every layer learns by itself to find samples with their own label good and samples with a wrong one not. Nothing is passed
 * back between layers.
 *
 * Classes are told in two ways: the label with which the goodness of the second to the last layer adds up highest (`labels`), or a softmax readout of
 * the normalised activities of those layers when all labels are shown alike (`readout`). A model with one layer uses that.
 * Source: Hinton (2022), arXiv:2212.13345
 */
import { ArgumentError, SimulationError } from "../../../errors.ts";
import type { ActivationData, CellsData, ModelData, Weights } from "../../modelData.ts";
import { shuffled } from "../../samples.ts";
import type { Samples } from "../../samples.ts";
import type { Reals } from "../../sequence.ts";
import { drawsFor } from "../contrastive/draws.ts";
import type { Draw } from "../contrastive/draws.ts";
import { plainCells } from "../contrastive/cellParameters.ts";
import { checkConstantInput, inOrder, labelledBatch, largestAt } from "../contrastive/labelled.ts";
import { plainProducts } from "../contrastive/products.ts";
import type { Products } from "../contrastive/products.ts";
import { readLayers } from "../contrastive/readLayers.ts";
import type { LayerPair } from "../contrastive/readLayers.ts";
import type { ForwardForwardSettings } from "./forwardForwardSettings.ts";
import { goodnessLoss, goodnessOf, normalise, PeerNormalisation } from "./goodness.ts";
import { otherClass, writeLabelled } from "./labelInput.ts";
import type { Below, LocalLayer } from "./localLayer.ts";
import { RectifiedLayer } from "./rectifiedLayer.ts";
import { SpikingLayer } from "./spikingLayer.ts";
import { crossEntropyInPlace, SoftmaxReadout } from "./softmaxReadout.ts";

export interface ForwardForwardEpoch {
  /** Each layer's loss, mean over the epoch. */
  readonly losses: readonly number[];
  /** Cross-entropy of the readout. */
  readonly readoutLoss: number;
}

/** Which of the two ways tells the class. */
export type ToldBy = "labels" | "readout";

const learner = "forward-forward";

/** Rectified units or spiking neurons. */
type Units = ActivationData | CellsData;

export class ForwardForwardLearner {
  readonly settings: ForwardForwardSettings;
  readonly features: number;
  readonly classes: number;
  readonly readout: SoftmaxReadout;
  readonly #layers: readonly LocalLayer[];
  readonly #peers: readonly (PeerNormalisation | undefined)[];
  readonly #weights: Weights;
  /** Labelled inputs of up to two batches. */
  readonly #shown: Reals;
  /** Normalised activities of the layers that tell the class, side by side; and their logits. */
  readonly #read: Reals;
  readonly #logits: Reals;
  readonly #draw: Readonly<Record<"order" | "wrong", Draw>>;
  #epoch = 0;

  private constructor(model: ModelData, weights: Weights, classes: number, made: Made) {
    const { settings, layers, products, shown } = made, rows = 2 * settings.batch;
    this.features = model.input.shape[0]!;
    this.classes = classes;
    this.settings = settings;
    this.#weights = weights;
    this.#layers = layers;
    this.#shown = shown;
    this.#peers = layers.map(({ units }) => settings.peers && new PeerNormalisation(units, settings.peers));
    const width = this.#telling().reduce((sum, { units }) => sum + units, 0);
    this.#read = products.array(rows * width);
    this.#logits = products.array(rows * classes);
    this.readout = new SoftmaxReadout(width, classes, settings.readout, products);
    this.#draw = { order: drawsFor(model.seed, "forward-forward order"), wrong: drawsFor(model.seed, "forward-forward wrong labels") };
  }

  /**
   * @param weights changed in place at the end of each epoch
   * @throws {ArgumentError} for a model that is not dense and relu (or neurons) in turn, or has fewer features than there are classes
   */
  static async create(
    model: ModelData, weights: Weights, classes: number, settings: ForwardForwardSettings, products: Products = plainProducts("f32"),
  ): Promise<ForwardForwardLearner> {
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
    return new ForwardForwardLearner(model, weights, classes, { settings, layers, products, shown });
  }

  /** Shows every sample once with its label, once with a wrong one and once with none. @param rate factor of the learning rates */
  epoch(samples: Samples, rate = 1, onBatch?: (samples: number) => void): ForwardForwardEpoch {
    const { batch } = this.settings, losses = this.#layers.map(() => 0);
    const order = shuffled(samples.count, (k) => this.#draw.order(this.#epoch, k));
    let readoutLoss = 0;
    for (let from = 0; from < samples.count; from += batch) {
      const { inputs, labels, rows } = labelledBatch(samples, order.subarray(from, from + batch), this.#epoch, "f32", this.classes);
      this.#show(inputs, rows, 0, (r) => labels[r]!);
      this.#show(inputs, rows, rows, (r) => otherClass(labels[r]!, this.classes, this.#draw.wrong(this.#epoch, from + r)));
      this.#learnLayers(2 * rows, rows, rate).forEach((loss, k) => (losses[k]! += (loss * rows) / samples.count));
      readoutLoss += (this.#learnReadout(inputs, labels, rows, rate) * rows) / samples.count;
      if (![...losses, readoutLoss].every(Number.isFinite)) {
        throw new SimulationError("not-finite", `forward-forward: a loss is no longer finite in epoch ${this.#epoch}, after ${from + rows} samples`,
          "Use a lower learning rate.");
      }
      onBatch?.(from + rows);
    }
    this.#epoch++;
    for (const layer of this.#layers) layer.saveTo(this.#weights);
    return { losses, readoutLoss };
  }

  /** Share of samples whose class is not told. */
  error(samples: Samples, by: ToldBy): number {
    let wrong = 0;
    inOrder(samples, this.settings.batch, (numbers) => {
      const { inputs, labels, rows } = labelledBatch(samples, numbers, 0, "f32", this.classes);
      const scores = by === "labels" ? this.#labelScores(inputs, rows) : this.#readoutScores(inputs, rows);
      labels.forEach((label, r) => {
        if (largestAt(scores, r * this.classes, this.classes) !== label) wrong++;
      });
    });
    return wrong / samples.count;
  }

  /** Activities of a layer (0 is the first) when each sample is shown with its own label, or with all alike. [count, units] */
  activities(samples: Samples, layer: number, shown: "own" | "alike"): Float32Array {
    const { units, h } = this.#layers[layer]!, all = new Float32Array(samples.count * units);
    inOrder(samples, this.settings.batch, (numbers) => {
      const { inputs, labels, rows } = labelledBatch(samples, numbers, 0, "f32", this.classes);
      this.#show(inputs, rows, 0, (r) => (shown === "own" ? labels[r] : undefined));
      this.#forward(rows);
      all.set(h.subarray(0, rows * units), numbers[0]! * units);
    });
    return all;
  }

  #show(inputs: Reals, rows: number, first: number, labelOf: (row: number) => number | undefined): void {
    writeLabelled(this.#shown, first, inputs, rows, this.features, this.classes, labelOf);
  }

  #telling(): readonly LocalLayer[] {
    return this.#layers.length > 1 ? this.#layers.slice(1) : this.#layers;
  }

  #forward(rows: number): void {
    for (const layer of this.#layers) layer.forward(rows);
  }

  #learnLayers(rows: number, real: number, rate: number): number[] {
    this.#forward(rows);
    return this.#layers.map((layer, k) => {
      const loss = goodnessLoss(this.settings.goodness, layer.d, layer.h, rows, real, layer.units);
      this.#peers[k]?.addTo(layer.d, layer.h, real);
      layer.learn(rows, rate);
      return loss;
    });
  }

  #learnReadout(inputs: Reals, labels: Int32Array, rows: number, rate: number): number {
    const logits = this.#readoutScores(inputs, rows);
    const loss = crossEntropyInPlace(logits, labels, rows, this.classes);
    this.readout.learn(this.#read, logits, rows, rate);
    return loss;
  }

  #readoutScores(inputs: Reals, rows: number): Reals {
    this.#show(inputs, rows, 0, () => undefined);
    this.#forward(rows);
    let from = 0;
    for (const { units, h, d } of this.#telling()) {
      normalise(d, h, rows, units, this.settings.normalise);
      for (let r = 0; r < rows; r++) this.#read.set(d.subarray(r * units, (r + 1) * units), r * this.readout.inputs + from);
      from += units;
    }
    this.readout.forward(this.#logits, this.#read, rows);
    return this.#logits;
  }

  #labelScores(inputs: Reals, rows: number): Float64Array {
    const scores = new Float64Array(rows * this.classes);
    for (let c = 0; c < this.classes; c++) {
      this.#show(inputs, rows, 0, () => c);
      this.#forward(rows);
      for (const { units, h } of this.#telling()) {
        for (let r = 0; r < rows; r++) scores[r * this.classes + c]! += goodnessOf(this.settings.goodness, h, r, units);
      }
    }
    return scores;
  }
}

interface Made {
  readonly settings: ForwardForwardSettings;
  readonly layers: readonly LocalLayer[];
  readonly products: Products;
  readonly shown: Reals;
}

const isRectified = (pair: LayerPair<Units>): pair is LayerPair<ActivationData> => pair.units.kind === "activation";
