/**
 * Synapses in memory: rows by source (CSR). A synapse costs 2 bytes (u16 target) when weight and delay are the same for all and the
 * target population has at most 65536 neurons, 4 with more neurons or a delay of its own (delay and target in one u32), and a real
 * more when it has its own weight. Built in two walks of the pattern (count, fill), so nothing larger than a batch is ever held beside
 * the result.
 */
import { ArgumentError, invariant, UnsupportedError } from "../errors.ts";
import type { Connector } from "../network/connectors.ts";
import { realBytes } from "./arena.ts";
import type { Arena, Precision } from "./arena.ts";
import { countFound, explore, walkPattern } from "./pattern.ts";
import type { Batch, Findings, PatternContext } from "./pattern.ts";

export interface SynapseTable {
  count: number;
  /** Synapses for which the arrays have room: more than there are after rewiring (see `rewire.ts`). */
  capacity: number;
  readonly sources: number;
  /** u32 [sources + 1]. */
  readonly rows: number;
  targets: number;
  readonly targetBytes: 2 | 4;
  readonly weights: { readonly kind: "perSynapse"; address: number } | { readonly kind: "constant"; readonly value: number };
  readonly delays: "constant" | "perSynapse";
  /** Steps; equal when the delay is constant. */
  minDelay: number;
  maxDelay: number;
  /** Synapses of the source that has most. */
  longestRow: number;
  /** Further arrays, one real a synapse: name → address. */
  readonly columns: Map<string, number>;
  /** Where the arrays hold synapses of other projections as well: the targets of this one are elements from `first` on, as many as its group has. */
  readonly bundle?: { readonly shared: BundleTable; readonly first: number };
  /** Where synapses are not stored: room for those of one source. `count` is then their expected number. */
  readonly scratch?: number;
  /** The step in which each synapse was made [count]; absent while all are from the start. */
  births?: Uint32Array;
  /** The sign that each synapse keeps, where a rule needs one: 1 or −1 [count]. */
  signs?: Int8Array;
}

/** What the tables of a bundle's projections share. */
export interface BundleTable {
  /** Synapses in all. */
  readonly total: number;
  /** Elements of one slot of the sums of all receivers, by which delays are packed. */
  readonly stride: number;
  /** u32 [sources × (longest + 1)]: where each source's synapses of delay 1, 2, … begin, and where the last end. 0 until delays are unified. */
  index: number;
  longest: number;
}

/** Places of a bundled projection's own synapses, in order; undefined where the table is its own. `stride`: of the target group. */
function ownPlaces(arena: Arena, { bundle, count, targets }: SynapseTable, stride: number): Uint32Array | undefined {
  if (!bundle) return undefined;
  const { first, shared } = bundle;
  const words = arena.u32(targets, shared.total), places = new Uint32Array(count);
  const end = first + stride;
  for (let e = 0, n = 0; e < shared.total; e++) {
    const target = words[e]! % shared.stride;
    if (target >= first && target < end) places[n++] = e;
  }
  return places;
}

/** Targets of all synapses as they are packed: delay · stride + target where each has its own delay. `stride`: of the target group, for bundles. */
export function targetWords(arena: Arena, table: SynapseTable, stride = 0): Uint16Array | Uint32Array {
  const { bundle } = table;
  if (!bundle) return table.targetBytes === 2 ? arena.u16(table.targets, table.count) : arena.u32(table.targets, table.count);
  const { first, shared } = bundle;
  const words = arena.u32(table.targets, shared.total);
  return ownPlaces(arena, table, stride)!.map((e) => Math.floor(words[e]! / shared.stride) * stride + (words[e]! % shared.stride) - first);
}

/** Weights of all synapses that have their own. */
export function weightsOf(arena: Arena, precision: Precision, table: SynapseTable, stride: number): Float32Array | Float64Array {
  invariant(table.weights.kind === "perSynapse", "each synapse has a weight of its own");
  const all = arena.real(precision, table.weights.address, table.bundle?.shared.total ?? table.count);
  const places = ownPlaces(arena, table, stride);
  return places ? Float64Array.from(places, (e) => all[e]!) : all;
}

/** Gives all synapses of a bundled projection new weights, one for all or one for each. */
export function setBundledWeights(
  arena: Arena, precision: Precision, table: SynapseTable, stride: number, weights: number | ArrayLike<number>,
): void {
  invariant(table.weights.kind === "perSynapse" && table.bundle, "a bundle holds weights");
  const all = arena.real(precision, table.weights.address, table.bundle.shared.total);
  ownPlaces(arena, table, stride)!.forEach((e, k) => (all[e] = typeof weights === "number" ? weights : weights[k]!));
}

