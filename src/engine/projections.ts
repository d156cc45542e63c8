/** Projections at run time: builds the synapses of each, with weights and delays drawn from the projection's random streams. */
import { ArgumentError, invariant, UnsupportedError } from "../errors.ts";
import type { NetworkData, PopulationData, ProjectionData } from "../network/data.ts";
import { synapseScope } from "../network/scopes.ts";
import { resolveValue } from "../network/values.ts";
import { isStatic } from "../model/synapse.ts";
import type { ResolvedValue, Value } from "../network/values.ts";
import { dimensions } from "../units/dimension.ts";
import { addressableBytes, formatBytes, realBytes } from "./arena.ts";
import type { Arena, Precision } from "./arena.ts";
import type { Group } from "./group.ts";
import { expectedSynapses } from "./pattern.ts";
import type { PatternContext } from "./pattern.ts";
import type { BatchValues, SynapseTable } from "./synapses.ts";
import { buildSynapses } from "./synapses.ts";
import type { SynapseValueMachine, ValueRequest } from "./synapseValues.ts";

export interface Delivery {
  readonly data: ProjectionData;
  readonly pre: Group;
  readonly post: Group;
  /** State variable of `post` that receives. */
  readonly variable: string;
  readonly table: SynapseTable;
  /** Overrides the weight of all synapses (a change while running). */
  constantWeight: number | undefined;
}

/** Bytes that the synapses of a network will take, at most (6 standard deviations where chance decides). */
export function expectedBytes(data: NetworkData, precision: Precision): { synapses: number; bytes: number; neurons: number } {
  const sizes = new Map(data.populations.map((p) => [p.name, p.size]));
  let synapses = 0,
    bytes = 0,
    neurons = 0;
  for (const p of data.populations) {
    neurons += p.size;
    const variables = p.kind === "neurons" ? p.model.checked.variables.length + 4 : 2;
    // Beside its state, each neuron has a place in the list of spikes of each step of a window, of which there are one or more.
    bytes += p.size * (variables * realBytes(precision) + 8 + 4);
  }
  for (const p of data.projections) {
    const count = expectedSynapses(p.connect, p.pre.end - p.pre.start, p.post.end - p.post.start);
    const ownDelay = isPerSynapse(p.delay),
      ownWeight = isPerSynapse(p.weight);
    synapses += count;
    bytes += count * ((ownDelay || sizes.get(p.post.population)! > 65536 ? 4 : 2) + (ownWeight ? realBytes(precision) : 0));
  }
  return { synapses, bytes, neurons };
}

const isPerSynapse = (value: Value | undefined): boolean =>
  typeof value === "object" || (typeof value === "string" && /rand|\b[ij]\b|distance|_pre|_post/.test(value));

/** @throws {UnsupportedError} before anything is allocated, when the network cannot fit */
export function checkFits(data: NetworkData, precision: Precision, limit = addressableBytes): void {
  const { synapses, bytes, neurons } = expectedBytes(data, precision);
  if (bytes <= limit) return;
  throw new UnsupportedError(
    "memory",
    `the network needs about ${formatBytes(bytes)} for ${neurons} neurons and ${Math.round(synapses)} synapses; ` +
      `at most ${formatBytes(limit)} can be had`,
    "Lower the number of synapses, use one weight and one delay for a projection, or use a smaller scale.",
  );
}

/** Values of all projections that differ from synapse to synapse, for the machine that computes them. */
export function valueRequests(data: NetworkData, dt: number): ValueRequest[] {
  return data.projections.flatMap((p) =>
    (["weight", "delay"] as const).flatMap((key) => {
      const value = resolveSynapseValue(p, key, data);
      return value === undefined || isConstant(value) ? [] : [{ id: `${p.name}/${key}`, value, scale: key === "delay" ? 1 / dt : 1 }];
    }),
  );
}

const isConstant = (value: ResolvedValue): boolean => value.kind === "expr" && value.expr.kind === "number";

