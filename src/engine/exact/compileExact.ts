/** From a network's description to an event-driven simulation. What needs a grid of steps is refused, each thing by its name. */
import { ArgumentError, invariant } from "../../errors.ts";
import { withEventClock } from "../../lower/eventClock.ts";
import { refusal } from "../../lower/exact/exactNeuron.ts";
import { seedOf } from "../../math/philox.ts";
import { isStatic } from "../../model/synapse.ts";
import type { NetworkData, ProjectionData } from "../../network/data.ts";
import type { Network } from "../../network/network.ts";
import { neuronScope } from "../../network/scopes.ts";
import { checkedAt } from "../../network/synapseEnds.ts";
import { resolveValue } from "../../network/values.ts";
import { dimensions } from "../../units/dimension.ts";
import { parseQuantity } from "../../units/quantity.ts";
import type { Quantity } from "../../units/quantity.ts";
import { Arena } from "../arena.ts";
import { checkFits, valueRequests } from "../projections.ts";
import { SynapseValueMachine } from "../synapseValues.ts";
import { evaluateValue } from "../values.ts";
import { courseOf } from "./courses.ts";
import { CrossingHeap } from "./crossingHeap.ts";
import { ExactGroup } from "./group.ts";
import type { Added } from "./group.ts";
import { EventLoop } from "./loop.ts";
import type { ExactParts } from "./parts.ts";
import { PlasticSynapses } from "./plasticSynapses.ts";
import type { ExactTiming } from "./plasticSynapses.ts";
import { ExactSimulation } from "./simulation.ts";
import { PoissonArrivals, PoissonSpikes, ScheduledSpikes } from "./sources.ts";
import { StaticSynapses } from "./staticSynapses.ts";
import { PoissonProcesses } from "./streams.ts";
import { wire } from "./wiring.ts";

export interface ExactCompileOptions {
  /** Events at real times, in order; neurons advance analytically when something reaches them, and spike when they cross the threshold. */
  readonly engine: "exact";
  /** Overrides the network's seed. */
  readonly seed?: number;
  /** Called when a stage begins. */
  readonly onStage?: (stage: "layout" | "connect" | "codegen" | "ready") => void;
}

const meaningless = ["dt", "backend", "precision", "threads", "processes", "deferPlasticity"] as const;

/**
 * @throws {UnsupportedError} for what has no closed form or needs steps; names the term
 * @throws {ArgumentError | EquationError} for a mistake in the description
 */
