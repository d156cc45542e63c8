/** Connections of a model as a projection of the simulator. */
import { allToAll, explicit } from "../../network/connectors.ts";
import type { Network } from "../../network/network.ts";
import type { SpikingGroup } from "../../network/population.ts";
import type { Projection } from "../../network/projection.ts";
import type { Value } from "../../network/values.ts";
import { staticSynapseModel } from "../../model/synapse.ts";
import type { SynapseModel } from "../../model/synapse.ts";
import { asValue } from "./cellValues.ts";
import { isAllToAll } from "./composeConnections.ts";
import type { Connections } from "./connections.ts";
import type { StagePopulation } from "./stagePopulation.ts";

/** Synapses that learn while the network runs. */
export interface PlasticSynapses {
  readonly model: SynapseModel;
  /** What `net.projection` takes beside weights and delays: values of the model's parameters and state, limits, modulators. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A projection with the weights of the connections, times what a unit of the model's input is for the simulated neuron. */
export function connectWith(
  net: Network, pre: SpikingGroup, to: StagePopulation, receptor: string, name: string, connections: Connections, dt: number,
  plastic?: PlasticSynapses,
): Projection {
  const { weights, post, delays } = connections, { factors } = to;
  const scaled = weights.map((w, k) => w * factors[factors.length === 1 ? 0 : post[k]!]!);
  const { checked } = to.population.model, variable = checked.variables.find((v) => v.name === checked.receptors[receptor])!;
  const delay: Value = delays ? { values: Float64Array.from(delays, (d) => (d + 1) * dt), unit: "s" } : `${dt} s`;
  return net.projection(pre, to.population, plastic?.model ?? staticSynapseModel("static"), {
    ...plastic?.options, name, receptor, delay,
    connect: isAllToAll(connections) ? allToAll() : explicit(connections.pre, post),
    weight: asValue(scaled, variable.dimension),
  } as never);
}

