/** Projections at run time: builds the synapses of each, with weights and delays drawn from the projection's random streams. */
import { ArgumentError, invariant, UnsupportedError } from "../errors.ts";
import type { CheckedSynapse } from "../model/checkedSynapse.ts";
import type { NetworkData, PopulationData, ProjectionData } from "../network/data.ts";
import { synapseScope } from "../network/scopes.ts";
import { resolveValue } from "../network/values.ts";
import { isStatic } from "../model/synapse.ts";
import type { ResolvedValue, Value } from "../network/values.ts";
import { dimensions } from "../units/dimension.ts";
import type { Dimension } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import { addressableBytes, formatBytes, realBytes } from "./arena.ts";
import type { Arena, Precision } from "./arena.ts";
import type { Group } from "./group.ts";
import { partOf } from "./memories.ts";
import type { Memories } from "./memories.ts";
import type { Partition, ProcessExchange } from "./partitioning.ts";
import { buildProcedural, proceduralRule } from "./procedural.ts";
import type { Procedural } from "./procedural.ts";
import { expectedSynapses } from "./pattern.ts";
import type { PatternContext } from "./pattern.ts";
import { Plastic, timingOf } from "./plastic.ts";
import type { Timing } from "./plastic.ts";
import { withEventClock } from "../lower/eventClock.ts";
import { variablesOfSynapses, withPastValues } from "../lower/lowerSynapse.ts";
import type { KnownValues } from "../lower/lowerSynapse.ts";
import { checkedAt } from "../network/synapseEnds.ts";
import type { BatchValues, SynapseRequest, SynapseTable } from "./synapses.ts";
import { receiver } from "./bundles.ts";
import type { BundlePlan } from "./bundles.ts";
import { buildBundle, buildSynapses, describeSynapse, weightsOf } from "./synapses.ts";
import type { SynapseValueMachine, ValueRequest } from "./synapseValues.ts";

export interface Delivery {
  readonly data: ProjectionData;
  readonly pre: Group;
  readonly post: Group;
  /** State variable of `post` that receives; absent where nothing is sent to a receptor. */
  readonly variable: string | undefined;
  readonly table: SynapseTable;
  /** How the table was filled, to fill it again. */
  readonly request: SynapseRequest;
  /** What synapses do beyond adding a fixed weight. */
  readonly plastic: Plastic | undefined;
  /** How synapses are made that are not stored. */
  readonly procedural?: Procedural | undefined;
  /** Overrides the weight of all synapses (a change while running). */
  constantWeight: number | undefined;
  /** Weights of a bundled projection before such a change. */
  originalWeights?: ArrayLike<number>;
}

/** Bytes that the synapses of a network will take, at most (6 standard deviations where chance decides). */
export function expectedBytes(
  data: NetworkData,
  precision: Precision,
): { synapses: number; bytes: number; neuronBytes: number; neurons: number } {
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
  const neuronBytes = bytes;
  for (const p of data.projections) {
    const count = expectedSynapses(p.connect, p.pre.end - p.pre.start, p.post.end - p.post.start);
    const ownDelay = isPerSynapse(p.delay),
      ownWeight = isPerSynapse(p.weight);
    synapses += count;
    if (p.store === false) continue;
    bytes += count * ((ownDelay || sizes.get(p.post.population)! > 65536 ? 4 : 2) + (ownWeight || !isStatic(p.model) ? realBytes(precision) : 0));
    // The index by target, of which there is one where postsynaptic spikes matter.
    if (p.model.checked.pathways.some((q) => q.on === "post")) bytes += count * (ownDelay || sizes.get(p.pre.population)! > 65536 ? 8 : 6);
  }
  return { synapses, bytes, neuronBytes, neurons };
}

const isPerSynapse = (value: Value | undefined): boolean =>
  typeof value === "object" || (typeof value === "string" && /rand|\b[ij]\b|distance|_pre|_post/.test(value));

