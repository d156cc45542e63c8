/**
 * Weights as .npz. A file of one projection holds what `scipy.sparse.load_npz` reads (`indptr`, `indices`, `data`, `shape`, `format`), or `weights`
 * [pre × post] with NaN where there is no synapse; beside it `delays`, `unit`, `bounds` and `projections`, the projection's name. In a file of
 * several, `projections` lists the names, and each array is called after its projection: `numpy.load(path)["E→I/data"]`.
 */
import { ArgumentError, FileError } from "../../errors.ts";
import { checkedTable, rowStarts, sourcesOf, type WeightTable } from "../weights/weightTable.ts";
import { decodeNpy, encodeNpy, isNpy, type NpyArray, type NpyData } from "./npy.ts";
import { decodeZip, encodeZip } from "./zip.ts";

export type WeightLayout = "csr" | "dense";

/** @throws {ArgumentError} for a dense layout of a projection in which a pair has two synapses, or that would not fit */
export async function encodeWeightsNpz(tables: readonly WeightTable[], layout: WeightLayout): Promise<Uint8Array> {
  const entries: Record<string, Uint8Array> = { "projections.npy": encodeNpy(tables.map(({ name }) => name)) };
  for (const table of tables) {
    const prefix = tables.length === 1 ? "" : `${table.name}/`;
    const arrays = { ...(layout === "csr" ? csrArrays(table) : denseArrays(table)), unit: encodeNpy([table.unit], []) };
    for (const [name, bytes] of Object.entries(arrays)) entries[`${prefix}${name}.npy`] = bytes;
    if (table.bounds) entries[`${prefix}bounds.npy`] = encodeNpy(Float64Array.from(table.bounds));
  }
  return encodeZip(entries);
}

function csrArrays({ shape, pre, post, weights, delays }: WeightTable): Record<string, Uint8Array> {
  return {
    format: encodeNpy(["csr"], []),
    shape: encodeNpy(Int32Array.from(shape)),
    indptr: encodeNpy(rowStarts(pre, shape[0])),
    indices: encodeNpy(Int32Array.from(post)),
    data: encodeNpy(shortest(weights)),
    ...(delays ? { delays: encodeNpy(delays) } : {}),
  };
}

/** Weights of a run in single precision are stored in four bytes each, without loss. */
function shortest(values: Float64Array): Float64Array | Float32Array {
  const single = Float32Array.from(values);
  return values.every((value, k) => value === single[k]) ? single : values;
}

const MOST_CELLS = 2 ** 28;

function denseArrays({ name, shape, pre, post, weights, delays }: WeightTable): Record<string, Uint8Array> {
  const [sources, targets] = shape;
  const hint = 'Save it with layout: "csr".';
  if (sources * targets > MOST_CELLS) {
    throw new ArgumentError("weights-dense", `projection ${name}: a dense matrix of ${sources} × ${targets} weights does not fit`, hint);
  }
  const matrix = new Float64Array(sources * targets).fill(NaN);
  const times = new Float64Array(delays ? matrix.length : 0).fill(NaN);
  for (let k = 0; k < weights.length; k++) {
    const at = pre[k]! * targets + post[k]!;
    if (!Number.isNaN(matrix[at]!)) {
      throw new ArgumentError("weights-dense", `projection ${name} has two synapses from neuron ${pre[k]} to ${post[k]}, a matrix has room for one`,
        hint);
    }
    matrix[at] = weights[k]!;
    if (delays) times[at] = delays[k]!;
  }
  const dense = (values: Float64Array) => encodeNpy(values, shape);
  return { weights: dense(matrix), ...(delays ? { delays: dense(times) } : {}) };
}

/**
 * Reads ours; sparse matrices of `scipy.sparse.save_npz` (CSR, CSC, COO); a matrix [pre × post] called `weights`, `w` or `data`; or a .npy file that
 * is such a matrix.
 *
 * @param limit largest number of bytes to unpack
 * @throws {FileError}
 */
export async function decodeWeightsNpz(bytes: Uint8Array, source: string, limit: number): Promise<WeightTable[]> {
  if (isNpy(bytes)) return [checkedTable(fromMatrix("", decodeNpy(bytes, source), undefined, undefined, source), source)];
  const entries = await decodeZip(bytes, source, limit, (name) => name.endsWith(".npy"));
  const arrays = new Map(Array.from(entries, ([name, content]) => [name.slice(0, -4), decodeNpy(content, `${source}, array ${name.slice(0, -4)}`)]));
  const names = texts(arrays.get("projections"));
  if (names === undefined || names.length < 2) return [readTable(arrays, "", names?.[0] ?? "", source)];
  return names.map((name) => readTable(arrays, `${name}/`, name, source));
}

