/** What a sweep consists of: which points, in which order, and under which name each is known. */
import { createHash } from "node:crypto";
import { dirname, extname, isAbsolute, relative, resolve } from "node:path";
import type { BackendName } from "../../engine/parts.ts";
import { ArgumentError, FileError } from "../../errors.ts";
import { bundledFolder } from "../loadNetwork.ts";
import type { Settings, SettingValue } from "../settings.ts";
import type { Axis } from "./axes.ts";
import { isFormat } from "./tableFiles.ts";
import type { TableFormat } from "./tableFiles.ts";

/** sweep.json. It holds no time and no path of a machine, so that every process of one sweep writes the same bytes. */
export interface SweepPlan {
  readonly format: "synfire-sweep";
  readonly version: 1;
  readonly synfire: string;
  /** Relative to the folder of the sweep, or the bare name of a network that comes with synfire. */
  readonly network: string;
  /** Hash of the network file and of what it imports. */
  readonly source: string;
  /** Settings that all points share. */
  readonly settings: Settings;
  /** Settings that vary, the last one fastest. */
  readonly axes: readonly Axis[];
  /** Whether the axes go together, value by value, instead of in all combinations. */
  readonly zip: boolean;
  /** Seeds of each point; empty when the file's own is used. */
  readonly seeds: readonly number[];
  readonly backend: BackendName;
  readonly precision: "f32" | "f64";
  readonly engine: "grid" | "exact";
  readonly formats: readonly TableFormat[];
}

export interface Point {
  /** Place in the order of the sweep. */
  readonly index: number;
  /** Hash of what determines its result: settings, network file, back-end. */
  readonly id: string;
  /** All settings of the network file, and the seed. */
  readonly settings: Settings;
}

export interface PlanParts extends Omit<SweepPlan, "format" | "version" | "network"> {
  /** Absolute paths of the network file and of the folder of the sweep. */
  readonly path: string;
  readonly folder: string;
}

/** @throws {ArgumentError} when axes that go together are of different lengths */
export function makePlan({ path, folder, ...parts }: PlanParts): SweepPlan {
  const lengths = parts.axes.map(({ values }) => values.length);
  if (parts.zip && new Set(lengths).size > 1) {
    const seen = parts.axes.map(({ name, values }) => `${name} has ${values.length}`).join(", ");
    throw new ArgumentError("sweep-zip", `--zip takes one value of each setting for a point, but ${seen}`, "Give as many values of each.");
  }
  const network = dirname(path) === resolve(bundledFolder) ? path.slice(dirname(path).length + 1, -extname(path).length) : relative(folder, path);
  return { format: "synfire-sweep", version: 1, network, ...parts };
}

/** Path of the plan's network file, or its name. */
export function networkOf({ network }: SweepPlan, folder: string): string {
  return extname(network) === "" && !isAbsolute(network) ? network : resolve(folder, network);
}

export function numberOfPoints({ axes, zip, seeds }: SweepPlan): number {
  const combinations = zip ? (axes[0]?.values.length ?? 1) : axes.reduce((product, { values }) => product * values.length, 1);
  return combinations * Math.max(1, seeds.length);
}

/** Seeds vary fastest, then the last axis. */
export function pointAt(plan: SweepPlan, index: number): Point {
  const { axes, zip, seeds } = plan;
  const settings: Record<string, SettingValue> = { ...plan.settings };
  let rest = index;
  if (seeds.length > 0) {
    settings["seed"] = seeds[rest % seeds.length]!;
    rest = Math.floor(rest / seeds.length);
  }
  for (const { name, values } of [...axes].reverse()) {
    settings[name] = values[rest % values.length]!;
    if (!zip) rest = Math.floor(rest / values.length);
  }
  return { index, id: idOf(plan, settings), settings };
}

export function* pointsOf(plan: SweepPlan, first: number = 0, stride: number = 1): Generator<Point> {
  for (let index = first, count = numberOfPoints(plan); index < count; index += stride) yield pointAt(plan, index);
}

/** "g 3, eta 0.5, seed 2": what tells a point from the others. */
export function pointName(plan: SweepPlan, { settings }: Point): string {
  const names = [...plan.axes.map(({ name }) => name), ...(plan.seeds.length > 1 ? ["seed"] : [])];
  return names.map((name) => `${name} ${settings[name]}`).join(", ") || "the only point";
}

function idOf({ source, backend, precision, engine }: SweepPlan, settings: Settings): string {
  const sorted = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify([source, engine, backend, precision, sorted])).digest("hex").slice(0, 16);
}

/** @throws {FileError} when the text is no plan that this version reads */
export function parsePlan(text: string, path: string): SweepPlan {
  const hint = "Give the --out folder of a sweep.";
  const broken = (problem: string) => new FileError("sweep-plan", `${path} is not the plan of a sweep: ${problem}`, hint);
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw broken("it is not JSON");
  }
  const plan = raw as SweepPlan | null;
  if (typeof plan !== "object" || plan === null || plan.format !== "synfire-sweep") throw broken('it has no format "synfire-sweep"');
  if (plan.version !== 1) throw broken(`its version is ${String(plan.version)}, this synfire reads version 1`);
  const sound = typeof plan.network === "string" && typeof plan.source === "string" && typeof plan.settings === "object" && plan.settings !== null &&
    Array.isArray(plan.axes) && plan.axes.every(({ name, values }) => typeof name === "string" && Array.isArray(values)) &&
    plan.axes.every(({ values }) => values.length > 0) && Array.isArray(plan.seeds) && Array.isArray(plan.formats) && plan.formats.every(isFormat);
  if (!sound) throw broken("a part of it is missing");
  return plan;
}
