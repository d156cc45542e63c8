/** Does what is missing of a sweep, keeps every row as soon as it is there, and makes the tables. */
import { hostname } from "node:os";
import { basename, relative } from "node:path";
import { argv } from "node:process";
import { ArgumentError, FileError } from "../../errors.ts";
import { asFileError, makeFolder } from "../../io/files.ts";
import { significant, table as textTable } from "../format.ts";
import type { Interruption } from "../interrupt.ts";
import { findNetworkFile } from "../loadNetwork.ts";
import type { Screen } from "../screen.ts";
import { packageVersion } from "../versions.ts";
import { allHaveEnded, announceEnd, claimMerge, forgetEnd, PartFile, readPlan, readRows, writePlan } from "./folder.ts";
import { networkOf, numberOfPoints, pointName, pointsOf } from "./plan.ts";
import type { Point, SweepPlan } from "./plan.ts";
import { runTasks } from "./pool.ts";
import type { Job, Row } from "./row.ts";
import type { Share } from "./share.ts";
import { quoted } from "./slurm.ts";
import { sweepProgress } from "./sweepProgress.ts";
import { makeTable } from "./table.ts";
import type { SweepTable } from "./table.ts";
import { saveTable } from "./tableFiles.ts";

export interface RunSweepOptions {
  readonly folder: string;
  readonly share: Share;
  readonly workers: number;
  /** Of each worker. */
  readonly threads: number | "auto";
  readonly interruption: Interruption;
  readonly screen: Screen;
  readonly keepSpikes: boolean;
  readonly force: boolean;
  readonly quiet: boolean;
  /** Seconds. */
  readonly timeLimit?: number;
}

/** Points named one by one when they failed, and rows shown in the terminal. */
const shownFailures = 10;
const shownRows = 30;

/** @throws {ArgumentError} when the folder holds points of another version of the network file, or another process works on it */
export async function runSweep(plan: SweepPlan, options: RunSweepOptions): Promise<void> {
  const { folder, share, screen, interruption } = options;
  const before = await prepare(plan, options);
  const isDone = ({ id }: Point) => {
    const measured = before.get(id)?.measured;
    return measured !== undefined && (!options.keepSpikes || measured.spikes !== undefined);
  };
  const own = [...pointsOf(plan, share.index, share.of)];
  const missing = own.filter((point) => !isDone(point));
  if (own.length > missing.length) {
    const again = missing.filter(({ id }) => before.has(id)).length;
    const retried = again > 0 ? `; ${again} that failed are tried again` : "";
    screen.note(`${own.length - missing.length} of ${own.length} points are finished already${retried}`);
  }
  await using part = await PartFile.open(folder, share.name);
  if (share.kind === "rank") await forgetEnd(folder, share);
  const ended = await runMissing(plan, missing, part, options);
  if (interruption.status !== undefined) {
    process.exitCode = interruption.status;
    return stopped(plan, options);
  }
  if (share.kind === "rank") await announceEnd(folder, share);
  const isLast = share.kind === "local" || (await claimIfLast(plan, folder, share));
  if (isLast) return mergeSweep(plan, folder, screen);
  const failed = ended.filter(({ error }) => error !== undefined).length;
  screen.note(`${share.name}: ${missing.length - failed} points done${failed > 0 ? `, ${failed} failed` : ""}`);
  // A rank that ends with a status other than 0 would end the others; the last one says that points failed.
  if (failed > 0 && share.kind === "task") process.exitCode = 1;
}

async function claimIfLast(plan: SweepPlan, folder: string, share: Share): Promise<boolean> {
  const complete = share.kind === "rank" ? await allHaveEnded(folder, share) : makeTable(plan, await readRows(folder)).missing === 0;
  return complete && claimMerge(folder);
}

/** Makes the folder and its plan. @returns the rows that are there */
async function prepare(plan: SweepPlan, { folder, force, screen, share }: RunSweepOptions): Promise<Map<string, Row>> {
  try {
    await makeFolder(folder);
  } catch (error) {
    throw asFileError(error, "write", folder);
  }
  const [earlier, rows] = [await readPlan(folder), await readRows(folder)];
  if (earlier && JSON.stringify(earlier) !== JSON.stringify(plan)) {
    const stale = [...rows.values()].filter(({ source }) => source !== plan.source).length;
    const shown = relative(process.cwd(), folder) || ".";
    if (earlier.source !== plan.source && stale > 0 && !force) {
      const what = earlier.network === plan.network ? `${plan.network} has changed since` : `they are of ${earlier.network}, not ${plan.network}`;
      throw new ArgumentError("sweep-changed", `${shown} holds ${stale} points, but ${what}`,
        "Give another --out to keep both; --force runs all points anew.");
    }
    if (earlier.source === plan.source && earlier.synfire !== plan.synfire) screen.note(`the sweep was begun with synfire ${earlier.synfire}`);
    else if (share.kind === "local" && earlier.source === plan.source) screen.note(`${shown} held another sweep of this file; common points stay`);
  }
  await writePlan(folder, plan);
  return rows;
}

