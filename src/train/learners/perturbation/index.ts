/** Learning by perturbation of weights or neurons. */
export { nodePerturbation } from "./nodePerturbation.ts";
export type { NodeGradient, NodeOptions, NodeRun } from "./nodePerturbation.ts";
export { perturb } from "./perturb.ts";
export type { Perturbed, PerturbOptions } from "./perturb.ts";
export { perturbedGradient } from "./perturbedGradient.ts";
export type { Evaluate, PerturbationOptions, PerturbedGradient } from "./perturbedGradient.ts";