/** Source of each synapse. */
export function sourcesOf(arena: Arena, table: SynapseTable, stride: number): Uint32Array {
  const { bundle, count } = table;
  const rows = arena.u32(table.rows, table.sources + 1);
  const sources = new Uint32Array(bundle?.shared.total ?? count);
  for (let i = 0; i < table.sources; i++) sources.fill(i, rows[i]!, rows[i + 1]!);
  return ownPlaces(arena, table, stride)?.map((e) => sources[e]!) ?? sources;
}

/** Source and target of a synapse, counted in the ranges of its projection: "3 → 7". */
export function describeSynapse(arena: Arena, table: SynapseTable, edge: number, stride: number, postStart: number): string {
  const source = sourcesOf(arena, table, stride)[edge]!;
  const word = targetWords(arena, table, stride)[edge]!;
  return `${source} → ${(table.delays === "perSynapse" ? word % stride : word) - postStart}`;
}

/** Values of a batch's synapses in SI units; the returned array is valid until the next call. */
export type BatchValues = number | ((batch: Batch) => Float64Array);

export interface SynapseRequest {
  readonly what: string;
  readonly connect: Connector;
  readonly context: PatternContext;
  /** First neuron of the post range within its population, and the padded size of that population (elements of a ring slot). */
  readonly postStart: number;
  /** Targets whose synapses are made, counted in the post range. */
  readonly targets: { readonly from: number; readonly to: number };
  readonly postPopulation: number;
  readonly stride: number;
  readonly weight: BatchValues;
  /** The weight is stored with each synapse even where it begins the same for all. */
  readonly ownWeights?: boolean;
  /** Further values that each synapse holds. */
  readonly columns?: readonly { readonly name: string; readonly values: BatchValues }[];
  /** Steps, before rounding. */
  readonly delay: BatchValues;
  /** Steps that a delay has at least; default 1. */
  readonly leastDelay?: 0 | 1;
  readonly dtText: string;
  readonly precision: Precision;
  /** @throws {ArgumentError} for a weight of the sign that the projection excludes */
  readonly refuseWeight?: (weight: number, synapse: string) => void;
}

/** Most slots an input ring may have. */
export const longestDelay = 2 ** 20;

export function buildSynapses(arena: Arena, request: SynapseRequest): SynapseTable {
  const { context, what, precision } = request;
  const sources = context.preSize;
  const rows = arena.allocate(4 * (sources + 1), what);
  const found = explore(request.connect, context);
  const count = countSynapses(arena, rows, request, found);
  checkCount(count, what);
  const longest = rowStarts(arena, rows, sources);
  const constantDelay = typeof request.delay === "number" ? roundDelay(request.delay, request) : undefined;
  const targetBytes = constantDelay !== undefined && request.postPopulation <= 65536 ? 2 : 4;
  const targets = arena.allocate(targetBytes * count, what);
  const weights =
    typeof request.weight === "number" && !request.ownWeights
      ? ({ kind: "constant", value: request.weight } as const)
      : ({ kind: "perSynapse", address: arena.allocate(realBytes(precision) * count, what) } as const);
  const columns = new Map((request.columns ?? []).map(({ name }) => [name, arena.allocate(realBytes(precision) * count, what)] as const));
  const table = {
    count, capacity: count, sources, rows, targets, targetBytes, weights, columns, longestRow: longest,
    delays: constantDelay === undefined ? "perSynapse" : "constant", minDelay: constantDelay ?? 1, maxDelay: constantDelay ?? 1,
  } as const satisfies SynapseTable;
  return { ...table, ...fillSynapses(arena, table, request, found) };
}

/**
 * Makes the synapses of a bundle's projections in one table. Returns a table for each of them.
 * @param first where each projection's receiver begins among the elements of a slot
 */
