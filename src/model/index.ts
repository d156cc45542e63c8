/** Models: `neuron({…})`, what is known of a checked one, and a user's values. */
export * from "./checked.ts";
export { neuron } from "./neuron.ts";
export type { NeuronModel, NeuronSpec, Values } from "./neuron.ts";
export * from "./checkedSynapse.ts";
export { checkSynapse } from "./checkSynapse.ts";
export { isStatic, staticSynapseModel, synapse } from "./synapse.ts";
export type { StaticSynapseModel, SynapseModel, SynapseQuantity, SynapseSpec, SynapseValues } from "./synapse.ts";
export type { Value } from "./value.ts";
export { describeModel, describeSynapse } from "./describe.ts";
export type { DescribedValue, ModelDescription, SynapseDescription } from "./describe.ts";
export { builtIns } from "./names.ts";
