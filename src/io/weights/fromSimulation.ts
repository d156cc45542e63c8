/** The weights of a running network, taken out of it and put back. */
import { ArgumentError } from "../../errors.ts";
import type { Dimension } from "../../model/checked.ts";
import { unknownWeight } from "../../model/synapseNames.ts";
import type { NetworkData, ProjectionData } from "../../network/data.ts";
import type { Projection } from "../../network/projection.ts";
import { receptorDimension } from "../../network/scopes.ts";
import type { Value } from "../../network/values.ts";
import { dimensionless, dimensionName, sameDimension } from "../../units/dimension.ts";
import { weightBounds, type Bounds } from "./bounds.ts";
import { matchWeights } from "./match.ts";
import type { WeightTable } from "./weightTable.ts";

/** What a simulation shows of its synapses. */
export interface SynapseSource {
  readonly network: { readonly data: NetworkData };
  synapses(projection: Projection): {
    readonly pre: Uint32Array; readonly post: Uint32Array; readonly weights: Float64Array; readonly delays: Float64Array;
  };
  get(projection: Projection, name: string): Float64Array;
}

/** A simulation whose weights can be set. */
export interface SynapseTarget extends SynapseSource {
  set(projection: Projection, values: { readonly [name: string]: Value }): void;
}

/**
 * The synapses of one projection as they are now.
 *
 * @throws {ArgumentError} when the projection belongs to another network
 */
export function weightTable(simulation: SynapseSource, projection: Projection): WeightTable {
  const { data } = simulation.network;
  const own = projectionData(data, projection);
  const { pre, post, weights, delays } = simulation.synapses(projection);
  const bounds = boundsOf(simulation, projection);
  return {
    name: own.name, shape: [own.pre.end - own.pre.start, own.post.end - own.post.start], pre, post, weights, delays,
    unit: dimensionName(weightDimension(data, own)), ...(bounds.some((bound) => Number.isFinite(bound)) ? { bounds } : {}),
  };
}

/**
 * Sets the weights of a projection to those of a table: of the same pairs of neurons in any order; of a pair with several synapses, in theirs.
 *
 * @throws {ArgumentError} when shape, unit or connectivity differ, naming the first pair that does
 */
export function setWeights(simulation: SynapseTarget, projection: Projection, table: WeightTable): void {
  const { data } = simulation.network;
  const own = projectionData(data, projection);
  const { pre, post } = simulation.synapses(projection);
  const values = matchWeights(table, {
    name: own.name, pre, post, shape: [own.pre.end - own.pre.start, own.post.end - own.post.start], dimension: weightDimension(data, own),
  });
  // Already in SI units, which is what the unit in words stands for.
  simulation.set(projection, { w: { values, unit: dimensionName(weightDimension(data, own)) } });
}

/** Between which values learning keeps the weights of a projection, SI; infinite where there is no bound. */
export function boundsOf(simulation: SynapseSource, projection: Projection): Bounds {
  const own = projectionData(simulation.network.data, projection);
  const { checked } = own.model;
  const parameters = new Map<string, number>();
  for (const { name } of checked.parameters) {
    const values = simulation.get(projection, name);
    const [first] = values;
    if (first !== undefined && values.every((value) => value === first)) parameters.set(name, first);
  }
  const [low, high] = weightBounds(checked, parameters);
  return [own.dale === "excitatory" ? Math.max(0, low) : low, own.dale === "inhibitory" ? Math.min(0, high) : high];
}

/** Of the weight: what the model says, or that of the receptor. */
export function weightDimension(data: NetworkData, { model, post, receptor }: ProjectionData): Dimension {
  const declared = model.checked.variables[0]!.dimension;
  if (!sameDimension(declared, unknownWeight)) return declared;
  const population = data.populations.find(({ name }) => name === post.population);
  return population?.kind === "neurons" && receptor !== undefined ? receptorDimension(population.model.checked, receptor) : dimensionless;
}

function projectionData(data: NetworkData, projection: Projection): ProjectionData {
  const own = data.projections.find(({ name }) => name === projection.name);
  if (own) return own;
  const known = data.projections.map(({ name }) => name).join(", ");
  throw new ArgumentError("foreign", `projection ${projection.name} belongs to another network`, `The simulated one has ${known || "none"}.`);
}
