/** Reads HDF5 files through h5wasm, an optional package. */
import { FileError, UnsupportedError } from "../errors.ts";
import { asFileError, fileSystem } from "./files.ts";

/** What is used of the package h5wasm: the module that `import("h5wasm")` or `import("h5wasm/node")` gives. */
export interface Hdf5Package {
  readonly ready: Promise<Hdf5Module>;
  readonly File: new (path: string, mode: "r") => Hdf5Content;
}

/** The compiled library. */
interface Hdf5Module {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
  get_dataset_data(file: bigint, path: string, count: bigint[], offset: bigint[], strides: bigint[], to: bigint): number;
  reclaim_vlen_memory_count(file: bigint, path: string, unused: string, at: bigint, count: bigint[]): number;
}

interface Hdf5Content {
  readonly file_id: bigint;
  get(path: string): { readonly value: unknown; readonly shape: readonly number[] | null } | null;
  close(): void;
}

export class Hdf5File {
  readonly #module: Hdf5Module;
  readonly #content: Hdf5Content;
  readonly #source: string;

  constructor(module: Hdf5Module, content: Hdf5Content, source: string) {
    this.#module = module;
    this.#content = content;
    this.#source = source;
  }

  /** A dataset of numbers. @throws {FileError} when there is none of that name */
  numbers(path: string): ArrayLike<number> {
    const { value } = this.#dataset(path);
    if (ArrayBuffer.isView(value)) return value as unknown as ArrayLike<number>;
    throw new FileError("hdf5-type", `${this.#source}: ${path} holds no numbers`, "Give the file of the data set as its authors made it.");
  }

  /** How many rows a dataset has. */
  length(path: string): number {
    return this.#dataset(path).shape?.[0] ?? 0;
  }

  /**
   * One row of a dataset whose rows are lists of 16-bit words, as they are in the file. The package itself does not know numbers of 16 bits with a
   * fraction, so the words are taken from the library's memory.
   */
  words(path: string, row: number): Uint16Array {
    const { _malloc, _free } = this.#module, { file_id: file } = this.#content, at = _malloc(8);
    try {
      this.#module.get_dataset_data(file, path, [1n], [BigInt(row)], [1n], BigInt(at));
      const { HEAPU8 } = this.#module, view = new DataView(HEAPU8.buffer), length = view.getUint32(at, true), start = view.getUint32(at + 4, true);
      return new Uint16Array(HEAPU8.buffer.slice(start, start + 2 * length) as ArrayBuffer);
    } finally {
      this.#module.reclaim_vlen_memory_count(file, path, "", BigInt(at), [1n]);
      _free(at);
    }
  }

  close(): void {
    this.#content.close();
  }

  #dataset(path: string): { readonly value: unknown; readonly shape: readonly number[] | null } {
    const found = this.#content.get(path);
    if (found) return found;
    throw new FileError("hdf5-missing", `${this.#source} has no ${path}`, "Give the file of the data set as its authors made it.");
  }
}

/**
 * Opens a file for reading; close it when it is no longer needed.
 *
 * @param given the package, where it is loaded in another way than by its name
 * @throws {UnsupportedError} when the package is not installed
 * @throws {FileError} when there is no such file, or it is no HDF5 file
 */
export async function openHdf5(path: string, given?: Hdf5Package): Promise<Hdf5File> {
  await checkSignature(path);
  const hdf5 = given ?? (await installed()), module = await hdf5.ready;
  return new Hdf5File(module, new hdf5.File(path, "r"), path);
}

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

async function checkSignature(path: string): Promise<void> {
  const { open } = await fileSystem(), start = new Uint8Array(signature.length);
  try {
    const handle = await open(path, "r");
    await handle.read(start, 0, start.length, 0).finally(() => handle.close());
  } catch (error) {
    throw asFileError(error, "read", path);
  }
  if (signature.some((byte, k) => start[k] !== byte))
    throw new FileError("hdf5-magic", `${path} is no HDF5 file`, "Unpack it if it is compressed, or fetch it again.");
}

// A name in a variable: neither compilers nor bundlers look for a package that may be absent.
const name = "h5wasm/node";
const importByName = (): Promise<Hdf5Package> => import(/* webpackIgnore: true */ /* @vite-ignore */ name) as Promise<Hdf5Package>;

/** The optional package. @throws {UnsupportedError} when it is not there */
export async function installed(load = importByName): Promise<Hdf5Package> {
  try {
    return await load();
  } catch (error) {
    const hint = "Install it beside synfire: npm install h5wasm.";
    throw new UnsupportedError("no-hdf5", `reading HDF5 files needs the package h5wasm, which cannot be loaded: ${(error as Error).message}`, hint);
  }
}
