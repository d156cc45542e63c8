/**
 * What runs a model: the reference engine in plain typed arrays (f64 or f32), the fast one in WebAssembly. Both compute the same thing, up to
 * rounding; trainer.ts works with either.
 */
import type { LossData, Targets } from "./losses.ts";
import type { ModelData, Weights } from "./modelData.ts";
import type { OptimizerData } from "./optimizers.ts";
import type { Regularizer } from "./regularizers.ts";
import type { Precision, Reals, Sequence } from "./sequence.ts";

export interface EngineOptions {
  readonly loss: LossData;
  readonly optimizer: OptimizerData;
  readonly regularizers: readonly Regularizer[];
  /** Gradients longer than this, all weights together, are shortened to it; absent: as they are. */
  readonly clipNorm?: number;
}

export interface Batch {
  readonly input: Sequence;
  readonly targets: Targets;
  /** Numbers of the samples in their data set. */
  readonly samples: ArrayLike<number>;
}

/** What one training step did. */
export interface BatchResult {
  /** With the regularisers' terms; mean over the batch. */
  readonly loss: number;
  /** How many samples were classified right; undefined without labels. */
  readonly correct: number | undefined;
  readonly spikes: readonly LayerSpikes[];
  /** Length of the gradient before clipping. */
  readonly gradientNorm: number;
}

/** How often the neurons of a layer spiked in a batch, and what drove them. */
export interface LayerSpikes {
  readonly layer: string;
  /** Spikes a neuron in a sample, on average. */
  readonly perNeuron: number;
  /** Mean input of a neuron in a step. */
  readonly meanInput: number;
}

export interface Evaluation {
  readonly loss: number;
  readonly predictions: Int32Array;
  readonly spikes: readonly LayerSpikes[];
}

/** Everything that training changes besides weights; plain arrays, so that it can be saved. */
export interface OptimizerState {
  /** Updates made. */
  readonly updates: number;
  /** Weight → its moments, in the optimizer's order. */
  readonly moments: ReadonlyMap<string, readonly Reals[]>;
}

export interface TrainingEngine {
  readonly model: ModelData;
  readonly precision: Precision;
  /**
   * Forward, loss, backward, one update of the weights.
   *
   * @param progress share of the training that is done, 0 to 1
   * @throws {SimulationError} when the loss is not finite, naming layer and step
   */
  trainBatch(batch: Batch, learningRate: number, progress: number): BatchResult;
  evaluate(batch: Batch): Evaluation;
  /** Copies. */
  weights(): Weights;
  setWeights(weights: Weights): void;
  optimizerState(): OptimizerState;
  setOptimizerState(state: OptimizerState): void;
  dispose(): void;
}
