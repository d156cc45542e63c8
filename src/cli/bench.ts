/** `synfire bench NET`: times one of the benchmark networks; what it prints is one measurement, without a monitor in the way. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { argv, execArgv, execPath } from "node:process";
import { Argument, Command } from "commander";
import type { Communicator } from "../engine/communicator.ts";
import { SimulationError } from "../errors.ts";
import { isStatic, Projection } from "../index.ts";
import type { Network, RunReport, Simulation } from "../index.ts";
import { dimensions, parseQuantity } from "../units/index.ts";
import { describeGpu, gpuMeasurement, profile } from "./benchGpu.ts";
import type { GpuMeasurement, Profiled } from "./benchGpu.ts";
import { benchLoad } from "./benchLoad.ts";
import { bytes, significant, thousands, time } from "./format.ts";
import { loadNetwork } from "./loadNetwork.ts";
import { addBackendOptions, examples, jsonOption, positiveNumber, positiveWholeNumber, threadsOption, wholeNumber } from "./options.ts";
import type { BackendChoice, SimulationOptions, ThreadOptions } from "./options.ts";
import { addRankOptions, numbersOf, onRanks, oneRankOnly } from "./ranks.ts";
import type { Ranks } from "./ranks.ts";
import type { Settings } from "./settings.ts";
import { simulate } from "./simulate.ts";
import type { Simulated } from "./simulate.ts";

/** Benchmark → network file and the settings that make it that benchmark. */
const networks: Readonly<Record<string, { readonly file: string; readonly set?: readonly string[] }>> = {
  A: { file: "coba" },
  B: { file: "cuba" },
  C: { file: "brunel" },
  D1: { file: "izhikevich2003" },
  D2: { file: "izhikevichSparse" },
  D2x10: { file: "izhikevichSparse", set: ["scale=10"] },
  D2p: { file: "izhikevichPlastic" },
  E: { file: "brunelPlastic" },
  "F0.1": { file: "microcircuit", set: ["scale=0.1"] },
  F1: { file: "microcircuit", set: ["scale=1"] },
};

/** Seconds. */
const leastWarmup = 0.02;

interface BenchOptions extends Pick<SimulationOptions, "backend" | "precision" | "seed">, ThreadOptions {
  readonly seconds: number; readonly warmup?: string; readonly repeat: number; readonly minutes?: number; readonly plot?: string;
  readonly json?: boolean; readonly mpi?: boolean; readonly exchange?: "all" | "targeted";
}

export interface Measurement extends Partial<GpuMeasurement> {
  readonly net: string; readonly backend: string; readonly backend_reason?: string; readonly threads: number; readonly precision: string;
  readonly warmup_s: number;
  readonly bio_s: number; readonly build_ms: number; readonly compile_ms: number; readonly sim_s: number; readonly cpu_s: number;
  readonly n_syn: number; readonly spikes: number; readonly rate_hz: number; readonly syn_events: number; readonly ns_per_event: number;
  readonly bytes_per_syn: number; readonly peak_rss_bytes: number; readonly spike_hash: string;
  /** Of the synapses that learn; their tables' bytes each, and the mean weight at the end (networks that learn have weights in volt). */
  /** Under MPI. Of each rank: seconds in exchanges of spikes (with waiting for the others), bytes received, memory for the network, and in all. */
  readonly ranks?: number; readonly mpi?: string; readonly exchange?: "all" | "targeted"; readonly windows?: number;
  readonly rank_exchange_s?: readonly number[]; readonly rank_exchange_bytes?: readonly number[];
  readonly rank_arena_bytes?: readonly number[]; readonly rank_peak_rss_bytes?: readonly number[];
  readonly n_plastic?: number; readonly bytes_per_plastic_syn?: number; readonly mean_weight_mV?: number;
}

