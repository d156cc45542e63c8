import { ArgumentError, didYouMean } from "../../errors.ts";
import type { SpikePopulation, Spikes } from "../spikes.ts";
import { rangeFinder, unionOfRanges, type Range } from "./ranges.ts";

/** A population of the recording, itself or by name; left out, all neurons of the recording. */
export type PopulationChoice = SpikePopulation | string | undefined;

/** Spike trains of a range of neurons, one after another in one array. */
export interface SpikeTrains {
  readonly neurons: number;
  /** Times in seconds, ascending within each train. [spikes] */
  readonly times: Float64Array;
  /** Neuron k has times[starts[k]] to times[starts[k + 1] - 1]. [neurons + 1] */
  readonly starts: Uint32Array;
}

/** The spike train of each neuron of a population. */
export function spikeTrains(spikes: Spikes, population?: PopulationChoice): SpikeTrains {
  const { times, indices } = spikes;
  const ranges = chosenRanges(spikes, population);
  const neurons = ranges.reduce((sum, { size }) => sum + size, 0);
  const rowOf = rowLookup(ranges);
  const starts = new Uint32Array(neurons + 1);
  for (let i = 0; i < indices.length; i++) {
    const row = rowOf(indices[i]!);
    if (row >= 0) starts[row + 1]!++;
  }
  for (let row = 0; row < neurons; row++) starts[row + 1]! += starts[row]!;
  const next = starts.slice();
  const sorted = new Float64Array(starts[neurons]!);
  for (let i = 0; i < indices.length; i++) {
    const row = rowOf(indices[i]!);
    if (row >= 0) sorted[next[row]!++] = times[i]!;
  }
  return { neurons, times: sorted, starts };
}

/** The spike times of one neuron, by its global index. */
export function spikeTrain(spikes: Spikes, neuron: number): Float64Array {
  const { times, indices } = spikes;
  return times.filter((_, i) => indices[i] === neuron);
}

/** One neuron's times within `spikeTrains`. */
export function trainOf({ times, starts }: SpikeTrains, neuron: number): Float64Array {
  return times.subarray(starts[neuron]!, starts[neuron + 1]!);
}

/**
 * The ranges of neurons a choice of population means.
 *
 * @throws {ArgumentError} when no population has the name
 */
export function chosenRanges(spikes: Spikes, population: PopulationChoice): readonly Range[] {
  if (population === undefined) return unionOfRanges(spikes.populations); // a population may be a slice of another
  if (typeof population !== "string") return [population];
  const found = spikes.populations.find(({ name }) => name === population);
  if (found) return [found];
  const known = spikes.populations.map(({ name }) => name);
  const near = didYouMean(population, known);
  const hint = near ? `Did you mean "${near}"?` : `Populations: ${known.join(", ") || "none"}.`;
  throw new ArgumentError("unknown-population", `the recording has no population "${population}"`, hint);
}

/** From global index to row among the ranges laid end to end, -1 outside. */
export function rowLookup(ranges: readonly Range[]): (index: number) => number {
  const find = rangeFinder(ranges);
  let before = 0;
  const shifts = ranges.map(({ offset, size }) => (before += size) - size - offset);
  return (index) => {
    const k = find(index);
    return k < 0 ? -1 : index + shifts[k]!;
  };
}
