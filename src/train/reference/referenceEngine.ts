/** Trains and evaluates in plain typed arrays: slow, obvious, in f64 by default, and what the other engines are compared with. */
import { ArgumentError, SimulationError } from "../../errors.ts";
import type { Batch, BatchResult, EngineOptions, Evaluation, LayerSpikes, OptimizerState, TrainingEngine } from "../engine.ts";
import { initialWeights, isLearned } from "../initialWeights.ts";
import { checkLabels, lossOf, predictions } from "../losses.ts";
import type { LossData } from "../losses.ts";
import type { CellsData, ModelData, Shape, Weights } from "../modelData.ts";
import { shapesOf } from "../model.ts";
import { applyUpdate, momentsOf } from "../optimizers.ts";
import { regularizeActivity, regularizeWeights } from "../regularizers.ts";
import type { Activity } from "../regularizers.ts";
import { realsLike, sizeOf } from "../sequence.ts";
import type { Precision, Reals, Sequence } from "../sequence.ts";
import { CellsOperation } from "./cells.ts";
import { fanOuts } from "./fanOuts.ts";
import { checkInput, operationsOf, runForward } from "./forwardPass.ts";
import type { Operation, Pass } from "./operation.ts";

export interface Gradients {
  readonly result: BatchResult;
  /** Of the weights that are learned. */
  readonly gradients: Weights;
  /** With respect to the input, laid out like it. */
  readonly input: Reals;
}

export class ReferenceEngine implements TrainingEngine {
  readonly model: ModelData;
  readonly precision: Precision;
  readonly #options: EngineOptions;
  readonly #weights: Weights;
  readonly #operations: readonly Operation[];
  readonly #fanOuts: ReadonlyMap<string, number>;
  readonly #classes: number;
  #moments: Map<string, readonly Reals[]>;
  #updates = 0;