function resolveSynapseValue(p: ProjectionData, key: "weight" | "delay", data: NetworkData): ResolvedValue | undefined {
  const value = p[key];
  if (value === undefined) return undefined;
  const pre = findPopulation(data, p.pre.population),
    post = findPopulation(data, p.post.population);
  const what = `projection ${p.name}: ${key}`;
  if (post.kind !== "neurons")
    throw new ArgumentError(
      "target",
      `projection ${p.name}: "${post.name}" is a source of spikes and receives none`,
      "Project onto a population of neurons.",
    );
  const { receptors, variables } = post.model.checked;
  const dimension = key === "delay" ? dimensions.second : variables.find((v) => v.name === receptors[p.receptor!])!.dimension;
  return resolveValue(value, dimension, synapseScope(pre.positions, post.positions), what);
}

export interface DeliveryOptions {
  readonly data: NetworkData;
  readonly dt: number;
  readonly dtText: string;
  readonly precision: Precision;
  readonly requests: readonly ValueRequest[];
}

export function buildDelivery(
  p: ProjectionData,
  pre: Group,
  post: Group,
  arena: Arena,
  machine: SynapseValueMachine,
  options: DeliveryOptions,
): Delivery {
  const what = `projection ${p.name}`;
  if (!isStatic(p.model)) throw new UnsupportedError("synapse", `${what}: synapse model "${p.model.name}" is not static`, "Use staticSynapse.");
  const base: Omit<PatternContext, "uniform"> = {
    preSize: p.pre.end - p.pre.start,
    postSize: p.post.end - p.post.start,
    selfOffset: p.pre.population === p.post.population ? p.post.start - p.pre.start : undefined,
    preStart: p.pre.start,
    postStart: p.post.start,
    ...(pre.data.positions ? { prePositions: pre.data.positions } : {}),
    ...(post.data.positions ? { postPositions: post.data.positions } : {}),
  };
  const context: PatternContext = { ...base, uniform: machine.uniform(`projection/${p.name}/connect`) };
  const valuesOf = (key: "weight" | "delay", scale: number): BatchValues => {
    const resolved = resolveSynapseValue(p, key, options.data);
    if (resolved === undefined) return 1;
    if (resolved.kind === "expr" && resolved.expr.kind === "number") return resolved.expr.value * scale;
    const request = options.requests.find((r) => r.id === `${p.name}/${key}`);
    invariant(request, `value ${key} of ${p.name} was requested`);
    return machine.values(request, p.connect, context, `projection/${request.id}`, `${what}: ${key}`);
  };
  const table = buildSynapses(arena, {
    what,
    connect: p.connect,
    context,
    postStart: p.post.start,
    postPopulation: post.size,
    stride: post.stride,
    dtText: options.dtText,
    precision: options.precision,
    weight: valuesOf("weight", 1),
    delay: valuesOf("delay", 1 / options.dt),
  });
  return { data: p, pre, post, variable: post.model!.receptors[p.receptor!]!, table, constantWeight: undefined };
}

/** The longest delay of `data` per receiving variable decides how many slots its input ring has. */
export function makeRings(deliveries: readonly Delivery[], arena: Arena, precision: Precision): void {
  const slots = new Map<Group, Map<string, number>>();
  for (const { post, variable, table } of deliveries) {
    const of = slots.get(post) ?? slots.set(post, new Map()).get(post)!;
    of.set(variable, Math.max(of.get(variable) ?? 1, table.maxDelay));
  }
  for (const [group, variables] of slots) {
    for (const [variable, count] of variables) {
      const slotBytes = group.stride * realBytes(precision);
      const address = arena.allocate(count * slotBytes, `input of population "${group.name}"`);
      group.rings.set(variable, { variable, input: `arriving_${variable}`, address, slots: count, slotBytes });
    }
  }
}

export function findPopulation(data: NetworkData, name: string): PopulationData {
  return data.populations.find((p) => p.name === name)!;
}
