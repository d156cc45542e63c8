import type * as FileSystem from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import type * as Paths from "node:path";
import { FileError, UnsupportedError } from "../errors.ts";

/** A file is read whole up to this size; larger ones are refused with a way out rather than filling the memory. */
export const LARGEST_FILE = 2 ** 31 - 1;

/**
 * Reads a whole file.
 *
 * @throws {FileError} when there is none, it is a folder, may not be read or is larger than `maxBytes`
 */
export async function readBytes(path: string, maxBytes: number = LARGEST_FILE): Promise<Uint8Array> {
  const { open } = await fileSystem();
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, "r");
    const { size } = await handle.stat();
    if (size > maxBytes) throw tooLarge(path, maxBytes);
    return size > 0 ? await readWhole(handle, size, path, maxBytes) : await readStream(handle, path, maxBytes);
  } catch (error) {
    throw asFileError(error, "read", path);
  } finally {
    await handle?.close();
  }
}

async function readWhole(handle: FileHandle, size: number, path: string, maxBytes: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(size - at, 2 ** 28), null);
    if (bytesRead === 0) return bytes.subarray(0, at); // it became shorter while being read
    at += bytesRead;
  }
  if (at > maxBytes) throw tooLarge(path, maxBytes);
  return bytes;
}

/** Pipes and devices state no size: read until they end or there is too much. */
async function readStream(handle: FileHandle, path: string, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { bytesRead, buffer } = await handle.read(new Uint8Array(65536), 0, 65536, null);
    if (bytesRead === 0) break;
    pieces.push(buffer.subarray(0, bytesRead));
    length += bytesRead;
    if (length > maxBytes) throw tooLarge(path, maxBytes);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/**
 * Writes a file so that it is there whole or not at all: into a new file beside it, which is flushed to the disk and then takes the name. A missing
 * folder is made, a link is followed, an existing file keeps its permissions; pipes and devices such as /dev/stdout are written directly.
 *
 * @throws {FileError} leaving nothing behind, and an earlier file of that name as it was
 */
export async function writeAtomically(path: string, content: Uint8Array | string): Promise<void> {
  const target = await resolveTarget(path);
  const { rename, unlink } = await fileSystem();
  if (target.stream) return writeStream(path, content);
  const temporary = `${target.path}.${randomSuffix()}.tmp`;
  try {
    const handle = await createFile(temporary, target.mode);
    try {
      await writeAll(handle, content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target.path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined); // the first error is the one to report
    throw asFileError(error, "write", path);
  }
}

export interface Target {
  readonly path: string;
  readonly stream: boolean;
  readonly mode: number | undefined;
}

/**
 * Where writing to a path ends up: through links, into a folder that now exists.
 *
 * @throws {FileError} when the path is a folder, or its folder cannot be made
 */
export async function resolveTarget(path: string): Promise<Target> {
  if (path === "" || path.includes("\0")) throw new FileError("file-name", `${JSON.stringify(path)} is no file name`, "Give the path of a file.");
  const { realpath, stat } = await fileSystem();
  const { dirname, resolve } = await paths();
  try {
    const status = await stat(path).catch((error: unknown) => {
      if (codeOf(error) === "ENOENT") return undefined;
      throw error;
    });
    if (status?.isDirectory()) throw new FileError("file-is-folder", `${path} is a folder`, "Give the name of a file inside it.");
    if (status) return { path: await realpath(path), stream: !status.isFile(), mode: status.mode & 0o777 };
    await makeFolder(dirname(resolve(path)));
    return { path: resolve(path), stream: false, mode: undefined };
  } catch (error) {
    throw asFileError(error, "write", path);
  }
}

/**
 * Makes a folder and those above it. Folder by folder: where the system answers "no such file" although the parent exists (as /proc does), Node's own
 * recursive mkdir tries for ever.
 */
export async function makeFolder(folder: string): Promise<void> {
  const { mkdir, stat } = await fileSystem();
  const { dirname } = await paths();
  const kind = await stat(folder).catch(() => undefined);
  if (kind?.isDirectory()) return;
  const parent = dirname(folder);
  if (!kind && parent !== folder) await makeFolder(parent);
  await mkdir(folder).catch(async (error: unknown) => {
    // Someone else may have made it meanwhile.
    if (codeOf(error) !== "EEXIST" || !(await stat(folder)).isDirectory()) throw error;
  });
}

export async function createFile(path: string, mode: number | undefined): Promise<FileHandle> {
  const { open } = await fileSystem();
  return open(path, "wx", mode);
}

export async function writeAll(handle: FileHandle, content: Uint8Array | string): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  let at = 0;
  while (at < bytes.length) at += (await handle.write(bytes, at, Math.min(bytes.length - at, 2 ** 28), null)).bytesWritten;
}

async function writeStream(path: string, content: Uint8Array | string): Promise<void> {
  const { open } = await fileSystem();
  try {
    const handle = await open(path, "w");
    try {
      await writeAll(handle, content);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw asFileError(error, "write", path);
  }
}

/**
 * Loaded when first needed, so that a bundle for the browser keeps everything that does not touch files. The comments and the `try` tell webpack,
 * Vite and esbuild to leave the import alone.
 *
 * @throws {UnsupportedError} in a browser
 */
export async function fileSystem(): Promise<typeof FileSystem> {
  try {
    return await import(/* webpackIgnore: true */ /* @vite-ignore */ "node:fs/promises");
  } catch {
    throw noFiles();
  }
}

async function paths(): Promise<typeof Paths> {
  try {
    return await import(/* webpackIgnore: true */ /* @vite-ignore */ "node:path");
  } catch {
    throw noFiles();
  }
}

function noFiles(): UnsupportedError {
  const hint = "In a browser, use encodeSpikes, decodeSpikes, renderSvg, renderPng and renderRasterPage, which make and take bytes.";
  return new UnsupportedError("no-files", "this platform has no files", hint);
}

function randomSuffix(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function tooLarge(path: string, maxBytes: number): FileError {
  const hint = "Split it, or pass a larger limit: loadSpikes(path, { maxBytes }) reads up to 2 GiB at once.";
  return new FileError("file-too-large", `${path} is larger than ${maxBytes} bytes`, hint);
}

const SYSTEM_ERRORS: Readonly<Record<string, readonly [code: string, what: string, fix: string]>> = {
  ENOENT: ["file-missing", "there is no such file or folder", "Check the spelling and the folder you are in."],
  EISDIR: ["file-is-folder", "it is a folder", "Give the name of a file inside it."],
  ENOTDIR: ["file-not-folder", "a part of the path is a file, not a folder", "Choose a path whose folders are folders."],
  EEXIST: ["file-not-folder", "a part of the path is a file, not a folder", "Choose a path whose folders are folders."],
  EACCES: ["file-forbidden", "permission is denied", "Choose a place you may write to, or change the permissions."],
  EPERM: ["file-forbidden", "permission is denied", "Choose a place you may write to, or change the permissions."],
  EROFS: ["file-forbidden", "the disk is read-only", "Choose a place you may write to."],
  ENOSPC: ["disk-full", "the disk is full", "Free some space or choose another disk; nothing was left behind."],
  EDQUOT: ["disk-full", "your disk quota is used up", "Free some space or choose another disk; nothing was left behind."],
  EPIPE: ["pipe-closed", "the reading program has closed the pipe", "Write to a file, or let the reader take all of it."],
  EMFILE: ["file-limit", "too many files are open", "Close some, or raise the limit with ulimit -n."],
  ENAMETOOLONG: ["file-name", "the name is too long", "Choose a shorter name."],
};

/** A failed system call as an error that names the path and the fix; errors of ours pass unchanged. */
export function asFileError(error: unknown, verb: "read" | "write", path: string): unknown {
  const code = codeOf(error);
  if (error instanceof FileError || code === undefined) return error;
  const [name, what, fix] = SYSTEM_ERRORS[code] ?? ["file-system", `the system answers ${code}`, "Try another path or disk."];
  return new FileError(name, `cannot ${verb} ${path}: ${what}`, fix);
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return error instanceof Error && !(error instanceof FileError) && typeof code === "string" ? code : undefined;
}