export function buildBundle(arena: Arena, requests: readonly SynapseRequest[], first: readonly number[], stride: number): SynapseTable[] {
  const [{ context: { preSize: sources }, what, precision }] = requests as [SynapseRequest];
  const rows = arena.allocate(4 * (sources + 1), what);
  const found = requests.map(({ connect, context }) => explore(connect, context));
  const counts = requests.map((request, k) => countSynapses(arena, rows, request, found[k]));
  const longestRow = rowStarts(arena, rows, sources);
  const total = counts.reduce((a, b) => a + b, 0);
  checkCount(total, what);
  const targets = arena.allocate(4 * total, what);
  const address = arena.allocate(realBytes(precision) * total, what);
  const shared: BundleTable = { total, stride, index: 0, longest: 0 };
  const cursor = arena.u32(rows, sources).slice();
  const tables = requests.map((request, k): SynapseTable => {
    const table: SynapseTable = {
      count: counts[k]!, capacity: counts[k]!, sources, rows, targets, targetBytes: 4, weights: { kind: "perSynapse", address }, columns: new Map(),
      longestRow, delays: "perSynapse", minDelay: 1, maxDelay: 1, bundle: { shared, first: first[k]! },
    };
    return { ...table, ...placeSynapses(arena, table, request, cursor, found[k]) };
  });
  const maxDelay = tables.reduce((most, table) => Math.max(most, table.maxDelay), 1);
  const weights = arena.real(precision, address, total);
  sortRowsByDelay(arena, { rows, targets, sources, count: total, longestRow, stride, maxDelay, columns: [weights] });
  return tables;
}

/** Writes targets and start values of all synapses; the same when called again. Returns the delays' range: from infinity where there are none. */
export function fillSynapses(arena: Arena, table: SynapseTable, request: SynapseRequest, found?: Findings): DelayRange {
  const { stride, precision } = request;
  const { count, sources, rows, targets, weights, longestRow } = table;
  const range = placeSynapses(arena, table, request, arena.u32(rows, sources).slice(), found);
  const drawn = (name: string): boolean => typeof request.columns!.find((c) => c.name === name)!.values !== "number";
  const columns = [
    ...(weights.kind === "perSynapse" && typeof request.weight !== "number" ? [weights.address] : []),
    ...[...table.columns].flatMap(([name, address]) => (drawn(name) ? [address] : [])),
  ].map((address) => arena.real(precision, address, count));
  if (table.delays === "perSynapse") sortRowsByDelay(arena, { rows, targets, sources, count, longestRow, stride, maxDelay: range.maxDelay, columns });
  return range;
}

/** Steps. */
interface DelayRange {
  readonly minDelay: number;
  readonly maxDelay: number;
}

/** Writes each synapse where the cursor of its source stands. */
function placeSynapses(
  arena: Arena, table: SynapseTable, request: SynapseRequest, cursor: Uint32Array, found: Findings | undefined,
): DelayRange {
  const { connect, context, what, precision, weight, delay } = request;
  const { bundle, targets, targetBytes, weights } = table;
  const count = bundle?.shared.total ?? table.count,
    stride = bundle?.shared.stride ?? request.stride,
    postStart = request.postStart + (bundle?.first ?? 0);
  const constantDelay = table.delays === "constant" ? table.maxDelay : undefined;
  const place = targetBytes === 2 ? arena.u16(targets, count) : arena.u32(targets, count);
  const owned: { readonly view: Float32Array | Float64Array; readonly values: BatchValues }[] = [];
  if (weights.kind === "perSynapse") owned.push({ view: arena.real(precision, weights.address, count), values: weight });
  for (const { name, values } of request.columns ?? []) owned.push({ view: arena.real(precision, table.columns.get(name)!, count), values });
  for (const { view, values } of owned) if (typeof values === "number") view.fill(values);
  const drawn = owned.flatMap(({ view, values }) => (typeof values === "number" ? [] : [{ view, values }]));
  let minDelay = constantDelay ?? Infinity,
    maxDelay = constantDelay ?? 1;
  const { from, to } = request.targets;
  const all = from === 0 && to === context.postSize;
  let places = new Uint32Array(0), kept = new Uint32Array(0);
  walkPattern(connect, context, (batch) => {
    const { post, count: n } = batch;
    const delays = typeof delay === "number" ? undefined : delay(batch);
    const values = drawn.map((d) => d.values(batch));
    if (all && !delays && batch.row !== undefined) {
      const at = cursor[batch.row]!;
      for (let k = 0; k < n; k++) place[at + k] = post[k]! + postStart;
      drawn.forEach(({ view }, c) => view.set(values[c]!.subarray(0, n), at));
      cursor[batch.row] = at + n;
      return;
    }
    if (places.length < n) {
      places = new Uint32Array(2 * n);
      kept = new Uint32Array(2 * n);
    }
    const range = { minDelay, maxDelay };
    const wanted = delays
      ? placeDelayed(batch, delays, cursor, { place, places, kept, postStart, stride }, request, range)
      : placeSame(batch, cursor, { place, places, kept, postStart }, from, to);
    ({ minDelay, maxDelay } = range);
    for (let c = 0; c < drawn.length; c++) writeColumn(drawn[c]!.view, values[c]!, wanted < n ? kept : undefined, places, wanted);
  }, found);
  if (maxDelay * stride >= 2 ** 32) {
    throw new UnsupportedError(
      "delay",
      `${what}: a delay of ${maxDelay} steps to ${request.postPopulation} neurons is longer than the input ring can be`,
      "Shorten the longest delay or split the target population.",
    );
  }
  return { minDelay, maxDelay };
}

