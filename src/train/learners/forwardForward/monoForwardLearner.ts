/**
 * Mono-Forward: every layer has a projection of its own onto the classes, M_j, and learns to make the cross-entropy of softmax(h_j·M_j) small. One
 * forward pass a sample, no wrong samples, and nothing is passed back between layers.
 *
 * The class is told by the last layer's projection, or by the sum of all.
 * Source: Gong, Li & Abdulla (2025), Mono-Forward: backpropagation-free algorithm for efficient neural network training harnessing local errors.
 * arXiv:2501.09238
 */
import { ArgumentError, SimulationError } from "../../../errors.ts";
import type { ModelData, Weights } from "../../modelData.ts";
import { adam } from "../../optimizers.ts";
import type { OptimizerData } from "../../optimizers.ts";
import { shuffled } from "../../samples.ts";
import type { Samples } from "../../samples.ts";
import type { Reals } from "../../sequence.ts";
import { drawsFor } from "../contrastive/draws.ts";
import { checkConstantInput, inOrder, labelledBatch, largestAt } from "../contrastive/labelled.ts";
import { plainProducts } from "../contrastive/products.ts";
import type { Products } from "../contrastive/products.ts";
import { readLayers } from "../contrastive/readLayers.ts";
import { LearnedDense, rectify } from "./learnedDense.ts";
import { crossEntropyInPlace, SoftmaxReadout } from "./softmaxReadout.ts";

export interface MonoForwardSettings {
  readonly batch: number;
  readonly optimizer: OptimizerData;
}

interface Layer {
  readonly weights: LearnedDense;
  readonly projection: SoftmaxReadout;
  readonly h: Reals;
  readonly d: Reals;
}

export class MonoForwardLearner {
  readonly classes: number;
  readonly #layers: readonly Layer[];
  readonly #weights: Weights;
  readonly #settings: MonoForwardSettings;
  readonly #input: Reals;
  readonly #logits: Reals;
  readonly #order: (epoch: number, k: number) => number;
  #epoch = 0;

  /**
   * @param weights changed in place at the end of each epoch
   * @throws {ArgumentError} for a model that is not dense and relu in turn
   */
  constructor(
    model: ModelData, weights: Weights, classes: number, settings: MonoForwardSettings = { batch: 100, optimizer: adam(1e-3) },
    products: Products = plainProducts("f32"),
  ) {
    checkConstantInput(model, "mono-forward");
    const { batch, optimizer } = settings;
    if (!Number.isInteger(classes) || classes < 2) throw new ArgumentError("classes", `mono-forward: ${classes} classes`, "Give 2 or more.");
    const pairs = readLayers(model, weights, {
      learner: "mono-forward", instead: "relu()",
      accept: (layer) => (layer.kind === "activation" && layer.activation.type === "relu" ? layer : undefined),
    });
    this.classes = classes;
    this.#weights = weights;
    this.#settings = settings;
    this.#input = products.array(batch * pairs[0]!.inputs);
    this.#logits = products.array(batch * classes);
    this.#order = drawsFor(model.seed, "mono-forward order");
    this.#layers = pairs.map(({ dense, inputs }) => {
      const projection = new SoftmaxReadout(dense.units, classes, optimizer, products), draw = drawsFor(model.seed, `${dense.name}/projection`);
      // From 0 no layer would ever hear of an error.
      projection.kernel.forEach((_, k) => (projection.kernel[k] = (2 * draw(0, k) - 1) / Math.sqrt(dense.units)));
      return {
        weights: new LearnedDense(dense, inputs, weights, optimizer, products), projection,
        h: products.array(batch * dense.units), d: products.array(batch * dense.units),
      };
    });
  }

  /** Shows every sample once. @param rate factor of the learning rate @returns each layer's cross-entropy, mean over the epoch */
  epoch(samples: Samples, rate = 1, onBatch?: (samples: number) => void): readonly number[] {
    const { batch } = this.#settings, losses = this.#layers.map(() => 0);
    const order = shuffled(samples.count, (k) => this.#order(this.#epoch, k));
    for (let from = 0; from < samples.count; from += batch) {
      const { inputs, labels, rows } = labelledBatch(samples, order.subarray(from, from + batch), this.#epoch, "f32", this.classes);
      this.#forward(inputs, rows);
      this.#layers.forEach(({ weights: { units }, projection, h, d }, k) => {
        projection.forward(this.#logits, h, rows);
        losses[k]! += (crossEntropyInPlace(this.#logits, labels, rows, this.classes) * rows) / samples.count;
        d.fill(0);
        projection.backward(d, this.#logits, rows);
        for (let j = 0; j < rows * units; j++) if (h[j] === 0) d[j] = 0;
        projection.learn(h, this.#logits, rows, rate);
      });
      // Only now, so that all layers learn from activities of the same weights.
      this.#layers.forEach((layer, k) => layer.weights.learn(this.#below(k), layer.d, rows, rate));
      if (!losses.every(Number.isFinite)) {
        throw new SimulationError("not-finite", `mono-forward: a loss is no longer finite in epoch ${this.#epoch}, after ${from + rows} samples`,
          "Use a lower learning rate.");
      }
      onBatch?.(from + rows);
    }
    this.#epoch++;
    for (const { weights } of this.#layers) weights.saveTo(this.#weights);
    return losses;
  }

  /** Share of samples whose class is not told by the last layer, or by the sum of all layers' logits. */
  error(samples: Samples, by: "last" | "sum" = "last"): number {
    const telling = by === "last" ? this.#layers.slice(-1) : this.#layers, scores = new Float64Array(this.#logits.length);
    let wrong = 0;
    inOrder(samples, this.#settings.batch, (numbers) => {
      const { inputs, labels, rows } = labelledBatch(samples, numbers, 0, "f32", this.classes);
      this.#forward(inputs, rows);
      scores.fill(0);
      for (const { projection, h } of telling) {
        projection.forward(this.#logits, h, rows);
        for (let k = 0; k < rows * this.classes; k++) scores[k]! += this.#logits[k]!;
      }
      labels.forEach((label, r) => {
        if (largestAt(scores, r * this.classes, this.classes) !== label) wrong++;
      });
    });
    return wrong / samples.count;
  }

  /** Each layer's projection [units, classes]. */
  projections(): readonly Reals[] {
    return this.#layers.map(({ projection }) => projection.kernel.slice());
  }

  #below(k: number): Reals {
    return k === 0 ? this.#input : this.#layers[k - 1]!.h;
  }

  #forward(inputs: Reals, rows: number): void {
    this.#input.set(inputs);
    this.#layers.forEach(({ weights, h }, k) => {
      weights.forward(h, this.#below(k), rows);
      rectify(h, rows * weights.units);
    });
  }
}
