import { ArgumentError } from "../errors.ts";
import { csvRows, growingCsvHeader } from "./formats/csv.ts";
import { growingNestHeader, nestRows } from "./formats/nest.ts";
import { npyTableHeader, npyTableRows } from "./formats/npy.ts";
import type { Recording } from "./formats/recording.ts";
import { openGrowingFile } from "./growingFile.ts";
import type { GrowingFile, GrowingFormat } from "./growingFile.ts";
import { formatOfExtension, type SpikeFormat } from "./spikeFiles.ts";
import type { SpikePopulation } from "./spikes.ts";

/**
 * Records spikes to disk as they come, so that memory stays bounded however long the run. Everything goes to `<path>.partial`, which `finish` makes
 * the file `path`. An interrupted recording (a crash, a full disk, a lost machine) leaves `<path>.partial`, which `loadSpikes` reads up to its last
 * complete spike; `discard` removes it. An existing file at `path` is untouched until `finish`.
 *
 * ```ts
 * await using file = await openSpikeFile("spikes.csv", { populations, dt: 0.0001 });
 * for await (const { spikes } of sim.stream("1 h", { every: "1 s" })) await file.append(spikes.times, spikes.indices);
 * await file.finish(3600);
 * ```
 */
export interface SpikeFile extends AsyncDisposable {
  readonly path: string;
  /** Spikes written so far. */
  readonly count: number;
  /**
   * Adds spikes, times in seconds not before those already written. Calls are carried out one after the other; the arrays must stay as they are
   * until theirs is done.
   *
   * @throws {FileError} after which what was recorded is in `<path>.partial`
   */
  append(times: Float64Array, indices: Uint32Array): Promise<void>;
  /** Writes the duration in seconds, flushes to the disk and gives the file its name. */
  finish(duration: number): Promise<void>;
  /** Closes and removes what was recorded. */
  discard(): Promise<void>;
}

export interface SpikeFileOptions {
  readonly populations: readonly SpikePopulation[];
  /** Step in seconds, 0 when there is none. */
  readonly dt?: number;
  /** Default: from the extension. */
  readonly format?: SpikeFormat;
}

/**
 * Opens a spike file for appending: .csv, .npy, .dat or .gdf. JSON and .npz need all spikes at once.
 *
 * @throws {ArgumentError} for the other formats; {FileError} when the file cannot be made
 */
export async function openSpikeFile(path: string, options: SpikeFileOptions): Promise<SpikeFile> {
  const { populations, dt = 0 } = options;
  const name = options.format ?? formatOfExtension(path);
  const format = growingFormat(name, { duration: 0, dt, populations });
  if (!format) {
    const hint = "Record to .csv, .npy, .dat or .gdf; convert afterwards with saveSpikes.";
    throw new ArgumentError("spike-format", `${path}: the format ${name} cannot grow while a run goes on`, hint);
  }
  return new SpikesOnDisk(await openGrowingFile(path, format), format);
}

interface SpikeRows extends GrowingFormat {
  rows(times: Float64Array, indices: Uint32Array): Uint8Array | string;
}

function growingFormat(format: SpikeFormat, recording: Recording): SpikeRows | undefined {
  const { populations } = recording;
  const common = { row: "spike", opener: "openSpikeFile", reader: "loadSpikes", counted: false };
  switch (format) {
    case "csv":
      return { ...common, header: (_, duration) => growingCsvHeader({ ...recording, duration }), rows: (t, i) => csvRows(t, i, populations) };
    case "dat":
      return { ...common, header: (_, duration) => growingNestHeader({ ...recording, duration }), rows: nestRows };
    case "gdf":
      return { ...common, header: () => "", rows: nestRows };
    case "npy":
      return { ...common, header: (count) => npyTableHeader(NPY_FIELDS, count), rows: (t, i) => npyTableRows([t, i]), counted: true };
    default:
      return undefined;
  }
}

const NPY_FIELDS = [
  ["time_s", "<f8"],
  ["neuron", "<u4"],
] as const;

class SpikesOnDisk implements SpikeFile {
  private readonly file: GrowingFile;
  private readonly format: SpikeRows;

  constructor(file: GrowingFile, format: SpikeRows) {
    this.file = file;
    this.format = format;
  }

  get path(): string {
    return this.file.path;
  }

  get count(): number {
    return this.file.count;
  }

  async append(times: Float64Array, indices: Uint32Array): Promise<void> {
    if (times.length !== indices.length) {
      throw new ArgumentError(
        "spikes-length",
        `${this.path}: ${times.length} times for ${indices.length} neurons`,
        "Give each spike one time and one neuron.",
      );
    }
    const rows = (from: number, until: number) => this.format.rows(times.subarray(from, until), indices.subarray(from, until));
    await this.file.append(times, ROWS_AT_ONCE, rows);
  }

  finish(duration: number): Promise<void> {
    return this.file.finish(duration);
  }

  discard(): Promise<void> {
    return this.file.discard();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.file[Symbol.asyncDispose]();
  }
}

const ROWS_AT_ONCE = 65536;
