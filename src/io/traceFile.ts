import { ArgumentError } from "../errors.ts";
import { traceCsvHeader, traceCsvRows } from "./formats/traceCsv.ts";
import { npyTableHeader, npyTableRows } from "./formats/npy.ts";
import { openGrowingFile } from "./growingFile.ts";
import type { GrowingFile, GrowingFormat } from "./growingFile.ts";

/**
 * Records samples of state variables to disk as they come, so that memory stays bounded however long the run: what a state monitor streams to.
 * Everything goes to `<path>.partial`, which `finish` makes the file `path`. An interrupted recording (a crash, a full disk, a lost machine) leaves
 * `<path>.partial`, which `loadTraces` reads up to its last complete sample; `discard` removes it. An existing file at `path` is untouched until
 * `finish`.
 *
 * ```ts
 * await using file = await openTraceFile("v.npy", { names: ["v"], elements: trace.neurons });
 * trace.streamTo(file);
 * await sim.run("1 h");
 * await file.finish();
 * ```
 */
export interface TraceFile extends AsyncDisposable {
  readonly path: string;
  /** Samples written so far. */
  readonly count: number;
  /**
   * Adds samples: times in seconds not before those already written, and for each name [samples × elements] values in SI units. Calls are carried
   * out one after the other; the arrays must stay as they are until theirs is done.
   *
   * @throws {FileError} after which what was recorded is in `<path>.partial`
   */
  append(times: Float64Array, values: ReadonlyMap<string, Float64Array>): Promise<void>;
  /** Flushes to the disk and gives the file its name. */
  finish(): Promise<void>;
  /** Closes and removes what was recorded. */
  discard(): Promise<void>;
}

export interface TraceFileOptions {
  /** What is recorded, in the order of the columns: the names given to `stateMonitor`. */
  readonly names: readonly string[];
  /** Which neurons are recorded, e.g. `monitor.neurons` of a compiled network. Default: one. */
  readonly elements?: ArrayLike<number>;
  /** Units to write into the heads of a .csv file's columns, e.g. { v: "V" }. Values are written as they come, in SI units. */
  readonly units?: Readonly<Record<string, string>>;
  /** Default: from the extension. */
  readonly format?: TraceFormat;
}

/**
 * CSV: a line a sample, `time_s,v[0],v[10],w[0],w[10]`. NPY: a structured array, `a["time_s"]` of [samples] and `a["v"]` of [samples × elements].
 */
export type TraceFormat = "csv" | "npy";

/**
 * Opens a file of state samples for appending: .csv or .npy.
 *
 * @throws {ArgumentError} for another format, no names or no elements; {FileError} when the file cannot be made
 */
export async function openTraceFile(path: string, options: TraceFileOptions): Promise<TraceFile> {
  const names = [...options.names];
  const elements = Uint32Array.from(options.elements ?? [0]);
  if (names.length === 0 || elements.length === 0) {
    const missing = names.length === 0 ? "names" : "elements";
    throw new ArgumentError("trace-columns", `${path}: no ${missing} to record`, 'Pass e.g. { names: ["v"], elements: monitor.neurons }.');
  }
  const twice = names.find((name, k) => name === "time_s" || names.indexOf(name) !== k);
  if (twice !== undefined) throw new ArgumentError("trace-columns", `${path}: two columns are called "${twice}"`, "Name each variable once.");
  const rows = traceRows(options.format ?? formatOf(path), names, elements, options.units ?? {});
  return new TracesOnDisk(await openGrowingFile(path, rows), rows, names, elements.length);
}

interface TraceRows extends GrowingFormat {
  /** Samples as they stand in the file; `columns` in the order of the names, [samples × elements] each. */
  rows(times: Float64Array, columns: readonly Float64Array[]): Uint8Array | string;
}

function traceRows(format: TraceFormat, names: readonly string[], elements: Uint32Array, units: Readonly<Record<string, string>>): TraceRows {
  const common = { row: "sample", opener: "openTraceFile", reader: "loadTraces" };
  switch (format) {
    case "csv":
      return { ...common, header: () => traceCsvHeader(names, elements, units), rows: traceCsvRows, counted: false };
    case "npy": {
      const fields = [["time_s", "<f8"], ...names.map((name) => [name, "<f8", elements.length] as const)] as const;
      const header = (count: number) => npyTableHeader(fields, count);
      return { ...common, header, rows: (times, columns) => npyTableRows([times, ...columns]), counted: true };
    }
    default:
      format satisfies never;
      throw unknownFormat(String(format));
  }
}

class TracesOnDisk implements TraceFile {
  private readonly file: GrowingFile;
  private readonly format: TraceRows;
  private readonly names: readonly string[];
  private readonly elements: number;

  constructor(file: GrowingFile, format: TraceRows, names: readonly string[], elements: number) {
    this.file = file;
    this.format = format;
    this.names = names;
    this.elements = elements;
  }

  get path(): string {
    return this.file.path;
  }

  get count(): number {
    return this.file.count;
  }

  async append(times: Float64Array, values: ReadonlyMap<string, Float64Array>): Promise<void> {
    const columns = this.names.map((name) => this.column(name, times.length, values));
    const unknown = [...values.keys()].find((name) => !this.names.includes(name));
    if (unknown !== undefined) {
      const known = this.names.join(", ");
      throw new ArgumentError("trace-columns", `${this.path}: "${unknown}" has no column; there are ${known}`, "Open the file with all names.");
    }
    const n = this.elements;
    const rowsAtOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / (n * columns.length)));
    await this.file.append(times, rowsAtOnce, (from, until) =>
      this.format.rows(
        times.subarray(from, until),
        columns.map((column) => column.subarray(from * n, until * n)),
      ),
    );
  }

  finish(): Promise<void> {
    return this.file.finish(0);
  }

  discard(): Promise<void> {
    return this.file.discard();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.file[Symbol.asyncDispose]();
  }

  private column(name: string, samples: number, values: ReadonlyMap<string, Float64Array>): Float64Array {
    const column = values.get(name);
    if (column?.length === samples * this.elements) return column;
    const seen = column === undefined ? `no values of "${name}"` : `${column.length} values of "${name}"`;
    const problem = `${this.path}: ${seen} for ${samples} samples of ${this.elements} elements`;
    throw new ArgumentError("trace-length", problem, "Open the file with the monitor's names and, as elements, its neurons.");
  }
}

const VALUES_AT_ONCE = 65536;

function formatOf(path: string): TraceFormat {
  const extension = /\.([^./\\]*)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  if (extension === "csv" || extension === "npy") return extension;
  throw unknownFormat(extension);
}

function unknownFormat(extension: string): ArgumentError {
  const problem = extension === "" ? "the file's name has no extension" : `"${extension}" is no format of growing traces`;
  return new ArgumentError("trace-format", problem, "Record to .csv or .npy.");
}
