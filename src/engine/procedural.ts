/** Projections whose synapses are not stored: what a back-end needs to make their rows anew, and what is known of them without making any. */
import { proceduralListRoom, proceduralRoom, takenBytes } from "../backend/procedural.ts";
import type { ProceduralColumn, ProceduralLayout, ProceduralRow, ProceduralRule, ProceduralValue } from "../backend/procedural.ts";
import { invariant } from "../errors.ts";
import type { Connector } from "../network/connectors.ts";
import type { ResolvedValue } from "../network/values.ts";
import { Arena } from "./arena.ts";
import { walkPattern } from "./pattern.ts";
import type { Batch, PatternContext } from "./pattern.ts";
import type { Delivery } from "./projections.ts";
import { streamId } from "./streams.ts";
import { buildSynapses, longestDelay, roundDelay } from "./synapses.ts";
import type { BatchValues, SynapseRequest, SynapseTable } from "./synapses.ts";
import { SynapseIndex } from "./synapseIndex.ts";
import { drawName, kernelOfValue, planValue } from "./synapseValues.ts";
import type { SimulationParts } from "./parts.ts";
import { boundsOf } from "./valueBounds.ts";
import type { Bounds } from "./valueBounds.ts";

export interface Procedural {
  readonly rule: ProceduralRule;
  /** The projection's name as its streams know it. */
  readonly name: string;
  readonly weight: ResolvedValue;
  /** Seconds; absent where it is not given. */
  readonly delay: ResolvedValue | undefined;
  /** Steps that are added to the delay. */
  readonly extraDelay: number;
  readonly dt: number;
  /** Weights must not have the other sign. */
  readonly dale: "excitatory" | "inhibitory" | undefined;
}

export function proceduralRule(connect: Connector): ProceduralRule {
  switch (connect.rule) {
    case "fixedProbability":
      if (connect.probability === 0) return { kind: "outdegree", count: 0, distinct: false };
      return connect.probability === 1 ? { kind: "all" } : { kind: "bernoulli", probability: connect.probability };
    case "fixedOutdegree":
      return { kind: "outdegree", count: connect.count, distinct: !connect.multapses };
    case "allToAll":
      return { kind: "all" };
    case "oneToOne":
      return { kind: "one" };
    default:
      return invariant(false, `${connect.rule} was refused`) as never;
  }
}

const isNumber = (value: ResolvedValue): value is ResolvedValue & { kind: "expr"; expr: { kind: "number"; value: number } } =>
  value.kind === "expr" && value.expr.kind === "number";

/** A table of no synapses: scratch for those of one source, and what is known of all. */
export function buildProcedural(arena: Arena, request: SynapseRequest, procedural: Procedural): SynapseTable {
  const { context, what, targets, weight, delay } = request;
  const { minDelay, maxDelay } = typeof delay === "number" ? sameDelay(delay, request) : delayRange(request, procedural, delay);
  checkWeights(request, procedural);
  const table: SynapseTable = {
    count: Math.round(expectedUpTo(request.connect, context, targets.to)) - Math.round(expectedUpTo(request.connect, context, targets.from)),
    capacity: 0, sources: context.preSize, rows: 0, targets: 0, targetBytes: 4, columns: new Map(), longestRow: 0,
    weights: typeof weight === "number" ? { kind: "constant", value: weight } : { kind: "perSynapse", address: 0 },
    delays: typeof delay === "number" ? "constant" : "perSynapse", minDelay, maxDelay,
  };
  const { rule } = procedural;
  const arrays = [procedural.weight, procedural.delay].reduce((sum, value) => sum + (value ? columnsOf(value, procedural).length + 1 : 0), 0);
  const bytes = 4 * proceduralListRoom(rule) + takenBytes(rule, context.postSize) + 64 + 8 * proceduralRoom * arrays;
  return { ...table, scratch: arena.allocate(bytes, what) };
}

/** Synapses onto the first `targets` targets, on average. */
function expectedUpTo(connect: Connector, { preSize, postSize, selfOffset }: PatternContext, targets: number): number {
  const own = selfOffset === undefined ? 0 : Math.max(0, Math.min(targets, preSize - selfOffset) - Math.max(0, -selfOffset));
  switch (connect.rule) {
    case "fixedProbability": return connect.probability * (preSize * targets - (connect.autapses ? 0 : own));
    case "allToAll": return preSize * targets - (connect.autapses ? 0 : own);
    case "fixedOutdegree": return (connect.count * preSize * targets) / postSize;
    case "oneToOne": return targets;
    default: return 0;
  }
}

