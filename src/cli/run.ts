/** `synfire run FILE`: simulates a network and leaves raster, spikes and a record of the run. */
import { rm, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { Command } from "commander";
import { ArgumentError, SimulationError } from "../errors.ts";
import { asFileError, makeFolder, writeAtomically } from "../io/files.ts";
import type { ExactSimulation, Network, Simulation, SpikeMonitor } from "../index.ts";
import { saveRaster, saveSpikes } from "../io/index.ts";
import { bytes, significant, table, thousands, time } from "./format.ts";
import { Learning } from "./learning.ts";
import { interruptible } from "./interrupt.ts";
import type { Interruption } from "./interrupt.ts";
import { loadNetwork } from "./loadNetwork.ts";
import type { NetworkFile } from "./loadNetwork.ts";
import { addSimulationOptions, engineOption, examples, jsonOption, quietOption } from "./options.ts";
import type { SimulationOptions } from "./options.ts";
import { saveMonitored } from "./saveMonitored.ts";
import { makeRunRecord } from "./runRecord.ts";
import type { RunRecord } from "./runRecord.ts";
import { Screen } from "./screen.ts";
import { simulate, spikeMonitorOf } from "./simulate.ts";
import type { Simulated } from "./simulate.ts";

interface RunOptions extends SimulationOptions {
  readonly engine: "grid" | "exact"; readonly out?: string; readonly json?: boolean; readonly quiet?: boolean;
}

export function runCommand(): Command {
  return addSimulationOptions(new Command("run"))
    .description("simulate the network of a file (.ts, .js, .json) or one that comes with synfire, and save raster, spikes and run.json")
    .argument("<file>", "a network file, or a name such as brunel (synfire models lists them)")
    .option("--out <folder>", "where to save raster.png, raster.svg, raster.html, spikes.csv and run.json (default: save nothing)")
    .addOption(engineOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", networkFileHelp + examples("run brunel --out out/brunel", 'run mine.ts --duration "2 s" --set g=4.5 --out out/mine',
      "run mine.json --precision f64 --seed 7 --json", "run brunel --engine exact"))
    .action((file: string, options: RunOptions) => run(file, options));
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
`;

async function run(file: string, options: RunOptions): Promise<void> {
  const screen = new Screen(options);
  if (options.engine === "exact" && options.dt !== undefined)
    throw new ArgumentError("exact-option", `--engine exact takes no --dt ${options.dt}: there are no steps`, "Leave out one of the two.");
  const loaded = await loadNetwork(file, options);
  if (!loaded) return screen.note(`${file} ran as a program of its own; it exports no network`);
  const folder = options.out === undefined ? undefined : await writableFolder(options.out);
  const network = await loaded.build();
  const spikes = spikeMonitorOf(network);
  const learning = new Learning(network, loaded.settings);
  await interruptible(async (interruption) => {
    const keep = (record?: RunRecord) =>
      (folder === undefined ? undefined : save({ folder, network, spikes, learning, file: loaded, record, screen }));
    const simulated = await simulateWithProgress(network, loaded, options, screen, interruption, learning).catch(async (error: unknown) => {
      // What led to the failure is what one wants to see.
      if (error instanceof SimulationError) await keep();
      throw error;
    });
    const backend = options.engine === "exact" ? "exact" : options.backend;
    const record = makeRunRecord(loaded, backend, simulated, spikes, folder ?? process.cwd(), learning.records);
    screen.say(describe(record, loaded, simulated, learning));
    for (const warning of record.warnings ?? []) screen.note(`warning: ${warning}`);
    await keep(record);
    screen.json(record);
    if (interruption.status !== undefined) process.exitCode = interruption.status;
  });
}

async function simulateWithProgress(
  network: Network, { settings }: NetworkFile, options: RunOptions, screen: Screen, { signal }: Interruption, learning: Learning,
) {
  const progress = screen.progress();
  try {
    const { engine, backend, precision, threads } = options;
    return await simulate<Simulation | ExactSimulation>(network, {
      settings, engine, backend, precision, threads, signal, onProgress: (state) => progress.update(state),
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
}

/** The data first: a disk that fills up should cost a picture, not the run. */
async function save({ folder, network, spikes, learning, file, record, screen }: Results): Promise<void> {
  const title = file.name;
  const rasters = ["raster.png", "raster.svg", "raster.html"];
  if (record) await writeAtomically(join(folder, "run.json"), `${JSON.stringify(record, undefined, 2)}\n`);
  await saveSpikes(join(folder, "spikes.csv"), spikes);
  for (const name of rasters) await saveRaster(join(folder, name), spikes, { title });
  const monitored = await saveMonitored(folder, network, title);
  const learned = await learning.save(folder, title);
  const made = [...rasters, "spikes.csv", ...monitored, ...learned, ...(record ? ["run.json"] : [])];
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
      `${record.backend} ${record.precision}, seed ${record.seed}${stopped}`,
    "",
    table([["population", "neurons", "spikes", "rate", "CV of ISI"], ...rows], [1, 2, 3, 4]),
    "",
    ...(learning.text.length === 0 ? [] : [...learning.text, ""]),
    `${time(measured.duration)} simulated in ${time(measured.wall)} (${pace(factor)}), ` +
      `${thousands(measured.synapticEvents)} synaptic events${perEvent}`,
    `compiled in ${significant(timings.compile_ms)} ms, synapses made in ${significant(timings.build_ms)} ms, ${bytes(record.bytes.total)}`,
    `spike hash ${record.spikeHash}`,
  ].join("\n");
}

const pace = (factor: number): string =>
  factor >= 1 ? `${significant(factor)} × faster than real time` : `${significant(1 / factor)} × slower than real time`;
