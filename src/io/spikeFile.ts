import type { FileHandle } from "node:fs/promises";
import { ArgumentError, FileError } from "../errors.ts";
import { asFileError, createFile, fileSystem, resolveTarget, writeAll } from "./files.ts";
import { csvRows, growingCsvHeader } from "./formats/csv.ts";
import { growingNestHeader, nestRows } from "./formats/nest.ts";
import { npyTableHeader, npyTableRows } from "./formats/npy.ts";
import type { Recording } from "./formats/recording.ts";
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
  const target = await resolveTarget(path);
  if (target.stream) throw new FileError("file-not-regular", `${path} is a pipe or device`, "Record to a file; saveSpikes can write to pipes.");
  const partial = `${target.path}.partial`;
  const { unlink } = await fileSystem();
  try {
    await unlink(partial).catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== "ENOENT") throw error;
    });
    const handle = await createFile(partial, target.mode);
    await writeAll(handle, format.header(0, 0));
    return new GrowingFile(path, target.path, handle, format);
  } catch (error) {
    throw asFileError(error, "write", partial);
  }
}

interface GrowingFormat {
  /** The header for so many spikes and so long a duration: always of the same length. */
  header(count: number, duration: number): Uint8Array | string;
  rows(times: Float64Array, indices: Uint32Array): Uint8Array | string;
  /** Whether readers need the count in the header, so that it must be right after every append. */
  readonly counted: boolean;
}

function growingFormat(format: SpikeFormat, recording: Recording): GrowingFormat | undefined {
  const { populations } = recording;
  switch (format) {
    case "csv":
      return { header: (_, duration) => growingCsvHeader({ ...recording, duration }), rows: (t, i) => csvRows(t, i, populations), counted: false };
    case "dat":
      return { header: (_, duration) => growingNestHeader({ ...recording, duration }), rows: nestRows, counted: false };
    case "gdf":
      return { header: () => "", rows: nestRows, counted: false };
    case "npy":
      return { header: (count) => npyTableHeader(NPY_FIELDS, count), rows: (t, i) => npyTableRows([t, i]), counted: true };
    default:
      return undefined;
  }
}

const NPY_FIELDS = [
  ["time_s", "<f8"],
  ["neuron", "<u4"],
] as const;

class GrowingFile implements SpikeFile {
  readonly path: string;
  count = 0;
  private readonly target: string;
  private readonly format: GrowingFormat;
  private handle: FileHandle | undefined;
  private last = 0;
  private pending: Promise<void> = Promise.resolve();

  constructor(path: string, target: string, handle: FileHandle, format: GrowingFormat) {
    this.path = path;
    this.target = target;
    this.handle = handle;
    this.format = format;
  }

  append(times: Float64Array, indices: Uint32Array): Promise<void> {
    return this.inTurn(() => this.write(times, indices));
  }

  finish(duration: number): Promise<void> {
    return this.inTurn(() => this.complete(duration));
  }

  discard(): Promise<void> {
    return this.inTurn(async () => {
      const open = this.handle !== undefined;
      await this.close();
      const { unlink } = await fileSystem();
      if (open) await unlink(`${this.target}.partial`);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.inTurn(() => this.close());
  }

  private inTurn(action: () => Promise<void>): Promise<void> {
    const done = this.pending.then(action);
    this.pending = done.catch(() => undefined); // whoever asked for it hears of the error
    return done;
  }

  private async write(times: Float64Array, indices: Uint32Array): Promise<void> {
    const handle = this.opened("append to");
    if (times.length !== indices.length) {
      throw new ArgumentError(
        "spikes-length",
        `${this.path}: ${times.length} times for ${indices.length} neurons`,
        "Give each spike one time and one neuron.",
      );
    }
    this.checkOrder(times);
    try {
      for (let from = 0; from < times.length; from += ROWS_AT_ONCE) {
        const until = Math.min(times.length, from + ROWS_AT_ONCE);
        await writeAll(handle, this.format.rows(times.subarray(from, until), indices.subarray(from, until)));
        this.count += until - from;
        this.last = times[until - 1]!;
      }
      if (this.format.counted && times.length > 0) await this.writeHeader(handle, 0);
    } catch (error) {
      await this.close().catch(() => undefined); // the first error is the one to report
      throw this.interrupted(error);
    }
  }

  private async complete(duration: number): Promise<void> {
    const handle = this.opened("finish");
    if (!(duration >= 0 && Number.isFinite(duration))) {
      throw new ArgumentError("spikes-duration", `${this.path}: the duration is ${duration} s`, "Pass the duration of the run in seconds.");
    }
    try {
      await this.writeHeader(handle, duration);
      await handle.sync();
      await this.close();
      const { rename } = await fileSystem();
      await rename(`${this.target}.partial`, this.target);
    } catch (error) {
      await this.close().catch(() => undefined);
      throw this.interrupted(error);
    }
  }

  private opened(verb: string): FileHandle {
    if (this.handle) return this.handle;
    throw new FileError("file-closed", `cannot ${verb} ${this.path}: the recording has ended`, "Open a new one with openSpikeFile.");
  }

  private checkOrder(times: Float64Array): void {
    let previous = this.last;
    for (let i = 0; i < times.length; i++) {
      const time = times[i]!;
      if (!(time >= previous && time < Number.POSITIVE_INFINITY)) {
        const problem = `${this.path}: a spike at ${time} s comes after one at ${previous} s`;
        throw new ArgumentError("spikes-order", problem, "Append spikes in order of time, in seconds.");
      }
      previous = time;
    }
  }

  private async writeHeader(handle: FileHandle, duration: number): Promise<void> {
    const header = this.format.header(this.count, duration);
    const bytes = typeof header === "string" ? new TextEncoder().encode(header) : header;
    if (bytes.length > 0) await handle.write(bytes, 0, bytes.length, 0);
  }

  private async close(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    await handle?.close();
  }

  private interrupted(error: unknown): unknown {
    const known = asFileError(error, "write", this.path);
    if (!(known instanceof FileError)) return known;
    const problem = known.message.slice(0, known.message.length - known.hint.length).trimEnd();
    return new FileError(known.code, problem, `The spikes up to ${this.last} s are in ${this.path}.partial, which loadSpikes reads.`);
  }
}

const ROWS_AT_ONCE = 65536;
