import { FileError } from "../errors.ts";
import { readBytes } from "./files.ts";
import { decodeNpy, isNpy } from "./formats/npy.ts";
import { decodeTraceCsv } from "./formats/traceCsv.ts";

/** Samples of state variables as a file holds them. */
export interface RecordedTraces {
  /** Seconds. [samples] */
  readonly times: Float64Array;
  /** By name, in SI units. [samples × elements] */
  readonly values: ReadonlyMap<string, Float64Array>;
  /** Which neurons; a .npy file does not say, and counts them from 0. */
  readonly elements: Uint32Array;
  /** By name, as the heads of a .csv file's columns give them. */
  readonly units: ReadonlyMap<string, string>;
}

/**
 * Loads what `openTraceFile` recorded; of an interrupted recording (`.partial`) all complete samples.
 *
 * @throws {FileError} naming the file, the line and the fix
 */
export async function loadTraces(path: string, options: { readonly maxBytes?: number } = {}): Promise<RecordedTraces> {
  const bytes = await readBytes(path, options.maxBytes);
  if (isNpy(bytes)) return decodeTraceNpy(bytes, path);
  return decodeTraceCsv(path.endsWith(".partial") ? bytes.subarray(0, bytes.lastIndexOf(10) + 1) : bytes, path);
}

function decodeTraceNpy(bytes: Uint8Array, source: string): RecordedTraces {
  const { fields, shape } = decodeNpy(bytes, source);
  const times = fields?.get("time_s");
  const isVariable = (field: [string, unknown]): field is [string, Float64Array] => field[0] !== "time_s" && field[1] instanceof Float64Array;
  const values = new Map([...(fields ?? [])].filter(isVariable));
  if (shape.length !== 1 || !(times instanceof Float64Array) || times.length !== shape[0] || values.size !== fields!.size - 1 || values.size === 0) {
    throw new FileError("npy-type", `${source} is no file of traces`, "It needs a field time_s and fields of doubles, one a variable.");
  }
  const [first] = values.values();
  const elements = times.length === 0 ? 0 : first!.length / times.length;
  if ([...values.values()].some((column) => column.length !== first!.length)) {
    throw new FileError("npy-type", `${source}: its variables have different numbers of elements`, "Give each the same number.");
  }
  return { times, values, elements: Uint32Array.from({ length: elements }, (_, k) => k), units: new Map() };
}
