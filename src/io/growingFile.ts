/**
 * A file that is written while a run goes on. Everything goes to `<path>.partial`, which `finish` gives the name `path`; what a crash or a full disk
 * interrupts stays in `<path>.partial`.
 */
import type { FileHandle } from "node:fs/promises";
import { ArgumentError, FileError } from "../errors.ts";
import { asFileError, createFile, fileSystem, resolveTarget, writeAll } from "./files.ts";

/** How the rows of a growing file are written, and how messages call them. */
export interface GrowingFormat {
  /** The header for so many rows and so long a duration: always of the same length. */
  header(rows: number, duration: number): Uint8Array | string;
  /** Whether readers need the count in the header, so that it must be right after every append. */
  readonly counted: boolean;
  /** What a row is: "spike". */
  readonly row: string;
  /** The functions that make and read such files. */
  readonly opener: string;
  readonly reader: string;
}

/** @throws {FileError} when the file cannot be made */
export async function openGrowingFile(path: string, format: GrowingFormat): Promise<GrowingFile> {
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

/** Use `openGrowingFile`. */
export class GrowingFile implements AsyncDisposable {
  readonly path: string;
  /** Rows written so far. */
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

  /**
   * Adds rows, `rowsAtOnce` at a time. Calls are carried out one after the other.
   *
   * @param times of the rows, in seconds, ascending
   * @param rows  writes the rows from … until − 1
   */
  append(times: Float64Array, rowsAtOnce: number, rows: (from: number, until: number) => Uint8Array | string): Promise<void> {
    return this.inTurn(() => this.write(times, rowsAtOnce, rows));
  }

  /** Writes the duration in seconds, flushes to the disk and gives the file its name. */
  finish(duration: number): Promise<void> {
    return this.inTurn(() => this.complete(duration));
  }

  /** Closes and removes what was recorded. */
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

  private async write(times: Float64Array, rowsAtOnce: number, rows: (from: number, until: number) => Uint8Array | string): Promise<void> {
    const handle = this.opened("append to");
    this.checkOrder(times);
    try {
      for (let from = 0; from < times.length; from += rowsAtOnce) {
        const until = Math.min(times.length, from + rowsAtOnce);
        await writeAll(handle, rows(from, until));
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
    throw new FileError("file-closed", `cannot ${verb} ${this.path}: the recording has ended`, `Open a new one with ${this.format.opener}.`);
  }

  private checkOrder(times: Float64Array): void {
    let previous = this.last;
    for (let i = 0; i < times.length; i++) {
      const time = times[i]!;
      if (!(time >= previous && time < Number.POSITIVE_INFINITY)) {
        const problem = `${this.path}: a ${this.format.row} at ${time} s comes after one at ${previous} s`;
        throw new ArgumentError(`${this.format.row}s-order`, problem, `Append ${this.format.row}s in order of time, in seconds.`);
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
    const { row, reader } = this.format;
    return new FileError(known.code, problem, `The ${row}s up to ${this.last} s are in ${this.path}.partial, which ${reader} reads.`);
  }
}
