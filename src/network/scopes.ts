/** Which names expressions for values may use, and the dimensions of what they stand for. */
import type { CheckedNeuron, Dimension } from "../model/checked.ts";
import { dimensionless, dimensions } from "../units/dimension.ts";
import type { Positions } from "./positions.ts";
import { synapseNames } from "./values.ts";

export function receptorDimension(model: CheckedNeuron, receptor: string): Dimension {
  return model.variables.find((v) => v.name === model.receptors[receptor])!.dimension;
}

/** Names that expressions for neurons' values may use, with dimensions. */
export function neuronScope(model: CheckedNeuron, positions: Positions | undefined): Map<string, Dimension> {
  const scope = new Map<string, Dimension>([...model.parameters, ...model.variables].map((v) => [v.name, v.dimension]));
  scope.set("i", dimensionless).set("N", dimensionless);
  ["x", "y", "z"].slice(0, positions?.dimensions ?? 0).forEach((axis) => scope.set(axis, dimensions.metre));
  return scope;
}

/** Names that expressions for synapses' values may use, with dimensions. */
export function synapseScope(pre: Positions | undefined, post: Positions | undefined): Map<string, Dimension> {
  const scope = new Map<string, Dimension>(synapseNames.slice(0, 4).map((n) => [n, dimensionless]));
  const axes = ["x", "y", "z"];
  axes.slice(0, pre?.dimensions ?? 0).forEach((axis) => scope.set(`${axis}_pre`, dimensions.metre));
  axes.slice(0, post?.dimensions ?? 0).forEach((axis) => scope.set(`${axis}_post`, dimensions.metre));
  if (pre && post && pre.dimensions === post.dimensions) scope.set("distance", dimensions.metre);
  return scope;
}
