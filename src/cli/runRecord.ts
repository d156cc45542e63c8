/** run.json: what was run, on what, and what came out; enough to repeat the run and to say whether it is the same. */
import { dirname, extname, isAbsolute, relative, resolve } from "node:path";
import type { BackendName } from "../engine/parts.ts";
import { FileError } from "../errors.ts";
import { coefficientOfVariation } from "../index.ts";
import type { Spikes } from "../index.ts";
import { readBytes } from "../io/files.ts";
import type { LearnedRecord } from "./learning.ts";
import type { NetworkFile } from "./loadNetwork.ts";
import { bundledFolder } from "./loadNetwork.ts";
import { isSettingValue } from "./settings.ts";
import type { Settings } from "./settings.ts";
import type { Simulated } from "./simulate.ts";
import { packageVersion } from "./versions.ts";

export interface RunRecord {
  readonly format: "synfire-run";
  readonly version: 1;
  readonly synfire: string;
  readonly node: string;
  readonly platform: string;
  /** When the run ended, ISO 8601. */
  readonly created: string;
  /** Path of the network file, relative to this record; or the bare name of a network that comes with synfire. */
  readonly network: string;
  readonly settings: Settings;
  /** `exact`: the event-driven engine. */
  readonly backend: BackendName | "exact";
  /** With --backend auto: why it became this one. */
  readonly backendReason?: string;
  /** On the back-end webgpu; `software`: a driver that computes on the processor. */
  readonly gpu?: { readonly name: string; readonly software: boolean };
  readonly precision: "f32" | "f64";
  readonly seed: number;
  /** Of each rank. */
  readonly threads: number;
  /** Absent for one process. Times and bytes are those of the first rank, waiting for the others included. */
  readonly ranks?: {
    readonly count: number; readonly mpi: string; readonly exchange: "all" | "targeted";
    readonly exchange_s: number; readonly bytes_received: number; readonly windows: number;
  };
  /** Seconds; 0 on the event-driven engine. */
  readonly dt: number;
  /** Seconds asked for, and simulated (less when the run was interrupted); warm-up included. */
  readonly asked: number;
  readonly simulated: number;
  readonly modelHash: string;
  readonly spikeHash: string;
  readonly neurons: number;
  readonly synapses: number;
  readonly spikes: number;
  readonly synapticEvents: number;
  /** Spikes, rates and CV of inter-spike intervals (null: too few spikes, or not recorded), after the warm-up. */
  readonly populations: readonly {
    readonly name: string; readonly size: number; readonly model: string;
    readonly spikes: number; readonly rate_hz: number; readonly cv: number | null;
  }[];
  readonly integrators: readonly { readonly population: string; readonly method: string; readonly reason: string }[];
  /** Milliseconds to make the synapses, to compile the equations; seconds (wall and CPU) of the simulation phase after the warm-up. */
  readonly timings: { readonly build_ms: number; readonly compile_ms: number; readonly simulate_s: number; readonly cpu_s: number };
  /** Of all ranks; `own`: what the first one holds. */
  readonly bytes: { readonly synapses: number; readonly total: number; readonly own: number };
  /** Weights of each projection that learns, before and after the whole run. Absent when none does. */
  readonly learned?: readonly LearnedRecord[];
  /** What is probably not what was meant. Absent when there is nothing. */
  readonly warnings?: readonly string[];
}

/**
 * @param spikes  of all neurons, where they were recorded
 * @param folder  of run.json; the network's path is kept relative to it
 * @param mpi     what carried the messages between ranks
 */