/** @throws {UnsupportedError} before anything is allocated, when the network cannot fit `partitions` memories */
export function checkFits(data: NetworkData, precision: Precision, partitions = 1, limit = addressableBytes): void {
  const { synapses, bytes, neuronBytes, neurons } = expectedBytes(data, precision);
  if (neuronBytes + (bytes - neuronBytes) / partitions <= limit) return;
  const enough = neuronBytes < limit / 2 ? Math.ceil((bytes - neuronBytes) / (0.98 * limit - neuronBytes)) : undefined;
  throw new UnsupportedError(
    "memory",
    `the network needs about ${formatBytes(bytes)} for ${neurons} neurons and ${Math.round(synapses)} synapses; ` +
      `at most ${formatBytes(limit)} can be had` + (partitions > 1 ? ` in each of ${partitions} memories` : ""),
    (enough === undefined || enough > 16 ? "Lower" : `Use { threads: ${enough} }: each thread has a memory of its own. Or lower`) +
      " the number of synapses, use one weight and one delay for a projection, or use a smaller scale.",
  );
}

/** Values of all projections that differ from synapse to synapse, for the machine that computes them. */
export function valueRequests(data: NetworkData, dt: number): ValueRequest[] {
  return data.projections.flatMap((p) =>
    [...resolveSynapseValues(p, data)].flatMap(([key, value]) =>
      isConstant(value) ? [] : [{ id: `${p.name}/${key}`, value, scale: key === "delay" ? 1 / dt : 1 }],
    ),
  );
}

const isConstant = (value: ResolvedValue): boolean => value.kind === "expr" && value.expr.kind === "number";

/** The weight, the delay where there is one, and parameters and initial values of the model that the projection gives. */
export function resolveSynapseValues(p: ProjectionData, data: NetworkData): Map<string, ResolvedValue> {
  const pre = findPopulation(data, p.pre.population),
    post = findPopulation(data, p.post.population);
  const what = `projection ${p.name}`;
  if (post.kind !== "neurons")
    throw new ArgumentError("target", `${what}: "${post.name}" is a source of spikes and receives none`, "Project onto a population of neurons.");
  const scope = synapseScope(pre.positions, post.positions);
  const checked = checkedAt(p, pre, post);
  const dimensionOf = new Map<string, Dimension>([...checked.parameters, ...checked.variables].map((v) => [v.name, v.dimension]));
  const resolved = new Map<string, ResolvedValue>([["weight", resolveValue(p.weight, dimensionOf.get("w")!, scope, `${what}: weight`)]]);
  if (p.delay !== undefined) resolved.set("delay", resolveValue(p.delay, dimensions.second, scope, `${what}: delay`));
  for (const [key, value] of Object.entries(p.values)) resolved.set(key, resolveValue(value, dimensionOf.get(key)!, scope, `${what}: ${key}`));
  return resolved;
}

/** The tables of one projection's partitions agree about the range of its delays. */
export function unifyDelays(tables: readonly SynapseTable[], exchange: ProcessExchange | undefined): void {
  let shortest = tables.reduce((least, t) => Math.min(least, t.minDelay), Infinity),
    longest = tables.reduce((most, t) => Math.max(most, t.maxDelay), 1);
  if (exchange) {
    shortest = exchange.least(shortest);
    longest = -exchange.least(-longest);
  }
  for (const table of tables) {
    table.minDelay = Math.min(shortest, longest);
    table.maxDelay = longest;
  }
}

export interface DeliveryOptions {
  readonly data: NetworkData;
  readonly dt: number;
  readonly dtText: string;
  readonly precision: Precision;
  readonly requests: readonly ValueRequest[];
  readonly eventCounter: number;
  readonly plasticCounter: number;
  readonly uncounted: number;
  /** Whether postsynaptic events may wait until a synapse is visited next; undefined: in large projections. */
  readonly defer: boolean | undefined;
}

/** Everything about a projection's synapses onto one partition, before there are any. */
export interface PreparedDelivery {
  readonly data: ProjectionData;
  readonly post: Group;
  readonly variable: string | undefined;
  readonly request: SynapseRequest;
  /** How synapses are made that are not stored. */
  readonly procedural: Procedural | undefined;
  /** What they do. The tables of all partitions are made, and their delays unified. */
  readonly finish: (table: SynapseTable, arena: Arena) => Delivery;
}