async function runMissing(plan: SweepPlan, missing: readonly Point[], part: PartFile, options: RunSweepOptions): Promise<Row[]> {
  const { folder, share, interruption, timeLimit } = options;
  const job: Job = {
    file: findNetworkFile(networkOf(plan, folder)), backend: plan.backend, precision: plan.precision, threads: options.threads,
    engine: plan.engine, ...(options.keepSpikes ? { keepIn: folder } : {}),
  };
  const ended: Row[] = [];
  if (missing.length === 0) return ended;
  const progress = sweepProgress(missing.length, { quiet: options.quiet, ...(share.kind === "local" ? {} : { who: share.name }) });
  try {
    await runTasks(missing, {
      job, workers: Math.min(options.workers, missing.length), signal: interruption.signal, ...(timeLimit === undefined ? {} : { timeLimit }),
      onOutput: (text) => progress.print(text),
      onEnd: async ({ id, settings }, { measured, error }) => {
        const row: Row = {
          id, settings, source: plan.source, synfire: packageVersion(), created: new Date().toISOString(), host: hostname(),
          ...(measured ? { measured } : { error: error ?? "no result" }),
        };
        await part.add(row);
        ended.push(row);
        progress.advance(measured === undefined);
      },
    });
  } finally {
    progress.done();
  }
  return ended;
}

/** What has ended is kept; a local sweep also makes its table. */
async function stopped(plan: SweepPlan, { folder, share, screen }: RunSweepOptions): Promise<void> {
  const table = makeTable(plan, await readRows(folder));
  if (share.kind === "local" && table.rows > 0) note(screen, await saveTable(folder, table.columns, plan.formats), folder);
  const done = table.rows - table.failed.length;
  const command = `synfire ${argv.slice(2).map(quoted).join(" ")}`;
  screen.note(`stopped with ${done} of ${numberOfPoints(plan)} points done; the same command does the rest:\n  ${command}`);
  if (share.kind === "local") screen.json(reportOf(plan, table, { interrupted: true }));
}

/** Makes the tables of what is finished; names what failed, with exit status 1. */
export async function mergeSweep(plan: SweepPlan, folder: string, screen: Screen): Promise<void> {
  const table = makeTable(plan, await readRows(folder));
  const files = await saveTable(folder, table.columns, plan.formats);
  const { failed, missing } = table;
  const count = (number: number, what: string) => (number > 0 ? `, ${number} ${what}` : "");
  screen.say([
    ...(table.rows > 0 && table.rows <= shownRows ? [rowsText(plan, table), ""] : []),
    `${basename(plan.network)}: ${table.rows - failed.length} of ${numberOfPoints(plan)} points done` +
      `${count(failed.length, "failed")}${count(missing, "missing")}`,
  ].join("\n"));
  note(screen, files, folder);
  for (const { point, error } of failed.slice(0, shownFailures)) {
    screen.note(`failed: ${pointName(plan, point)}: ${error.split("\n").slice(0, 4).join("\n  ")}`);
  }
  if (failed.length > shownFailures) screen.note(`and ${failed.length - shownFailures} more, see the column error`);
  screen.json(reportOf(plan, table, { files }));
  if (failed.length > 0) process.exitCode = 1;
}

export const noSweep = (folder: string): FileError =>
  new FileError("sweep-missing", `there is no sweep in ${folder}`, "Give the --out folder of synfire sweep.");

function note(screen: Screen, files: readonly string[], folder: string): void {
  screen.note(`saved ${files.join(", ")} in ${relative(process.cwd(), folder) || "."}`);
}

function reportOf(plan: SweepPlan, { rows, missing, failed }: SweepTable, more: object): object {
  return {
    format: "synfire-sweep-report", network: plan.network, points: numberOfPoints(plan), done: rows - failed.length, missing,
    failed: failed.map(({ point, error }) => ({ point: point.index, settings: point.settings, error })), ...more,
  };
}

/** The columns that people look at first. */
function rowsText(plan: SweepPlan, { columns, rows }: SweepTable): string {
  const end = columns.findIndex(({ name }) => name === "spike_hash");
  const perPopulation = /^(rate|cv|synchrony|spikes)_/;
  const hidden = new Set(["point", "spikes", ...(plan.seeds.length > 1 || plan.axes.some(({ name }) => name === "seed") ? [] : ["seed"])]);
  const shown = columns.slice(0, end).filter(({ name }) => !hidden.has(name) && !perPopulation.test(name)).slice(0, 10);
  const cell = (value: unknown) => (value === null ? "–" : typeof value === "number" ? significant(value) : String(value));
  const body = Array.from({ length: rows }, (_, row) => shown.map(({ cells }) => cell(cells[row])));
  return textTable([shown.map(({ name }) => ({ rate: "rate, Hz" })[name] ?? name), ...body], shown.map((_, k) => k));
}
