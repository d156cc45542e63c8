/**
 * Forward-Forward: every layer learns by itself to find samples with their own label good and samples with a wrong one not. Nothing is passed
 * back between layers.
 *
 * Classes are told in two ways: the label with which the goodness of the second to the last layer adds up highest (`labels`), or a softmax readout of
 * the normalised activities of those layers when all labels are shown alike (`readout`). A model with one layer uses that.
 * Source: Hinton (2022), arXiv:2212.13345
 */
import { SimulationError } from "../../../errors.ts";
import type { ModelData, Weights } from "../../modelData.ts";
import { shuffled } from "../../samples.ts";
import type { Samples } from "../../samples.ts";
import type { Reals } from "../../sequence.ts";
import { drawsFor } from "../contrastive/draws.ts";
import type { Draw } from "../contrastive/draws.ts";
import { inOrder, labelledBatch, largestAt } from "../contrastive/labelled.ts";
import { plainProducts } from "../contrastive/products.ts";
import type { Products } from "../contrastive/products.ts";
import type { ForwardForwardSettings } from "./forwardForwardSettings.ts";
import { goodnessOf, normalise } from "./goodness.ts";
import { otherClass } from "./labelInput.ts";
import { LayerStack } from "./layerStack.ts";
import { crossEntropyInPlace, SoftmaxReadout } from "./softmaxReadout.ts";

export interface ForwardForwardEpoch {
  /** Each layer's loss, mean over the epoch. */
  readonly losses: readonly number[];
  /** Cross-entropy of the readout. */
  readonly readoutLoss: number;
}

/** Which of the two ways tells the class. */
export type ToldBy = "labels" | "readout";

export class ForwardForwardLearner {
  readonly settings: ForwardForwardSettings;
  readonly classes: number;
  readonly readout: SoftmaxReadout;
  readonly #stack: LayerStack;
  readonly #weights: Weights;
  /** Normalised activities of the layers that tell the class, side by side; and their logits. */
  readonly #read: Reals;
  readonly #logits: Reals;
  readonly #draw: Readonly<Record<"order" | "wrong", Draw>>;
  #epoch = 0;

  private constructor(seed: number, weights: Weights, stack: LayerStack, settings: ForwardForwardSettings, products: Products) {
    const width = stack.telling.reduce((sum, { units }) => sum + units, 0);
    this.settings = settings;
    this.classes = stack.classes;
    this.#stack = stack;
    this.#weights = weights;
    this.#read = products.array(settings.batch * width);
    this.#logits = products.array(settings.batch * stack.classes);
    this.readout = new SoftmaxReadout(width, stack.classes, settings.readout, products);
    this.#draw = { order: drawsFor(seed, "forward-forward order"), wrong: drawsFor(seed, "forward-forward wrong labels") };
  }

  /**
   * @param weights changed in place at the end of each epoch
   * @throws {ArgumentError} for a model that is not dense and relu (or neurons) in turn, or has fewer features than there are classes
   */
  static async create(
    model: ModelData, weights: Weights, classes: number, settings: ForwardForwardSettings, products: Products = plainProducts("f32"),
  ): Promise<ForwardForwardLearner> {
    const stack = await LayerStack.create(model, weights, classes, settings, products);
    return new ForwardForwardLearner(model.seed, weights, stack, settings, products);
  }

  /** Shows every sample once with its label, once with a wrong one and once with none. @param rate factor of the learning rates */
  epoch(samples: Samples, rate = 1, onBatch?: (samples: number) => void): ForwardForwardEpoch {
    const { batch } = this.settings, losses = this.#stack.layers.map(() => 0);
    const order = shuffled(samples.count, (k) => this.#draw.order(this.#epoch, k));
    let readoutLoss = 0;
    for (let from = 0; from < samples.count; from += batch) {
      const { inputs, labels, rows } = labelledBatch(samples, order.subarray(from, from + batch), this.#epoch, "f32", this.classes);
      this.#stack.show(inputs, rows, 0, (r) => labels[r]!);
      this.#stack.show(inputs, rows, rows, (r) => otherClass(labels[r]!, this.classes, this.#draw.wrong(this.#epoch, from + r)));
      this.#stack.forward(2 * rows);
      this.#stack.learn(2 * rows, rows, rate).forEach((loss, k) => (losses[k]! += (loss * rows) / samples.count));
      readoutLoss += (this.#learnReadout(inputs, labels, rows, rate) * rows) / samples.count;
      if (![...losses, readoutLoss].every(Number.isFinite)) {
        throw new SimulationError("not-finite", `forward-forward: a loss is no longer finite in epoch ${this.#epoch}, after ${from + rows} samples`,
          "Use a lower learning rate.");
      }
      onBatch?.(from + rows);
    }
    this.#epoch++;
    this.#stack.saveTo(this.#weights);
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
    const { units, h } = this.#stack.layers[layer]!, all = new Float32Array(samples.count * units);
    inOrder(samples, this.settings.batch, (numbers) => {
      const { inputs, labels, rows } = labelledBatch(samples, numbers, 0, "f32", this.classes);
      this.#stack.show(inputs, rows, 0, (r) => (shown === "own" ? labels[r] : undefined));
      this.#stack.forward(rows);
      all.set(h.subarray(0, rows * units), numbers[0]! * units);
    });
    return all;
  }

  #learnReadout(inputs: Reals, labels: Int32Array, rows: number, rate: number): number {
    const logits = this.#readoutScores(inputs, rows);
    const loss = crossEntropyInPlace(logits, labels, rows, this.classes);
    this.readout.learn(this.#read, logits, rows, rate);
    return loss;
  }

  #readoutScores(inputs: Reals, rows: number): Reals {
    this.#stack.show(inputs, rows, 0, () => undefined);
    this.#stack.forward(rows);
    let from = 0;
    for (const { units, h, d } of this.#stack.telling) {
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
      this.#stack.show(inputs, rows, 0, () => c);
      this.#stack.forward(rows);
      for (const { units, h } of this.#stack.telling) {
        for (let r = 0; r < rows; r++) scores[r * this.classes + c]! += goodnessOf(this.settings.goodness, h, r, units);
      }
    }
    return scores;
  }
}
