/** Neurons that receive the largest of several sums in each step, as behind a max pool of what synapses give. */
import { UnsupportedError } from "../../errors.ts";
import { neuron } from "../../model/neuron.ts";
import type { NeuronModel } from "../../model/neuron.ts";
import { isDimensionless } from "../../units/dimension.ts";
import type { SimulatedCell } from "../cells/cell.ts";
import { simulateCell } from "../cells/simulateCell.ts";
import type { CellsData } from "../modelData.ts";
import { simulatedOf } from "./cellValues.ts";

/**
 * The cell's model with `count` receptors, "sum0", "sum1" …; its input in a step is the largest of what they receive.
 *
 * @throws {UnsupportedError} for cells whose input is no plain sum of the step
 */
export function withLargestInput(layer: CellsData, count: number): { readonly simulated: SimulatedCell; readonly receptors: readonly string[] } {
  const { model } = simulatedOf(layer);
  if (!model.checked.variables.every((v) => isDimensionless(v.dimension))) {
    throw new UnsupportedError("max-of-sums", `layer "${layer.name}": neurons with units cannot take the maximum of sums as their input`,
      "Put the max pool behind the neurons, or take a dimensionless cell.");
  }
  const stepwise = simulateCell(layer.cell), receptors = Array.from({ length: count }, (_, k) => `sum${k}`);
  return { receptors, simulated: { ...stepwise, model: severalReceptors(stepwise.model, stepwise.receptor, receptors) } };
}

function severalReceptors(model: NeuronModel, receptor: string, receptors: readonly string[]): NeuronModel {
  const arriving = model.receptors[receptor]!, { [arriving]: _, ...state } = model.state;
  const variables = receptors.map((name) => `${arriving}_${name}`);
  const largest = variables.reduce((a, b) => `max(${a}, ${b})`);
  const { checked: __, kind: ___, presets: ____, ...text } = model;
  return neuron({
    ...text, state: { ...state, ...Object.fromEntries(variables.map((v) => [v, 0])) }, name: `${model.name}_largest_of_${receptors.length}`,
    receptors: Object.fromEntries(receptors.map((name, k) => [name, variables[k]!])),
    equations: [
      ...model.equations.split("\n").filter((line) => line.trim() !== `${arriving} : 1 (impulse)`),
      ...variables.map((v) => `${v} : 1 (impulse)`), `${arriving} = ${largest} : 1`,
    ].join("\n"),
  }) as NeuronModel;
}
