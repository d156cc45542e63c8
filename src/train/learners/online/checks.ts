/** What learners that run forwards in time ask of their arguments and results. */
import { ArgumentError, SimulationError } from "../../../errors.ts";
import type { Weights } from "../../modelData.ts";

/** @throws {ArgumentError} naming the first weight that is missing or has another number of values than the model's */
export function checkWeights(weights: Weights, wanted: Weights): void {
  for (const [name, { values, shape }] of wanted) {
    const given = weights.get(name);
    if (given?.values.length === values.length) continue;
    throw new ArgumentError("weights", `weights "${name}" have ${given?.values.length ?? "no"} values, and the model's are ${shape.join("×")}`,
      "Begin with the learner's initialWeights().");
  }
}

/** @throws {SimulationError} when a loss is not a number that can be learned from */
export function checkLoss(loss: number, sample: number): void {
  if (Number.isFinite(loss)) return;
  throw new SimulationError("loss-not-finite", `the loss of sample ${sample} is ${loss}`, "Use a lower learning rate, and finite inputs.");
}