function readTable(arrays: ReadonlyMap<string, NpyArray>, prefix: string, name: string, source: string): WeightTable {
  const get = (key: string): NpyArray | undefined => arrays.get(prefix + key);
  const format = texts(get("format"))?.[0];
  const matrix = get("weights") ?? get("w") ?? (format === undefined ? get("data") : undefined);
  const about = { unit: texts(get("unit"))?.[0] ?? "1", ...boundsOf(numbers(get("bounds"))) };
  const table = matrix?.shape.length === 2 ? fromMatrix(name, matrix, get("delays"), about, source) : fromSparse(name, format, get, about, source);
  return checkedTable(table, source);
}

type About = Pick<WeightTable, "unit" | "bounds">;

function fromSparse(
  name: string, format: string | undefined, get: (key: string) => NpyArray | undefined, about: About, source: string,
): WeightTable {
  const list = (key: string): Numbers => {
    const found = numbers(get(key));
    if (found) return found;
    const problem = `${source}${name === "" ? "" : `, projection ${name}`} holds no weights: it has no numbers called "${key}"`;
    throw new FileError("weights-missing", problem, "Save a matrix with scipy.sparse.save_npz, or numpy.savez(path, weights=matrix).");
  };
  const [weights, sides, delays] = [list("data"), list("shape"), numbers(get("delays"))];
  const shape = [sides[0] ?? NaN, sides[1] ?? NaN] as const;
  const rest = { name, shape, weights: Float64Array.from(weights), ...about, ...(delays ? { delays: Float64Array.from(delays) } : {}) };
  switch (format) {
    case undefined:
    case "csr":
      return { ...rest, pre: rows(list("indptr"), shape[0], source), post: wholeNumbers(list("indices"), source) };
    case "csc":
      return { ...rest, pre: wholeNumbers(list("indices"), source), post: rows(list("indptr"), shape[1], source) };
    case "coo":
      return { ...rest, pre: wholeNumbers(list("row"), source), post: wholeNumbers(list("col"), source) };
    default:
      throw new FileError("weights-format", `${source} is a sparse matrix of format "${format}"`, "Convert it: matrix.tocsr().");
  }
}

function rows(starts: Numbers, count: number, source: string): Uint32Array {
  const rising = starts.length === count + 1 && starts[0] === 0 && starts.every((start, k) => k === 0 || start >= starts[k - 1]!);
  if (rising && starts[count]! <= 2 ** 31) return sourcesOf(starts);
  throw new FileError("weights-rows", `${source}: its indptr does not say where ${count} rows begin`, "It rises from 0 to the number of synapses.");
}

function wholeNumbers(values: Numbers, source: string): Uint32Array {
  const bad = values.findIndex((value) => !(Number.isInteger(value) && value >= 0 && value < 2 ** 32));
  if (bad < 0) return Uint32Array.from(values);
  throw new FileError("weights-index", `${source}: index ${bad} is ${values[bad]}`, "Neurons are whole numbers from 0.");
}

/** NaN: no synapse. */
function fromMatrix(name: string, matrix: NpyArray, delays: NpyArray | undefined, about: About | undefined, source: string): WeightTable {
  const values = numbers(matrix);
  const [sources = 0, targets = 0] = matrix.shape;
  if (!values || matrix.shape.length !== 2) {
    throw new FileError("weights-shape", `${source} is an array of shape (${matrix.shape.join(", ")}), not a matrix of weights`,
      "Save [pre × post] numbers.");
  }
  const times = numbers(delays);
  if (times && times.length !== values.length) {
    throw new FileError("weights-length", `${source} has ${times.length} delays for ${values.length} weights`, "Save two matrices of one shape.");
  }
  let count = 0;
  for (const value of values) if (!Number.isNaN(value)) count++;
  const [pre, post, weights, own] = [new Uint32Array(count), new Uint32Array(count), new Float64Array(count), new Float64Array(times ? count : 0)];
  for (let at = 0, k = 0; at < values.length; at++) {
    if (Number.isNaN(values[at]!)) continue;
    pre[k] = Math.floor(at / targets);
    post[k] = at % targets;
    if (times) own[k] = times[at]!;
    weights[k++] = values[at]!;
  }
  return { name, shape: [sources, targets], pre, post, weights, unit: "1", ...about, ...(times ? { delays: own } : {}) };
}

type Numbers = Exclude<NpyData, readonly string[]>;
const numbers = (array: NpyArray | undefined): Numbers | undefined => (ArrayBuffer.isView(array?.data) ? array.data : undefined);
const texts = (array: NpyArray | undefined): readonly string[] | undefined =>
  array === undefined || ArrayBuffer.isView(array.data) ? undefined : array.data;

function boundsOf(values: Numbers | undefined): Pick<WeightTable, "bounds"> {
  const [low, high] = values ?? [];
  return low !== undefined && high !== undefined && low <= high ? { bounds: [low, high] } : {};
}
