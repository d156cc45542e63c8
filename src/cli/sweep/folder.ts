/** The folder of a sweep: sweep.json (what it consists of), parts/*.jsonl (a line for each point that ended), and the tables made of them. */
import { createHash } from "node:crypto";
import { open, readdir, rm, stat, writeFile } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { FileError } from "../../errors.ts";
import { asFileError, makeFolder, readBytes, writeAtomically } from "../../io/files.ts";
import { parsePlan } from "./plan.ts";
import type { SweepPlan } from "./plan.ts";
import type { Row } from "./row.ts";
import type { Share } from "./share.ts";

const planPath = (folder: string): string => join(folder, "sweep.json");
const partsFolder = (folder: string): string => join(folder, "parts");

/** @returns undefined when there is none @throws {FileError} when it is damaged */
export async function readPlan(folder: string): Promise<SweepPlan | undefined> {
  try {
    return parsePlan(new TextDecoder().decode(await readBytes(planPath(folder))), planPath(folder));
  } catch (error) {
    if (error instanceof FileError && (error.code === "file-missing" || error.code === "file-not-folder")) return undefined;
    throw error;
  }
}

/** Whole or not at all; processes that share a sweep write the same. */
export async function writePlan(folder: string, plan: SweepPlan): Promise<void> {
  await writeAtomically(planPath(folder), `${JSON.stringify(plan, undefined, 2)}\n`);
}

/**
 * The best row of each point that ever ended here: a result rather than an error, a later one rather than an earlier one. Lines that a crash
 * cut short do not count.
 */
export async function readRows(folder: string): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>();
  for (const name of await filesIn(folder, ".jsonl")) {
    const text = new TextDecoder().decode(await readBytes(join(partsFolder(folder), name)));
    for (const line of text.split("\n")) {
      const row = parseRow(line);
      if (row && isBetter(row, rows.get(row.id))) rows.set(row.id, row);
    }
  }
  return rows;
}

function isBetter(row: Row, before: Row | undefined): boolean {
  if (!before || (row.measured === undefined) !== (before.measured === undefined)) return !before || row.measured !== undefined;
  return row.created >= before.created;
}

function parseRow(line: string): Row | undefined {
  try {
    const row = JSON.parse(line) as Row | null;
    return typeof row?.id === "string" && (row.measured !== undefined || row.error !== undefined) ? row : undefined;
  } catch {
    return undefined;
  }
}

async function filesIn(folder: string, ending: string): Promise<string[]> {
  try {
    return (await readdir(partsFolder(folder))).filter((name) => name.endsWith(ending)).sort();
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return [];
    throw asFileError(error, "read", partsFolder(folder));
  }
}

/** The file that one process adds its rows to. Only one process may have it open. */
export class PartFile implements AsyncDisposable {
  readonly #handle: FileHandle;
  readonly #lock: string;

  private constructor(handle: FileHandle, lock: string) {
    this.#handle = handle;
    this.#lock = lock;
  }

  /** @throws {FileError} when another process of this machine works on the same share */
  static async open(folder: string, name: string): Promise<PartFile> {
    const path = join(partsFolder(folder), `${name}.jsonl`);
    try {
      await makeFolder(partsFolder(folder));
      const lock = join(partsFolder(folder), `${name}.lock`);
      await takeLock(lock, folder);
      const handle = await open(path, "a+");
      await dropBrokenLine(handle);
      return new PartFile(handle, lock);
    } catch (error) {
      throw asFileError(error, "write", path);
    }
  }

  /** One write, so that a crash leaves whole lines and at most one that is cut short. */
  async add(row: Row): Promise<void> {
    await this.#handle.appendFile(`${JSON.stringify(row)}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
    await rm(this.#lock, { force: true });
  }
}

/** A crash may have left the beginning of a line; the next row must not continue it. */
async function dropBrokenLine(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  if (size === 0) return;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  if (buffer[0] === 10) return;
  const text = await handle.readFile();
  await handle.truncate(text.lastIndexOf(10) + 1);
}

async function takeLock(lock: string, folder: string): Promise<void> {
  const own = `${process.pid} ${hostname()}\n`;
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      return await writeFile(lock, own, { flag: "wx" });
    } catch (error) {
      if ((error as { code?: unknown }).code !== "EEXIST") throw error;
    }
    const [pid = "", host = ""] = lockText(lock).split(" ");
    if (host.trim() === hostname() && Number(pid) !== process.pid && isAlive(Number(pid))) {
      const hint = "Wait until it has ended, or end it; another --out makes another sweep.";
      throw new FileError("sweep-busy", `process ${pid} is working on this sweep in ${folder}`, hint);
    }
    // Its process is gone, or was on another machine: there the launcher sees to it that a share runs once.
    await rm(lock, { force: true });
  }
}

function lockText(lock: string): string {
  try {
    return readFileSync(lock, "utf8");
  } catch {
    return "";
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code === "EPERM";
  }
}

/** Ranks of one launch say when they have ended, so that the last one knows. */
export async function forgetEnd(folder: string, { name }: Share): Promise<void> {
  await rm(join(partsFolder(folder), `${name}.done`), { force: true });
}

export async function announceEnd(folder: string, { name, job }: Share): Promise<void> {
  await writeAtomically(join(partsFolder(folder), `${name}.done`), `${job}\n`);
}

export async function allHaveEnded(folder: string, { of, job }: Share): Promise<boolean> {
  const states = await Promise.all(Array.from({ length: of }, async (_, index) => {
    const bytes = await readBytes(join(partsFolder(folder), `rank-${index}-of-${of}.done`)).catch(() => undefined);
    return bytes !== undefined && new TextDecoder().decode(bytes).trim() === job;
  }));
  return states.every(Boolean);
}

/**
 * Whether this process is the one to merge what lies in the part files now: when several end at the same time, one of them.
 */
export async function claimMerge(folder: string): Promise<boolean> {
  const hash = createHash("sha256");
  for (const name of [...(await filesIn(folder, ".jsonl")), ...(await filesIn(folder, ".done"))]) {
    const { size, mtimeMs } = await stat(join(partsFolder(folder), name));
    hash.update(`${name} ${size} ${mtimeMs}\n`);
  }
  const claim = `merge-${hash.digest("hex").slice(0, 16)}.claim`;
  try {
    await writeFile(join(partsFolder(folder), claim), "", { flag: "wx" });
  } catch (error) {
    if ((error as { code?: unknown }).code === "EEXIST") return false;
    throw asFileError(error, "write", join(partsFolder(folder), claim));
  }
  for (const name of await filesIn(folder, ".claim")) if (name !== claim) await rm(join(partsFolder(folder), name), { force: true });
  return true;
}
