/**
 * Synapses in memory: rows by source (CSR). A synapse costs 2 bytes (u16 target) when weight and delay are the same for all and the
 * target population has at most 65536 neurons, 4 with more neurons or a delay of its own (delay and target in one u32), and a real
 * more when it has its own weight. Built in two walks of the pattern (count, fill), so nothing larger than a batch is ever held beside
 * the result.
 */
import { ArgumentError, UnsupportedError } from "../errors.ts";
import type { Connector } from "../network/connectors.ts";
import { realBytes } from "./arena.ts";
import type { Arena, Precision } from "./arena.ts";
import { walkPattern } from "./pattern.ts";
import type { Batch, PatternContext } from "./pattern.ts";

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
  /** Where synapses are not stored: room for those of one source. `count` is then their expected number. */
  readonly scratch?: number;
  /** The step in which each synapse was made [count]; absent while all are from the start. */
  births?: Uint32Array;
  /** The sign that each synapse keeps, where a rule needs one: 1 or −1 [count]. */
  signs?: Int8Array;
}

/** Targets of all synapses, as they are packed. */
export const targetWords = (arena: Arena, table: SynapseTable): Uint16Array | Uint32Array =>
  table.targetBytes === 2 ? arena.u16(table.targets, table.count) : arena.u32(table.targets, table.count);

/** Source and target of a synapse, counted in the ranges of its projection: "3 → 7". */
export function describeSynapse(arena: Arena, table: SynapseTable, edge: number, stride: number, postStart: number): string {
  const source = arena.u32(table.rows, table.sources + 1).findIndex((_, i, rows) => rows[i + 1]! > edge);
  const word = targetWords(arena, table)[edge]!;
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
  const { total: count, longest } = countRows(arena, rows, request);
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
  return { ...table, ...fillSynapses(arena, table, request) };
}

/** Writes targets and start values of all synapses; the same again when called again. Returns the range of delays, from infinity where there are none. */
export function fillSynapses(arena: Arena, table: SynapseTable, request: SynapseRequest): { readonly minDelay: number; readonly maxDelay: number } {
  const { connect, context, what, precision, weight, delay, postStart, stride } = request;
  const { count, sources, rows, targets, targetBytes, weights } = table;
  const constantDelay = table.delays === "constant" ? table.maxDelay : undefined;
  const cursor = arena.u32(rows, sources).slice();
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
  walkPattern(connect, context, (batch) => {
    const { pre, post } = batch;
    const delays = typeof delay === "number" ? undefined : delay(batch);
    const values = drawn.map((d) => d.values(batch));
    if (delays) {
      for (let k = 0; k < batch.count; k++) {
        const d = roundDelay(delays[k]!, request);
        delays[k] = d;
        if (!all && (post[k]! < from || post[k]! >= to)) continue;
        if (d < minDelay) minDelay = d;
        if (d > maxDelay) maxDelay = d;
      }
    }
    if (all && !delays && batch.row !== undefined) {
      const at = cursor[batch.row]!;
      for (let k = 0; k < batch.count; k++) place[at + k] = post[k]! + postStart;
      drawn.forEach(({ view }, c) => view.set(values[c]!.subarray(0, batch.count), at));
      cursor[batch.row] = at + batch.count;
      return;
    }
    if (!all) {
      for (let k = 0; k < batch.count; k++) {
        if (post[k]! < from || post[k]! >= to) continue;
        const at = cursor[pre[k]!]!++;
        place[at] = post[k]! + postStart + (delays ? delays[k]! * stride : 0);
        for (let c = 0; c < drawn.length; c++) drawn[c]!.view[at] = values[c]![k]!;
      }
      return;
    }
    if (!delays && drawn.length === 0) {
      for (let k = 0; k < batch.count; k++) place[cursor[pre[k]!]!++] = post[k]! + postStart;
      return;
    }
    for (let k = 0; k < batch.count; k++) {
      const at = cursor[pre[k]!]!++;
      place[at] = post[k]! + postStart + (delays ? delays[k]! * stride : 0);
      for (let c = 0; c < drawn.length; c++) drawn[c]!.view[at] = values[c]![k]!;
    }
  });
  if (maxDelay * stride >= 2 ** 32) {
    throw new UnsupportedError(
      "delay",
      `${what}: a delay of ${maxDelay} steps to ${request.postPopulation} neurons is longer than the input ring can be`,
      "Shorten the longest delay or split the target population.",
    );
  }
  if (constantDelay === undefined) sortRowsByDelay(arena, { table, stride, maxDelay, columns: drawn.map((d) => d.view) });
  return { minDelay, maxDelay };
}

