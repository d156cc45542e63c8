/** Encoders: from values to spikes and currents. Pure functions; random ones depend on the seed and on the number of a sample, never on its batch. */
export { burstSpikes } from "./burst.ts";
export type { BurstOptions } from "./burst.ts";
export { deltaSpikes } from "./delta.ts";
export type { DeltaOptions } from "./delta.ts";
export { directCurrent } from "./directCurrent.ts";
export { encodedSamples, trialSamples } from "./encodedSamples.ts";
export type { LabelledValues } from "./encodedSamples.ts";
export { latencySpikes } from "./latency.ts";
export type { LatencyOptions } from "./latency.ts";
export { phaseSpikes } from "./phase.ts";
export type { PhaseOptions } from "./phase.ts";
export { populationValues } from "./population.ts";
export type { PopulationOptions } from "./population.ts";
export { poissonSpikes, rateSpikes } from "./rate.ts";
export type { PoissonOptions, RateOptions } from "./rate.ts";
export type { RandomOptions, FeatureValues } from "./values.ts";
export { trialSequence } from "./trials.ts";
export type { BinnedTrials } from "./trials.ts";
