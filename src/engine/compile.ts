/** `compile`: from a network's description to a simulation ready to run. */
import { ArgumentError, UnsupportedError, didYouMean } from "../errors.ts";
import type { Network } from "../network/network.ts";
import { dimensions } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import { Arena } from "./arena.ts";
import type { Precision } from "./arena.ts";
import { assemble } from "./assemble.ts";
import type { Communicator } from "./communicator.ts";
import { compileExact } from "./exact/compileExact.ts";
import type { ExactCompileOptions } from "./exact/compileExact.ts";
import type { ExactSimulation } from "./exact/simulation.ts";
import { Memories } from "./memories.ts";
import { checkFits } from "./projections.ts";
import { hashOf } from "./report.ts";
import type { Simulation } from "./simulation.ts";
import { Processes } from "./processes/processes.ts";
import { Team } from "./threads/team.ts";
import { coresOf } from "./threads/workerThread.ts";
import { threadsFor } from "./threadsFor.ts";
import type { BackendName, BuildOptions } from "./parts.ts";

export interface CompileOptions {
  /** `grid` (default): in steps of `dt`. `exact`: from event to event, see `ExactCompileOptions`. */
  readonly engine?: "grid";
  /** The step, e.g. "0.1 ms". */
  readonly dt: Quantity;
  /**
   * `wasm` (default): generated WebAssembly SIMD. `webgpu`: WGSL on the GPU, in f32 with sums of synaptic input in fixed point. `interpreter`: the slow
   * f64 reference.
   */
  readonly backend?: BackendName;
  /** Floating-point type of state, input and weights: f32 (default) or f64. The interpreter always computes in f64. */
  readonly precision?: Precision;
  /**
   * Whether what postsynaptic spikes do to synapses waits for each synapse's next presynaptic one, where a rule allows it: half the memory, and
   * faster where weights exceed the caches. Results are the same but for rounding. Default: in projections of more than 4 million synapses.
   */
  readonly deferPlasticity?: boolean;
  /**
   * Whether spikes add to their targets' input in the step in which they arrive, not when they are emitted, where synapses with fixed weights have
   * delays of their own. Results are the same, but for spikes that are on their way when `setWeight` changes the weight. Default: in large networks
   * with long rows (30 000 neurons, 1000 synapses a neuron), where it is faster.
   */
  readonly deliverOnArrival?: boolean;
  /**
   * Threads that share the work, each with its own neurons and the synapses that lead to them; the spikes are the same for any number. `"auto"`: as
   * many as there are processor cores, fewer for a small network. Default 1. Where threads cannot be had (a browser page that is not cross-origin
   * isolated) one is used, and `onWarning` hears why.
   */
  readonly threads?: number | "auto";
  /**
   * Processes that simulate the network together, from `synfire/mpi`. Every one of them builds, compiles and runs the same network, with as many
   * threads each, and calls the same methods of the simulation in the same order; all of them see the same results.
   */
  readonly processes?: Communicator;
  /**
   * Which spikes processes send each other in a window: all to all, or each to the processes that hold synapses of its neuron. Default: targeted
   * where that is at most half as much. Results are the same.
   */
  readonly exchange?: "all" | "targeted";
  /** Which spikes the monitors of a process record: those of all neurons (default), or those of the neurons that it advances itself. */
  readonly monitors?: "all" | "own";
  /** Hears what did not go as asked, in sentences; default: `console.warn`. */
  readonly onWarning?: (text: string) => void;
  /** Overrides the network's seed. */
  readonly seed?: number;
  /** Called when a stage begins: arrays are laid out, synapses are made, code is generated, all is ready. */
  readonly onStage?: (stage: "layout" | "connect" | "codegen" | "ready") => void;
}

/** Longest window when no delay bounds it. */
const longestWindow = 32;
/** Most bytes for the lists of one window's spikes, each of which could hold every neuron at every step: a window may always be shorter. */
const listBytes = 2 ** 28;

/**
 * Builds the synapses, generates the code and returns a simulation at time 0.
 *
 * @throws {ArgumentError | EquationError} for a mistake in the description
 * @throws {UnsupportedError} for a network that cannot fit, before anything is allocated
 */
