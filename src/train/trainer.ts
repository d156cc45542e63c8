/** Trains a model on samples, epoch after epoch, and can stop and go on with the same result. */
import { ArgumentError } from "../errors.ts";
import { seedOf, uniformAt } from "../math/random.ts";
import type { Batch, BatchResult, Evaluation, OptimizerState, TrainingEngine } from "./engine.ts";
import type { Weights } from "./modelData.ts";
import { shuffled } from "./samples.ts";
import type { Samples } from "./samples.ts";

export interface TrainerOptions {
  readonly batch: number;
  readonly epochs: number;
  /** The rate of each update. */
  readonly learningRate: number | ((progress: number, epoch: number) => number);
  /** Order of the samples; the model's seed when absent. An order may also be given for each epoch. */
  readonly seed?: number;
  readonly order?: (epoch: number) => Uint32Array;
}

/** Everything a training needs to go on as if it had never stopped. */
export interface TrainingState {
  readonly epoch: number;
  /** Batches of this epoch already trained. */
  readonly batch: number;
  readonly weights: Weights;
  readonly optimizer: OptimizerState;
  /** Sums over this epoch so far. */
  readonly running: EpochSums;
}

export interface EpochSums {
  readonly loss: number;
  readonly correct: number;
  readonly samples: number;
  readonly spikes: Readonly<Record<string, LayerTotals>>;
}
interface LayerTotals { readonly perNeuron: number; readonly input: number }

export interface EpochResult {
  readonly epoch: number;
  readonly loss: number;
  /** Share of the samples classified right while training; undefined without labels. */
  readonly accuracy: number | undefined;
  /** Layer → spikes a neuron in a sample, mean of the epoch. */
  readonly spikes: Readonly<Record<string, number>>;
  /** Layers none of whose neurons spiked in the whole epoch, with what drove them. */
  readonly silent: readonly { readonly layer: string; readonly meanInput: number }[];
}

export interface TestResult { readonly loss: number; readonly accuracy: number | undefined; readonly spikes: Readonly<Record<string, number>> }

const noSums: EpochSums = { loss: 0, correct: 0, samples: 0, spikes: {} };

export class Trainer {
  readonly engine: TrainingEngine;
  readonly #samples: Samples;
  readonly #options: TrainerOptions;
  #epoch = 0;
  #batch = 0;
  #running: EpochSums = noSums;
  #order: Uint32Array | undefined;

  /** @throws {ArgumentError} when the batch is not a whole number of samples */
  constructor(engine: TrainingEngine, samples: Samples, options: TrainerOptions) {
    if (!Number.isInteger(options.batch) || options.batch < 1) {
      throw new ArgumentError(
        "batch",
        `a batch of ${options.batch} samples`,
        "Give a whole number, at least 1.",
      );
    }
    if (!Number.isInteger(options.epochs) || options.epochs < 0) {
      throw new ArgumentError(
        "epochs",
        `${options.epochs} epochs`,
        "Give a whole number.",
      );
    }
    this.engine = engine;
    this.#samples = samples;
    this.#options = options;
  }