export async function compileExact(network: Network, options: ExactCompileOptions): Promise<ExactSimulation> {
  const { data } = network;
  const seedNumber = options.seed ?? network.seed;
  for (const key of meaningless) {
    if ((options as unknown as Readonly<Record<string, unknown>>)[key] === undefined) continue;
    const why = key === "dt" ? "there are no steps" : key === "precision" ? "times and states are f64" : "it runs in one thread of JavaScript";
    throw new ArgumentError("exact-option", `compile: engine "exact" takes no ${key}: ${why}`, `Leave out ${key}, or leave out engine: "exact".`);
  }
  if (data.populations.length === 0)
    throw new ArgumentError("empty", "the network has no population", "Add one with net.population(name, size, model).");
  if (!Number.isSafeInteger(seedNumber) || seedNumber < 0)
    throw new ArgumentError("seed", `compile: seed ${seedNumber} is not a whole number from 0 to 2^53`, "Write e.g. seed: 42.");
  refuseWhatNeedsSteps(data);
  checkFits(data, "f64");
  const stage = options.onStage ?? (() => {});
  const begin = performance.now();

  stage("layout");
  const seed = seedOf(seedNumber);
  const heap = new CrossingHeap(data.populations.reduce((sum, p) => sum + p.size, 0));
  let base = 0;
  const spiking = (neuron: number): void => loop.spikes(neuron);
  const groups = data.populations.map((p, k) => {
    base += p.size;
    return new ExactGroup(k, base - p.size, p, seed, heap, spiking);
  });
  let record = (_group: number, _neuron: number, _t: number): void => {};
  const loop: EventLoop = new EventLoop(groups, heap, (group, neuron, t) => record(group, neuron, t));
  const named = (name: string): ExactGroup => {
    const group = groups.find((g) => g.name === name);
    invariant(group, `there is a population ${name}`);
    return group;
  };
  const currents = data.inputs.flatMap((input) => {
    if (input.kind !== "current") return [];
    const group = named(input.target.population), { start, end } = input.target;
    const parameter = group.model!.parameters.find((p) => p.name === input.into);
    const what = `currentInput to population "${group.name}"`;
    if (!parameter) throw refusal(`${what}: ${input.into} is an impulse, which lasts no time`);
    const added: Added = { into: input.into, start, end, value: 0 };
    group.added.push(added);
    return [{ group, added, course: courseOf(input.current, parameter.dimension, end - start, what) }];
  });
  for (const group of groups) group.initialise();

  stage("connect");
  // Delays stay in seconds.
  const requests = valueRequests(data, 1);
  const machine = await SynapseValueMachine.make(seed, requests);
  const inputs = data.inputs.flatMap((input) => {
    if (input.kind !== "poisson") return [];
    const group = named(input.target.population), { start, end } = input.target;
    const variable = group.model!.receptors[input.receptor]!;
    const what = `poissonInput to population "${group.name}"`;
    const scope = neuronScope(group.model!, group.data.positions);
    const dimension = group.model!.variables.find((v) => v.name === variable)!.dimension;
    const given = resolveValue(input.rate, dimensions.hertz, scope.set("t", dimensions.second), `${what}: rate`);
    const rate = evaluateValue(`rate of ${input.name}`, given, group.context, (n) => group.values.get(n));
    if (rate.kind === "inTime") throw refusal(`${what}: its rate changes in time (t)`);
    const weight = parseQuantity(input.weight, dimension, `${what}: weight`);
    const processes = new PoissonProcesses(machine.uniform(`exact/input/${input.name}`));
    return [new PoissonArrivals({ group, start, count: end - start, slot: group.slot(variable), weight },
      rate.kind === "number" ? rate.value : rate.values.slice(start, end), processes)];
  });
  const scheduled = new Map<string, ScheduledSpikes>(), poisson = new Map<string, PoissonSpikes>();
  for (const group of groups) {
    if (group.data.kind === "spikes") scheduled.set(group.name, new ScheduledSpikes(group, group.data.times, group.data.indices));
    else if (group.data.kind === "poisson")
      poisson.set(group.name, new PoissonSpikes(group, new PoissonProcesses(machine.uniform(`exact/source/${group.name}`))));
  }
  const projections = data.projections.map((p) => {
    const pre = named(p.pre.population), post = named(p.post.population);
    const wiring = wire(p, { data, machine, requests, pre, post });
    const checked = withEventClock(checkedAt(p, pre.data, post.data));
    const timing = timingOf(p, wiring.delays);
    if (isStatic(p.model)) {
      const own = checked.pathways.find((q) => q.on === "pre")?.name ?? "";
      const line = p.delay === undefined && typeof wiring.delays === "number" ? { ...wiring, delays: timing.pathway(own, "pre") } : wiring;
      return new StaticSynapses(p, post, post.slot(post.model!.receptors[p.receptor!]!), line, timing.dendritic);
    }
    const w = checked.variables[0]!.dimension;
    const limit = (value: Quantity | undefined, otherwise: number): number =>
      value === undefined ? otherwise : parseQuantity(value, w, `projection ${p.name}: limits`);
    const limits = [limit(p.limits?.[0], -Infinity), limit(p.limits?.[1], Infinity)] as const;
    return new PlasticSynapses({ data: p, checked, pre, post, wiring, timing, seed, limits });
  });
  projections.forEach((projection) => {
    const { data: p } = projection instanceof PlasticSynapses ? projection.options : projection;
    loop.arrivals.push(projection);
    if (projection instanceof PlasticSynapses) {
      loop.outgoing[named(p.pre.population).index]!.push(projection.fromPre);
      loop.outgoing[named(p.post.population).index]!.push(projection.fromPost);
    } else loop.outgoing[named(p.pre.population).index]!.push(projection);
  });
  loop.arrivals.push(...inputs);
  loop.emitters.push(...scheduled.values(), ...poisson.values());
  const parts: ExactParts = {
    network, data, seed: seedNumber, groups, heap, loop, projections, scheduled, poisson, inputs, currents,
    stages: { buildMs: performance.now() - begin, compileMs: 0 },
  };
  stage("codegen");
  const built = performance.now();
  await compileGroups(parts);
  parts.stages.compileMs = performance.now() - built;
  const simulation = new ExactSimulation(parts, (to) => (record = to));
  stage("ready");
  return simulation;
}

