import { ArgumentError, FileError } from "../errors.ts";
import { readBytes, writeAtomically } from "./files.ts";
import { assembleSpikes } from "./formats/assemble.ts";
import { decodeCsv, encodeCsv } from "./formats/csv.ts";
import { asciiText } from "./formats/fields.ts";
import { decodeJson, encodeJson } from "./formats/json.ts";
import { decodeNest, encodeGdf, encodeNest, looksLikeNest } from "./formats/nest.ts";
import { isNpy } from "./formats/npy.ts";
import { decodeNpz, decodeSpikesNpy, encodeNpz, encodeSpikesNpy } from "./formats/npz.ts";
import { isZip } from "./formats/zip.ts";
import type { Spikes } from "./spikes.ts";

/** Spike file formats: CSV, JSON, NumPy .npy and .npz, NEST 3 text (.dat) and NEST 2 text (.gdf). */
export type SpikeFormat = "csv" | "json" | "npy" | "npz" | "dat" | "gdf";

export interface SaveSpikesOptions {
  /** Default: from the extension. */
  readonly format?: SpikeFormat;
}

export interface LoadSpikesOptions {
  /** Default: from what the file begins with. */
  readonly format?: SpikeFormat;
  /** Step in seconds, for NEST files that give times in steps. */
  readonly dt?: number;
  /** Refuse files that are larger, or unpack to more. Default: 2 GiB; to unpack, 256 MiB or 64 times the file. */
  readonly maxBytes?: number;
}

/**
 * Saves spikes, the file being there whole or not at all. Reading it back gives the same spikes, bit for bit; .npy and .gdf have no place for
 * duration, step and populations.
 *
 * @throws {FileError} when the disk is full, the folder cannot be made, the path is a folder
 * @throws {ArgumentError} for an unknown extension
 */
export async function saveSpikes(path: string, spikes: Spikes, options: SaveSpikesOptions = {}): Promise<void> {
  const format = options.format ?? formatOfExtension(path);
  await writeAtomically(path, await encodeSpikes(spikes, format));
}

/**
 * Loads spikes from a file, or from the files of several threads or ranks, which are merged by time.
 *
 * @throws {FileError} naming the file, the line or spike, and the fix; no input makes it crash, hang or allocate more than the file is large
 */
export async function loadSpikes(path: string | readonly string[], options: LoadSpikesOptions = {}): Promise<Spikes> {
  if (typeof path === "string") return decodeSpikes(await readBytes(path, options.maxBytes), path, options);
  const parts: Spikes[] = [];
  for (const one of path) parts.push(await loadSpikes(one, options));
  return mergeSpikes(parts, path.join(" + "));
}

/**
 * Reads a file's bytes, wherever they came from: pure, for the browser as for Node.
 *
 * @param source how messages name the file; its extension is used when the content does not say what it is
 */
export async function decodeSpikes(bytes: Uint8Array, source: string, options: LoadSpikesOptions = {}): Promise<Spikes> {
  const format = options.format ?? sniff(bytes, source);
  switch (format) {
    case "csv":
      return decodeCsv(completeLines(bytes, source), source);
    case "json":
      return decodeJson(bytes, source);
    case "npy":
      return decodeSpikesNpy(bytes, source);
    case "npz":
      return decodeNpz(bytes, source, options.maxBytes ?? Math.max(2 ** 28, 64 * bytes.length));
    case "dat":
    case "gdf":
      return decodeNest(completeLines(bytes, source), source, options.dt);
    default:
      throw unknownFormat(String(format satisfies never), source);
  }
}

/** A file's content: text, or bytes for the NumPy formats. */
export async function encodeSpikes(spikes: Spikes, format: SpikeFormat): Promise<string | Uint8Array> {
  if (spikes.times.length !== spikes.indices.length) {
    const problem = `spikes have ${spikes.times.length} times for ${spikes.indices.length} neurons`;
    throw new ArgumentError("spikes-length", problem, "Give each spike one time and one neuron.");
  }
  switch (format) {
    case "csv":
      return encodeCsv(spikes);
    case "json":
      return encodeJson(spikes);
    case "npy":
      return encodeSpikesNpy(spikes);
    case "npz":
      return encodeNpz(spikes);
    case "dat":
      return encodeNest(spikes);
    case "gdf":
      return encodeGdf(spikes);
    default:
      throw unknownFormat(String(format satisfies never), "spikes");
  }
}

/** Spikes of several recordings of the same neurons as one, in order of time; populations are joined by name. */
export function mergeSpikes(parts: readonly Spikes[], source = "merged spikes"): Spikes {
  const times = new Float64Array(parts.reduce((sum, part) => sum + part.times.length, 0));
  const indices = new Uint32Array(times.length);
  const populations = new Map<string, { name: string; offset: number; size: number }>();
  let at = 0;
  for (const part of parts) {
    times.set(part.times, at);
    indices.set(part.indices, at);
    at += part.times.length;
    for (const { name, offset, size } of part.populations) {
      const known = populations.get(name) ?? { name, offset, size };
      const first = Math.min(known.offset, offset);
      populations.set(name, { name, offset: first, size: Math.max(known.offset + known.size, offset + size) - first });
    }
  }
  const duration = Math.max(0, ...parts.map((part) => part.duration));
  return assembleSpikes({ times, indices, populations: [...populations.values()], duration, dt: parts[0]?.dt ?? 0 }, source);
}

const FORMATS: readonly SpikeFormat[] = ["csv", "json", "npy", "npz", "dat", "gdf"];

/** @throws {ArgumentError} when no format has this extension */
export function formatOfExtension(path: string): SpikeFormat {
  const format = knownExtension(path);
  if (format) return format;
  throw unknownFormat(/\.([^./\\]*)$/.exec(path)?.[1] ?? "", path);
}

function knownExtension(path: string): SpikeFormat | undefined {
  const extension = /\.([a-z]+)(?:\.partial)?$/i.exec(path)?.[1]?.toLowerCase();
  return FORMATS.find((format) => format === extension);
}

function unknownFormat(extension: string, path: string): ArgumentError {
  const problem = extension === "" ? `${path} has no extension that names a format` : `"${extension}" is no spike format (${path})`;
  return new ArgumentError("spike-format", problem, `Use one of ${FORMATS.map((format) => `.${format}`).join(", ")}.`);
}

/** Content tells more than a name, except for text that could be anything. */
function sniff(bytes: Uint8Array, source: string): SpikeFormat {
  if (isNpy(bytes)) return "npy";
  if (isZip(bytes)) return "npz";
  const head = asciiText(bytes, 0, Math.min(bytes.length, 4096)).trimStart();
  if (head.startsWith("{")) return "json";
  const named = knownExtension(source);
  if (named === "csv" || /^[^\n]*\btimes?_(s|ms|us)\b[^\n]*,|^[^\n]*,[^\n]*\btimes?_(s|ms|us)\b/.test(head)) return "csv";
  if (named === "dat" || named === "gdf" || (named === undefined && bytes.length > 0 && looksLikeNest(bytes))) return "dat";
  if (named === "json") return "json";
  const problem = bytes.length === 0 ? `${source} is empty` : `${source} is in no format Synfire knows`;
  throw new FileError("spike-format", problem, "Spikes are read from CSV, JSON, .npy, .npz and NEST text; pass { format } to insist on one.");
}

/** The file of an interrupted recording may end inside a line; that last spike is given up. */
function completeLines(bytes: Uint8Array, source: string): Uint8Array {
  return source.endsWith(".partial") ? bytes.subarray(0, bytes.lastIndexOf(10) + 1) : bytes;
}
