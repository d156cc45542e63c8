/** The weights of a training file's model. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { ArgumentError } from "../errors.ts";
import { loadArrays } from "../io/arrayFiles.ts";
import { initialWeights } from "../train/initialWeights.ts";
import type { ModelData, Weights } from "../train/modelData.ts";

/**
 * Those of a file, else of best.npz or weights.npz in out/NAME, else untrained ones.
 *
 * @throws {FileError} when the file cannot be read @throws {ArgumentError} when it does not fit the model
 */
export async function weightsOf(model: ModelData, name: string, given: string | undefined): Promise<{ weights: Weights; from: string }> {
  const usual = ["best.npz", "weights.npz"].map((file) => join("out", name, file));
  const path = given ?? usual.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
  const weights = initialWeights(model, "f32");
  if (path === undefined) return { weights, from: "untrained" };
  const loaded = await loadArrays(path);
  for (const [key, { shape }] of weights) {
    if (loaded.get(key)?.shape.join() === shape.join()) continue;
    const told = `${path} does not fit the model: ${key} is missing or has another shape`;
    throw new ArgumentError("weights", told, "Give the weights that were trained with this file.");
  }
  return { weights: loaded, from: path };
}
