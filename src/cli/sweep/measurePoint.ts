/** Runs one point of a sweep, as `synfire run` does, and reduces it to a row. */
import { join } from "node:path";
import { ArgumentError } from "../../errors.ts";
import { coefficientOfVariation, spikeSynchrony } from "../../index.ts";
import type { ExactSimulation, RunReport, Simulation, Spikes } from "../../index.ts";
import { saveSpikes } from "../../io/index.ts";
import { loadNetwork } from "../loadNetwork.ts";
import type { NetworkFile } from "../loadNetwork.ts";
import { recordedFrom } from "../runRecord.ts";
import { isSettingValue } from "../settings.ts";
import { simulate, spikeMonitorOf } from "../simulate.ts";
import type { Simulated } from "../simulate.ts";
import { explainUserError } from "../userError.ts";
import { ownColumns } from "./row.ts";
import type { Cell, Job, Measured, Task } from "./row.ts";

/** Bin of counts for synchrony, seconds: as `synfire stats`. */
const synchronyBin = 0.005;

/** @throws {SynfireError} when the network cannot be made or its run fails */
export async function measurePoint(job: Job, { id, settings }: Task): Promise<Measured> {
  const started = performance.now();
  const { seed, ...others } = settings;
  const set = Object.entries(others).map(([name, value]) => `${name}=${value}`);
  const loaded = await loadNetwork(job.file, { set, ...(typeof seed === "number" ? { seed } : {}) });
  if (!loaded) throw new ArgumentError("no-network", `${job.file} exports no network`, "Write: export const network = new Network();");
  const network = await loaded.build();
  const spikes = spikeMonitorOf(network);
  let results: Readonly<Record<string, Cell>> = {};
  const simulated = await simulate<Simulation | ExactSimulation>(network, {
    settings: loaded.settings, backend: job.backend, precision: job.precision, threads: job.threads, engine: job.engine,
    onEnd: (simulation) => {
      results = ownResults(loaded, { network, simulation, report: simulation.report(), spikes, settings: loaded.settings });
    },
  });
  const statistics = statisticsOf(spikes, simulated);
  const file = `spikes/${id}.npz`;
  if (job.keepIn !== undefined) await saveSpikes(join(job.keepIn, file), spikes);
  const { report } = simulated;
  return {
    seed: report.seed, statistics, results, spikeHash: report.spikeHash, wall: (performance.now() - started) / 1000,
    ...(job.keepIn === undefined ? {} : { spikes: file }),
  };
}

/**
 * Columns `rate` (Hz), `cv`, `synchrony` and `spikes` of all neurons together, and the same with `_NAME` of each population; of what comes after the
 * warm-up. Spike sources are left out.
 */
export function statisticsOf(spikes: Spikes, { report, measured }: Pick<Simulated, "report" | "measured">): Record<string, Cell> {
  const recorded = recordedFrom(spikes, measured.from);
  const neurons = neuronPopulations(report);
  const own = recorded.populations.filter(({ name }) => neurons.has(name));
  const size = report.neurons;
  const counted = measured.populations.filter(({ name }) => neurons.has(name));
  const total = counted.reduce((sum, { spikes: count }) => sum + count, 0);
  const known = own.length > 0 && recorded.duration > 0;
  const all = { ...recorded, populations: own };
  const columns: Record<string, Cell> = {
    rate: measured.duration > 0 && size > 0 ? total / size / measured.duration : null,
    cv: known ? finite(coefficientOfVariation(all)) : null,
    synchrony: known ? finite(spikeSynchrony(all, undefined, { bin: synchronyBin })) : null,
    spikes: total,
  };
  for (const { name, rate, spikes: count } of counted) {
    const population = own.find((one) => one.name === name);
    columns[`rate_${name}`] = measured.duration > 0 ? rate : null;
    columns[`cv_${name}`] = population && known ? finite(coefficientOfVariation(recorded, population)) : null;
    columns[`synchrony_${name}`] = population && known ? finite(spikeSynchrony(recorded, population, { bin: synchronyBin })) : null;
    columns[`spikes_${name}`] = count;
  }
  return columns;
}

const neuronPopulations = ({ populations }: RunReport): ReadonlySet<string> =>
  new Set(populations.filter(({ model }) => model !== "spike_source").map(({ name }) => name));

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

function ownResults({ results, settings, path }: NetworkFile, run: Parameters<NonNullable<NetworkFile["results"]>>[0]): Record<string, Cell> {
  if (!results) return {};
  let raw: unknown;
  try {
    raw = results(run);
  } catch (error) {
    throw explainUserError(error, path);
  }
  const wrong = (problem: string, hint: string) => new ArgumentError("results", `results of the network file: ${problem}`, hint);
  if (typeof raw !== "object" || raw === null || Array.isArray(raw) || raw instanceof Promise) {
    const kind = raw instanceof Promise ? "a promise" : raw === null ? "null" : Array.isArray(raw) ? "a list" : typeof raw;
    throw wrong(`it returned ${kind}, not an object`, "Return e.g. { peak: 12.5 }: numbers, texts or booleans by name.");
  }
  return Object.fromEntries(Object.entries(raw).map(([name, value]: [string, unknown]) => {
    if (!isSettingValue(value)) throw wrong(`${name} is ${value === null ? "null" : typeof value}`, "Return numbers, texts or booleans.");
    const taken = (ownColumns as readonly string[]).includes(name) || Object.hasOwn(settings, name) || /^(rate|cv|synchrony|spikes)_/.test(name);
    if (taken) throw wrong(`the name ${name} is taken by a column of the table`, "Choose another name.");
    return [name, typeof value === "number" ? finite(value) : value];
  }));
}
