/** Learners that compare two activities instead of passing errors back: equilibrium propagation and Forward-Forward. */
export { EquilibriumLearner } from "../equilibrium/equilibriumLearner.ts";
export type { EquilibriumEpoch } from "../equilibrium/equilibriumLearner.ts";
export { EnergyNetwork } from "../equilibrium/energyNetwork.ts";
export type { Activities, Relaxation } from "../equilibrium/energyNetwork.ts";
export { scellierBengio } from "../equilibrium/equilibriumSettings.ts";
export type { EquilibriumSettings } from "../equilibrium/equilibriumSettings.ts";
export { ForwardForwardLearner } from "../forwardForward/forwardForwardLearner.ts";
export type { ForwardForwardEpoch, ToldBy } from "../forwardForward/forwardForwardLearner.ts";
export { hintonSettings } from "../forwardForward/forwardForwardSettings.ts";
export type { ForwardForwardSettings } from "../forwardForward/forwardForwardSettings.ts";
export { ensembles } from "../forwardForward/ensembles.ts";
export type { Ensembles } from "../forwardForward/ensembles.ts";
export { MonoForwardLearner } from "../forwardForward/monoForwardLearner.ts";
export type { MonoForwardSettings } from "../forwardForward/monoForwardLearner.ts";
export type { Goodness } from "../forwardForward/goodness.ts";
export { plainProducts } from "./products.ts";
export type { Products } from "./products.ts";
export { wasmProducts } from "./wasmProducts.ts";
