/** `synfire sweep FILE`: runs a network once for each combination of settings and makes one table of what came out. */
import { availableParallelism } from "node:os";
import { relative, resolve } from "node:path";
import { argv, execPath } from "node:process";
import { Command, InvalidArgumentError } from "commander";
import type { BackendName } from "../engine/parts.ts";
import { ArgumentError } from "../errors.ts";
import { compile } from "../index.ts";
import type { CompileOptions } from "../index.ts";
import { dimensions, parseQuantity } from "../units/index.ts";
import { interruptible } from "./interrupt.ts";
import { findNetworkFile, loadNetwork } from "./loadNetwork.ts";
import {
  addSimulationOptions, engineOption, examples, jsonOption, positiveWholeNumber, quietOption, refuseGridOptions, threadsOption,
} from "./options.ts";
import type { SimulationOptions, ThreadOptions } from "./options.ts";
import { Screen } from "./screen.ts";
import type { Settings } from "./settings.ts";
import { readAxis } from "./sweep/axes.ts";
import { readPlan } from "./sweep/folder.ts";
import { makePlan, networkOf, numberOfPoints, pointAt } from "./sweep/plan.ts";
import type { SweepPlan } from "./sweep/plan.ts";
import { mergeSweep, noSweep, runSweep } from "./sweep/runSweep.ts";
import { shareOf } from "./sweep/share.ts";
import type { Share } from "./sweep/share.ts";
import { slurmScript } from "./sweep/slurm.ts";
import { sourceHash } from "./sweep/sourceHash.ts";
import { checkFormats, isFormat, tableFormats } from "./sweep/tableFiles.ts";
import type { TableFormat } from "./sweep/tableFiles.ts";
import { packageVersion } from "./versions.ts";

interface SweepOptions extends SimulationOptions, ThreadOptions {
  readonly engine: "grid" | "exact";
  readonly seeds?: number; readonly zip?: boolean; readonly out?: string; readonly workers?: number; readonly format?: readonly TableFormat[];
  readonly keep?: "spikes"; readonly timeLimit?: string; readonly array?: string | true; readonly printSlurm?: string | true;
  readonly merge?: string; readonly force?: boolean; readonly yes?: boolean; readonly json?: boolean; readonly quiet?: boolean;
}

/** One makes its synapses while the GPU runs the network of the other. */
const workersOfGpu = 2;
/** More points than anyone means without saying so. */
const manyPoints = 100_000;

export function sweepCommand(): Command {
  const command = addSimulationOptions(new Command("sweep"))
    .description("run a network for every combination of settings, on all cores, MPI ranks or a Slurm array, and make one table of the results")
    .argument("[file]", "a network file, or a name such as brunel (synfire models lists them)")
    .option("--seeds <n>", "run each point with so many seeds, from --seed or the file's on", positiveWholeNumber)
    .option("--zip", "take the settings together, value by value, instead of in all combinations")
    .option("--out <folder>", "where results.csv and what it takes to go on are kept")
    .option("--workers <n>", "processes that run points (default: as many as cores; 1 in an MPI rank or a task)", positiveWholeNumber)
    .option("--format <list>", `of the table: ${tableFormats.join(", ")} (default: csv)`, formats)
    .option("--keep <what>", "spikes: also keep every point's spikes, as spikes/ID.npz", keep)
    .option("--time-limit <time>", 'give a point up after so long, e.g. "60 s" of wall time')
    .option("--array [k/n]", "do a share: this task's of a Slurm array, or the k-th of n")
    .option("--print-slurm [tasks]", "print a batch script for sbatch instead")
    .option("--merge <folder>", "make the table of what is finished in the folder of a sweep")
    .option("--force", "go on although the network file has changed since: its points are run anew")
    .option("--yes", `allow more than ${manyPoints} points`)
    .addOption(threadsOption())
    .addOption(engineOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", help + examples("sweep brunel --set g=3:8:0.5 --set eta=0.5,1,2 --set scale=0.1 --out out/brunel",
      'sweep mine.ts --set J="0.1:0.5:0.1 mV" --seeds 5 --format csv,npz --out out/mine', "plot sweep out/brunel --x g --y eta --z rate"))
    .action(sweep);
  command.options.find(({ long }) => long === "--set")!.description =
    "values of a setting: one, a list 0.5,1,2, a range start:stop:step (3:8:0.5, stop included), with a unit 0.1:0.5:0.1 mV; may be repeated";
  return command;
}

