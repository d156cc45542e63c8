/** The numbers of a layer of trained neurons in the words of the simulator's model. */
import { evaluate } from "../../ir/evaluate.ts";
import type { Expr } from "../../ir/expr.ts";
import { UnsupportedError } from "../../errors.ts";
import type { Value } from "../../network/values.ts";
import { dimensionName, isDimensionless } from "../../units/dimension.ts";
import type { Dimension } from "../../units/dimension.ts";
import type { SimulatedCell } from "../cells/cell.ts";
import { valueOf } from "../initialWeights.ts";
import type { CellsData, Weights } from "../modelData.ts";

/** How a layer's cells are simulated. @throws {UnsupportedError} when no model of the simulator gives the same spikes */
export function simulatedOf(layer: CellsData): SimulatedCell {
  if (layer.cell.simulated) return layer.cell.simulated;
  throw new UnsupportedError("no-model", `layer "${layer.name}": no model of the simulator gives the spikes of the cell "${layer.cell.name}"`,
    "Use a convention whose cell has `simulated`, or neurons of your own model (cellFromModel).");
}

/**
 * What an expression over a layer's parameters (and `dt`, and initial states, by their name or as `initial:v`) is for each neuron.
 *
 * @returns [units], or [1] where all neurons share it
 */
export function valuesFor(expression: Expr, layer: CellsData, units: number, weights: Weights, dt: number): Float64Array {
  const given = (name: string): ArrayLike<number> | number => weights.get(`${layer.name}/${name}`)?.values ?? valueOf(layer, name);
  const table = new Map<string, ArrayLike<number> | number>([["dt", dt]]);
  for (const { name } of layer.cell.state) {
    const initial = given(`initial:${name}`);
    table.set(name, initial).set(`initial:${name}`, initial);
  }
  for (const { name } of layer.cell.parameters) table.set(name, given(name));
  const each = [...table.values()].some((v) => typeof v !== "number" && v.length > 1);
  return Float64Array.from({ length: each ? units : 1 }, (_, k) => Number(evaluate(expression, (name) => {
    const found = table.get(name)!;
    return typeof found === "number" ? found : found[found.length === 1 ? 0 : k]!;
  })));
}

/** Values of parameters and initial states of the simulator's model, for `net.population`. */
export function populationValues(
  layer: CellsData, { model, values }: SimulatedCell, units: number, weights: Weights, dt: number,
): Record<string, Value> {
  const { parameters, variables } = model.checked;
  const found: Record<string, Value> = {};
  for (const { name, dimension } of [...parameters, ...variables.filter((v) => !v.impulse)]) {
    const same = variables.some((v) => v.name === name) && layer.cell.state.some((s) => s.name === name);
    const initial: Expr = { kind: "name", name: `initial:${name}` };
    const own = same && (weights.has(`${layer.name}/initial:${name}`) || layer.values[`initial:${name}`] !== undefined);
    const expression = own ? initial : values[name] ?? (same ? initial : undefined);
    if (expression) found[name] = asValue(valuesFor(expression, layer, units, weights, dt), dimension);
  }
  return found;
}

/** All state variables as they are before the first step, for `net.at`. */
export function initialStates({ model }: SimulatedCell, values: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(model.checked.variables.filter((v) => !v.impulse).map((v) =>
    [v.name, values[v.name] ?? asValue(Float64Array.of(v.initial), v.dimension)]));
}

/** Numbers in SI units as a value of that dimension. */
export function asValue(numbers: Float64Array, dimension: Dimension): Value {
  if (isDimensionless(dimension)) return numbers.length === 1 ? numbers[0]! : numbers;
  const unit = dimensionName(dimension);
  return numbers.length === 1 ? `${numbers[0]!} ${unit}` : { values: numbers, unit };
}
