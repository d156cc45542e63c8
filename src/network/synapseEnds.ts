/** What a synapse model means between the neurons of a projection: units of the weight and of the variables at both ends. */
import { checkSynapse } from "../model/checkSynapse.ts";
import type { CheckedSynapse, SynapseEnds } from "../model/checkedSynapse.ts";
import type { Dimension } from "../model/checked.ts";
import { isUnknownWeight } from "../model/synapseContext.ts";
import type { SynapseModel } from "../model/synapse.ts";
import type { NetworkData, PopulationData, ProjectionData } from "./data.ts";
import { receptorDimension, synapseScope } from "./scopes.ts";
import { valueDimension } from "./values.ts";
import type { Value } from "./values.ts";

/** The parts of a projection that decide what its model means. */
export interface ProjectionUse {
  readonly name: string;
  readonly model: SynapseModel;
  readonly receptor: string | undefined;
  readonly weight: Value;
}

/**
 * @throws {EquationError} when the model does not fit the neurons at its ends
 * @throws {ArgumentError} when the unit of the weight cannot be found
 */
export function checkedAt(use: ProjectionUse, pre: PopulationData, post: PopulationData): CheckedSynapse {
  const receptor = use.receptor === undefined || post.kind !== "neurons" ? undefined : receptorDimension(post.model.checked, use.receptor);
  const declared = use.model.checked.variables[0]!.dimension;
  // Without a receptor, the weight is in whatever unit it is given.
  const weight = isUnknownWeight(declared)
    ? (receptor ?? valueDimension(use.weight, synapseScope(pre.positions, post.positions), `projection ${use.name}: weight`))
    : declared;
  const ends: SynapseEnds = {
    pre: namesOf(pre),
    post: namesOf(post),
    weight,
    ...(receptor ? { receptor } : {}),
    ...(post.kind === "neurons" ? { postVariables: new Set(post.model.checked.variables.map((v) => v.name)) } : {}),
  };
  return checkSynapse(use.model, ends, `synapse "${use.model.name}" of projection ${use.name}`);
}

/** The model of a projection as it is between its neurons. */
export function checkedSynapseOf(p: ProjectionData, data: NetworkData): CheckedSynapse {
  const find = (name: string): PopulationData => data.populations.find((q) => q.name === name)!;
  return checkedAt(p, find(p.pre.population), find(p.post.population));
}

/** Variables and parameters, which synapses may read. */
function namesOf(p: PopulationData): ReadonlyMap<string, Dimension> {
  if (p.kind !== "neurons") return new Map();
  const { variables, parameters } = p.model.checked;
  return new Map([...variables, ...parameters].map((v) => [v.name, v.dimension]));
}
