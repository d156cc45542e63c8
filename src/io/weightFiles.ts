/** Weights of projections to and from disk. */
import { ArgumentError, FileError } from "../errors.ts";
import { explicit, type Connector } from "../network/connectors.ts";
import { Projection } from "../network/projection.ts";
import { readBytes, writeAtomically } from "./files.ts";
import { isNpy } from "./formats/npy.ts";
import { decodeWeightsJson, encodeWeightsJson } from "./formats/weightsJson.ts";
import { decodeWeightsNpz, encodeWeightsNpz, type WeightLayout } from "./formats/weightsNpz.ts";
import { isZip } from "./formats/zip.ts";
import { weightTable, type SynapseSource } from "./weights/fromSimulation.ts";
import type { WeightTable } from "./weights/weightTable.ts";

export type WeightFormat = "npz" | "json";

export interface SaveWeightsOptions {
  /** Default: from the extension. */
  readonly format?: WeightFormat;
  /** Of .npz: sparse (CSR, as scipy.sparse.load_npz reads it; the default) or a matrix [pre × post] with NaN where there is no synapse. */
  readonly layout?: WeightLayout;
}

export interface LoadWeightsOptions {
  /** Unit of weights in a file that does not say it, e.g. "mV". */
  readonly unit?: string;
  /** Refuse files that are larger, or unpack to more. Default: 2 GiB; to unpack, 1 GiB or 64 times the file. */
  readonly maxBytes?: number;
}

/**
 * Saves the weights of projections with their connections and delays; the file is there whole or not at all.
 *
 * @param projections default: all that the network has
 * @throws {FileError} when it cannot be written
 * @throws {ArgumentError} for an unknown extension, or a dense layout for a projection that has two synapses between one pair
 */
export async function saveWeights(
  path: string, simulation: SynapseSource, projections?: Projection | readonly Projection[], options: SaveWeightsOptions = {},
): Promise<void> {
  const all = projections ?? simulation.network.data.projections.map(({ name, model }) => new Projection(name, model));
  const list: readonly Projection[] = Array.isArray(all) ? all : [all as Projection];
  await saveWeightTables(path, list.map((projection) => weightTable(simulation, projection)), options);
}

/** The same for weights that are already tables. */
export async function saveWeightTables(path: string, tables: readonly WeightTable[], options: SaveWeightsOptions = {}): Promise<void> {
  await writeAtomically(path, await encodeWeights(tables, options.format ?? formatOf(path), options.layout));
}

/**
 * Loads weights: what `saveWeights` wrote, a sparse matrix of `scipy.sparse.save_npz`, or a matrix [pre × post] in .npz or .npy.
 *
 * @returns a table for each projection of the file
 * @throws {FileError} naming the file, the synapse and the fix
 */
export async function loadWeights(path: string, options: LoadWeightsOptions = {}): Promise<WeightTable[]> {
  return decodeWeights(await readBytes(path, options.maxBytes), path, options);
}

/** A file's content: text, or bytes for .npz. */
export async function encodeWeights(
  tables: readonly WeightTable[], format: WeightFormat, layout: WeightLayout = "csr",
): Promise<string | Uint8Array> {
  if (tables.length === 0) throw new ArgumentError("weights-empty", "there are no weights to save", "Name a projection.");
  if (format === "npz") return encodeWeightsNpz(tables, layout);
  if (layout === "csr") return encodeWeightsJson(tables);
  throw new ArgumentError("weights-layout", "JSON holds no dense matrix of weights", "Save it as .npz, or leave the layout out.");
}

/** Reads a file's bytes, wherever they came from: for the browser as for Node. @param source how messages name the file */
export async function decodeWeights(bytes: Uint8Array, source: string, options: LoadWeightsOptions = {}): Promise<WeightTable[]> {
  if (bytes.length === 0) throw new FileError("weights-format", `${source} is empty`, "Weights are read from .npz, .npy and .json.");
  const limit = options.maxBytes ?? Math.max(2 ** 30, 64 * bytes.length);
  const tables = isNpy(bytes) || isZip(bytes) ? await decodeWeightsNpz(bytes, source, limit) : decodeWeightsJson(bytes, source);
  const { unit } = options;
  return unit === undefined ? tables : tables.map((table) => ({ ...table, unit: table.unit === "1" ? unit : table.unit }));
}

/** What `net.projection` takes to start from weights in a file: spread it among the other options. */
export interface WeightsFromFile {
  readonly connect: Connector;
  readonly weight: { readonly values: Float64Array; readonly unit: string };
  /** Absent when the file does not say it. */
  readonly delay?: { readonly values: Float64Array; readonly unit: string };
}

/**
 * Connections, weights and delays of a projection in a file: `net.projection(E, I, stdp, { ...await weightsFromFile("w.npz"), receptor: "v" })`.
 *
 * @param options.projection its name; needed when the file has several
 */
export async function weightsFromFile(path: string, options: LoadWeightsOptions & { readonly projection?: string } = {}): Promise<WeightsFromFile> {
  const table = tableOf(await loadWeights(path, options), options.projection, path);
  const { pre, post, weights, unit, delays } = table;
  return { connect: explicit(pre, post), weight: { values: weights, unit }, ...(delays ? { delay: { values: delays, unit: "s" } } : {}) };
}

/** The table of a projection by its name, or the only one. @throws {ArgumentError} */
export function tableOf(tables: readonly WeightTable[], name: string | undefined, source: string): WeightTable {
  const found = name === undefined ? (tables.length === 1 ? tables[0] : undefined) : tables.find((table) => table.name === name);
  if (found) return found;
  const known = tables.map((table) => `"${table.name}"`).join(", ") || "none";
  const problem = name === undefined ? `${source} holds the weights of ${tables.length} projections` : `${source} holds no projection "${name}"`;
  throw new ArgumentError("weights-projection", problem, `Choose { projection: … } from ${known}.`);
}

function formatOf(path: string): WeightFormat {
  const extension = /\.([^./\\]*)$/.exec(path)?.[1]?.toLowerCase();
  if (extension === "npz" || extension === "json") return extension;
  throw new ArgumentError("weights-format", `${path} names no format of weights`, "Use .npz or .json.");
}
