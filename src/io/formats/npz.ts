import { FileError } from "../../errors.ts";
import type { SpikePopulation, Spikes } from "../spikes.ts";
import { assembleSpikes } from "./assemble.ts";
import { decodeNpy, encodeNpy, encodeNpyTable, type NpyArray, type NpyData } from "./npy.ts";
import { decodeZip, encodeZip } from "./zip.ts";

/** .npy: one structured array, `time_s` (float64) and `neuron` (uint32). Neither duration nor populations survive; .npz keeps them. */
export function encodeSpikesNpy(spikes: Spikes): Uint8Array {
  return encodeNpyTable({ time_s: spikes.times, neuron: spikes.indices });
}

/**
 * Reads ours, any structured array with `time_s` or `time_ms` and `neuron`, or a plain array of two columns, seconds and neurons.
 *
 * @throws {FileError}
 */
export function decodeSpikesNpy(bytes: Uint8Array, source: string): Spikes {
  const array = decodeNpy(bytes, source);
  if (array.fields) return fromFields(array.fields, {}, source);
  if (array.shape.length === 2 && array.shape[1] === 2 && ArrayBuffer.isView(array.data)) {
    const { data } = array;
    const column = (k: number) => Float64Array.from({ length: array.shape[0]! }, (_, row) => data[2 * row + k]!);
    return assembleSpikes({ times: column(0), indices: column(1) }, source);
  }
  const hint = "Save two columns, numpy.save(path, numpy.stack([seconds, neurons], 1)), or an .npz with times and indices.";
  throw new FileError("npy-spikes", `${source} is an array of shape (${array.shape.join(", ")}), not a list of spikes`, hint);
}

/**
 * .npz: arrays `times` (s, float64), `indices` (uint32), `population_names`, `population_offsets`, `population_sizes`, `duration`, `dt`:
 * `numpy.load(path)["times"]`.
 */
export async function encodeNpz(spikes: Spikes): Promise<Uint8Array> {
  const { populations } = spikes;
  return encodeZip({
    "times.npy": encodeNpy(spikes.times),
    "indices.npy": encodeNpy(spikes.indices),
    "population_names.npy": encodeNpy(populations.map(({ name }) => name)),
    "population_offsets.npy": encodeNpy(Float64Array.from(populations, ({ offset }) => offset)),
    "population_sizes.npy": encodeNpy(Float64Array.from(populations, ({ size }) => size)),
    "duration.npy": encodeNpy(Float64Array.of(spikes.duration), []),
    "dt.npy": encodeNpy(Float64Array.of(spikes.dt), []),
  });
}

/**
 * Reads ours, or any .npz with `times`, `time_s` or `time_ms` and `indices` or `neuron`.
 *
 * @param limit largest number of bytes to unpack
 * @throws {FileError}
 */
export async function decodeNpz(bytes: Uint8Array, source: string, limit: number): Promise<Spikes> {
  const entries = await decodeZip(bytes, source, limit, (name) => name.endsWith(".npy"));
  const arrays = new Map(Array.from(entries, ([name, content]) => [name.slice(0, -4), decodeNpy(content, `${source}, array ${name.slice(0, -4)}`)]));
  const scalar = (name: string): number | undefined => {
    const data = arrays.get(name)?.data;
    return ArrayBuffer.isView(data) && data.length === 1 ? data[0] : undefined;
  };
  const columns = new Map(Array.from(arrays, ([name, { data }]) => [name, data]));
  return fromFields(columns, { duration: scalar("duration"), dt: scalar("dt"), populations: readPopulations(arrays, source) }, source);
}

const TIMES: readonly (readonly [name: string, perSecond: number])[] = [
  ["times", 1],
  ["time_s", 1],
  ["times_s", 1],
  ["time_ms", 1000],
  ["times_ms", 1000],
];
const NEURONS = ["indices", "neuron", "neurons", "neuron_id", "index", "id", "sender", "senders"];

interface Extra {
  readonly duration?: number | undefined;
  readonly dt?: number | undefined;
  readonly populations?: readonly SpikePopulation[] | undefined;
}

function fromFields(fields: ReadonlyMap<string, NpyData>, extra: Extra, source: string): Spikes {
  const time = TIMES.find(([name]) => fields.has(name));
  const neuron = NEURONS.find((name) => fields.has(name));
  const times = time && fields.get(time[0]);
  const indices = neuron && fields.get(neuron);
  if (!ArrayBuffer.isView(times) || !ArrayBuffer.isView(indices)) {
    const problem = `${source} has ${[...fields.keys()].slice(0, 8).join(", ") || "nothing"}, not the times and neurons of spikes`;
    throw new FileError("npy-spikes", problem, "Save numbers under the names times (in seconds, or time_ms) and indices.");
  }
  const seconds = times instanceof Float64Array && time![1] === 1 ? times : Float64Array.from(times, (value) => value / time![1]);
  return assembleSpikes({ times: seconds, indices: indices instanceof Uint32Array ? indices : Float64Array.from(indices), ...extra }, source);
}

function readPopulations(arrays: ReadonlyMap<string, NpyArray>, source: string): SpikePopulation[] | undefined {
  const names = arrays.get("population_names")?.data;
  if (names === undefined) return undefined;
  const offsets = arrays.get("population_offsets")?.data;
  const sizes = arrays.get("population_sizes")?.data;
  if (
    ArrayBuffer.isView(names) ||
    !ArrayBuffer.isView(offsets) ||
    !ArrayBuffer.isView(sizes) ||
    names.length !== offsets.length ||
    names.length !== sizes.length
  ) {
    const hint = "Save population_names (text), population_offsets and population_sizes of equal length, or none of them.";
    throw new FileError("npz-populations", `${source}: its populations do not fit together`, hint);
  }
  return names.map((name, k) => ({ name, offset: offsets[k]!, size: sizes[k]! }));
}
