/** Options that several commands share, and how their texts become values. */
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import type { BackendName } from "../engine/parts.ts";
import { ArgumentError } from "../errors.ts";

/** Of --backend. */
export type BackendChoice = BackendName | "auto";

export interface SimulationOptions {
  readonly duration?: string;
  readonly warmup?: string;
  readonly dt?: string;
  readonly backend: BackendChoice;
  readonly precision: "f32" | "f64";
  readonly seed?: number;
  readonly set?: readonly string[];
}

/** Of the commands that simulate. */
export interface ThreadOptions { readonly threads: number | "auto" }

/** What to simulate, and on what: the options of `run` that `check` and `inspect` understand as well. */
export function addSimulationOptions(command: Command): Command {
  return addBackendOptions(command)
    .option("--duration <time>", 'how much to simulate, e.g. "500 ms" (default: the file\'s, else 1 s)')
    .option("--dt <time>", "step (default: the file's, else 0.1 ms)")
    .option("--warmup <time>", "simulated first; rates and timings leave it out (default: the file's, else 0 ms)")
    .option("--seed <n>", "of network and noise (default: the file's)", wholeNumber)
    .option("--set <name=value>", "change a setting of the network file; may be repeated", collect);
}

const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

export function addBackendOptions(command: Command): Command {
  return command
    .addOption(new Option("--backend <name>", "what runs the equations; webgpu: the GPU; auto: whichever of wasm and webgpu is faster")
      .choices(backends).default("wasm"))
    .addOption(new Option("--precision <name>", "of the state").choices(["f32", "f64"]).default("f32"));
}

const backends: readonly BackendChoice[] = ["wasm", "webgpu", "auto", "interpreter"];

export const threadsOption = (): Option =>
  new Option("--threads <n>", 'that share the work; "auto": as many as pay').argParser(threadCount).default(1);

export const engineOption = (): Option =>
  new Option("--engine <name>", "grid: in steps of dt; exact: from event to event, without a step").choices(["grid", "exact"]).default("grid");

/** What only the grid has, and why an exact run has no use for it. */
const gridOnly = {
  dt: "there are no steps",
  threads: "it runs on one thread",
  backend: "it has one back-end, its own",
  precision: "it computes in f64",
} as const;

/** @throws {ArgumentError} for what only the grid has, given with --engine exact */
export function refuseGridOptions(command: Command): void {
  const refuse = (what: string, why: string): never => {
    throw new ArgumentError("exact-option", `--engine exact takes no ${what}: ${why}`, "Leave out one of the two.");
  };
  for (const [name, why] of Object.entries(gridOnly)) {
    if (command.getOptionValueSource(name) === "cli") refuse(`--${name} ${String(command.getOptionValue(name))}`, why);
  }
  if (command.opts<SimulationOptions>().set?.some((text) => /^\s*dt\s*=/.test(text))) refuse("dt", gridOnly.dt);
}

function threadCount(text: string): number | "auto" {
  if (text !== "auto" && !(/^\d+$/.test(text) && Number(text) > 0)) throw new InvalidArgumentError('A whole number from 1, or "auto", is wanted.');
  return text === "auto" ? text : Number(text);
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError("A whole number from 0 is wanted.");
  return value;
}

export function positiveWholeNumber(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError("A whole number from 1 is wanted.");
  return value;
}

export function positiveNumber(text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError("A positive number is wanted.");
  return value;
}

export const jsonOption = (): Option => new Option("--json", "one JSON object on stdout; texts for people go to stderr");
export const quietOption = (): Option => new Option("--quiet", "no texts for people, no progress");

/** The examples under a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ synfire ${line}`).join("\n")}`;
}
