/** Cells whose neurons are all there is to them: neither learned parameters nor connections among themselves. */
import { ArgumentError } from "../../../errors.ts";
import type { CellsData, LayerData, Weights } from "../../modelData.ts";
import type { Reals } from "../../sequence.ts";

/** @throws {ArgumentError} for neurons that never spike, learn parameters, are recurrent or show something else than spikes */
export function plainCells(layer: LayerData, learner: string): CellsData | undefined {
  if (layer.kind !== "cells") return undefined;
  const refuse = (what: string, hint: string): never => {
    throw new ArgumentError("cells", `${learner}: layer "${layer.name}" ${what}`, hint);
  };
  if (!layer.cell.threshold) refuse("never spikes", "Use a cell with a threshold, e.g. neurons(leaky()).");
  if (layer.output !== "spikes") refuse(`gives its ${layer.output.state}`, 'Let it give "spikes".');
  if (layer.recurrent) refuse("is recurrent", "Leave out `recurrent`.");
  if (layer.learn.length > 0) refuse(`learns ${layer.learn.join(", ")}`, "Leave out `learn`: only weights and biases are learned here.");
  return layer;
}

/** Values of parameters and of initial states that differ between the neurons of a layer. */
export function cellParameters({ name, perNeuron }: CellsData, weights: Weights): [parameters: Map<string, Reals>, initial: Map<string, Reals>] {
  const parameters = new Map<string, Reals>(), initial = new Map<string, Reals>();
  for (const own of perNeuron) {
    const { values } = weights.get(`${name}/${own}`)!;
    if (own.startsWith("initial:")) initial.set(own.slice("initial:".length), values);
    else parameters.set(own, values);
  }
  return [parameters, initial];
}
