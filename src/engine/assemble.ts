/** From a checked description to a simulation at time 0: arrays, synapses, code. */
import { keySchedule, seedOf } from "../math/philox.ts";
import type { NetworkData } from "../network/data.ts";
import type { Network } from "../network/network.ts";
import { dimensions } from "../units/dimension.ts";
import { formatQuantity } from "../units/quantity.ts";
import { drawStride } from "./build.ts";
import { Group } from "./group.ts";
import type { Memories } from "./memories.ts";
import type { BuildOptions, Side, SimulationParts } from "./parts.ts";
import { arrivalQueues } from "./arrivals.ts";
import { planBundles } from "./bundles.ts";
import { buildAll, exposeToSynapses, makeRings, prepareDelivery, unifyDelays, valueRequests } from "./projections.ts";
import { DeviceRunner } from "./device/deviceRunner.ts";
import { Runner } from "./runner.ts";
import { stepScalars } from "./scalars.ts";
import { Simulation } from "./simulation.ts";
import { SynapseValueMachine } from "./synapseValues.ts";
import type { SynapseTable } from "./synapses.ts";
import type { Processes } from "./processes/processes.ts";
import type { Team } from "./threads/team.ts";

export interface AssemblyPlan {
  readonly network: Network;
  readonly data: NetworkData;
  readonly options: BuildOptions;
  readonly memories: Memories;
  /** Most steps of a window. */
  readonly longest: number;
  /** See `CompileOptions.deferPlasticity`. */
  readonly defer: boolean | undefined;
  /** See `CompileOptions.deliverOnArrival`. */
  readonly onArrival: boolean | undefined;
  /** See `CompileOptions`. */
  readonly exchange: "all" | "targeted" | undefined;
  readonly monitors: "all" | "own";
  readonly stage: (stage: "layout" | "connect" | "codegen" | "ready") => void;
  /** When it all began, milliseconds. */
  readonly begin: number;
}

/** Steps of one call of the generated code when the shortest delay is shorter. */
const shortestChunk = 32;
/** With more neurons the way between JavaScript and WebAssembly does not count, but the lists of spikes of many steps would. */
const manyNeurons = 50_000;

/** Most steps of a call, and most places for spikes that it may fill. */
const longestCall = 2048, placesOfCall = 2 ** 24;

/** Steps of a call on a device: whole windows, as many as there is room for the spikes of all neurons in each of them. */
function deviceSteps(neurons: number, window: number): number {
  const steps = Math.min(longestCall, Math.floor(placesOfCall / Math.max(1, neurons)));
  return Math.max(1, Math.floor(steps / window)) * window;
}

export async function assemble(assembly: AssemblyPlan, team: Team | undefined, processes: Processes | undefined): Promise<Simulation> {
  const { network, data, options, memories, longest, defer, onArrival, stage, begin } = assembly;
  const { dt, precision } = options;
  const { arenas, partitioning: { local } } = memories;
  const seed = seedOf(options.seed);
  const groups = data.populations.map((p, k) => new Group(k, p, seed, dt));
  const byName = new Map(groups.map((g) => [g.name, g]));
  for (const group of groups) group.evaluate(data.inputs.filter((input) => input.target.population === group.name));
  const counter = () => memories.allocate(16, "counters");
  const [eventCounter, plasticCounter, uncounted, keys] = [counter(), counter(), counter(), memories.allocate(80, "counters")];
  for (const arena of arenas) arena.u32(keys, 20).set(keySchedule(seed));

  const requests = valueRequests(data, dt);
  const machine = await SynapseValueMachine.make(seed, requests);
  const together = <T>(work: () => Promise<T>): Promise<T> => (processes ? processes.together(work) : work());
  stage("connect");
  const dtText = formatQuantity(dt, dimensions.second);
  const shared = { data, dt, dtText, precision, requests, eventCounter, plasticCounter, uncounted, defer };
  const prepared = local.map((partition) => data.projections.map((p, k) => prepareDelivery(p, k, byName, machine, partition, shared)));
  // The other threads make their synapses meanwhile.
  const described = { data: { ...data, inputs: [], monitors: [] }, seed: options.seed, dt, precision, onArrival };
  const others = team?.build(local.slice(1).map((partition, k) => (
    { kind: "build", memory: arenas[k + 1]!.memory, begin: arenas[k + 1]!.bytes, partition, ...described })));
  others?.catch(() => {});
  const plan = planBundles(prepared[0]!, data, onArrival);
  const tables: SynapseTable[][] = [];
  await together(async () => {
    tables.push(buildAll(prepared[0]!, plan, arenas[0]!));
    for (const [k, { tables: made, end }] of ((await others) ?? []).entries()) {
      arenas[k + 1]!.advanceTo(end, "synapses");
      tables.push([...made]);
    }
  });
  data.projections.forEach((_, k) => unifyDelays(tables.map((of) => of[k]!), processes));
  const sides: Side[] = local.map((partition, s) => (
    { partition, arena: arenas[s]!, deliveries: prepared[s]!.map(({ finish }, k) => finish(tables[s]![k]!, arenas[s]!)) }));
  const { deliveries } = sides[0]!;
  const window = deliveries.reduce((least, { table, plastic }) => Math.min(least, plastic ? plastic.window : table.minDelay), longest);
  makeRings(deliveries, groups, memories, precision, plan, window);
  const arrivals = arrivalQueues(sides, memories, plan);
  exposeToSynapses(deliveries);
  const built = performance.now();

  stage("codegen");
  for (const group of groups) {
    group.lower(memories, precision);
    group.initialise(memories, precision);
  }
  const draws = groups.reduce((most, g) => Math.max(most, g.kernel?.draws.length ?? 0), 0);
  const neurons = groups.reduce((sum, g) => sum + g.stride, 0);
  const device = options.backend === "webgpu";
  const chunk = device ? deviceSteps(neurons, window) : neurons > manyNeurons ? window : Math.ceil(shortestChunk / window) * window;
  // A device has lists of its own; the host only has those of spikes before the start.
  const listsOf = () => groups.map((g) => memories.allocate(4 * g.stride * (device ? 1 : chunk), `spikes of population "${g.name}"`));
  const countsOf = () => memories.allocate(4 * chunk * groups.length, "spike counts");
  const lists = listsOf(), counts = countsOf();
  const parts: SimulationParts = {
    network,
    data,
    memories,
    sides,
    arena: arenas[0]!,
    groups,
    deliveries,
    window,
    arrivals,
    chunk,
    options,
    eventCounter,
    plasticCounter,
    uncounted,
    keys,
    stages: { buildMs: built - begin, compileMs: 0 },
    scratch: memories.allocate(draws * drawStride(precision), "random numbers"),
    lists,
    counts,
    ownLists: team ? listsOf() : lists,
    made: team ? countsOf() : counts,
    failure: memories.allocate(16, "counters"),
    scalars: stepScalars({ memories, options, groups, chunk }),
    exchange: assembly.exchange,
    monitors: assembly.monitors,
  };
  const simulation = new Simulation(parts, device ? await DeviceRunner.open(parts) : new Runner(parts, team, processes));
  await simulation.load();
  parts.stages.compileMs = performance.now() - built;
  stage("ready");
  return simulation;
}
