/** Trained models in the simulator. */
export { alignSpikes } from "./alignSpikes.ts";
export { populationOf, toNetwork } from "./toNetwork.ts";
export type { ModelNetwork, NetworkLayer, ToNetworkOptions } from "./toNetwork.ts";
export type { PlasticSynapses } from "./synapsesOf.ts";
export { fromNetwork } from "./fromNetwork.ts";
export type { FromNetworkOptions } from "./fromNetwork.ts";