export function prepareDelivery(
  p: ProjectionData,
  index: number,
  groups: ReadonlyMap<string, Group>,
  machine: SynapseValueMachine,
  partition: Partition,
  options: DeliveryOptions,
): PreparedDelivery {
  const what = `projection ${p.name}`;
  const { dt, precision } = options;
  const pre = groups.get(p.pre.population)!,
    post = groups.get(p.post.population)!;
  const meant = withEventClock(checkedAt(p, pre.data, post.data));
  const base: Omit<PatternContext, "uniform" | "bernoulli"> = {
    preSize: p.pre.end - p.pre.start,
    postSize: p.post.end - p.post.start,
    selfOffset: p.pre.population === p.post.population ? p.post.start - p.pre.start : undefined,
    preStart: p.pre.start,
    postStart: p.post.start,
    ...(pre.data.positions ? { prePositions: pre.data.positions } : {}),
    ...(post.data.positions ? { postPositions: post.data.positions } : {}),
  };
  const resolved = resolveSynapseValues(p, options.data);
  const part = partOf(post, partition);
  const inRange = (j: number): number => Math.max(0, Math.min(base.postSize, j - p.post.start));
  // What every partition does for a group that each of them holds counts once.
  const counts = !post.replicated || partition.index === 0;
  const targets = { from: inRange(part.start), to: inRange(part.end) };
  // Arrays of values are numbered through all synapses.
  const listed = [...resolved.values()].some((value) => value.kind === "array");
  const context: PatternContext = {
    ...base,
    uniform: machine.uniform(`projection/${p.name}/connect`),
    bernoulli: machine.bernoulli(`projection/${p.name}/connect`),
    ...(listed || targets.to - targets.from === base.postSize ? {} : { targets }),
  };
  const valuesOf = (key: string, scale = 1): BatchValues | undefined => {
    const value = resolved.get(key);
    if (value === undefined) return undefined;
    if (value.kind === "expr" && value.expr.kind === "number") return value.expr.value * scale;
    const request = options.requests.find((r) => r.id === `${p.name}/${key}`);
    invariant(request, `value ${key} of ${p.name} was requested`);
    return machine.values(request, p.connect, context, `projection/${request.id}`, `${what}: ${key}`);
  };
  const learns = !isStatic(p.model);
  const delay = resolved.get("delay");
  const oneDelay = learns && delay?.kind === "expr" && delay.expr.kind === "number" ? delay.expr.value : undefined;
  const timing = timingOf(p, meant, oneDelay, dt, options.dtText);
  const known = knownValues(resolved);
  const checked = withPastValues(meant, timing.coincident, known);
  const request: SynapseRequest = {
    what,
    connect: p.connect,
    context,
    postStart: p.post.start,
    targets,
    postPopulation: post.size,
    stride: post.stride,
    dtText: options.dtText,
    precision,
    weight: valuesOf("weight")!,
    ownWeights: learns,
    ...(learns ? columnsOf(checked, known, resolved, valuesOf) : {}),
    delay: axonalDelay(valuesOf("delay", 1 / dt), timing, learns, checked),
    leastDelay: learns && typeof valuesOf("delay", 1 / dt) !== "function" ? 0 : 1,
    refuseWeight: (weight, synapse) => refuseWeight(p, weight, synapse),
  };
  const procedural: Procedural | undefined = p.store === false
    ? { rule: proceduralRule(p.connect), name: p.name, weight: resolved.get("weight")!, delay, extraDelay: timing.dendritic, dt, dale: p.dale }
    : undefined;
  const variable = p.receptor === undefined ? undefined : post.model!.receptors[p.receptor]!;
  return {
    data: p,
    post,
    variable,
    request,
    procedural,
    finish: (table, arena) => {
      const plastic = learns ? makePlastic(table, arena) : undefined;
      return { data: p, pre, post, variable, table, request, plastic, procedural, constantWeight: undefined };
    },
  };

  function makePlastic(table: SynapseTable, arena: Arena): Plastic {
    if (table.delays === "perSynapse" && checked.pathways.filter((q) => q.on === "pre" && q.statements.length > 0).length > 1)
      throw new UnsupportedError(
        "delay",
        `${what}: each synapse has a delay of its own, but its model has several presynaptic pathways`,
        'Use one delay for each pathway: delay: { name: "1 ms" }.',
      );
    const values = new Map<string, number>();
    for (const v of [
      ...checked.parameters.map((q) => ({ name: q.name, value: q.value })),
      ...checked.variables.map((q) => ({ name: q.name, value: q.initial })),
    ]) {
      const given = valuesOf(v.name) ?? v.value;
      if (typeof given === "number" && !table.columns.has(v.name)) values.set(v.name, given);
    }
    for (const v of checked.variables) {
      const given = valuesOf(v.name) ?? v.initial;
      if (typeof given === "number") values.set(v.name, given);
    }
    const modulators = new Map(Object.entries(p.modulators).map(([formal, population]) => [formal, groups.get(population)!]));
    const longest =
      table.delays === "perSynapse"
        ? { ...timing, pathway: (q: string, side: "pre" | "post") => (side === "pre" ? table.maxDelay : timing.pathway(q, side)) }
        : timing;
    return new Plastic(
      {
        index,
        data: p,
        checked,
        pre,
        post,
        modulators,
        table,
        values,
        dt,
        precision,
        timing: longest,
        eventCounter: counts ? options.eventCounter : options.uncounted,
        plasticCounter: counts ? options.plasticCounter : options.uncounted,
        defer: (options.defer ?? expectedSynapses(p.connect, base.preSize, base.postSize) > deferAbove) && !isReadOften(p, options.data),
        own: part,
      },
      arena,
    );
  }
}

