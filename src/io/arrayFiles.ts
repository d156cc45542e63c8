/** Named arrays of real numbers in .npz files: weights of trained models. */
import { FileError } from "../errors.ts";
import { LARGEST_FILE, readBytes, writeAtomically } from "./files.ts";
import { decodeNpy, encodeNpy } from "./formats/npy.ts";
import { decodeZip, encodeZip } from "./formats/zip.ts";

export interface NamedArray { readonly shape: readonly number[]; readonly values: Float32Array | Float64Array }

/**
 * Saves arrays by name, e.g. "hidden/kernel": in Python `numpy.load(path)["hidden/kernel"]`.
 *
 * @throws {FileError} when the file cannot be written
 */
export async function saveArrays(path: string, arrays: ReadonlyMap<string, NamedArray>): Promise<void> {
  await writeAtomically(path, await encodeZip(arrayEntries(arrays)));
}

/** @throws {FileError} when there is no such file, it is damaged, or an array holds no real numbers */
export async function loadArrays(path: string): Promise<Map<string, NamedArray>> {
  return decodeArrays(await decodeZip(await readBytes(path), path, LARGEST_FILE, (name) => name.endsWith(".npy")), path);
}

/** Entries of an archive, each name with `prefix` before it and `.npy` behind. */
export function arrayEntries(arrays: ReadonlyMap<string, NamedArray>, prefix = ""): Record<string, Uint8Array> {
  return Object.fromEntries(Array.from(arrays, ([name, { shape, values }]) => [`${prefix}${name}.npy`, encodeNpy(values, shape)]));
}

/** The arrays of an archive's entries whose names begin with `prefix`, by the rest of their names. */
export function decodeArrays(entries: ReadonlyMap<string, Uint8Array>, source: string, prefix = ""): Map<string, NamedArray> {
  const own = [...entries].filter(([name]) => name.startsWith(prefix) && name.endsWith(".npy"));
  return new Map(own.map(([name, content]) => {
    const short = name.slice(prefix.length, -4), { shape, data } = decodeNpy(content, `${source}, array ${short}`);
    if (data instanceof Float32Array || data instanceof Float64Array) return [short, { shape, values: data }];
    throw new FileError("arrays-type", `${source}: the array ${short} holds no real numbers`, "Save it as float32 or float64.");
  }));
}