  /**
   * @param weights where training begins; those of the model's seed when absent
   * @param variant smoothed: spikes are the surrogate's primitive, so that gradients are those of central differences
   */
  constructor(
    model: ModelData, options: EngineOptions, precision: Precision = "f64", weights?: Weights, variant: { readonly smoothed?: boolean } = {},
  ) {
    this.model = model;
    this.precision = precision;
    this.#options = options;
    this.#weights = initialWeights(model, precision);
    if (weights) copyWeights(weights, this.#weights);
    this.#operations = operationsOf(model, this.#weights, variant.smoothed);
    this.#fanOuts = fanOuts(model);
    this.#classes = options.loss.classes ?? this.#units();
    const learned = [...this.#weights].filter(([name]) => isLearned(model, name));
    this.#moments = new Map(learned.map(([name, { values }]) => [name, momentsOf(options.optimizer, values)]));
  }

  /** Loss and gradients for one batch; weights stay. @param scale 1/(samples that the mean is over) */
  gradients(batch: Batch, progress = 0, scale = 1 / batch.input.batch): Gradients {
    const { input, targets } = batch;
    checkInput(this.model, input);
    if ("labels" in targets) checkLabels(targets.labels, batch.samples, this.#classes, this.#units());
    const pass: Pass = { training: true, steps: this.model.input.steps, progress, round: this.#updates, samples: batch.samples };
    const outputs = runForward(this.#operations, input, pass);
    const { loss: data, regularizers } = this.#options;
    const size = { batch: input.batch, steps: this.#lastSteps(outputs), units: this.#units(), classes: this.#classes };
    const { loss, gradient } = lossOf(data, this.#activity(data.of, outputs), targets, size, scale);
    const gradients: Weights = new Map([...this.#moments.keys()].map((name) => {
      const { shape, values } = this.#weights.get(name)!;
      return [name, { shape, values: realsLike(values) }];
    }));
    const activities = this.#activities(input.batch);
    const terms = regularizeActivity(regularizers, activities, { batch: input.batch, steps: pass.steps, progress, scale });
    const dInput = this.#backward(gradient, data, activities, gradients);
    const total = loss + terms + regularizeWeights(regularizers, this.model, this.#weights, gradients);
    this.#checkFinite(total, outputs, input.batch);
    let squares = 0;
    for (const { values } of gradients.values()) for (const g of values) squares += g * g;
    const correct = "labels" in targets ? countRight(this.#predict(outputs, size), targets.labels) : undefined;
    return { result: { loss: total, correct, spikes: this.#spikes(input.batch), gradientNorm: Math.sqrt(squares) }, gradients, input: dInput };
  }

  trainBatch(batch: Batch, learningRate: number, progress: number): BatchResult {
    const { result, gradients } = this.gradients(batch, progress);
    const { clipNorm, optimizer } = this.#options;
    const factor = clipNorm !== undefined && result.gradientNorm > clipNorm ? clipNorm / result.gradientNorm : 1;
    this.#updates++;
    for (const [name, { values }] of gradients) {
      if (factor !== 1) values.forEach((g, k) => (values[k] = g * factor));
      const weight = this.#weights.get(name)!.values;
      applyUpdate(optimizer, weight, values, this.#moments.get(name)!, this.#updates, learningRate);
      keepInRange(weight, this.model, name);
    }
    return result;
  }

  evaluate(batch: Batch): Evaluation {
    const { input, targets } = batch;
    checkInput(this.model, input);
    const outputs = runForward(this.#operations, input, this.#evaluation(batch.samples));
    const size = { batch: input.batch, steps: this.#lastSteps(outputs), units: this.#units(), classes: this.#classes };
    const { loss } = lossOf(this.#options.loss, this.#activity(this.#options.loss.of, outputs), targets, size);
    return { loss, predictions: this.#predict(outputs, size), spikes: this.#spikes(input.batch) };
  }

  /** What each layer gives for an input in evaluation, and for layers of neurons spikes and membrane. */
  record(input: Sequence): Map<string, { readonly output: Sequence; readonly spikes?: Reals; readonly membrane?: Reals }> {
    checkInput(this.model, input);
    const outputs = runForward(this.#operations, input, this.#evaluation([]));
    return new Map(this.#operations.map((operation, k) => {
      const output = outputs[k]!;
      return [operation.name, operation instanceof CellsOperation ? { output, spikes: operation.spikes, membrane: operation.membrane } : { output }];
    }));
  }

  weights(): Weights {
    return new Map([...this.#weights].map(([name, { shape, values }]) => [name, { shape, values: values.slice() }]));
  }

  setWeights(weights: Weights): void {
    copyWeights(weights, this.#weights);
  }

  optimizerState(): OptimizerState {
    return { updates: this.#updates, moments: new Map([...this.#moments].map(([name, moments]) => [name, moments.map((m) => m.slice())])) };
  }

  setOptimizerState({ updates, moments }: OptimizerState): void {
    this.#updates = updates;
    this.#moments = new Map([...this.#moments].map(([name, own]) => [name, own.map((m, k) => {
      m.set(moments.get(name)![k]!);
      return m;
    })]));
  }

  dispose(): void {
    // Plain arrays.
  }

  #evaluation(samples: ArrayLike<number>): Pass {
    return { training: false, steps: this.model.input.steps, progress: 1, round: 0, samples };
  }

  #units(): number {
    return sizeOf(shapesOf(this.model).at(-1)!);
  }

  #lastSteps(outputs: readonly Sequence[]): number {
    return outputs[outputs.length - 1]!.steps;
  }

  #activity(of: LossData["of"], outputs: readonly Sequence[]): Reals {
    const last = this.#operations[this.#operations.length - 1]!;
    if (of === "output" || !(last instanceof CellsOperation)) return outputs[outputs.length - 1]!.values;
    return of === "spikes" ? last.spikes : last.membrane;
  }

  #predict(outputs: readonly Sequence[], size: { batch: number; steps: number; units: number; classes: number }): Int32Array {
    const { of, over } = this.#options.loss.predict ?? this.#options.loss;
    return predictions(over, this.#activity(of, outputs), size);
  }

  #activities(batch: number): Activity[] {
    return this.#cells().map(({ name, spikes, membrane }) =>
      ({ name, units: spikes.length / (batch * this.model.input.steps), spikes, membrane, fanOut: this.#fanOuts.get(name)! }));
  }

  #backward(gradient: Reals, loss: LossData, activities: readonly Activity[], gradients: Weights): Reals {
    const byName = new Map(activities.map((a) => [a.name, a]));
    let dy = gradient;
    for (let k = this.#operations.length - 1; k >= 0; k--) {
      const operation = this.#operations[k]!;
      if (operation instanceof CellsOperation) {
        const own = byName.get(operation.name)!;
        const last = k === this.#operations.length - 1 && loss.of !== "output" ? loss.of : "output";
        operation.addTo(last, dy, own);
        dy = operation.backwardFrom(own, gradients);
      } else dy = operation.backward(dy, gradients, true)!;
    }
    return dy;
  }

  #spikes(batch: number): LayerSpikes[] {
    return this.#cells().filter((c) => c.layer.cell.threshold).map((c) => c.statistics(batch));
  }

  #cells(): CellsOperation[] {
    return this.#operations.filter((o) => o instanceof CellsOperation);
  }

  /** The first layer that gave something that is not finite, membranes of its neurons included, which may not show in spikes. */
  #checkFinite(loss: number, outputs: readonly Sequence[], batch: number): void {
    for (const [k, { values, steps }] of outputs.entries()) {
      const operation = this.#operations[k]!;
      const seen = operation instanceof CellsOperation ? operation.membrane : values;
      const at = seen.findIndex((v) => !Number.isFinite(v));
      if (at < 0) continue;
      const row = Math.floor(at / (seen.length / (batch * steps)));
      const place = `step ${row % steps} of sample ${Math.floor(row / steps)} of the batch`;
      throw notFinite(`layer "${operation.name}" gave ${seen[at]} in ${place}, and the loss is ${loss}`);
    }
    if (!Number.isFinite(loss)) throw notFinite(`the loss is ${loss} although every layer gave finite values`);
  }
}

const notFinite = (problem: string): SimulationError =>
  new SimulationError("loss-not-finite", problem, "Lower the learning rate, or shorten gradients with clipNorm: 1.");

const wrongWeight = (name: string, wanted: Shape, got: Shape | undefined): ArgumentError =>
  new ArgumentError(
    "weights",
    `the weight "${name}" is ${got ? `[${got.join(", ")}]` : "missing"}, the model has [${wanted.join(", ")}]`,
    "Give the weights that were saved with this model.",
  );

const countRight = (guesses: Int32Array, labels: ArrayLike<number>): number => guesses.reduce((sum, g, k) => sum + (g === labels[k] ? 1 : 0), 0);

/** @throws {ArgumentError} when a weight is missing or of another size */
function copyWeights(from: Weights, to: Weights): void {
  for (const [name, { values, shape }] of to) {
    const given = from.get(name);
    if (given?.values.length !== values.length) throw wrongWeight(name, shape, given?.shape);
    values.set(given.values);
  }
}

/** Parameters of cells stay where they have a meaning. */
function keepInRange(values: Reals, model: ModelData, name: string): void {
  const cut = name.lastIndexOf("/");
  const layer = model.layers.find((l): l is CellsData => l.kind === "cells" && l.name === name.slice(0, cut));
  const range = layer?.cell.parameters.find((p) => p.name === name.slice(cut + 1))?.range;
  if (range) values.forEach((v, k) => (values[k] = Math.min(range[1], Math.max(range[0], v))));
}