interface Written {
  readonly place: Uint16Array | Uint32Array;
  /** Where the synapses went that were kept, and which ones of the batch they are. */
  readonly places: Uint32Array;
  readonly kept: Uint32Array;
  readonly postStart: number;
}

/** Writes the targets of those synapses that are wanted. Returns how many. A source's synapses often follow each other. */
function placeSame(
  { pre, post, count }: Batch, cursor: Uint32Array, { place, places, kept, postStart }: Written, from: number, to: number,
): number {
  let n = 0;
  for (let k = 0; k < count;) {
    const source = pre[k]!;
    let at = cursor[source]!;
    do {
      const target = post[k]!;
      if (target >= from && target < to) {
        place[at] = target + postStart;
        kept[n] = k;
        places[n++] = at++;
      }
    } while (++k < count && pre[k] === source);
    cursor[source] = at;
  }
  return n;
}

/** Likewise where each synapse has a delay, which is rounded to steps, that of unwanted ones as well; widens the range. */
function placeDelayed(
  { pre, post, count }: Batch, delays: Float64Array, cursor: Uint32Array, { place, places, kept, postStart, stride }: Written & { stride: number },
  request: SynapseRequest, range: { minDelay: number; maxDelay: number },
): number {
  const { from, to } = request.targets;
  let { minDelay, maxDelay } = range;
  let n = 0;
  for (let k = 0; k < count;) {
    const source = pre[k]!;
    let at = cursor[source]!;
    do {
      const steps = delays[k]!, target = post[k]!;
      const d = steps >= 0.5 && steps <= longestDelay ? Math.floor(steps + 0.5) | 0 : roundDelay(steps, request);
      if (target >= from && target < to) {
        if (d < minDelay) minDelay = d;
        if (d > maxDelay) maxDelay = d;
        place[at] = target + postStart + Math.imul(d, stride);
        kept[n] = k;
        places[n++] = at++;
      }
    } while (++k < count && pre[k] === source);
    cursor[source] = at;
  }
  range.minDelay = minDelay;
  range.maxDelay = maxDelay;
  return n;
}

function writeColumn(view: Float32Array | Float64Array, values: Float64Array, kept: Uint32Array | undefined, places: Uint32Array, n: number): void {
  if (kept) for (let k = 0; k < n; k++) view[places[k]!] = values[kept[k]!]!;
  else for (let k = 0; k < n; k++) view[places[k]!] = values[k]!;
}

/** Makes the index by source and delay of a bundle's table, when the longest delay of all partitions is known. */
export function indexBundle(arena: Arena, { bundle, rows, targets, sources }: SynapseTable, longest: number, what: string): void {
  const { shared } = bundle!;
  if (shared.index !== 0) return;
  shared.longest = longest;
  shared.index = arena.allocate(4 * sources * (longest + 1), what);
  const index = arena.u32(shared.index, sources * (longest + 1)),
    words = arena.u32(targets, shared.total),
    starts = arena.u32(rows, sources + 1);
  for (let i = 0; i < sources; i++) {
    const at = i * (longest + 1);
    let e = starts[i]!;
    for (let d = 1; d <= longest; d++) {
      index[at + d - 1] = e;
      for (const end = (d + 1) * shared.stride; e < starts[i + 1]! && words[e]! < end; ) e++;
    }
    index[at + longest] = e;
  }
}

/** The synapses of the start again, after synapses came and went. */
export function restoreSynapses(arena: Arena, table: SynapseTable, request: SynapseRequest): void {
  arena.u32(table.rows, table.sources + 1).fill(0);
  const found = explore(request.connect, request.context);
  table.count = countSynapses(arena, table.rows, request, found);
  checkCount(table.count, request.what);
  table.longestRow = rowStarts(arena, table.rows, table.sources);
  delete table.births;
  delete table.signs;
  fillSynapses(arena, table, request, found);
}

