/** Populations that follow layers. */
import { ArgumentError } from "../errors.ts";
import type { Simulation } from "../engine/simulation.ts";
import type { PopulationData } from "../network/data.ts";
import { dimensions, isDimensionless } from "../units/dimension.ts";
import type { Dimension } from "../units/dimension.ts";
import { formatQuantity, parseQuantity } from "../units/quantity.ts";
import type { DriveData } from "./data.ts";
import type { Reals } from "./matrix.ts";
import { groupOf } from "./nodes.ts";

/** Sets what follows the rates, at time `now` (s). */
export type Drive = (rates: Reals, now: number) => void;

/** @throws {ArgumentError} for populations and variables that the network does not have, and scales in another unit */
export function driveOf(data: DriveData, simulation: Simulation): Drive {
  const { into, layer } = data;
  const what = `drive of "${data.target.population}" by rate layer "${layer}"`;
  const group = groupOf(data.target, simulation, what);
  const population = simulation.network.data.populations.find((p) => p.name === group.name)!;
  const dimension = dimensionOf(population, into, what);
  const scale = parseQuantity(data.scale, dimension, `${what}: scale`);
  const offset = data.offset === undefined ? 0 : parseQuantity(data.offset, dimension, `${what}: offset`);
  const unit = isDimensionless(dimension) ? undefined : unitOf(String(data.scale));
  const size = unit === undefined ? 1 : parseQuantity(`1 ${unit}` as "1 s", dimension, what);
  return (rates, now) => {
    const values = Float64Array.from(rates, (rate) => (offset + scale * rate) / size);
    if (population.kind === "poisson") checkRates(values, size, what, now);
    simulation.set(group, { [into]: unit === undefined ? values : { values, unit } });
  };
}

function dimensionOf(population: PopulationData, into: string, what: string): Dimension {
  if (population.kind === "spikes") {
    throw new ArgumentError("source", `${what}: its spikes are a list`, "Use net.poissonSource, or a population.");
  }
  if (population.kind === "poisson") {
    if (into === "rate") return dimensions.hertz;
    throw new ArgumentError("unknown-name", `${what}: a Poisson source has no "${into}"`, 'Leave out into, or write "rate".');
  }
  const known = [...population.model.checked.parameters, ...population.model.checked.variables];
  const found = known.find((v) => v.name === into);
  if (found) return found.dimension;
  throw new ArgumentError("unknown-name", `${what}: it has no parameter or state variable "${into}"`,
    `Known: ${known.map((v) => v.name).join(", ")}.`);
}

/** The unit of a quantity, as written. */
const unitOf = (quantity: string): string => quantity.replace(/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*/, "").trim();

function checkRates(values: Float64Array, size: number, what: string, now: number): void {
  const k = values.findIndex((v) => v < 0);
  if (k < 0) return;
  const time = formatQuantity(now, dimensions.second);
  throw new ArgumentError("value", `${what}: unit ${k} asks for ${formatQuantity(values[k]! * size, dimensions.hertz)} at t = ${time}`,
    "Rates are 0 Hz or more: use an activation such as (x) => Math.max(0, x).");
}
