import type { Spikes } from "../spikes.ts";
import { fanoFactor, pairwiseCorrelation, spikeSynchrony } from "./counts.ts";
import { coefficientOfVariation, localVariation } from "./intervals.ts";
import { mean, variance } from "./moments.ts";
import { spikeCounts } from "./rates.ts";

/** The statistics of one population; NaN where there are too few spikes to tell. */
export interface PopulationSummary {
  readonly name: string;
  readonly size: number;
  readonly spikes: number;
  /** Neurons that fired at least once. */
  readonly active: number;
  /** Mean and standard deviation over neurons of the firing rate, Hz. */
  readonly rate: number;
  readonly rateDeviation: number;
  /** Mean coefficient of variation and local variation of inter-spike intervals. */
  readonly cv: number;
  readonly lv: number;
  /** Mean Fano factor of counts in windows of `window`. */
  readonly fano: number;
  /** Mean pairwise correlation and Golomb's chi of counts in bins of `bin`. */
  readonly correlation: number;
  readonly synchrony: number;
}

export interface SpikeSummary {
  /** Seconds. */
  readonly duration: number;
  readonly spikes: number;
  readonly bin: number;
  readonly window: number;
  readonly populations: readonly PopulationSummary[];
}

export interface SummaryOptions {
  /** For correlation and synchrony, seconds. Default 5 ms. */
  readonly bin?: number;
  /** For the Fano factor, seconds. Default 100 ms, or a tenth of a recording shorter than 1 s. */
  readonly window?: number;
}

/** One row of statistics a population. */
export function summarise(spikes: Spikes, options: SummaryOptions = {}): SpikeSummary {
  const { duration } = spikes;
  const bin = options.bin ?? 0.005;
  const window = options.window ?? (duration > 0 ? Math.min(0.1, duration / 10) : 0.1);
  const populations = spikes.populations.map((population): PopulationSummary => {
    const counts = spikeCounts(spikes, population);
    const rates = Float64Array.from(counts, (count) => (duration > 0 ? count / duration : 0));
    return {
      name: population.name,
      size: population.size,
      spikes: counts.reduce((sum, count) => sum + count, 0),
      active: counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0),
      rate: population.size > 0 ? mean(rates) : 0,
      rateDeviation: population.size > 0 ? Math.sqrt(variance(rates)) : 0,
      cv: coefficientOfVariation(spikes, population),
      lv: localVariation(spikes, population),
      fano: fanoFactor(spikes, population, { bin: window }),
      correlation: pairwiseCorrelation(spikes, population, { bin }),
      synchrony: spikeSynchrony(spikes, population, { bin }),
    };
  });
  return { duration, spikes: spikes.times.length, bin, window, populations };
}
