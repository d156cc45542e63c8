/** Which engine trains a model. */
import { ArgumentError, UnsupportedError } from "../errors.ts";
import type { TrainingEngine } from "../train/engine.ts";
import type { Weights } from "../train/modelData.ts";
import { ReferenceEngine } from "../train/reference/referenceEngine.ts";
import type { Precision } from "../train/sequence.ts";
import { engineOptionsOf } from "../train/training.ts";
import type { Training } from "../train/training.ts";

export const trainingBackends = ["auto", "wasm", "reference"] as const;

export interface EngineChoice {
  readonly backend: (typeof trainingBackends)[number];
  readonly precision: Precision;
  readonly threads: number;
}

export interface ChosenEngine {
  readonly engine: TrainingEngine;
  /** "wasm f32, 2 threads". */
  readonly name: string;
  /** Why it is not the faster one, when it was not asked for by name. */
  readonly reason?: string;
}

/**
 * `wasm` is the fast engine, `reference` plain typed arrays; `auto` takes the first where it can do the model.
 *
 * @throws {UnsupportedError} when `wasm` was asked for and cannot do a layer
 */
export async function chooseEngine(training: Training, { backend, precision, threads }: EngineChoice, weights?: Weights): Promise<ChosenEngine> {
  if (precision === "f64" && backend === "wasm")
    throw new ArgumentError("precision", "--backend wasm trains in f32, not in f64", "Leave out --precision f64, or choose --backend reference.");
  if (backend !== "reference" && precision === "f32") {
    try {
      const { FastEngine } = await import("../train/fast/fastEngine.ts");
      const engine = await FastEngine.create(training.model, engineOptionsOf(training), { threads, ...(weights && { weights }) });
      return { engine, name: `wasm f32${threads > 1 ? `, ${threads} threads` : ""}` };
    } catch (error) {
      if (backend === "wasm" || !(error instanceof UnsupportedError)) throw error;
      return { ...reference(training, precision, weights), reason: error.message.split("\n")[0]! };
    }
  }
  return reference(training, precision, weights);
}

const reference = (training: Training, precision: Precision, weights?: Weights): ChosenEngine =>
  ({ engine: new ReferenceEngine(training.model, engineOptionsOf(training), precision, weights), name: `reference ${precision}` });
