/** What `synfire train FILE` runs: a file's default export. */
import { ArgumentError } from "../errors.ts";
import type { EngineOptions } from "./engine.ts";
import type { LossData } from "./losses.ts";
import { checkModel } from "./model.ts";
import type { ModelData, Weights } from "./modelData.ts";
import { adam } from "./optimizers.ts";
import type { OptimizerData } from "./optimizers.ts";
import type { Regularizer } from "./regularizers.ts";
import type { Samples } from "./samples.ts";

export interface TrainingOptions {
  readonly model: ModelData;
  readonly train: Samples;
  /** For accuracy after each epoch. */
  readonly test?: Samples;
  readonly loss: LossData;
  /** Adam with a learning rate of 1e-3 when absent. */
  readonly optimizer?: OptimizerData;
  readonly regularizers?: readonly Regularizer[];
  readonly clipNorm?: number;
  readonly batch?: number;
  readonly epochs?: number;
  /** Factor on the optimizer's learning rate, e.g. (progress) => (1 + Math.cos(Math.PI * progress)) / 2; progress goes from 0 to 1. */
  readonly schedule?: (progress: number, epoch: number) => number;
  /** Where training begins, instead of the weights of the model's seed. */
  readonly weights?: Weights;
  /** What the classes are called. */
  readonly classes?: readonly string[];
}

type Filled = "optimizer" | "regularizers" | "batch" | "epochs" | "schedule";

export interface Training extends Omit<TrainingOptions, Filled>, Required<Pick<TrainingOptions, Filled>> {
  readonly kind: "training";
}

/**
 * A training with what was left out filled in: batches of 128, 10 epochs, Adam at 1e-3.
 *
 * @throws {ArgumentError} for a batch or a number of epochs that is not one, or a model that is none
 */
export function training(options: TrainingOptions): Training {
  const { optimizer = adam(), regularizers = [], batch = 128, epochs = 10, schedule = () => 1 } = options;
  checkModel(options.model);
  for (const [what, value] of [["batch", batch], ["epochs", epochs]] as const)
    if (!Number.isInteger(value) || value < 1) throw new ArgumentError(what, `a training with ${what} ${value}`, "Give a whole number, at least 1.");
  return { kind: "training", ...options, optimizer, regularizers, batch, epochs, schedule };
}

/** What an engine needs of a training. */
export const engineOptionsOf = ({ loss, optimizer, regularizers, clipNorm }: Training): EngineOptions =>
  ({ loss, optimizer, regularizers, ...(clipNorm !== undefined && { clipNorm }) });