/** Makes the synapses of all projections onto one partition; their delays are not unified yet. */
export function buildAll(prepared: readonly PreparedDelivery[], plan: BundlePlan, arena: Arena): SynapseTable[] {
  const tables: SynapseTable[] = [];
  const bundleOf = new Map(plan.bundles.flatMap((bundle) => bundle.members.map((k) => [k, bundle] as const)));
  prepared.forEach(({ request, data, post, procedural }, k) => {
    const bundle = bundleOf.get(k);
    if (procedural) return void (tables[k] = buildProcedural(arena, request, procedural));
    if (!bundle) tables[k] = buildSynapses(arena, request);
    else if (tables[k] === undefined) {
      const members = bundle.members.map((m) => prepared[m]!);
      const first = members.map((m) => plan.places.get(receiver(m.post, m.variable))!);
      buildBundle(arena, members.map((m) => m.request), first, plan.stride).forEach((table, m) => (tables[bundle.members[m]!] = table));
    }
    checkDale(data, tables[k]!, arena, request.precision, post.stride);
  });
  return tables;
}

function knownValues(resolved: ReadonlyMap<string, ResolvedValue>): KnownValues {
  const varies = (name: string): boolean => resolved.has(name) && !isConstant(resolved.get(name)!);
  const starts = (name: string): number | undefined => {
    const value = resolved.get(name);
    return value?.kind === "expr" && value.expr.kind === "number" ? value.expr.value : undefined;
  };
  return { varies, starts, delayPerSynapse: varies("delay") };
}

/** Synapses whose weights surely exceed the second-level cache: then walking columns costs more than keeping events. */
const deferAbove = 2 ** 22;

/** A monitor of its synapses would have to let every waiting event act whenever it looks. */
function isReadOften(p: ProjectionData, data: NetworkData): boolean {
  return data.monitors.some(
    (m) =>
      m.kind === "synapses" &&
      m.projection === p.name &&
      (m.every === undefined || parseQuantity(m.every, dimensions.second, "stateMonitor: every") < 0.02),
  );
}

/** Variables that every synapse holds, and parameters that differ between synapses. */
function columnsOf(
  checked: CheckedSynapse,
  known: KnownValues,
  resolved: ReadonlyMap<string, ResolvedValue>,
  valuesOf: (key: string) => BatchValues | undefined,
): Pick<SynapseRequest, "columns"> {
  const parameters = checked.parameters.filter((q) => resolved.has(q.name) && !isConstant(resolved.get(q.name)!)).map((q) => q.name);
  return {
    columns: [...parameters, ...variablesOfSynapses(checked, known).filter((n) => n !== "w")].map((name) => ({
      name,
      values: valuesOf(name) ?? checked.variables.find((v) => v.name === name)!.initial,
    })),
  };
}