/** Neurons whose input can be compiled, and the synapses that lead to them, move into one WebAssembly memory. */
async function compileGroups({ groups, projections }: ExactParts): Promise<void> {
  const arena = new Arena();
  const what = "the event-driven engine";
  const places = groups.flatMap((group) => {
    const bytes = group.neuron && group.kernelBytes;
    if (!bytes) return [];
    const { rows, touched, constants } = bytes;
    const addresses = { rows: arena.allocate(rows, what), touched: arena.allocate(touched, what), constants: arena.allocate(constants, what) };
    return [{ group, addresses }];
  });
  const moves = projections.flatMap((projection) =>
    (projection instanceof StaticSynapses && places.some(({ group }) => group === projection.post) ? [projection.place(arena)] : []));
  // The memory grows no more: views of it stay.
  for (const move of moves) move();
  await Promise.all(places.map(({ group, addresses }) => group.compile(arena.memory, addresses)));
}

function refuseWhatNeedsSteps(data: NetworkData): void {
  const modulator = data.populations.find((p) => p.kind === "neurons" && p.modulator);
  if (modulator) throw refusal(`modulator "${modulator.name}"`);
  const noise = data.inputs.find((input) => input.kind === "noise");
  if (noise) throw refusal(`noiseInput to population "${noise.target.population}" changes from step to step`);
  const norm = data.normalisations.find((n) => n.every !== undefined);
  if (norm) throw refusal(`weights of projection ${norm.projection} are normalised at regular times`);
  if ((data.rewirings?.length ?? 0) > 0 || (data.structural?.length ?? 0) > 0) throw refusal("synapses that come and go");
}

/** Delays of events in seconds; what is not given is zero. */
function timingOf(p: ProjectionData, delays: number | Float64Array): ExactTiming {
  const what = `projection ${p.name}`;
  const seconds = (value: Quantity, part: string): number => {
    const time = parseQuantity(value, dimensions.second, `${what}: ${part}`);
    if (!(time >= 0)) throw new ArgumentError("delay", `${what}: ${part} is ${value}`, "Use a time of 0 s or more.");
    return time;
  };
  const dendritic = p.dendriticDelay === undefined ? 0 : seconds(p.dendriticDelay, "dendriticDelay");
  const own = new Map(Object.entries(p.pathwayDelays ?? {}).map(([pathway, value]) => [pathway, seconds(value, `delay of ${pathway}`)]));
  const coincident = p.coincident ?? (dendritic > 0 ? "simultaneous" : "pre-first");
  if (coincident !== "pre-first" && dendritic === 0)
    throw new ArgumentError("coincident", `${what}: coincident is "${coincident}", but there is no dendritic delay`,
      "Without one, what a presynaptic spike sends can make the neuron spike at the same moment: give a dendriticDelay.");
  const axonal = typeof delays === "number" ? delays : 0;
  return { dendritic, coincident, pathway: (pathway, on) => own.get(pathway) ?? (on === "pre" ? axonal : dendritic) };
}
