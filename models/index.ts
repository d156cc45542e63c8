/** Models to use, read and copy. */
export { lifDelta } from "./neurons/lifDelta.ts";
export { staticSynapse } from "./synapses/staticSynapse.ts";