function sameDelay(steps: number, request: SynapseRequest): { readonly minDelay: number; readonly maxDelay: number } {
  const delay = roundDelay(steps, request);
  return { minDelay: delay, maxDelay: delay };
}

/** Bounds of the delays where they are sure; else all are drawn once, to see. */
function delayRange(
  request: SynapseRequest, { delay, dt, extraDelay }: Procedural, draw: Exclude<BatchValues, number>,
): { readonly minDelay: number; readonly maxDelay: number } {
  const { low, high } = valueRange(delay!, request.context);
  const inSteps = (seconds: number, outward: number) => Math.round((seconds / dt + extraDelay) * (1 + outward * 1e-9));
  const [least, most] = [inSteps(low, -1), inSteps(high, 1)];
  // Longer rings than synapses need are a waste only where tails are long.
  if (least >= (request.leastDelay ?? 1) && most <= longestDelay && (most + 1) * request.stride < 2 ** 29) return { minDelay: least, maxDelay: most };
  let minDelay = Infinity, maxDelay = 1;
  walkWanted(request, (batch, wanted) => {
    const delays = draw(batch);
    for (let k = 0; k < batch.count; k++) {
      const d = roundDelay(delays[k]!, request);
      if (!wanted(k)) continue;
      if (d < minDelay) minDelay = d;
      if (d > maxDelay) maxDelay = d;
    }
  });
  return { minDelay, maxDelay };
}

/** Where bounds do not say that weights are finite and of the right sign, all are drawn once. */
function checkWeights(request: SynapseRequest, { weight, dale }: Procedural): void {
  const { low, high } = valueRange(weight, request.context);
  const wrong = dale === "excitatory" ? (w: number) => w < 0 : dale === "inhibitory" ? (w: number) => w > 0 : () => false;
  if (Number.isFinite(low) && Number.isFinite(high) && !wrong(low) && !wrong(high)) return;
  const draw = request.weight;
  if (typeof draw === "number") return request.refuseWeight!(draw, "every synapse");
  walkWanted(request, (batch, wanted) => {
    const weights = draw(batch);
    for (let k = 0; k < batch.count; k++) {
      if (wanted(k) && wrong(weights[k]!)) request.refuseWeight!(weights[k]!, `synapse ${batch.pre[k]} → ${batch.post[k]}`);
    }
  });
}

function walkWanted({ connect, context, targets }: SynapseRequest, visit: (batch: Batch, wanted: (k: number) => boolean) => void): void {
  walkPattern(connect, context, (batch) => visit(batch, (k) => batch.post[k]! >= targets.from && batch.post[k]! < targets.to));
}

function valueRange(value: ResolvedValue, { preSize, postSize }: PatternContext): Bounds {
  invariant(value.kind === "expr", "arrays of values were refused");
  const below = (size: number): Bounds => ({ low: 0, high: Math.max(0, size - 1) });
  const known = new Map<string, Bounds>([
    ["i", below(preSize)], ["j", below(postSize)], ["N_pre", { low: preSize, high: preSize }], ["N_post", { low: postSize, high: postSize }],
  ]);
  return boundsOf(value.expr, (name) => known.get(name));
}

const largestOf = ({ low, high }: Bounds): number => Math.max(Math.abs(low), Math.abs(high));

function columnsOf(value: ResolvedValue, { dt }: Procedural): string[] {
  if (value.kind !== "expr" || isNumber(value)) return [];
  const { names, draws } = planValue(value.expr, dt);
  return [...names, ...draws.map(drawName)];
}

