import { ArgumentError } from "../../errors.ts";
import type { Spikes } from "../spikes.ts";
import { correlation, mean, variance } from "./moments.ts";
import { binOf, numberOfBins, type BinOptions } from "./rates.ts";
import { spikeTrains, type PopulationChoice, type SpikeTrains } from "./trains.ts";

/**
 * Fano factor of spike counts: variance over mean; 1 for a Poisson process. NaN when all counts are 0.
 *
 * @source Fano (1947), Phys. Rev. 72:26-29. doi:10.1103/PhysRev.72.26
 */
export function fanoFactorOfCounts(counts: ArrayLike<number>): number {
  return variance(counts) / mean(counts);
}

/** Mean over neurons of the Fano factor of their counts in successive windows (`bin`, s); silent neurons do not count; NaN when all are. */
export function fanoFactor(spikes: Spikes, population: PopulationChoice, options: BinOptions): number {
  const { bins, moments } = binned(spikes, population, options);
  let sum = 0;
  let active = 0;
  if (bins >= 2) {
    for (const { average, spread } of moments) {
      if (average === 0) continue;
      sum += spread / average;
      active++;
    }
  }
  return active > 0 ? sum / active : Number.NaN;
}

/**
 * Mean Pearson correlation of the binned spike counts over all pairs of neurons whose count varies; NaN for fewer than two such neurons. With z the
 * standardised counts of n neurons, the sum over all pairs is contained in the variance of the sum of z, so the cost grows with the number of
 * spikes and not with that of pairs.
 *
 * @source de la Rocha et al. (2007), Nature 448:802-806. doi:10.1038/nature06028
 */
export function pairwiseCorrelation(spikes: Spikes, population: PopulationChoice, options: BinOptions): number {
  const { bins, trains, moments, binsOf } = binned(spikes, population, options);
  const total = new Float64Array(bins);
  let n = 0;
  let offset = 0;
  for (let k = 0; k < trains.neurons; k++) {
    const { average, spread } = moments[k]!;
    if (!(spread > 0)) continue;
    const scale = 1 / Math.sqrt(spread);
    for (const bin of binsOf(k)) total[bin]! += scale;
    offset += average * scale;
    n++;
  }
  for (let bin = 0; bin < bins; bin++) total[bin]! -= offset;
  const power = total.reduce((sum, value) => sum + value * value, 0) / bins;
  return n >= 2 ? (power - n) / (n * (n - 1)) : Number.NaN;
}

/**
 * Pearson correlations of the binned spike counts of each pair of neurons. [neurons x neurons]
 *
 * @throws {ArgumentError} for more than 2000 neurons; `pairwiseCorrelation` gives the mean for any number
 */
export function correlationMatrix(spikes: Spikes, population: PopulationChoice, options: BinOptions): Float64Array {
  const { bins, trains, binsOf } = binned(spikes, population, options);
  const n = trains.neurons;
  if (n > 2000)
    throw new ArgumentError("correlation-size", `a correlation matrix of ${n} neurons`, "Choose at most 2000, or use pairwiseCorrelation.");
  const counts = Array.from({ length: n }, (_, k) => {
    const row = new Float32Array(bins);
    for (const bin of binsOf(k)) row[bin]!++;
    return row;
  });
  const matrix = new Float64Array(n * n);
  for (let a = 0; a < n; a++) for (let b = a; b < n; b++) matrix[a * n + b] = matrix[b * n + a] = correlation(counts[a]!, counts[b]!);
  return matrix;
}

/**
 * Synchrony of spikes: Golomb's chi of the binned counts, the standard deviation of the population mean over that of single neurons. 1 when all
 * fire together, about 1/sqrt(neurons) when they are independent. NaN when nothing varies.
 *
 * @source Golomb & Rinzel (1994), Physica D 72:259-282. doi:10.1016/0167-2789(94)90214-3
 */
export function spikeSynchrony(spikes: Spikes, population: PopulationChoice, options: BinOptions): number {
  const { bins, trains, moments, binsOf } = binned(spikes, population, options);
  const total = new Float64Array(bins);
  for (let k = 0; k < trains.neurons; k++) for (const bin of binsOf(k)) total[bin]! += 1 / trains.neurons;
  const single = moments.reduce((sum, { spread }) => sum + spread, 0) / trains.neurons;
  return single > 0 ? Math.sqrt(variance(total) / single) : Number.NaN;
}

/**
 * Synchrony of membrane potentials, Golomb's chi: the standard deviation over time of the population mean over the root mean variance of single
 * neurons; 1 when all follow the same course, about 1/sqrt(neurons) when they are independent.
 *
 * @param values potentials in any unit, sample by sample, as a state monitor returns them [samples x neurons]
 * @source Golomb & Rinzel (1994), Physica D 72:259-282. doi:10.1016/0167-2789(94)90214-3
 */
export function voltageSynchrony(values: ArrayLike<number>, neurons: number): number {
  const samples = Math.floor(values.length / neurons);
  const average = new Float64Array(samples);
  let single = 0;
  for (let k = 0; k < neurons; k++) {
    const course = Float64Array.from({ length: samples }, (_, s) => values[s * neurons + k]!);
    for (let s = 0; s < samples; s++) average[s]! += course[s]! / neurons;
    single += variance(course) / neurons;
  }
  return single > 0 ? Math.sqrt(variance(average) / single) : Number.NaN;
}

interface Binned {
  readonly bins: number;
  readonly trains: SpikeTrains;
  /** Mean and variance over bins of each neuron's count. */
  readonly moments: readonly { readonly average: number; readonly spread: number }[];
  /** The bins of one neuron's spikes, ascending. */
  binsOf(neuron: number): Int32Array;
}

function binned(spikes: Spikes, population: PopulationChoice, options: BinOptions): Binned {
  const { bin, from = 0 } = options;
  const bins = numberOfBins(spikes, options);
  const trains = spikeTrains(spikes, population);
  const all = new Int32Array(trains.times.length);
  for (let i = 0; i < all.length; i++) all[i] = binOf(trains.times[i]! - from, bin);
  const binsOf = (neuron: number) => {
    let first = trains.starts[neuron]!;
    let end = trains.starts[neuron + 1]!;
    while (first < end && all[first]! < 0) first++;
    while (end > first && all[end - 1]! >= bins) end--;
    return all.subarray(first, end);
  };
  const moments = Array.from({ length: trains.neurons }, (_, k) => {
    const own = binsOf(k);
    const average = own.length / bins;
    let squares = 0;
    for (let i = 0; i < own.length;) {
      let end = i + 1;
      while (end < own.length && own[end] === own[i]) end++;
      squares += (end - i) ** 2;
      i = end;
    }
    return { average, spread: bins > 0 ? squares / bins - average ** 2 : 0 };
  });
  return { bins, trains, moments, binsOf };
}