const help = `
A row holds a point's settings and seed, rate, CV of intervals, synchrony and spikes of all neurons and of each population, the spike hash,
the wall time, and what the network file's own results says:
  export function results({ simulation, report, spikes }) { return { peak: … }; }
The same command again does what is missing or failed. Also: mpirun -n 4 synfire sweep …, or sbatch of what --print-slurm prints.
`;

async function sweep(file: string | undefined, options: SweepOptions, command: Command): Promise<void> {
  const screen = new Screen(options);
  if (options.merge !== undefined) return merge(file, options.merge, options, screen);
  if (file === undefined) throw new ArgumentError("sweep-file", "no network is given", "Write synfire sweep FILE --set name=values --out DIR.");
  if (options.out === undefined) throw new ArgumentError("sweep-out", "--out is missing", "Write --out DIR; what is done is kept there.");
  if (options.engine === "exact") refuseGridOptions(command);
  const share = shareOf(options.array, process.env);
  const folder = resolve(options.out);
  const plan = await planOf(file, folder, options, screen, share);
  const points = numberOfPoints(plan);
  if (options.printSlurm !== undefined) return printSlurm(screen, options.printSlurm, points, options);
  if (points > manyPoints && !options.yes) {
    throw new ArgumentError("sweep-many", `that is a sweep of ${points} points`, "Add --yes if that is what you mean, or take larger steps.");
  }
  await checkFormats(plan.formats);
  if (share.kind === "local" && process.env["SLURM_ARRAY_TASK_ID"] !== undefined) {
    screen.note("this is a task of a Slurm array; without --array it does all points");
  }
  await interruptible((interruption) => runSweep(plan, {
    folder, share, interruption, screen, workers: options.workers ?? defaultWorkers(share, options.threads, plan.backend), threads: options.threads,
    keepSpikes: options.keep !== undefined, force: options.force ?? false, quiet: options.quiet ?? false,
    ...(options.timeLimit === undefined ? {} : { timeLimit: parseQuantity(options.timeLimit, dimensions.second, "--time-limit") }),
  }));
}

async function planOf(file: string, folder: string, options: SweepOptions, screen: Screen, share: Share): Promise<SweepPlan> {
  const { set = [], duration, dt, warmup, seed, seeds: count, precision, engine } = options;
  const given = Object.fromEntries(Object.entries({ duration, dt, warmup, seed }).filter(([, value]) => value !== undefined));
  const loaded = await loadNetwork(file, given);
  if (!loaded) throw new ArgumentError("no-network", `${file} ran as a program of its own; it exports no network`, "Export build, or network.");
  const all = set.map((text) => readAxis(text, loaded.settings));
  const names = [...Object.keys(given), ...(count === undefined ? [] : ["seed"]), ...all.map(({ name }) => name)];
  const twice = names.find((name, k) => names.indexOf(name) !== k && !(name === "seed" && !all.some((axis) => axis.name === "seed")));
  if (twice !== undefined) throw new ArgumentError("sweep-twice", `sweep: ${twice} is set twice`, "Give all its values in one --set.");
  const fixed = all.filter(({ values }) => values.length === 1).map(({ name, values }) => [name, values[0]!] as const);
  const { dt: step, ...timeless } = loaded.settings;
  const settings: Settings = { ...timeless, ...(engine === "exact" ? {} : { dt: step! }), ...Object.fromEntries(fixed) };
  const first = typeof settings["seed"] === "number" ? settings["seed"] : 1;
  const seeds = count === undefined ? [] : Array.from({ length: count }, (_, k) => first + k);
  const parts = {
    path: loaded.path, folder, synfire: packageVersion(), source: sourceHash(loaded.path), settings,
    axes: all.filter(({ values }) => values.length > 1), zip: options.zip ?? false, seeds, precision, engine,
    formats: options.format ?? ["csv"],
  };
  if (options.backend !== "auto") return makePlan({ ...parts, backend: options.backend });
  if (share.kind !== "local" || options.printSlurm !== undefined)
    throw new ArgumentError("sweep-auto", "--backend auto: every part of a divided sweep would choose for itself", "Name one: wasm or webgpu.");
  const { backend, reason } = await choose(makePlan({ ...parts, backend: "wasm" }), folder, options);
  screen.note(`${backend}, because ${reason}`);
  return makePlan({ ...parts, backend });
}