/** How a back-end delivers along a projection whose synapses are not stored. */
export function proceduralLayout(
  { data, pre, table, request, procedural, constantWeight }: Delivery,
  where: Pick<ProceduralLayout, "name" | "precision" | "ring" | "ringBytes" | "stride" | "eventCounter">,
): ProceduralLayout {
  invariant(procedural && table.scratch !== undefined, "the projection is procedural");
  const { context, targets, connect } = request;
  const { rule, name, weight, delay, extraDelay, dt } = procedural;
  const list = table.scratch, taken = list + 4 * proceduralListRoom(rule);
  let next = Math.ceil((taken + takenBytes(rule, context.postSize)) / 64) * 64;
  const place = (): number => (next += 8 * proceduralRoom) - 8 * proceduralRoom;
  const valueOf = (key: string, value: ResolvedValue, scale: number): ProceduralValue => {
    invariant(value.kind === "expr", "arrays of values were refused");
    const plan = planValue(value.expr, scale);
    const columns = [
      ...plan.names.map((n) => ({ name: n, holds: holds(n, context) })),
      ...plan.draws.map((d) => ({ name: drawName(d), holds: { kind: d.distribution, draw: d.draw } as const })),
    ];
    const places = new Map<string, number>([["value", place()], ...columns.map((c) => [c.name, place()] as const)]);
    return { kernel: kernelOfValue(key, plan, []), columns, stream: streamId(`projection/${name}/${key}`), address: (array) => places.get(array)! };
  };
  const oneWeight = constantWeight ?? (isNumber(weight) ? weight.expr.value : undefined);
  const selfless = "autapses" in connect && !connect.autapses && context.selfOffset !== undefined;
  return {
    ...where,
    rule, list, taken,
    sourceStart: data.pre.start, sourceCount: context.preSize, allSources: context.preSize === pre.size,
    targetStart: data.post.start, targetCount: context.postSize, from: targets.from, to: targets.to,
    ...(selfless ? { selfOffset: context.selfOffset } : {}),
    stream: streamId(`projection/${name}/connect`),
    weight: oneWeight ?? valueOf("weight", weight, 1),
    largestWeight: oneWeight === undefined ? largestOf(valueRange(weight, context)) : Math.abs(oneWeight),
    ...(table.delays === "perSynapse"
      ? { delay: { ...valueOf("delay", delay!, 1 / dt), extra: extraDelay, least: Math.min(table.minDelay, table.maxDelay), most: table.maxDelay } }
      : {}),
    row: (source) => rowOf(request, oneWeight, source),
  };
}

function holds(name: string, { preSize, postSize }: PatternContext): ProceduralColumn {
  switch (name) {
    case "source": return { kind: "source" };
    case "j": return { kind: "target" };
    case "N_pre": return { kind: "constant", value: preSize };
    case "N_post": return { kind: "constant", value: postSize };
    default: return invariant(false, `values of ${name} were refused`) as never;
  }
}

/** The wanted synapses of one source. */
function rowOf(request: SynapseRequest, oneWeight: number | undefined, source: number): ProceduralRow {
  const { connect, context, targets, postStart, delay } = request;
  const weight = oneWeight ?? request.weight;
  const made: number[] = [], weights: number[] = [], delays: number[] = [];
  walkPattern(connect, { ...context, sources: { from: source, to: source + 1 } }, (batch) => {
    const steps = typeof delay === "number" ? undefined : delay(batch);
    const drawn = typeof weight === "number" ? undefined : weight(batch);
    for (let k = 0; k < batch.count; k++) {
      const j = batch.post[k]!;
      if (batch.pre[k] !== source || j < targets.from || j >= targets.to) continue;
      made.push(postStart + j);
      weights.push(drawn ? drawn[k]! : (weight as number));
      if (steps) delays.push(roundDelay(steps[k]!, request));
    }
  });
  return { targets: Uint32Array.from(made), weights, ...(typeof delay === "number" ? {} : { delays }) };
}

/** The synapses of a procedural projection as if they were stored, each side's in a memory of its own: for those who read them. */
export function asStored(
  parts: SimulationParts, sides: readonly Delivery[],
): { readonly parts: SimulationParts; readonly sides: readonly Delivery[]; readonly index: SynapseIndex } {
  const arenas = sides.map(() => new Arena());
  const stored = sides.map((side, k) => {
    const { weight, ...request } = side.request;
    const table = buildSynapses(arenas[k]!, { ...request, weight: side.constantWeight ?? weight });
    return { ...side, table: { ...table, maxDelay: Math.max(table.maxDelay, table.delays === "constant" ? 1 : side.table.maxDelay) } };
  });
  return {
    parts: { ...parts, sides: parts.sides.map((side, k) => ({ ...side, arena: arenas[k]! })) },
    sides: stored, index: new SynapseIndex(stored, parts.memories.partitioning),
  };
}
