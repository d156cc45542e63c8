/** Compiles and runs a network file's network, timing the measured part alone. What `run`, `verify` and `bench` share. */
import type { DeviceState } from "../engine/device/deviceRunner.ts";
import { compile } from "../index.ts";
import type { CompileOptions, ExactSimulation, Network, Progress, RunReport, Simulation, SpikeMonitor } from "../index.ts";
import { dimensions, parseQuantity } from "../units/index.ts";
import type { BackendChoice } from "./options.ts";
import type { Settings } from "./settings.ts";

/** `S`: on the grid, unless `engine` may be "exact". */
export interface SimulateOptions<S extends Simulation | ExactSimulation = Simulation> {
  readonly settings: Settings;
  /** `exact` has no use for a step, a back-end, a precision and threads. */
  readonly engine?: "grid" | "exact";
  readonly backend: BackendChoice;
  readonly precision: "f32" | "f64";
  readonly threads: number | "auto";
  /** Other ranks that simulate the same network; what they exchange and record is as in `CompileOptions`. */
  readonly processes?: CompileOptions["processes"];
  readonly exchange?: CompileOptions["exchange"];
  readonly monitors?: CompileOptions["monitors"];
  readonly signal?: AbortSignal;
  readonly onStage?: CompileOptions["onStage"];
  /** Times count the warm-up. */
  readonly onProgress?: (progress: Progress) => void;
  /** The simulation before its first step. */
  readonly onBegin?: (simulation: S) => void;
  /** The simulation as the run left it; it is disposed afterwards. */
  readonly onEnd?: (simulation: S) => void | Promise<void>;
}

export interface Simulated {
  /** Of the whole run, warm-up included. */
  readonly report: RunReport;
  /** Of the part after the warm-up. Seconds. */
  readonly measured: {
    readonly from: number; readonly duration: number; readonly wall: number; readonly cpu: number; readonly spikes: number;
    /** What this rank told the others: seconds, waiting for them included, bytes and windows. */
    readonly exchange?: { readonly seconds: number; readonly bytes: number; readonly exchanges: number };
    /** What the GPU was asked for. */
    readonly device?: DeviceState["counts"];
    readonly synapticEvents: number; readonly populations: readonly { readonly name: string; readonly spikes: number; readonly rate: number }[];
  };
  /** Seconds asked for, warm-up included; the report says how many were simulated. */
  readonly asked: number;
}

/** Runs warm-up and duration. An aborted run returns what it did so far. */
export async function simulate<S extends Simulation | ExactSimulation = Simulation>(
  network: Network, options: SimulateOptions<S>,
): Promise<Simulated> {
  const { settings, signal, onProgress } = options;
  const seconds = (name: "duration" | "warmup" | "dt") => parseQuantity(settings[name] as string, dimensions.second, name);
  const [duration, warmup] = [seconds("duration"), seconds("warmup")];
  const asked = warmup + duration;
  const always = {
    ...(typeof settings["seed"] === "number" ? { seed: settings["seed"] } : {}), ...(options.onStage ? { onStage: options.onStage } : {}),
  };
  const { backend, precision, threads, processes, exchange, monitors } = options;
  const onGrid = {
    dt: settings["dt"] as CompileOptions["dt"], backend, precision, threads,
    ...(processes ? { processes } : {}), ...(exchange ? { exchange } : {}), ...(monitors ? { monitors } : {}),
  };
  await using simulation = await (options.engine === "exact"
    ? compile(network, { engine: "exact", ...always }) : compile(network, { ...onGrid, ...always }));

  options.onBegin?.(simulation as S);
  let stopped = false;
  const run = async (length: number) => {
    const before = simulation.time;
    const progress = onProgress && { onProgress: ({ time, spikes }: Progress) => onProgress({ time: before + time, spikes, duration: asked }) };
    try {
      await simulation.run(`${length} s`, { ...(signal ? { signal } : {}), ...progress });
    } catch (error) {
      // Another rank's signal stops this one too.
      if (!signal?.aborted && !(processes && (error as Error).name === "AbortError")) throw error;
      stopped = true;
    }
  };
  if (warmup > 0) await run(warmup);
  const before = simulation.report();
  const counts = (): DeviceState["counts"] | undefined => ("device" in simulation ? simulation.device?.counts : undefined);
  const countsBefore = counts();
  const [wallBefore, cpuBefore] = [performance.now(), process.cpuUsage()];
  // Ranks stop together, within a run.
  if (processes ? !stopped : !signal?.aborted) await run(duration);
  const cpu = process.cpuUsage(cpuBefore);
  const wall = (performance.now() - wallBefore) / 1000;
  const report = simulation.report();
  const countsAfter = counts();
  await options.onEnd?.(simulation as S);
  const measuredDuration = report.duration - before.duration;
  return {
    report, asked,
    measured: {
      from: before.duration, duration: measuredDuration, wall, cpu: (cpu.user + cpu.system) / 1e6,
      ...(report.exchange && before.exchange ? { exchange: {
        seconds: (report.exchange.milliseconds - before.exchange.milliseconds) / 1000, bytes: report.exchange.bytes - before.exchange.bytes,
        exchanges: report.exchange.exchanges - before.exchange.exchanges,
      } } : {}),
      ...(countsBefore && countsAfter ? { device: {
        calls: countsAfter.calls - countsBefore.calls, epochs: countsAfter.epochs - countsBefore.epochs,
        readBacks: countsAfter.readBacks - countsBefore.readBacks,
      } } : {}),
      spikes: report.spikes - before.spikes, synapticEvents: report.synapticEvents - before.synapticEvents,
      populations: report.populations.map(({ name, size, spikes }, k) => {
        const own = spikes - before.populations[k]!.spikes;
        return { name, spikes: own, rate: measuredDuration > 0 ? own / size / measuredDuration : 0 };
      }),
    },
  };
}

/**
 * One monitor of all that the network's author wants recorded: the network's own when it has one, one over the groups of all of them when
 * it has several, one over everything that spikes when it has none.
 */
export function spikeMonitorOf(network: Network): SpikeMonitor {
  const own = network.monitors.filter((monitor): monitor is SpikeMonitor => monitor.data.kind === "spikes" && !monitor.data.countsOnly);
  const [first] = own;
  if (first && own.length === 1) return first;
  const sources = new Map(own.flatMap(({ sources }) => sources).map((source) => [JSON.stringify(source.range), source]));
  return network.spikeMonitor(...sources.values());
}
