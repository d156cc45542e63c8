/** Fetches a file and keeps it only if it is the expected one; what an interruption leaves is used when it is fetched again. */
import type * as Crypto from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { FileError, UnsupportedError } from "../errors.ts";
import { asFileError, fileSystem, resolveTarget } from "./files.ts";

export interface Download {
  /** Places where the file is; the second is tried when the first fails, and so on. */
  readonly addresses: readonly string[];
  readonly sha256: string;
}

export interface DownloadOptions {
  /** Called with bytes so far and in all, where the server tells. */
  readonly onProgress?: (bytes: number, total: number | undefined) => void;
  readonly signal?: AbortSignal;
}

/**
 * Fetches a file to `path`. While it comes it is `path.partial`; it gets its name when all of it is there and its SHA-256 is right. A file that is
 * there already and has the right checksum is not fetched again; a partial one is continued where the server can do that.
 *
 * @throws {FileError} when no address answers (offline, not found), the connection breaks, or the checksum differs; a wrong file is removed
 */
export async function download(path: string, { addresses, sha256 }: Download, options: DownloadOptions = {}): Promise<void> {
  const target = await resolveTarget(path), partial = `${target.path}.partial`, { rename, stat, unlink } = await fileSystem();
  if ((await digestOf(target.path)) === sha256) return;
  const failures: string[] = [];
  for (const address of addresses) {
    try {
      const continued = await fetchInto(partial, address, options);
      let found = await digestOf(partial);
      if (found !== sha256 && continued) {
        // What was there may have been the beginning of something else.
        await unlink(partial);
        await fetchInto(partial, address, options);
        found = await digestOf(partial);
      }
      if (found === sha256) return await rename(partial, target.path);
      await unlink(partial);
      failures.push(`${address}: its SHA-256 is ${found}, not ${sha256}`);
    } catch (error) {
      options.signal?.throwIfAborted();
      failures.push(`${address}: ${reasonOf(error)}`);
    }
  }
  if ((await stat(partial).catch(() => undefined))?.size === 0) await unlink(partial);
  const hint = "Check the connection and try again: what has come already is kept. Or fetch the file by hand and put it there.";
  throw new FileError("download", `cannot fetch ${path}\n  ${failures.join("\n  ")}`, hint);
}

/** Fetches what is missing. @returns whether something was there before */
async function fetchInto(path: string, address: string, { onProgress, signal }: DownloadOptions): Promise<boolean> {
  const { open } = await fileSystem(), handle = await open(path, "a");
  try {
    const { size } = await handle.stat();
    const headers: Record<string, string> = size > 0 ? { Range: `bytes=${size}-` } : {};
    const answer = await fetch(address, { headers, ...(signal && { signal }) });
    // 416: nothing comes after what is there, so it is whole or wrong; the checksum tells.
    if (answer.status === 416 && size > 0) return true;
    if (!answer.ok || !answer.body) throw new Error(`the server answers ${answer.status} ${answer.statusText}`.trimEnd());
    const from = answer.status === 206 ? size : 0;
    if (from === 0) await handle.truncate(0);
    const length = Number(answer.headers.get("content-length") ?? NaN), coded = answer.headers.has("content-encoding");
    const came = await append(handle, answer.body, (bytes) => onProgress?.(from + bytes, Number.isNaN(length) || coded ? undefined : from + length));
    if (!coded && came < length) throw new Error(`the connection ended after ${came} of ${length} bytes`);
    await handle.sync();
    return from > 0;
  } catch (error) {
    throw asFileError(error, "write", path);
  } finally {
    await handle.close();
  }
}

async function append(handle: FileHandle, body: ReadableStream<Uint8Array>, onBytes: (bytes: number) => void): Promise<number> {
  let came = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return came;
    for (let at = 0; at < value.length; ) at += (await handle.write(value, at)).bytesWritten;
    onBytes((came += value.length));
  }
}

/** Of a file as it is; undefined when there is none. Read in pieces, because data sets are large. */
async function digestOf(path: string): Promise<string | undefined> {
  const { open } = await fileSystem(), { createHash } = await cryptography();
  const handle = await open(path, "r").catch(() => undefined);
  if (!handle) return undefined;
  try {
    const hash = createHash("sha256"), piece = new Uint8Array(2 ** 20);
    for (let read = 1; read > 0; ) {
      read = (await handle.read(piece, 0, piece.length, null)).bytesRead;
      hash.update(piece.subarray(0, read));
    }
    return hash.digest("hex");
  } finally {
    await handle.close();
  }
}

/** Loaded when first needed; the comments and the `try` tell bundlers for browsers to leave the import alone, as in files.ts. */
async function cryptography(): Promise<typeof Crypto> {
  try {
    return await import(/* webpackIgnore: true */ /* @vite-ignore */ "node:crypto");
  } catch {
    throw new UnsupportedError("no-files", "this platform has no files", "In a browser, use fetch.");
  }
}

/** What lies behind "fetch failed": "getaddrinfo ENOTFOUND …" means that there is no connection or no such server. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error, code = (cause as { code?: unknown } | undefined)?.code;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "no such server, or no connection to the network";
  if (code === "ECONNREFUSED") return "the server does not answer";
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}
