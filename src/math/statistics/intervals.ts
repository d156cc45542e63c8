import type { Spikes } from "../spikes.ts";
import { mean, variance } from "./moments.ts";
import { spikeTrains, trainOf, type PopulationChoice } from "./trains.ts";

/** Intervals between successive spikes of a train, in the train's unit. [spikes - 1] */
export function interSpikeIntervals(train: ArrayLike<number>): Float64Array {
  const intervals = new Float64Array(Math.max(0, train.length - 1));
  for (let k = 0; k < intervals.length; k++) intervals[k] = train[k + 1]! - train[k]!;
  return intervals;
}

/**
 * Coefficient of variation of intervals: standard deviation over mean; 1 for a Poisson process, 0 for a clock. NaN for fewer than two intervals.
 *
 * @source Softky & Koch (1993), J. Neurosci. 13:334-350. doi:10.1523/JNEUROSCI.13-01-00334.1993
 */
export function intervalVariation(intervals: ArrayLike<number>): number {
  return intervals.length < 2 ? Number.NaN : Math.sqrt(variance(intervals)) / mean(intervals);
}

/**
 * Local variation Lv of intervals: compares neighbours, so that a slow change of rate does not count; 1 for a Poisson process, 0 for a clock,
 * 3/(2k + 1) for a gamma process of order k. NaN for fewer than two intervals.
 *
 * @source Shinomoto, Shima & Tanji (2003), Neural Comput. 15:2823-2842. doi:10.1162/089976603322518759
 */
export function localVariationOfIntervals(intervals: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k + 1 < intervals.length; k++) {
    const both = intervals[k]! + intervals[k + 1]!;
    if (both > 0) sum += ((intervals[k]! - intervals[k + 1]!) / both) ** 2;
  }
  return intervals.length < 2 ? Number.NaN : (3 * sum) / (intervals.length - 1);
}

/** Mean coefficient of variation of the inter-spike intervals over the neurons with at least three spikes; NaN when there are none. */
export function coefficientOfVariation(spikes: Spikes, population?: PopulationChoice): number {
  return meanOverTrains(spikes, population, intervalVariation);
}

/** Mean local variation Lv over the neurons with at least three spikes; NaN when there are none. */
export function localVariation(spikes: Spikes, population?: PopulationChoice): number {
  return meanOverTrains(spikes, population, localVariationOfIntervals);
}

/** Coefficient of variation of each neuron, NaN for those with fewer than three spikes. [neurons] */
export function coefficientsOfVariation(spikes: Spikes, population?: PopulationChoice): Float64Array {
  const trains = spikeTrains(spikes, population);
  return Float64Array.from({ length: trains.neurons }, (_, k) => intervalVariation(interSpikeIntervals(trainOf(trains, k))));
}

function meanOverTrains(spikes: Spikes, population: PopulationChoice, measure: (intervals: Float64Array) => number): number {
  const trains = spikeTrains(spikes, population);
  let sum = 0;
  let count = 0;
  for (let k = 0; k < trains.neurons; k++) {
    if (trains.starts[k + 1]! - trains.starts[k]! < 3) continue;
    const value = measure(interSpikeIntervals(trainOf(trains, k)));
    if (Number.isNaN(value)) continue; // all spikes at one time
    sum += value;
    count++;
  }
  return count > 0 ? sum / count : Number.NaN;
}
