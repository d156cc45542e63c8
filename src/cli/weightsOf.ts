/** The weights of a training file's model. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { ArgumentError } from "../errors.ts";
import { loadArrays } from "../io/arrayFiles.ts";
import { initialWeights } from "../train/initialWeights.ts";
import type { Weights } from "../train/modelData.ts";
import type { TrainingFile } from "./trainFile.ts";

/**
 * Those of a file, else of best.npz or weights.npz in out/NAME, else untrained ones.
 *
 * @throws {FileError} when the file cannot be read
 * @throws {ArgumentError} when an array is missing, has another shape, or belongs to no layer
 */
export async function weightsOf(file: TrainingFile, given: string | undefined): Promise<{ readonly weights: Weights; readonly from?: string }> {
  const saved = ["best.npz", "weights.npz"].map((name) => join("out", file.name, name));
  const from = given ?? saved.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  return from === undefined ? { weights: initialWeights(file.training.model, "f32") } : { weights: await fittingWeights(file, from), from };
}

async function fittingWeights({ training, path }: TrainingFile, from: string): Promise<Weights> {
  const weights = await loadArrays(from);
  const wanted = initialWeights(training.model, "f32"), hint = `Give weights that synfire train made of ${path}, with the same settings.`;
  for (const [name, { shape }] of wanted) {
    const found = weights.get(name)?.shape;
    if (found?.join() === shape.join()) continue;
    const problem = found ? `${name} has the shape [${found.join(", ")}], not [${shape.join(", ")}]` : `there is no ${name}`;
    throw new ArgumentError("weights", `${from} does not fit the model: ${problem}`, hint);
  }
  for (const name of weights.keys()) if (!wanted.has(name)) throw new ArgumentError("weights", `${from} holds ${name}, which no layer has`, hint);
  return weights;
}