/** The synapses of the start again, after synapses came and went. */
export function restoreSynapses(arena: Arena, table: SynapseTable, request: SynapseRequest): void {
  arena.u32(table.rows, table.sources + 1).fill(0);
  const { total, longest } = countRows(arena, table.rows, request);
  table.count = total;
  table.longestRow = longest;
  delete table.births;
  delete table.signs;
  fillSynapses(arena, table, request);
}

/** Counts the synapses of each source and leaves the start of each row in place. Returns the total and the most of one source. */
function countRows(arena: Arena, rows: number, request: SynapseRequest): { readonly total: number; readonly longest: number } {
  const sources = request.context.preSize;
  const start = arena.u32(rows, sources + 1);
  let total = 0;
  const { from, to } = request.targets;
  const all = from === 0 && to === request.context.postSize;
  walkPattern(request.connect, request.context, ({ count, pre, post, row }) => {
    if (all && row !== undefined) start[row + 1]! += count;
    else if (all) for (let k = 0; k < count; k++) start[pre[k]! + 1]!++;
    else {
      for (let k = 0; k < count; k++) {
        if (post[k]! < from || post[k]! >= to) continue;
        start[pre[k]! + 1]!++;
        total++;
      }
    }
    if (all) total += count;
  });
  if (total >= 2 ** 32)
    throw new UnsupportedError(
      "synapses",
      `${request.what}: ${total} synapses are more than one projection can hold`,
      "Split the projection into parts of less than 2^32 synapses.",
    );
  let longest = 0;
  for (let i = 0; i < sources; i++) {
    longest = Math.max(longest, start[i + 1]!);
    start[i + 1]! += start[i]!;
  }
  return { total, longest };
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
    readonly table: SynapseTable;
    readonly stride: number;
    readonly maxDelay: number;
    readonly columns: readonly (Float32Array | Float64Array)[];
  },
): void {
  const { table, stride, maxDelay, columns } = sorted;
  const rows = arena.u32(table.rows, table.sources + 1),
    targets = arena.u32(table.targets, table.count);
  const oldTargets = new Uint32Array(table.longestRow),
    old = columns.map(() => new Float64Array(table.longestRow));
  const slot = new Uint32Array(table.longestRow),
    position = new Uint32Array(maxDelay + 2);
  for (let i = 0; i < table.sources; i++) {
    const from = rows[i]!,
      n = rows[i + 1]! - from;
    if (n < 2) continue;
    position.fill(0);
    for (let k = 0; k < n; k++) {
      const packed = targets[from + k]!;
      const d = Math.floor(packed / stride);
      oldTargets[k] = packed;
      slot[k] = d;
      position[d + 1]!++;
      for (let c = 0; c < columns.length; c++) old[c]![k] = columns[c]![from + k]!;
    }
    for (let d = 0; d <= maxDelay; d++) position[d + 1]! += position[d]!;
    for (let k = 0; k < n; k++) {
      const at = from + position[slot[k]!]!++;
      targets[at] = oldTargets[k]!;
      for (let c = 0; c < columns.length; c++) columns[c]![at] = old[c]![k]!;
    }
  }
}
