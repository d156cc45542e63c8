/** `compile`: from a network's description to a simulation ready to run. */
import { ArgumentError, UnsupportedError } from "../errors.ts";
import { Network } from "../network/network.ts";
import { networkToJSON } from "../network/serialise.ts";
import { Arena } from "./arena.ts";
import { assemble } from "./assemble.ts";
import { checkOptions } from "./compileOptions.ts";
import type { CompileOptions } from "./compileOptions.ts";
import { chooseBackend, onProcessor, refusal } from "./device/chooseBackend.ts";
import type { Choice, Choosing } from "./device/chooseBackend.ts";
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

export type { CompileOptions } from "./compileOptions.ts";

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
  return options.backend === "auto" ? await compileChosen(network, options) : await compileOn(network, options);
}

/** `compile` with `backend: "auto"`. @param choosing where the GPU and the times come from, for tests */
export async function compileChosen(network: Network, options: CompileOptions, choosing?: Choosing): Promise<Simulation> {
  checkOptions(network, options);
  const silent = { onWarning: () => {}, onStage: () => {} };
  let copy: Network | undefined;
  const choice = await chooseBackend(options, (backend) => {
    // The network's own monitors and sinks are not to hear of the warm-up.
    copy ??= Network.fromJSON(networkToJSON({ ...network.data, monitors: [] }));
    return compileOn(copy, { ...options, ...silent, ...placeOf(backend, options) });
  }, choosing);
  const compiled = ({ backend, reason }: Choice): Promise<Simulation> => compileOn(network, { ...options, ...placeOf(backend, options) }, reason);
  if (choice.backend === "wasm") return await compiled(choice);
  try {
    return await compiled(choice);
  } catch (error) {
    // What monitors sample may be more than the GPU can hold.
    if (!(error instanceof UnsupportedError)) throw error;
    return await compiled(onProcessor(refusal(error)));
  }
}

/** Threads are of no use to a GPU. */
const placeOf = (backend: Choice["backend"], { threads = 1 }: CompileOptions): Pick<CompileOptions, "backend" | "threads"> =>
  ({ backend, threads: backend === "webgpu" ? 1 : threads });

async function compileOn(network: Network, options: CompileOptions, reason?: string): Promise<Simulation> {
  const buildOptions = checkOptions(network, options, reason);
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