  get epoch(): number {
    return this.#epoch;
  }
  /** Batches of this epoch already trained, and how many an epoch has. */
  get position(): { readonly batch: number; readonly batches: number } {
    return { batch: this.#batch, batches: Math.ceil(this.#samples.count / this.#options.batch) };
  }
  get done(): boolean {
    return this.#epoch >= this.#options.epochs;
  }

  /** Trains the next batch. @returns its result, and that of the epoch if it was the epoch's last */
  step(): { readonly batch: BatchResult; readonly epoch?: EpochResult } {
    const { batch: size, epochs } = this.#options;
    const { batches } = this.position;
    const numbers = this.#numbers().slice(this.#batch * size, (this.#batch + 1) * size);
    const progress = Math.min(1, (this.#epoch + this.#batch / batches) / Math.max(1, epochs));
    const { learningRate } = this.#options;
    const rate = typeof learningRate === "number" ? learningRate : learningRate(progress, this.#epoch);
    const result = this.engine.trainBatch(this.#fetch(this.#samples, numbers, this.#epoch), rate, progress);
    this.#running = added(this.#running, result, numbers.length);
    if (++this.#batch < batches) return { batch: result };
    const epoch = resultOf(this.#epoch, this.#running, result.correct !== undefined);
    this.#epoch++;
    this.#batch = 0;
    this.#running = noSums;
    this.#order = undefined;
    return { batch: result, epoch };
  }

  /** Trains to the end of the epoch. @param onBatch may return false to stop before its next batch */
  async trainEpoch(onBatch?: (result: BatchResult, running: EpochSums) => Promise<boolean> | boolean): Promise<EpochResult | undefined> {
    for (;;) {
      const { batch, epoch } = this.step();
      const goOn = await onBatch?.(batch, this.#running);
      if (epoch) return epoch;
      if (goOn === false) return undefined;
    }
  }

  /** Loss and accuracy on samples, without training. */
  test(samples: Samples, batch = this.#options.batch): TestResult {
    let loss = 0, right = 0, labelled = false;
    const spikes: Record<string, number> = {};
    for (let from = 0; from < samples.count; from += batch) {
      const numbers = Uint32Array.from({ length: Math.min(batch, samples.count - from) }, (_, k) => from + k);
      const fetched = this.#fetch(samples, numbers, 0);
      const result: Evaluation = this.engine.evaluate(fetched);
      const share = numbers.length / samples.count;
      loss += result.loss * share;
      for (const { layer, perNeuron } of result.spikes) spikes[layer] = (spikes[layer] ?? 0) + perNeuron * share;
      const { targets } = fetched;
      if (!("labels" in targets)) continue;
      labelled = true;
      result.predictions.forEach((p, k) => (right += p === targets.labels[k] ? 1 : 0));
    }
    return { loss, accuracy: labelled ? right / samples.count : undefined, spikes };
  }

  state(): TrainingState {
    const { engine } = this;
    return { epoch: this.#epoch, batch: this.#batch, weights: engine.weights(), optimizer: engine.optimizerState(), running: this.#running };
  }

  restore({ epoch, batch, weights, optimizer, running }: TrainingState): void {
    this.engine.setWeights(weights);
    this.engine.setOptimizerState(optimizer);
    this.#epoch = epoch;
    this.#batch = batch;
    this.#running = running;
    this.#order = undefined;
  }

  #numbers(): Uint32Array {
    const { order, seed = this.engine.model.seed } = this.#options;
    return (this.#order ??= order?.(this.#epoch) ?? shuffled(this.#samples.count, (k) => uniformAt(seedOf(seed), k, this.#epoch, 0x5aff1e, 0)));
  }

  #fetch(samples: Samples, numbers: Uint32Array, epoch: number): Batch {
    return { ...samples.batch(numbers, epoch, this.engine.precision), samples: numbers };
  }
}

function added(sums: EpochSums, { loss, correct = 0, spikes }: BatchResult, samples: number): EpochSums {
  const layers: Record<string, LayerTotals> = { ...sums.spikes };
  for (const { layer, perNeuron, meanInput } of spikes) {
    const before = layers[layer] ?? { perNeuron: 0, input: 0 };
    layers[layer] = { perNeuron: before.perNeuron + perNeuron * samples, input: before.input + meanInput * samples };
  }
  return { loss: sums.loss + loss * samples, correct: sums.correct + correct, samples: sums.samples + samples, spikes: layers };
}

function resultOf(epoch: number, { loss, correct, samples, spikes }: EpochSums, labelled: boolean): EpochResult {
  const layers = Object.entries(spikes);
  return {
    epoch,
    loss: loss / samples,
    accuracy: labelled ? correct / samples : undefined,
    spikes: Object.fromEntries(layers.map(([layer, { perNeuron }]) => [layer, perNeuron / samples])),
    silent: layers.filter(([, { perNeuron }]) => perNeuron === 0).map(([layer, { input }]) => ({ layer, meanInput: input / samples })),
  };
}
