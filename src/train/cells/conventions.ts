/** Neurons in the conventions of other libraries. */
export { adaptive, leakyIntegrator, norseLif, norseLsnn } from "./norse.ts";
export type { NorseOptions } from "./norse.ts";
export { alpha, leaky, rLeaky, synaptic } from "./snnTorch.ts";
export type { LeakyOptions, ResetRule, SnnTorchOptions, SynapticOptions } from "./snnTorch.ts";
export { integrateAndFire, lif, parametricLif } from "./spikingJelly.ts";
export type { SpikingJellyOptions } from "./spikingJelly.ts";
export { spyTorch } from "./spyTorch.ts";