/** Steps from the source's spike to the synapse; for a fixed weight, to the target. */
function axonalDelay(given: BatchValues | undefined, timing: Timing, learns: boolean, checked: CheckedSynapse): BatchValues {
  const own = checked.pathways.find((q) => q.on === "pre")?.name;
  if (given === undefined) return timing.pathway(own ?? "", "pre") + (learns ? 0 : timing.dendritic);
  if (learns || timing.dendritic === 0) return given;
  if (typeof given === "number") return given + timing.dendritic;
  return (batch) => given(batch).map((d) => d + timing.dendritic);
}

/** @throws {ArgumentError} for a weight of the sign that the projection excludes */
export function checkDale(p: ProjectionData, table: SynapseTable, arena: Arena, precision: Precision, stride: number): void {
  if (p.dale === undefined || table.count === 0) return;
  const weights = table.weights.kind === "constant" ? [table.weights.value] : weightsOf(arena, precision, table, stride);
  const wrong = p.dale === "excitatory" ? (w: number) => w < 0 : (w: number) => w > 0;
  const e = (weights as number[]).findIndex(wrong);
  if (e < 0) return;
  refuseWeight(p, weights[e]!, `synapse ${describeSynapse(arena, table, e, stride, p.post.start)}`);
}

function refuseWeight(p: ProjectionData, weight: number, synapse: string): never {
  throw new ArgumentError(
    "dale",
    `projection ${p.name}: the weight ${weight} (SI) of ${synapse} has the wrong sign for an ${p.dale} projection`,
    `Give weights that are ${p.dale === "excitatory" ? "0 or more" : "0 or less"}, or leave out dale.`,
  );
}

/** The longest delay of `data` per receiving variable decides how many slots its input ring has. */
export function makeRings(
  deliveries: readonly Delivery[], groups: readonly Group[], memories: Memories, precision: Precision, plan: BundlePlan, window: number,
): void {
  if (plan.stride > 0) {
    const slotBytes = plan.stride * realBytes(precision);
    const region = memories.allocate(window * slotBytes, "input of all populations");
    for (const { post, variable, table } of deliveries) {
      if (!table.bundle || post.rings.has(variable!)) continue;
      const address = region + table.bundle.first * realBytes(precision);
      post.rings.set(variable!, { variable: variable!, input: `arriving_${variable}`, address, slots: window, slotBytes });
    }
  }
  const slots = new Map<Group, Map<string, number>>();
  const need = (post: Group, variable: string, count: number) => {
    const of = slots.get(post) ?? slots.set(post, new Map()).get(post)!;
    of.set(variable, Math.max(of.get(variable) ?? 1, count));
  };
  // A modulator may be changed by hand, through the way its spikes come.
  for (const group of groups)
    if (group.data.kind === "neurons" && group.data.modulator && group.model!.receptors["amount"]) need(group, "arriving", 1);
  for (const { post, variable, table, plastic } of deliveries) {
    if (plastic) for (const input of plastic.inputs) need(post, input.variable, input.slots);
    else if (!table.bundle) need(post, variable!, table.maxDelay);
  }
  for (const [group, variables] of slots) {
    for (const [variable, count] of variables) {
      const slotBytes = group.stride * realBytes(precision);
      const address = memories.allocate(count * slotBytes, `input of population "${group.name}"`);
      group.rings.set(variable, { variable, input: `arriving_${variable}`, address, slots: count, slotBytes });
    }
  }
}

/** Parameters of neurons that synapses read, and that differ between neurons, need arrays. */
export function exposeToSynapses(deliveries: readonly Delivery[]): void {
  for (const { plastic, pre, post } of deliveries) {
    if (!plastic) continue;
    for (const name of plastic.lowered.neuronArrays.pre) pre.read.add(name);
    for (const [group, names] of [
      [pre, plastic.lowered.neuronArrays.pre],
      [post, plastic.lowered.neuronArrays.post],
    ] as const) {
      for (const n of names) if (group.values.get(n)?.kind === "array" && group.model!.parameters.some((p) => p.name === n)) group.exposed.add(n);
    }
  }
}

export function findPopulation(data: NetworkData, name: string): PopulationData {
  return data.populations.find((p) => p.name === name)!;
}