export function makeRunRecord(
  file: NetworkFile, simulated: Simulated, spikes: Spikes | undefined, folder: string, learned: readonly LearnedRecord[] = [],
  mpi?: string,
): RunRecord {
  const { report, measured, asked } = simulated;
  const { exchange } = measured;
  return {
    format: "synfire-run", version: 1, synfire: packageVersion(), node: process.version, platform: `${process.platform} ${process.arch}`,
    created: new Date().toISOString(), network: dirname(file.path) === resolve(bundledFolder) ? file.name : relative(folder, file.path),
    settings: file.settings, backend: report.backend, ...(report.backendReason === undefined ? {} : { backendReason: report.backendReason }),
    ...(report.gpu ? { gpu: report.gpu } : {}), precision: report.precision, seed: report.seed, threads: report.threads,
    ...(mpi !== undefined && exchange && report.exchange ? { ranks: {
      count: report.processes, mpi, exchange: report.exchange.kind, exchange_s: exchange.seconds, bytes_received: exchange.bytes,
      windows: exchange.exchanges,
    } } : {}),
    dt: report.dt, asked, simulated: report.duration, modelHash: report.modelHash, spikeHash: report.spikeHash, neurons: report.neurons,
    synapses: report.synapses, spikes: report.spikes, synapticEvents: report.synapticEvents,
    populations: report.populations.map(({ name, size, model }, k) => {
      const { spikes: count, rate } = measured.populations[k]!;
      return { name, size, model, spikes: count, rate_hz: rate, cv: spikes ? cvOf(recordedFrom(spikes, measured.from), name) : null };
    }),
    integrators: report.integrators,
    timings: { build_ms: report.buildMs, compile_ms: report.compileMs, simulate_s: measured.wall, cpu_s: measured.cpu },
    bytes: report.bytes,
    ...(learned.length === 0 ? {} : { learned }), ...(report.warnings.length === 0 ? {} : { warnings: report.warnings }),
  };
}

/** What was recorded after a time, seconds; spike times stay as they are. */
export function recordedFrom({ times, indices, populations, duration, dt }: Spikes, from: number): Spikes {
  const first = times.findIndex((time) => time > from + dt / 2);
  const start = first < 0 ? times.length : first;
  return { times: times.subarray(start), indices: indices.subarray(start), populations, duration: duration - from, dt };
}

/** Mean CV of the inter-spike intervals; null where no neuron has two intervals, or the population is not recorded. */
function cvOf(spikes: Spikes, name: string): number | null {
  const recorded = spikes.populations.find((population) => population.name === name);
  const cv = recorded ? coefficientOfVariation(spikes, recorded) : NaN;
  return Number.isFinite(cv) ? cv : null;
}

/**
 * @returns the record and the network file it names, as `loadNetwork` takes it
 * @throws {FileError} when it is not a run record that this version understands
 */
export async function readRunRecord(path: string): Promise<{ readonly record: RunRecord; readonly network: string }> {
  const broken = (problem: string) =>
    new FileError("run-record", `${path} is not a record of a run: ${problem}`, "Give the run.json that synfire run wrote.");
  let raw: unknown;
  try {
    raw = JSON.parse(new TextDecoder().decode(await readBytes(path, 2 ** 26)));
  } catch (error) {
    if (error instanceof SyntaxError) throw broken("it is not JSON");
    throw error;
  }
  const record = raw as Partial<RunRecord> | null;
  if (typeof record !== "object" || record === null || record.format !== "synfire-run") throw broken('it has no format "synfire-run"');
  if (record.version !== 1) throw broken(`its version is ${String(record.version)}, this synfire reads version 1`);
  const wrong = Object.entries(neededFields).find(([name, isRight]) => !isRight((record as Record<string, unknown>)[name]));
  if (wrong) throw broken(`"${wrong[0]}" is ${JSON.stringify((record as Record<string, unknown>)[wrong[0]]) ?? "missing"}`);
  const { network } = record as RunRecord;
  const named = extname(network) === "" && !isAbsolute(network);
  return { record: record as RunRecord, network: named ? network : resolve(dirname(path), network) };
}

const isText = (value: unknown): boolean => typeof value === "string";
const isPositive = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value) && value > 0;
const neededFields: Readonly<Record<string, (value: unknown) => boolean>> = {
  network: (value) => isText(value) && value !== "",
  settings: (value) => typeof value === "object" && value !== null && Object.values(value).every(isSettingValue),
  backend: (value) => ["wasm", "webgpu", "interpreter", "exact"].includes(value as string),
  gpu: (value) => value === undefined || isText((value as { readonly name?: unknown } | null)?.name),
  precision: (value) => value === "f32" || value === "f64",
  seed: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  dt: (value) => value === 0 || isPositive(value),
  simulated: (value) => value === 0 || isPositive(value),
  modelHash: isText,
  spikeHash: isText,
};
