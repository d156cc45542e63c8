/** Statistics of spike trains, each with its source and, in the tests, a process whose value is known. Times in seconds, rates in Hz. */
export { chosenRanges, spikeTrain, spikeTrains, trainOf } from "./trains.ts";
export type { PopulationChoice, SpikeTrains } from "./trains.ts";
export { firingRate, firingRates, peristimulusHistogram, populationCounts, populationRate, spikeCounts } from "./rates.ts";
export type { BinOptions, RateHistogram } from "./rates.ts";
export {
  coefficientOfVariation,
  coefficientsOfVariation,
  interSpikeIntervals,
  intervalVariation,
  localVariation,
  localVariationOfIntervals,
} from "./intervals.ts";
export { correlationMatrix, fanoFactor, fanoFactorOfCounts, pairwiseCorrelation, spikeSynchrony, voltageSynchrony } from "./counts.ts";
export { fourierTransform, populationSpectrum, powerSpectrum } from "./spectrum.ts";
export type { PowerSpectrum } from "./spectrum.ts";
export { vanRossumDistance, victorPurpuraDistance } from "./distances.ts";
export { currentBalance, synapticCurrent } from "./balance.ts";
export type { CurrentBalance } from "./balance.ts";
export { correlation, mean, variance } from "./moments.ts";
export { summarise } from "./summary.ts";
export type { PopulationSummary, SpikeSummary, SummaryOptions } from "./summary.ts";
