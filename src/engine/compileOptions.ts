/** What `compile` may be told about how a network is simulated on the grid of steps. */
import { ArgumentError, UnsupportedError, didYouMean } from "../errors.ts";
import type { Network } from "../network/network.ts";
import { dimensions } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import type { Precision } from "./arena.ts";
import type { Communicator } from "./communicator.ts";
import type { BackendName, BuildOptions } from "./parts.ts";

export interface CompileOptions {
  /** `grid` (default): in steps of `dt`. `exact`: from event to event, see `ExactCompileOptions`. */
  readonly engine?: "grid";
  /** The step, e.g. "0.1 ms". */
  readonly dt: Quantity;
  /**
   * `wasm` (default): generated WebAssembly SIMD. `webgpu`: WGSL on the GPU, in f32 with sums of synaptic input in fixed point. `auto`: the GPU where
   * there is one and it is faster, which a warm-up of some tens of milliseconds on both measures; the simulation's `backendReason` says why.
   * `interpreter`: the slow f64 reference.
   */
  readonly backend?: BackendName | "auto";
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

const backends: readonly (BackendName | "auto")[] = ["wasm", "webgpu", "auto", "interpreter"];

/**
 * @param reason why `auto` became this back-end
 * @throws {ArgumentError | UnsupportedError} for what cannot be compiled with
 */
export function checkOptions(network: Network, options: CompileOptions, reason?: string): BuildOptions {
  const backend = options.backend ?? "wasm";
  if (!backends.includes(backend)) {
    const near = didYouMean(String(backend), backends);
    throw new UnsupportedError(
      "backend",
      `compile: there is no back-end "${String(backend)}"`,
      near ? `Did you mean "${near}"?` : 'Use "wasm", "webgpu", "auto" or "interpreter".',
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
  return { dt, backend: backend === "auto" ? "wasm" : backend, precision, seed, ...(reason === undefined ? {} : { backendReason: reason }) };
}
