/** `compile`: from a network's description to a simulation ready to run. */
import { ArgumentError, UnsupportedError, didYouMean } from "../errors.ts";
import type { Network } from "../network/network.ts";
import { dimensions } from "../units/dimension.ts";
import { formatQuantity, parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import { Arena } from "./arena.ts";
import type { Precision } from "./arena.ts";
import { seedOf } from "../math/philox.ts";
import { buildExecutable, drawStride } from "./build.ts";
import { Group } from "./group.ts";
import { buildDelivery, checkFits, exposeToSynapses, makeRings, valueRequests } from "./projections.ts";
import { stepScalars } from "./scalars.ts";
import { Simulation } from "./simulation.ts";
import { SynapseValueMachine } from "./synapseValues.ts";
import type { BackendName, BuildOptions, SimulationParts } from "./parts.ts";

export interface CompileOptions {
  /** The step, e.g. "0.1 ms". */
  readonly dt: Quantity;
  /** `wasm` (default): generated WebAssembly SIMD. `interpreter`: the slow f64 reference. */
  readonly backend?: BackendName;
  /** Floating-point type of state, input and weights: f32 (default) or f64. The interpreter always computes in f64. */
  readonly precision?: Precision;
  /**
   * Whether what postsynaptic spikes do to synapses waits for each synapse's next presynaptic one, where a rule allows it: half the memory, and
   * faster where weights exceed the caches. Results are the same but for rounding. Default: in projections of more than 4 million synapses.
   */
  readonly deferPlasticity?: boolean;
  /** Overrides the network's seed. */
  readonly seed?: number;
  /** Called when a stage begins: arrays are laid out, synapses are made, code is generated, all is ready. */
  readonly onStage?: (stage: "layout" | "connect" | "codegen" | "ready") => void;
}

/** Longest window when no delay bounds it, and steps of one call of the generated code when the shortest delay is shorter. */
const longestWindow = 32;
const shortestChunk = 32;
/** With more neurons the way between JavaScript and WebAssembly does not count, but the lists of spikes of many steps would. */
const manyNeurons = 50_000;
/** Most bytes for the lists of one window's spikes, each of which could hold every neuron at every step: a window may always be shorter. */
const listBytes = 2 ** 28;

/**
 * Builds the synapses, generates the code and returns a simulation at time 0.
 *
 * @throws {ArgumentError | EquationError} for a mistake in the description
 * @throws {UnsupportedError} for a network that cannot fit, before anything is allocated
 */
export async function compile(network: Network, options: CompileOptions): Promise<Simulation> {
  const buildOptions = checkOptions(network, options);
  const { dt, precision } = buildOptions;
  const data = network.data;
  if (data.populations.length === 0)
    throw new ArgumentError("empty", "the network has no population", "Add one with net.population(name, size, model).");
  const size = data.populations.reduce((sum, p) => sum + p.size, 0);
  const longest = Math.max(1, Math.min(longestWindow, Math.floor(listBytes / (4 * size))));
  checkFits(data, precision);
  const stage = options.onStage ?? (() => {});
  const begin = performance.now();

  stage("layout");
  const arena = new Arena();
  const seed = seedOf(buildOptions.seed);
  const groups = data.populations.map((p, k) => new Group(k, p, seed, dt));
  const byName = new Map(groups.map((g) => [g.name, g]));
  for (const group of groups) group.evaluate(data.inputs.filter((input) => input.target.population === group.name));
  const eventCounter = arena.allocate(16, "counters"), plasticCounter = arena.allocate(8, "counters");

  const requests = valueRequests(data, dt);
  const machine = await SynapseValueMachine.make(arena, seed, requests);
  stage("connect");
  const dtText = formatQuantity(dt, dimensions.second);
  const defer = buildOptions.backend === "wasm" ? options.deferPlasticity : false;
  const shared = { data, dt, dtText, precision, requests, eventCounter, plasticCounter, defer };
  const deliveries = data.projections.map((p, k) => buildDelivery(p, k, byName, arena, machine, shared));
  makeRings(deliveries, groups, arena, precision);
  const window = deliveries.reduce((least, { table, plastic }) => Math.min(least, plastic ? plastic.window : table.minDelay), longest);
  exposeToSynapses(deliveries);
  const built = performance.now();

  stage("codegen");
  for (const group of groups) {
    group.lower(arena, precision);
    group.initialise(arena, precision);
  }
  const draws = groups.reduce((most, g) => Math.max(most, g.kernel?.draws.length ?? 0), 0);
  const neurons = groups.reduce((sum, g) => sum + g.stride, 0);
  const chunk = neurons > manyNeurons ? window : Math.ceil(shortestChunk / window) * window;
  const parts: SimulationParts = {
    network,
    data,
    arena,
    groups,
    deliveries,
    window,
    chunk,
    options: buildOptions,
    eventCounter,
    plasticCounter,
    keys: machine.keys,
    stages: { buildMs: built - begin, compileMs: 0 },
    scratch: arena.allocate(draws * drawStride(precision), "random numbers"),
    lists: groups.map((g) => arena.allocate(4 * g.stride * chunk, `spikes of population "${g.name}"`)),
    counts: arena.allocate(4 * chunk * groups.length, "spike counts"),
    failure: arena.allocate(16, "counters"),
    scalars: stepScalars({ arena, options: buildOptions, groups, chunk }),
  };
  const executable = await buildExecutable(parts);
  const simulation = new Simulation(parts, executable);
  parts.stages.compileMs = performance.now() - built;
  stage("ready");
  return simulation;
}

function checkOptions(network: Network, options: CompileOptions): BuildOptions {
  const backend = options.backend ?? "wasm";
  if (backend !== "wasm" && backend !== "interpreter") {
    const near = didYouMean(String(backend), ["wasm", "interpreter"]);
    throw new UnsupportedError(
      "backend",
      `compile: there is no back-end "${String(backend)}"`,
      near ? `Did you mean "${near}"?` : 'Use "wasm" or "interpreter".',
    );
  }
  const precision = backend === "interpreter" ? "f64" : (options.precision ?? "f32");
  if (precision !== "f32" && precision !== "f64")
    throw new ArgumentError(
      "precision",
      `compile: precision "${String(precision)}" is neither "f32" nor "f64"`,
      'Use "f32" for speed or "f64" for accuracy.',
    );
  const dt = parseQuantity(options.dt, dimensions.second, "compile: dt");
  if (!(dt > 0)) throw new ArgumentError("time", `compile: dt ${options.dt} is not a positive time`, 'Write e.g. dt: "0.1 ms".');
  const seed = options.seed ?? network.seed;
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new ArgumentError("seed", `compile: seed ${seed} is not a whole number from 0 to 2^53`, "Write e.g. seed: 42.");
  return { dt, backend, precision, seed };
}