/** Adds the number of each source's synapses to the place behind its own in u32 [sources + 1]. Returns how many there are in all. */
function countSynapses(arena: Arena, rows: number, request: SynapseRequest, found: Findings | undefined): number {
  const counts = arena.u32(rows, request.context.preSize + 1);
  let total = 0;
  const { from, to } = request.targets;
  const all = from === 0 && to === request.context.postSize;
  if (found) return countFound(request.connect, { ...request.context, targets: request.targets }, found, counts);
  walkPattern(request.connect, request.context, ({ count, pre, post, row }) => {
    if (all && row !== undefined) counts[row + 1]! += count;
    else if (all) for (let k = 0; k < count; k++) counts[pre[k]! + 1]!++;
    else {
      for (let k = 0; k < count; k++) {
        if (post[k]! < from || post[k]! >= to) continue;
        counts[pre[k]! + 1]!++;
        total++;
      }
    }
    if (all) total += count;
  }, found);
  return total;
}

function checkCount(total: number, what: string): void {
  if (total >= 2 ** 32)
    throw new UnsupportedError(
      "synapses",
      `${what}: ${total} synapses are more than one projection can hold`,
      "Split the projection into parts of less than 2^32 synapses.",
    );
}

/** Turns the counts into the start of each row. Returns the most synapses of one source. */
function rowStarts(arena: Arena, rows: number, sources: number): number {
  const start = arena.u32(rows, sources + 1);
  let longest = 0;
  for (let i = 0; i < sources; i++) {
    longest = Math.max(longest, start[i + 1]!);
    start[i + 1]! += start[i]!;
  }
  return longest;
}

/** Delays are rounded to the nearest step; one that rounds to no step at all cannot be. */
export function roundDelay(steps: number, request: SynapseRequest): number {
  const rounded = Math.round(steps);
  if (rounded >= (request.leastDelay ?? 1) && rounded <= longestDelay) return rounded;
  if (rounded > longestDelay || Number.isNaN(steps)) {
    throw new ArgumentError(
      "delay",
      `${request.what}: a delay of ${steps} steps of ${request.dtText} is too long`,
      `Use at most ${longestDelay} steps, or a larger dt.`,
    );
  }
  throw new ArgumentError(
    "delay",
    `${request.what}: delay ${formatSteps(steps, request.dtText)} is shorter than the step ${request.dtText}`,
    `Use a delay of at least ${request.dtText} (bound a distribution from below), or compile with a smaller dt.`,
  );
}

function formatSteps(steps: number, dtText: string): string {
  const match = /^([\d.eE+-]+) (.+)$/.exec(dtText);
  return match ? `${Number((steps * Number(match[1])).toPrecision(6))} ${match[2]}` : `of ${steps} steps`;
}

/** Within each row, orders synapses by delay (stable), so that delivery walks the ring slot by slot. `columns` are ordered along. */
function sortRowsByDelay(
  arena: Arena,
  sorted: {
    readonly rows: number;
    readonly targets: number;
    readonly sources: number;
    readonly count: number;
    readonly longestRow: number;
    readonly stride: number;
    readonly maxDelay: number;
    readonly columns: readonly (Float32Array | Float64Array)[];
  },
): void {
  const { sources, count, longestRow, stride, maxDelay, columns } = sorted;
  const rows = arena.u32(sorted.rows, sources + 1),
    words = arena.u32(sorted.targets, count);
  const oldWords = new Uint32Array(longestRow),
    old = columns.map((column) => (column instanceof Float32Array ? new Float32Array(longestRow) : new Float64Array(longestRow)));
  const places = new Uint32Array(longestRow),
    position = new Uint32Array(maxDelay + 2);
  for (let i = 0; i < sources; i++) {
    const from = rows[i]!, to = rows[i + 1]!;
    if (to - from < 2) continue;
    oldWords.set(words.subarray(from, to));
    findSorted(oldWords, to - from, from, stride, position, places);
    permute(words, oldWords, places, to - from);
    for (let c = 0; c < columns.length; c++) {
      old[c]!.set(columns[c]!.subarray(from, to));
      permute(columns[c]!, old[c]!, places, to - from);
    }
  }
}

/** Where each of a row's synapses goes, the row beginning at `from`. */
function findSorted(words: Uint32Array, n: number, from: number, stride: number, position: Uint32Array, places: Uint32Array): void {
  const inverse = 1 / stride;
  position.fill(0);
  for (let k = 0; k < n; k++) {
    // Half an element away from the next delay no rounding counts.
    const d = Math.floor((words[k]! + 0.5) * inverse) | 0;
    places[k] = d;
    position[d + 1]!++;
  }
  position[0] = from;
  for (let d = 1; d < position.length; d++) position[d]! += position[d - 1]!;
  for (let k = 0; k < n; k++) places[k] = position[places[k]!]!++;
}

type Column = Uint32Array | Float32Array | Float64Array;

function permute(view: Column, old: Column, places: Uint32Array, n: number): void {
  for (let k = 0; k < n; k++) view[places[k]!] = old[k]!;
}