export function benchCommand(): Command {
  return addRankOptions(addBackendOptions(new Command("bench")))
    .description("time a benchmark network: A COBA, B CUBA, C Brunel, D1 and D2 Izhikevich, " +
      "F0.1 and F1 cortical microcircuit; D2x10 is D2 with a million neurons; " +
      "D2p and E are D2 and C with synapses that learn")
    .addArgument(new Argument("<net>", "which network").choices(Object.keys(networks)))
    .addOption(threadsOption())
    .option("--seconds <s>", "simulated seconds that are timed", positiveNumber, 1)
    .option("--warmup <time>", "simulated first, untimed (default: the file's; on the GPU at least 20 ms, in which drivers get ready)")
    .option("--repeat <n>", "measure so often, each in a process of its own; the median by sim_s is printed", positiveWholeNumber, 1)
    .option("--minutes <m>", "run at full load for so many minutes of wall time instead, watching memory and speed", positiveNumber)
    .option("--plot <file>", "with --minutes: draw memory and speed against time (.svg, .png), with the numbers beside it (.csv)")
    .option("--seed <n>", "of network and noise (default: the file's)", wholeNumber)
    .addOption(jsonOption())
    .addHelpText("after", examples("bench C", "bench F0.1 --seconds 2 --json", "bench A --repeat 5", "bench C --backend webgpu",
      "bench C --threads 2 --minutes 10"))
    .action((net: string, options: BenchOptions) => onRanks(options, (ranks) => bench(net, options, ranks)));
}

async function bench(net: string, options: BenchOptions, ranks: Ranks): Promise<undefined> {
  const { minutes } = options;
  if (minutes !== undefined) {
    oneRankOnly(ranks, "--minutes", "Run it without mpirun.");
    const { file, set = [] } = networks[net]!;
    await benchLoad(net, file, set, { ...options, minutes }, ranks.screen);
    return undefined;
  }
  if (options.repeat > 1) oneRankOnly(ranks, "--repeat", "Start mpirun so often instead.");
  const measurement = options.repeat === 1 ? await measure(net, options, ranks.processes) : repeat(net, options.repeat);
  ranks.screen.say(describe(measurement));
  ranks.screen.json(measurement);
}

/** One run in this process. The benchmark's own warm-up is simulated but not timed. */
async function measure(
  net: string, { seconds, warmup, backend, precision, threads, seed, exchange }: BenchOptions, processes: Communicator | undefined,
): Promise<Measurement> {
  const { file, set = [] } = networks[net]!;
  const loaded = await loadNetwork(file, {
    set, duration: `${seconds} s`, ...(seed === undefined ? {} : { seed }), ...(warmup === undefined ? {} : { warmup }),
  });
  const settings = warmup === undefined ? readied(loaded!.settings, backend) : loaded!.settings;
  const network = await loaded!.build();
  let residentBefore = 0, peak = 0, weights: readonly Float64Array[] = [];
  let profiled: Profiled | undefined;
  const simulated = await simulate(network, {
    settings, backend, precision, threads, ...(processes ? { processes } : {}), ...(exchange ? { exchange } : {}),
    onStage: (stage) => {
      if (stage === "connect") residentBefore = process.memoryUsage.rss();
    },
    onEnd: async (simulation) => {
      // Before weights are copied out.
      peak = peakResident();
      weights = plasticWeights(network, simulation);
      profiled = await profile(simulation, seconds);
    },
  });
  const { report, measured } = simulated;
  return {
    net, backend: report.backend, ...(report.backendReason === undefined ? {} : { backend_reason: report.backendReason }),
    warmup_s: measured.from, threads: report.threads, precision: report.precision, bio_s: measured.duration, build_ms: report.buildMs,
    compile_ms: report.compileMs, sim_s: measured.wall, cpu_s: measured.cpu, n_syn: report.synapses, spikes: measured.spikes,
    rate_hz: measured.spikes / report.neurons / measured.duration, syn_events: measured.synapticEvents,
    ns_per_event: (measured.wall * 1e9) / measured.synapticEvents, bytes_per_syn: sumOver(processes, peak - residentBefore) / report.synapses,
    peak_rss_bytes: peak, spike_hash: report.spikeHash, ...learned(network, report, weights), ...ofRanks(processes, report, measured, peak),
    ...(profiled ? await gpuMeasurement(profiled, simulated) : {}),
  };
}

/** Drivers compile at first use, and calls grow to their length. */
function readied(settings: Settings, backend: BackendChoice): Settings {
  const given = parseQuantity(settings["warmup"] as string, dimensions.second, "warmup");
  return (backend === "webgpu" || backend === "auto") && given < leastWarmup ? { ...settings, warmup: `${leastWarmup} s` } : settings;
}

function ofRanks(processes: Communicator | undefined, report: RunReport, { exchange }: Simulated["measured"], peak: number): Partial<Measurement> {
  if (!processes || !exchange) return {};
  return {
    ranks: processes.size, mpi: processes.name, exchange: report.exchange!.kind, windows: exchange.exchanges,
    rank_exchange_s: numbersOf(processes, exchange.seconds), rank_exchange_bytes: numbersOf(processes, exchange.bytes),
    rank_arena_bytes: numbersOf(processes, report.bytes.own), rank_peak_rss_bytes: numbersOf(processes, peak),
  };
}

