/** `synfire run FILE`: simulates a network and leaves raster, spikes and a record of the run. */
import { rm, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { Command } from "commander";
import { SimulationError } from "../errors.ts";
import { asFileError, makeFolder, writeAtomically } from "../io/files.ts";
import type { ExactSimulation, Network, Simulation, SpikeMonitor } from "../index.ts";
import { saveRaster, saveSpikes } from "../io/index.ts";
import { bytes, significant, table, thousands, time } from "./format.ts";
import { Learning } from "./learning.ts";
import { interruptible } from "./interrupt.ts";
import type { Interruption } from "./interrupt.ts";
import { loadNetwork } from "./loadNetwork.ts";
import type { NetworkFile } from "./loadNetwork.ts";
import { addSimulationOptions, engineOption, examples, jsonOption, quietOption, refuseGridOptions, threadsOption } from "./options.ts";
import type { SimulationOptions, ThreadOptions } from "./options.ts";
import { saveMonitored } from "./saveMonitored.ts";
import { makeRunRecord } from "./runRecord.ts";
import type { RunRecord } from "./runRecord.ts";
import { addRankOptions, onRanks, oneRankOnly } from "./ranks.ts";
import type { Ranks } from "./ranks.ts";
import type { Screen } from "./screen.ts";
import { simulate, spikeMonitorOf } from "./simulate.ts";
import type { Simulated } from "./simulate.ts";

interface RunOptions extends SimulationOptions, ThreadOptions {
  readonly engine: "grid" | "exact"; readonly out?: string; readonly json?: boolean; readonly quiet?: boolean;
  readonly mpi?: boolean; readonly exchange?: "all" | "targeted"; readonly perRank?: boolean;
}

export function runCommand(): Command {
  return addRankOptions(addSimulationOptions(new Command("run")))
    .description("simulate the network of a file (.ts, .js, .json) or one that comes with synfire, and save raster, spikes and run.json")
    .argument("<file>", "a network file, or a name such as brunel (synfire models lists them)")
    .option("--out <folder>", "where to save raster.png, raster.svg, raster.html, spikes.csv and run.json (default: save nothing)")
    .option("--per-rank", "on several ranks, each saves the spikes of its own neurons as spikes.0000.csv and so on, and no raster is made")
    .addOption(threadsOption())
    .addOption(engineOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", networkFileHelp + examples("run brunel --out out/brunel", 'run mine.ts --duration "2 s" --set g=4.5 --out out/mine',
      "run mine.json --precision f64 --seed 7 --json", "run brunel --engine exact"))
    .action((file: string, options: RunOptions, command: Command) => onRanks(options, (ranks) => run(file, options, ranks, command)));
}

const networkFileHelp = `
A network file exports a network, or a function that builds one from settings:
  import { Network } from "synfire";
  export const settings = { g: 5, duration: "1 s", dt: "0.1 ms", seed: 1 };   // --set g=4.5 changes one
  export function build({ g, seed }) { const net = new Network({ seed }); …; return net; }
What has no spike monitor is recorded whole; state and rate monitors are saved as traces-*.png, traces-*.csv and rates.png. Weights that
learn are saved as weights.npz, weights.png and weights.svg; with fields: "X→E 28x28" among the settings, or sources on a grid of positions,
receptive fields as fields-*.png and fields-*.svg.
Ctrl-C stops the run and saves what was recorded (exit status 130).
mpirun -n 4 synfire run FILE simulates the network on four ranks, which may be on several machines; the first one speaks and saves. Give Open MPI
--mca odls_base_sigkill_timeout 5: so many seconds after Ctrl-C it tells ranks to stop, and as many later it ends them (default 1).
`;

async function run(file: string, options: RunOptions, ranks: Ranks, command: Command): Promise<number | undefined> {
  const { screen, first, processes } = ranks;
  if (options.engine === "exact") {
    oneRankOnly(ranks, "--engine exact", "Start it without mpirun.");
    refuseGridOptions(command);
  }
  const loaded = await loadNetwork(file, options);
  if (!loaded) {
    screen.note(`${file} ran as a program of its own; it exports no network`);
    return undefined;
  }
  const perRank = processes !== undefined && options.perRank === true;
  const folder = options.out === undefined ? undefined : first ? await writableFolder(options.out) : resolve(options.out);
  const network = await loaded.build();
  // The others need not hear of all spikes.
  const spikes = first || perRank ? spikeMonitorOf(network) : undefined;
  const learning = new Learning(network, loaded.settings);
  return await interruptible(async (interruption) => {
    const keep = async (record?: RunRecord) => {
      if (folder === undefined) return;
      if (perRank) await saveSpikes(join(folder, `spikes.${String(processes.rank).padStart(4, "0")}.csv`), spikes!);
      if (first) await save({ folder, network, spikes: spikes!, learning, file: loaded, record, screen, perRank });
    };
    const simulated = await simulateWithProgress(network, loaded, options, ranks, interruption, learning).catch(async (error: unknown) => {
      // What led to the failure is what one wants to see.
      if (error instanceof SimulationError) await keep();
      throw error;
    });
    const whole = perRank ? undefined : spikes;
    const record = makeRunRecord(loaded, simulated, whole, folder ?? process.cwd(), learning.records, processes?.name);
    screen.say(describe(record, loaded, simulated, learning));
    for (const warning of record.warnings ?? []) screen.note(`warning: ${warning}`);
    await keep(record);
    screen.json(record);
    return interruption.status;
  }, !first);
}