/** All points run on what is faster for the first, or on what the sweep in the folder was begun with. */
async function choose(plan: SweepPlan, folder: string, { precision, threads }: SweepOptions): Promise<{ backend: BackendName; reason: string }> {
  const earlier = await readPlan(folder);
  if (earlier) return { backend: earlier.backend, reason: "the sweep was begun on it" };
  const { seed, ...others } = pointAt(plan, 0).settings;
  const set = Object.entries(others).map(([name, value]) => `${name}=${value}`);
  const loaded = await loadNetwork(findNetworkFile(networkOf(plan, folder)), { set, ...(typeof seed === "number" ? { seed } : {}) });
  const dt = loaded!.settings["dt"] as CompileOptions["dt"];
  await using simulation = await compile(await loaded!.build(), { dt, backend: "auto", precision, threads });
  return { backend: simulation.backend, reason: simulation.backendReason! };
}

/** As many as keep the cores busy, with the threads of each. */
function defaultWorkers({ kind }: Share, threads: number | "auto", backend: BackendName): number {
  if (kind === "rank" || threads === "auto") return 1;
  if (backend === "webgpu") return workersOfGpu;
  const cores = kind === "local" ? availableParallelism() : Number(process.env["SLURM_CPUS_PER_TASK"] ?? 1) || 1;
  return Math.max(1, Math.floor(cores / threads));
}

async function merge(file: string | undefined, folder: string, { format }: SweepOptions, screen: Screen): Promise<void> {
  if (file !== undefined) throw new ArgumentError("sweep-merge", `--merge ${folder}, and the network file ${file}`, "Leave one of them out.");
  const plan = await readPlan(resolve(folder));
  if (!plan) throw noSweep(folder);
  await checkFormats(format ?? plan.formats);
  await mergeSweep(format ? { ...plan, formats: format } : plan, resolve(folder), screen);
}

function printSlurm(screen: Screen, wanted: string | true, points: number, { workers = 1, out = "" }: SweepOptions): void {
  const tasks = Math.min(points, wanted === true ? 100 : positiveWholeNumber(wanted));
  const own = argv.slice(2).filter((argument, k, all) =>
    !/^--print-slurm(=.*)?$/.test(argument) && !(all[k - 1] === "--print-slurm" && argument === wanted) && argument !== "--json");
  const script = slurmScript(own, { name: `sweep-${relative(process.cwd(), resolve(out))}`, tasks, points, workers },
    { node: execPath, command: resolve(argv[1]!), folder: process.cwd() });
  screen.say(script.trimEnd());
  screen.json({ script, tasks, points });
}

function formats(text: string): readonly TableFormat[] {
  const names = [...new Set(text.split(",").map((name) => name.trim()))];
  if (names.every(isFormat)) return names;
  throw new InvalidArgumentError(`Formats are ${tableFormats.join(", ")}, with commas between them.`);
}

function keep(text: string): "spikes" {
  if (text === "spikes") return text;
  throw new InvalidArgumentError('Only "spikes" can be kept.');
}