export function compile(network: Network, options: ExactCompileOptions): Promise<ExactSimulation>;
export function compile(network: Network, options: CompileOptions): Promise<Simulation>;
export async function compile(network: Network, options: CompileOptions | ExactCompileOptions): Promise<Simulation | ExactSimulation> {
  if (options.engine === "exact") return await compileExact(network, options);
  if (options.engine !== undefined && options.engine !== "grid")
    throw new ArgumentError("engine", `compile: there is no engine "${String(options.engine)}"`, 'Use "grid" or "exact".');
  const buildOptions = checkOptions(network, options);
  const { precision } = buildOptions;
  const data = network.data;
  if (data.populations.length === 0)
    throw new ArgumentError("empty", "the network has no population", "Add one with net.population(name, size, model).");
  const size = data.populations.reduce((sum, p) => sum + p.size, 0);
  const longest = Math.max(1, Math.min(longestWindow, Math.floor(listBytes / (4 * size))));
  // oxlint-disable-next-line no-console -- what a user of the library who gave no listener has to hear
  const threads = threadsFor(data, options, (text) => (options.onWarning ?? console.warn)(text));
  const processes = options.processes && options.processes.size > 1 ? new Processes(options.processes) : undefined;
  const { deferPlasticity, deliverOnArrival, exchange } = options;
  processes?.checkSame(JSON.stringify([hashOf({ data }), buildOptions, threads, deferPlasticity, deliverOnArrival, exchange]));
  const count = threads * (processes?.size ?? 1);
  checkFits(data, precision, count);
  const stage = options.onStage ?? (() => {});
  const begin = performance.now();
  const defer = buildOptions.backend === "wasm" ? options.deferPlasticity : false;
  const onArrival = buildOptions.backend === "wasm" ? options.deliverOnArrival : false;

  stage("layout");
  const local = Array.from({ length: threads }, (_, k) => ({ index: (processes?.rank ?? 0) * threads + k, count }));
  const arenas = local.map(() => new Arena(undefined, threads > 1));
  const memories = new Memories(arenas, { local, ...(processes ? { exchange: processes } : {}) });
  const team = threads > 1 || processes ? await Team.start(threads, coresOf(options.processes?.local ?? 1)) : undefined;
  try {
    const monitors = processes ? (options.monitors ?? "all") : "all";
    const plan = { network, data, options: buildOptions, memories, longest, defer, onArrival, exchange, monitors, stage, begin };
    return await assemble(plan, team, processes);
  } catch (error) {
    await team?.end();
    throw error;
  }
}

const backends: readonly BackendName[] = ["wasm", "webgpu", "interpreter"];

function checkOptions(network: Network, options: CompileOptions): BuildOptions {
  const backend = options.backend ?? "wasm";
  if (!backends.includes(backend)) {
    const near = didYouMean(String(backend), backends);
    throw new UnsupportedError(
      "backend",
      `compile: there is no back-end "${String(backend)}"`,
      near ? `Did you mean "${near}"?` : 'Use "wasm", "webgpu" or "interpreter".',
    );
  }
  const precision = backend === "interpreter" ? "f64" : (options.precision ?? "f32");
  if (precision !== "f32" && precision !== "f64")
    throw new ArgumentError(
      "precision",
      `compile: precision "${String(precision)}" is neither "f32" nor "f64"`,
      'Use "f32" for speed or "f64" for accuracy.',
    );
  if (backend === "webgpu" && precision === "f64")
    throw new UnsupportedError("precision", "compile: GPUs compute in f32 only, not in f64", 'Use precision: "f32", or backend: "wasm".');
  const dt = parseQuantity(options.dt, dimensions.second, "compile: dt");
  if (!(dt > 0)) throw new ArgumentError("time", `compile: dt ${options.dt} is not a positive time`, 'Write e.g. dt: "0.1 ms".');
  const seed = options.seed ?? network.seed;
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new ArgumentError("seed", `compile: seed ${seed} is not a whole number from 0 to 2^53`, "Write e.g. seed: 42.");
  return { dt, backend, precision, seed };
}
