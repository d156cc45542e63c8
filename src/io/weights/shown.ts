/** Weights in the unit in which people say them. */
import { ArgumentError } from "../../errors.ts";
import { dimensions, sameDimension, type Dimension } from "../../units/dimension.ts";
import { readQuantity } from "../../units/quantity.ts";
import type { WeightHistogram } from "../plot/weightHistograms.ts";
import type { WeightTable } from "./weightTable.ts";

/** Units of a dimension, and how many of it an SI unit is; the first that gives numbers of a usual size is used. */
const units: readonly (readonly [Dimension, readonly (readonly [unit: string, scale: number])[]])[] = [
  [dimensions.volt, [["mV", 1e3], ["uV", 1e6], ["nV", 1e9]]],
  [dimensions.ampere, [["nA", 1e9], ["pA", 1e12], ["fA", 1e15]]],
  [dimensions.siemens, [["nS", 1e9], ["pS", 1e12]]],
];

/** Unit and scale for values of about a size, given in a unit in words; what is not volt, ampere or siemens stays as it is. */
export function shownUnit(unit: string, size: number): readonly [unit: string, scale: number] {
  if (unit === "1" || unit === "") return ["", 1];
  try {
    const { value, dimension } = readQuantity(`1 ${unit}`, "unit");
    const choices = units.find(([known]) => sameDimension(known, dimension))?.[1];
    if (!choices) return [unit, 1];
    const [name, scale] = choices.find(([, perUnit]) => size * value * perUnit >= 0.01) ?? choices[size === 0 ? 0 : choices.length - 1]!;
    return [name, value * scale];
  } catch (error) {
    if (error instanceof ArgumentError) return [unit, 1];
    throw error;
  }
}

/** A table's weights as pictures show them. @param before  weights before learning, in the unit of the table */
export function shownWeights(table: WeightTable, before?: ArrayLike<number>): WeightHistogram {
  const finite = (table.bounds ?? []).filter((bound) => Number.isFinite(bound));
  let size = Math.max(0, ...finite.map(Math.abs));
  for (const w of table.weights) size = Math.max(size, Math.abs(w));
  const [unit, scale] = shownUnit(table.unit, size);
  const scaled = (values: ArrayLike<number>) => Float64Array.from(values, (w) => w * scale);
  return {
    name: table.name === "" ? "weights" : table.name, unit, weights: scaled(table.weights), ...(before ? { before: scaled(before) } : {}),
    ...(table.bounds ? { bounds: [table.bounds[0] * scale, table.bounds[1] * scale] as const } : {}),
  };
}

/** "weight (mV)" */
export const weightLabel = (unit: string): string => (unit === "" ? "weight" : `weight (${unit})`);
