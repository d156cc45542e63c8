import { FileError } from "../../errors.ts";
import { rangeFinder, unionOfRanges } from "../../math/statistics/ranges.ts";
import type { SpikePopulation, Spikes } from "../spikes.ts";

/** What a file said about its spikes, before anything was checked. */
export interface RawSpikes {
  readonly times: Float64Array;
  readonly indices: Uint32Array | Float64Array;
  readonly populations?: readonly SpikePopulation[] | undefined;
  readonly duration?: number | undefined;
  readonly dt?: number | undefined;
}

/** Neuron numbers above this are taken for damage: tables with a row a neuron must stay affordable whatever a file claims. */
export const LARGEST_NEURON = 2 ** 27 - 1;
const MOST_POPULATIONS = 10_000;

/**
 * Checks what a file said and makes it the `Spikes` every raster and statistic takes: times finite and not negative, neurons whole numbers in
 * range, everything inside the stated populations and duration. Unsorted spikes are sorted by time; spikes at the same time keep their order.
 * Without stated populations there is one, "neurons", from 0 to the largest index; without a duration it is the time of the last spike.
 *
 * @param source how messages name the file
 * @throws {FileError} naming the first spike or population that is wrong
 */
export function assembleSpikes(raw: RawSpikes, source: string): Spikes {
  const { times } = raw;
  const indices = checkedIndices(raw.indices, source);
  if (times.length !== indices.length) {
    throw new FileError(
      "spikes-length",
      `${source} has ${times.length} times for ${indices.length} neurons`,
      "Each spike needs one time and one neuron.",
    );
  }
  const sorted = checkTimes(times, source);
  const populations = raw.populations?.length ? checkedPopulations(raw.populations, source) : onePopulation(indices);
  checkMembership(indices, populations, source);
  const spikes = sorted ? { times, indices } : sortByTime(times, indices);
  const last = spikes.times.length > 0 ? spikes.times[spikes.times.length - 1]! : 0;
  const dt = checkedSeconds(raw.dt ?? 0, "step dt", source);
  const duration = checkedSeconds(raw.duration ?? 0, "duration", source);
  // A spike may carry the time of the end of the last step, and a product of steps and dt its rounding.
  if (duration > 0 && last > duration * (1 + 1e-9) + dt) {
    throw new FileError(
      "spikes-duration",
      `${source} ends at ${duration} s but has a spike at ${last} s`,
      `Correct its duration to at least ${last} s, or check that times are in the unit the file states.`,
    );
  }
  return { ...spikes, populations, duration: duration > 0 ? duration : last, dt };
}

function checkTimes(times: Float64Array, source: string): boolean {
  let sorted = true;
  let previous = 0;
  for (let i = 0; i < times.length; i++) {
    const time = times[i]!;
    if (!(time >= 0 && time < Number.POSITIVE_INFINITY)) {
      const fix =
        time < 0 ? "Times count from the start of the recording; add an offset so that none is negative." : "Remove the spike or give its time.";
      throw new FileError("spikes-time", `${source}: the time of spike ${i} is ${time} s`, fix);
    }
    if (time < previous) sorted = false;
    previous = time;
  }
  return sorted;
}

function checkedIndices(indices: Uint32Array | Float64Array, source: string): Uint32Array {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!(index >= 0 && index <= LARGEST_NEURON && Math.floor(index) === index)) {
      const fix = `A neuron is a whole number from 0 to ${LARGEST_NEURON}; number the neurons from 0.`;
      throw new FileError("spikes-neuron", `${source}: the neuron of spike ${i} is ${index}`, fix);
    }
  }
  return indices instanceof Uint32Array ? indices : Uint32Array.from(indices);
}

function checkedPopulations(populations: readonly SpikePopulation[], source: string): readonly SpikePopulation[] {
  if (populations.length > MOST_POPULATIONS) {
    const problem = `${source} names ${populations.length} populations`;
    throw new FileError("spikes-population", problem, `Combine them into at most ${MOST_POPULATIONS}.`);
  }
  const names = new Set<string>();
  for (const { name, offset, size } of populations) {
    if (names.has(name))
      throw new FileError("spikes-population", `${source} has two populations named "${name}"`, "Give each population its own name.");
    names.add(name);
    if (!(Number.isInteger(offset) && Number.isInteger(size) && offset >= 0 && size >= 0 && offset + size - 1 <= LARGEST_NEURON)) {
      const problem = `${source}: population "${name}" has ${size} neurons from ${offset}`;
      throw new FileError("spikes-population", problem, `Sizes and first neurons are whole numbers, and neurons end at ${LARGEST_NEURON}.`);
    }
  }
  return populations;
}

function onePopulation(indices: Uint32Array): readonly SpikePopulation[] {
  let largest = -1;
  for (let i = 0; i < indices.length; i++) if (indices[i]! > largest) largest = indices[i]!;
  return largest < 0 ? [] : [{ name: "neurons", offset: 0, size: largest + 1 }];
}

function checkMembership(indices: Uint32Array, populations: readonly SpikePopulation[], source: string): void {
  const find = rangeFinder(unionOfRanges(populations));
  const outside = indices.findIndex((index) => find(index) < 0);
  if (outside < 0) return;
  const known = populations.slice(0, 8).map(({ name, offset, size }) => `${name} ${offset} to ${offset + size - 1}`);
  const problem = `${source}: spike ${outside} is of neuron ${indices[outside]}, which is in no population`;
  throw new FileError("spikes-neuron", problem, `Populations: ${known.join(", ")}${populations.length > 8 ? ", …" : ""}.`);
}

function sortByTime(times: Float64Array, indices: Uint32Array): { times: Float64Array; indices: Uint32Array } {
  const order = Uint32Array.from(times, (_, i) => i).sort((a, b) => times[a]! - times[b]! || a - b);
  return { times: Float64Array.from(order, (i) => times[i]!), indices: Uint32Array.from(order, (i) => indices[i]!) };
}

function checkedSeconds(value: number, what: string, source: string): number {
  if (value >= 0 && value < Number.POSITIVE_INFINITY) return value;
  throw new FileError("spikes-duration", `${source}: the ${what} is ${value} s`, `Give the ${what} in seconds, or 0 when it is not known.`);
}
