/** Integers as spikes. */
export { adaptiveCounts, valuesOfCounts } from "./adaptiveCounts.ts";
export type { AdaptiveCounts } from "./adaptiveCounts.ts";
export { countsOf, expandCounts, productOfSpikes, sparsityOf, spikeCodes } from "./expandCounts.ts";
export type { ExpandedCounts, SpikeCode } from "./expandCounts.ts";
export { collectOutput, expandInput, expandIntegers, integerNeuron } from "./expandIntegers.ts";
export type { ExpandedModel } from "./expandIntegers.ts";
