import { ArgumentError } from "../../errors.ts";
import type { Spikes } from "../spikes.ts";
import { chosenRanges, rowLookup, type PopulationChoice } from "./trains.ts";

/** A rate over time: `rate[k]` in Hz is of the bin around `times[k]`, seconds. */
export interface RateHistogram {
  readonly bin: number;
  readonly times: Float64Array;
  readonly rate: Float64Array;
}

/** Mean firing rate in Hz of the neurons of a population, silent ones included; 0 when the duration is unknown. */
export function firingRate(spikes: Spikes, population?: PopulationChoice): number {
  const ranges = chosenRanges(spikes, population);
  const neurons = ranges.reduce((sum, { size }) => sum + size, 0);
  const rowOf = rowLookup(ranges);
  const { indices, duration } = spikes;
  let count = 0;
  for (let i = 0; i < indices.length; i++) if (rowOf(indices[i]!) >= 0) count++;
  return duration > 0 && neurons > 0 ? count / neurons / duration : 0;
}

/** Firing rate in Hz of each neuron of a population. [neurons] */
export function firingRates(spikes: Spikes, population?: PopulationChoice): Float64Array {
  const { duration } = spikes;
  return Float64Array.from(spikeCounts(spikes, population), (count) => (duration > 0 ? count / duration : 0));
}

/** Number of spikes of each neuron of a population. [neurons] */
export function spikeCounts(spikes: Spikes, population?: PopulationChoice): Uint32Array {
  const ranges = chosenRanges(spikes, population);
  const rowOf = rowLookup(ranges);
  const counts = new Uint32Array(ranges.reduce((sum, { size }) => sum + size, 0));
  const { indices } = spikes;
  for (let i = 0; i < indices.length; i++) {
    const row = rowOf(indices[i]!);
    if (row >= 0) counts[row]!++;
  }
  return counts;
}

/** Part of a recording, in bins. Seconds; by default the whole recording. */
export interface BinOptions {
  readonly bin: number;
  readonly from?: number;
  readonly to?: number;
}

/** Firing rate of a population averaged over its neurons, in bins; a last bin that would be incomplete is left out. */
export function populationRate(spikes: Spikes, population: PopulationChoice, options: BinOptions): RateHistogram {
  const { bin, from = 0 } = options;
  const neurons = chosenRanges(spikes, population).reduce((sum, { size }) => sum + size, 0);
  const counts = populationCounts(spikes, population, options);
  const rate = counts.map((count) => (neurons > 0 ? count / neurons / bin : 0));
  return { bin, times: Float64Array.from(rate, (_, k) => from + (k + 0.5) * bin), rate };
}

/** Number of spikes of a population in each bin. [bins] */
export function populationCounts(spikes: Spikes, population: PopulationChoice, options: BinOptions): Float64Array {
  const { bin, from = 0 } = options;
  const rowOf = rowLookup(chosenRanges(spikes, population));
  const counts = new Float64Array(numberOfBins(spikes, options));
  const { times, indices } = spikes;
  for (let i = 0; i < times.length; i++) {
    const k = binOf(times[i]! - from, bin);
    if (k >= 0 && k < counts.length && rowOf(indices[i]!) >= 0) counts[k]!++;
  }
  return counts;
}

/**
 * Peristimulus time histogram: the mean rate of a population around events, in Hz, against the time from the event.
 *
 * @param events times of the events in seconds; those whose window leaves the recording count with the part inside
 * @param window `before` and `after` the event, and `bin`, in seconds
 * @source Gerstein & Kiang (1960), Biophys. J. 1:15-28. doi:10.1016/S0006-3495(60)86872-5
 */
export function peristimulusHistogram(
  spikes: Spikes,
  population: PopulationChoice,
  events: ArrayLike<number>,
  window: { readonly before: number; readonly after: number; readonly bin: number },
): RateHistogram {
  const { before, after, bin } = window;
  const neurons = chosenRanges(spikes, population).reduce((sum, { size }) => sum + size, 0);
  const rowOf = rowLookup(chosenRanges(spikes, population));
  const bins = checkedBins(before + after, bin);
  const counts = new Float64Array(bins);
  const { times, indices } = spikes;
  for (let e = 0; e < events.length; e++) {
    const start = events[e]! - before;
    for (let i = firstAtOrAfter(times, start - bin); i < times.length; i++) {
      const k = binOf(times[i]! - start, bin);
      if (k >= bins) break;
      if (k >= 0 && rowOf(indices[i]!) >= 0) counts[k]!++;
    }
  }
  const scale = events.length * neurons * bin;
  return { bin, times: Float64Array.from(counts, (_, k) => (k + 0.5) * bin - before), rate: counts.map((count) => (scale > 0 ? count / scale : 0)) };
}

/** The bin a time falls in. Times are steps times dt: a millionth of a bin forgives the rounding that would put 3 * 0.1 ms before 0.3 ms. */
export function binOf(time: number, bin: number): number {
  return Math.floor(time / bin + 1e-6);
}

/** @throws {ArgumentError} when the bin is not positive or there would be more than a hundred million */
export function numberOfBins(spikes: Spikes, { bin, from = 0, to = spikes.duration }: BinOptions): number {
  return checkedBins(to - from, bin);
}

function checkedBins(length: number, bin: number): number {
  if (!(bin > 0)) throw new ArgumentError("bin", `the bin is ${bin} s`, "Give a positive bin, for example 0.005 for 5 ms.");
  const bins = binOf(length, bin);
  if (bins <= 1e8) return Math.max(0, bins);
  throw new ArgumentError("bin", `${length} s in bins of ${bin} s are ${bins} bins`, "Give a longer bin or a shorter part of the recording.");
}

/** Index of the first time that is not before `time`, in ascending times. */
export function firstAtOrAfter(times: Float64Array, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
