/** Which engine trains a model. */
import type { TrainingEngine } from "../train/engine.ts";
import type { Weights } from "../train/modelData.ts";
import { ReferenceEngine } from "../train/reference/referenceEngine.ts";
import type { Precision } from "../train/sequence.ts";
import { engineOptionsOf } from "../train/training.ts";
import type { Training } from "../train/training.ts";

export const trainingBackends = ["auto", "reference"] as const;

export interface EngineChoice {
  readonly backend: (typeof trainingBackends)[number];
  readonly precision: Precision;
}

export interface ChosenEngine {
  readonly engine: TrainingEngine;
  /** "wasm f32, 2 threads". */
  readonly name: string;
  /** Why it is not the faster one, when it was not asked for by name. */
  readonly reason?: string;
}

/** `reference` is plain typed arrays. */
export async function chooseEngine(training: Training, { precision }: EngineChoice, weights?: Weights): Promise<ChosenEngine> {
  return reference(training, precision, weights);
}

const reference = (training: Training, precision: Precision, weights?: Weights): ChosenEngine =>
  ({ engine: new ReferenceEngine(training.model, engineOptionsOf(training), precision, weights), name: `reference ${precision}` });