const sumOver = (processes: Communicator | undefined, own: number): number =>
  processes ? numbersOf(processes, own).reduce((a, b) => a + b, 0) : own;

const plastic = (network: Network) => network.data.projections.filter(({ model }) => !isStatic(model));

const plasticWeights = (network: Network, simulation: Simulation): Float64Array[] =>
  plastic(network).map(({ name, model }) => simulation.get(new Projection(name, model), "w"));

function learned(network: Network, { projections }: RunReport, weights: readonly Float64Array[]): Partial<Measurement> {
  if (weights.length === 0) return {};
  const names = new Set(plastic(network).map(({ name }) => name));
  const bytes = projections.filter(({ name }) => names.has(name)).reduce((sum, projection) => sum + projection.bytes, 0);
  const count = weights.reduce((sum, { length }) => sum + length, 0);
  const total = weights.reduce((sum, values) => sum + values.reduce((a, b) => a + b, 0), 0);
  return { n_plastic: count, bytes_per_plastic_syn: bytes / count, mean_weight_mV: (total / count) * 1000 };
}

/** The same command in processes of their own, so that neither memory nor compiled code of one run helps the next. */
function repeat(net: string, times: number): Measurement & { readonly repeats: readonly number[] } {
  const own = argv.slice(2).filter((argument, k, all) => !/^--(repeat(=.*)?|json)$/.test(argument) && all[k - 1] !== "--repeat");
  const runs = Array.from({ length: times }, () => {
    const { status, stdout, stderr } = spawnSync(execPath, [...execArgv, argv[1]!, ...own, "--json"], { encoding: "utf8", maxBuffer: 1e7 });
    if (status !== 0) throw new SimulationError("bench", `a run of ${net} failed: ${stderr.trim()}`, "");
    return JSON.parse(stdout) as Measurement;
  }).sort((a, b) => a.sim_s - b.sim_s);
  return { ...runs[(times - 1) >> 1]!, repeats: runs.map(({ sim_s }) => sim_s) };
}

/** Highest resident memory of this process in bytes: as the kernel counted it, not as a sample. */
function peakResident(): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}

function describe(m: Measurement): string {
  return [
    `${m.net} on ${m.backend} ${m.precision}${m.threads > 1 ? `, ${m.threads} threads` : ""}: ` +
      `${time(m.bio_s)} simulated in ${time(m.sim_s)} (${time(m.cpu_s)} of processor time)`,
    `${thousands(m.spikes)} spikes, ${significant(m.rate_hz)} Hz; ${thousands(m.syn_events)} synaptic events, ${significant(m.ns_per_event)} ns each`,
    `${thousands(m.n_syn)} synapses made in ${significant(m.build_ms)} ms, ${significant(m.bytes_per_syn)} bytes each; ` +
      `compiled in ${significant(m.compile_ms)} ms; peak memory ${bytes(m.peak_rss_bytes)}`,
    ...describePlastic(m),
    ...describeRanks(m),
    ...(m.gpu === undefined ? [] : describeGpu(m as Measurement & GpuMeasurement)),
    ...(m.backend_reason === undefined ? [] : [`${m.backend}, because ${m.backend_reason}`]),
    `spike hash ${m.spike_hash}`,
  ].join("\n");
}

function describeRanks(m: Measurement): string[] {
  if (!m.ranks) return [];
  const most = (values: readonly number[] | undefined) => Math.max(...values!);
  return [
    `${m.ranks} ranks (${m.mpi}), ${thousands(m.windows!)} exchanges of ${m.exchange === "all" ? "all spikes" : "the spikes that each needs"}: ` +
      `${significant((100 * m.rank_exchange_s!.reduce((a, b) => a + b, 0)) / m.ranks / m.sim_s)} % of the time, at most ` +
      `${bytes(most(m.rank_exchange_bytes))} received; at most ${bytes(most(m.rank_arena_bytes))} for the network and ` +
      `${bytes(most(m.rank_peak_rss_bytes))} in all on a rank`,
  ];
}

function describePlastic({ n_plastic: count, bytes_per_plastic_syn: each, mean_weight_mV: mean }: Measurement): string[] {
  if (count === undefined) return [];
  return [`${thousands(count)} of them plastic, ${significant(each!)} bytes each; mean weight ${mean!.toPrecision(5)} mV`];
}
