/** Reads a model whose layers are pairs: weights from all to all, then the units that they reach. */
import { ArgumentError } from "../../../errors.ts";
import type { ActivationData, CellsData, DenseData, LayerData, ModelData, Weights } from "../../modelData.ts";
import { sizeOf } from "../../sequence.ts";
import type { Reals } from "../../sequence.ts";

export interface LayerPair<Units> {
  readonly dense: DenseData;
  readonly units: Units;
  readonly inputs: number;
  /** [inputs, units] */
  readonly kernel: Reals;
  readonly bias: Reals | undefined;
}

/** Which units a learner can train, and what to say about others. */
export interface UnitsWanted<Units> {
  /** Who asks, e.g. "equilibrium propagation". */
  readonly learner: string;
  readonly accept: (layer: LayerData) => Units | undefined;
  /** e.g. `activation({ type: "clip" })` */
  readonly instead: string;
}

/** @throws {ArgumentError} naming the first layer or weight that does not fit */
export function readLayers<Units extends ActivationData | CellsData>(
  model: ModelData, weights: Weights, wanted: UnitsWanted<Units>,
): LayerPair<Units>[] {
  const { learner, accept, instead } = wanted;
  const refuse = (name: string, what: string, hint: string): never => {
    throw new ArgumentError("layer-kind", `${learner}: layer "${name}" ${what}`, hint);
  };
  if (model.input.shape.length !== 1) {
    throw new ArgumentError("input-shape", `${learner}: the input has the shape [${model.input.shape.join(", ")}]`,
      `Give it as [${sizeOf(model.input.shape)}].`);
  }
  if (model.layers.length === 0 || model.layers.length % 2 === 1) {
    const last = model.layers[model.layers.length - 1];
    throw new ArgumentError("layers", `${learner}: ${last ? `layer "${last.name}" is without units` : "the model has no layers"}`,
      `Give pairs of dense(…) and ${instead}.`);
  }
  const pairs: LayerPair<Units>[] = [];
  let inputs = model.input.shape[0]!;
  for (let k = 0; k < model.layers.length; k += 2) {
    const dense = model.layers[k]!, next = model.layers[k + 1]!;
    if (dense.kind !== "dense") return refuse(dense.name, `is of kind ${dense.kind}`, `Each ${instead} must follow a dense(…).`);
    if (dense.delays) refuse(dense.name, "has delays", "Leave them out: activities settle, so that when a signal arrives is lost.");
    if (dense.bits !== undefined) refuse(dense.name, `has weights of ${dense.bits} bits`, "Train it without `bits` and round afterwards.");
    const units = accept(next);
    if (!units) return refuse(next.name, `is ${described(next)}`, `Use ${instead}.`);
    const kernel = weightOf(weights, `${dense.name}/kernel`, inputs * dense.units, learner);
    const bias = dense.bias ? weightOf(weights, `${dense.name}/bias`, dense.units, learner) : undefined;
    pairs.push({ dense, units, inputs, kernel, bias });
    inputs = dense.units;
  }
  return pairs;
}

const described = (layer: LayerData): string => (layer.kind === "activation" ? `an activation "${layer.activation.type}"` : `of kind ${layer.kind}`);

function weightOf(weights: Weights, name: string, size: number, learner: string): Reals {
  const values = weights.get(name)?.values;
  if (values && values.length === size) return values;
  throw new ArgumentError("weights", `${learner}: ${values ? `"${name}" has ${values.length} values, not ${size}` : `there is no weight "${name}"`}`,
    "Use the weights that initialWeights(model) makes.");
}
