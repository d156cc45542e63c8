/** Weights of few bits. */
export { integerRange, quantiseWeights, weightStep } from "./quantiseWeights.ts";
export type { QuantisedWeights } from "./quantiseWeights.ts";
export { quantised, straightThrough as straightThroughGradient } from "./straightThrough.ts";