async function simulateWithProgress(
  network: Network, { settings }: NetworkFile, options: RunOptions, { screen, processes }: Ranks, { signal }: Interruption, learning: Learning,
) {
  const progress = screen.progress();
  try {
    const { engine, backend, precision, threads, exchange, perRank } = options;
    return await simulate<Simulation | ExactSimulation>(network, {
      settings, engine, backend, precision, threads, ...(processes ? { processes } : {}), ...(exchange ? { exchange } : {}),
      monitors: perRank ? "own" : "all", signal, onProgress: (state) => progress.update(state),
      onBegin: (simulation) => learning.begin(simulation), onEnd: (simulation) => learning.end(simulation),
    });
  } finally {
    progress.done();
  }
}

/** The folder, made when missing. Found unwritable before the run rather than after it. */
async function writableFolder(out: string): Promise<string> {
  const folder = resolve(out);
  const probe = join(folder, `.synfire-${process.pid}`);
  try {
    await makeFolder(folder);
    await writeFile(probe, "");
    await rm(probe);
  } catch (error) {
    throw asFileError(error, "write", out);
  }
  return folder;
}

interface Results {
  readonly folder: string; readonly network: Network; readonly spikes: SpikeMonitor; readonly learning: Learning; readonly file: NetworkFile;
  /** Absent when the run failed. */
  readonly record: RunRecord | undefined; readonly screen: Screen;
  /** Every rank saves its spikes itself. */
  readonly perRank: boolean;
}

/** The data first: a disk that fills up should cost a picture, not the run. */
async function save({ folder, network, spikes, learning, file, record, screen, perRank }: Results): Promise<void> {
  const title = file.name;
  const rasters = perRank ? [] : ["raster.png", "raster.svg", "raster.html"];
  if (record) await writeAtomically(join(folder, "run.json"), `${JSON.stringify(record, undefined, 2)}\n`);
  if (!perRank) await saveSpikes(join(folder, "spikes.csv"), spikes);
  for (const name of rasters) await saveRaster(join(folder, name), spikes, { title });
  const monitored = await saveMonitored(folder, network, title);
  const learned = await learning.save(folder, title);
  const made = [...rasters, perRank ? "spikes.0000.csv and so on" : "spikes.csv", ...monitored, ...learned, ...(record ? ["run.json"] : [])];
  screen.note(`saved ${made.join(", ")} in ${relative(process.cwd(), folder) || "."}`);
}

/** Rates, CV of inter-spike intervals and speed, for people. */
function describe(record: RunRecord, { name }: NetworkFile, { measured, asked }: Simulated, learning: Learning): string {
  const { simulated, timings } = record;
  const stopped = simulated < asked - Math.max(record.dt, 1e-9 * asked) ? `, interrupted at ${time(simulated)} of ${time(asked)}` : "";
  const rows = record.populations.map(({ name, size, spikes, rate_hz, cv }) =>
    [name, thousands(size), thousands(spikes), `${rate_hz.toFixed(2)} Hz`, cv === null ? "–" : cv.toFixed(2)]);
  const perEvent = measured.synapticEvents > 0 ? `, ${significant((measured.wall * 1e9) / measured.synapticEvents)} ns each` : "";
  const factor = measured.duration / measured.wall;
  return [
    `${name}: ${thousands(record.neurons)} neurons, ${thousands(record.synapses)} synapses, ` +
      `${record.dt > 0 ? `dt ${time(record.dt)}` : "no step"}, ` +
      `${record.backend} ${record.precision}${placeOf(record)}, seed ${record.seed}${stopped}`,
    "",
    table([["population", "neurons", "spikes", "rate", "CV of ISI"], ...rows], [1, 2, 3, 4]),
    "",
    ...(learning.text.length === 0 ? [] : [...learning.text, ""]),
    `${time(measured.duration)} simulated in ${time(measured.wall)} (${pace(factor)}), ` +
      `${thousands(measured.synapticEvents)} synaptic events${perEvent}`,
    `compiled in ${significant(timings.compile_ms)} ms, synapses made in ${significant(timings.build_ms)} ms, ${bytes(record.bytes.total)}`,
    ...(record.backendReason === undefined ? [] : [`${record.backend}, because ${record.backendReason}`]),
    ...describeRanks(record),
    `spike hash ${record.spikeHash}`,
  ].join("\n");
}

function placeOf({ gpu, threads }: RunRecord): string {
  if (gpu) return ` on ${gpu.name}${gpu.software ? " (a software driver)" : ""}`;
  return threads > 1 ? `, ${threads} threads` : "";
}

function describeRanks({ ranks, timings, threads }: RunRecord): string[] {
  if (!ranks) return [];
  const { count, mpi, exchange, exchange_s: seconds, bytes_received: received, windows } = ranks;
  const share = significant((100 * seconds) / timings.simulate_s);
  return [`${count} ranks (${mpi})${threads > 1 ? ` of ${threads} threads` : ""}, ${thousands(windows)} exchanges of ` +
    `${exchange === "all" ? "all spikes" : "the spikes that each needs"}: ${share} % of the time of the first, which received ${bytes(received)}`];
}

const pace = (factor: number): string =>
  factor >= 1 ? `${significant(factor)} × faster than real time` : `${significant(1 / factor)} × slower than real time`;
