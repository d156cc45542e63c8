/** Names that a synapse model may use without declaring them, and names that it may not give. */
import { dimensionless, dimensions } from "../units/dimension.ts";
import type { Dimension } from "../units/dimension.ts";
import type { Meanings } from "./names.ts";

/** Time, step, indices of the neurons at both ends, sizes of both groups, and the time since the synapse's last event. */
export const synapseBuiltIns: ReadonlyMap<string, Dimension> = new Map([["t", dimensions.second], ["dt", dimensions.second], ["i", dimensionless],
  ["j", dimensionless], ["N_pre", dimensionless], ["N_post", dimensionless], ["elapsed", dimensions.second]]);

/** Parameters and state are given to a projection beside these options. */
export const projectionOptionNames = ["connect", "receptor", "weight", "delay", "dendriticDelay", "coincident", "modulators", "limits", "dale",
  "store", "name"] as const;

export const synapseMeanings: Meanings = new Map([
  ...projectionOptionNames.map((name) => [name, "an option of projections"] as const),
  ["t", "the time"], ["dt", "the step"], ["i", "the index of the presynaptic neuron"], ["j", "the index of the postsynaptic neuron"],
  ["N_pre", "the number of presynaptic neurons"], ["N_post", "the number of postsynaptic neurons"],
  ["elapsed", "the time since the synapse's last event"], ["receptor", "what spikes are sent to"], ["weight", "the unit of the weight"],
]);

/** The end a name such as `v_post` refers to, and its name there. */
export function endOf(name: string): { readonly side: "pre" | "post"; readonly variable: string } | undefined {
  const found = /^(\w+)_(pre|post)$/.exec(name);
  return found && !synapseBuiltIns.has(name) ? { side: found[2] as "pre" | "post", variable: found[1]! } : undefined;
}

export const sideName = { pre: "presynaptic", post: "postsynaptic" } as const;

/**
 * While the neurons of a projection are not known, the weight is in a unit of its own. Candela stands for it, which no model of a synapse
 * needs; messages call it "weight".
 */
export const unknownWeight: Dimension = dimensions.candela;
