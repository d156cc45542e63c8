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
  readonly count: number;
  readonly sources: number;
  /** u32 [sources + 1]. */
  readonly rows: number;
  readonly targets: number;
  readonly targetBytes: 2 | 4;
  readonly weights: { readonly kind: "perSynapse"; readonly address: number } | { readonly kind: "constant"; readonly value: number };
  readonly delays: "constant" | "perSynapse";
  /** Steps; equal when the delay is constant. */
  readonly minDelay: number;
  readonly maxDelay: number;
}

/** Values of a batch's synapses in SI units; the returned array is valid until the next call. */
export type BatchValues = number | ((batch: Batch) => Float64Array);

export interface SynapseRequest {
  readonly what: string;
  readonly connect: Connector;
  readonly context: PatternContext;
  /** First neuron of the post range within its population, and the padded size of that population (elements of a ring slot). */
  readonly postStart: number;
  readonly postPopulation: number;
  readonly stride: number;
  readonly weight: BatchValues;
  /** Steps, before rounding. */
  readonly delay: BatchValues;
  readonly dtText: string;
  readonly precision: Precision;
}

/** Most slots an input ring may have. */
const longestDelay = 2 ** 20;

export function buildSynapses(arena: Arena, request: SynapseRequest): SynapseTable {
  const { connect, context, what, precision } = request;
  const sources = context.preSize;
  const rows = arena.allocate(4 * (sources + 1), what);
  const count = countRows(arena, rows, request);
  const constantDelay = typeof request.delay === "number" ? roundDelay(request.delay, request) : undefined;
  const targetBytes = constantDelay !== undefined && request.postPopulation <= 65536 ? 2 : 4;
  const targets = arena.allocate(targetBytes * count, what);
  const weights =
    typeof request.weight === "number"
      ? ({ kind: "constant", value: request.weight } as const)
      : ({ kind: "perSynapse", address: arena.allocate(realBytes(precision) * count, what) } as const);

  const cursor = arena.u32(rows, sources).slice();
  const place = targetBytes === 2 ? arena.u16(targets, count) : arena.u32(targets, count);
  const weightAt = weights.kind === "perSynapse" ? arena.real(precision, weights.address, count) : undefined;
  const { weight, delay } = request;
  const { postStart, stride } = request;
  let minDelay = constantDelay ?? Infinity,
    maxDelay = constantDelay ?? 1;
  walkPattern(connect, context, (batch) => {
    const { pre, post } = batch;
    const delays = typeof delay === "number" ? undefined : delay(batch);
    const values = typeof weight === "number" ? undefined : weight(batch);
    if (delays) {
      for (let k = 0; k < batch.count; k++) {
        const d = roundDelay(delays[k]!, request);
        delays[k] = d;
        if (d < minDelay) minDelay = d;
        if (d > maxDelay) maxDelay = d;
      }
    }
    if (!delays && !values) {
      for (let k = 0; k < batch.count; k++) place[cursor[pre[k]!]!++] = post[k]! + postStart;
      return;
    }
    for (let k = 0; k < batch.count; k++) {
      const at = cursor[pre[k]!]!++;
      place[at] = post[k]! + postStart + (delays ? delays[k]! * stride : 0);
      if (weightAt) weightAt[at] = values![k]!;
    }
  });
  if (maxDelay * stride >= 2 ** 32) {
    throw new UnsupportedError(
      "delay",
      `${what}: a delay of ${maxDelay} steps to ${request.postPopulation} neurons is longer than the input ring can be`,
      "Shorten the longest delay or split the target population.",
    );
  }
  if (constantDelay === undefined) sortRowsByDelay(arena, { rows, sources, targets, count, weights, precision, stride, maxDelay });
  return {
    count,
    sources,
    rows,
    targets,
    targetBytes,
    weights,
    delays: constantDelay === undefined ? "perSynapse" : "constant",
    minDelay: count === 0 ? maxDelay : minDelay,
    maxDelay,
  };
}

/** Counts the synapses of each source and leaves the start of each row in place. Returns the total. */
function countRows(arena: Arena, rows: number, request: SynapseRequest): number {
  const sources = request.context.preSize;
  const start = arena.u32(rows, sources + 1);
  let total = 0;
  walkPattern(request.connect, request.context, ({ count, pre }) => {
    for (let k = 0; k < count; k++) start[pre[k]! + 1]!++;
    total += count;
  });
  if (total >= 2 ** 32)
    throw new UnsupportedError(
      "synapses",
      `${request.what}: ${total} synapses are more than one projection can hold`,
      "Split the projection into parts of less than 2^32 synapses.",
    );
  for (let i = 0; i < sources; i++) start[i + 1]! += start[i]!;
  return total;
}

/** Delays are rounded to the nearest step; one that rounds to no step at all cannot be. */
function roundDelay(steps: number, request: SynapseRequest): number {
  const rounded = Math.round(steps);
  if (rounded >= 1 && rounded <= longestDelay) return rounded;
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

/** Within each row, orders synapses by delay (stable), so that delivery walks the ring slot by slot. */
function sortRowsByDelay(
  arena: Arena,
  t: {
    rows: number;
    sources: number;
    targets: number;
    count: number;
    weights: SynapseTable["weights"];
    precision: Precision;
    stride: number;
    maxDelay: number;
  },
): void {
  const rows = arena.u32(t.rows, t.sources + 1),
    targets = arena.u32(t.targets, t.count);
  const weights = t.weights.kind === "perSynapse" ? arena.real(t.precision, t.weights.address, t.count) : undefined;
  let longest = 0;
  for (let i = 0; i < t.sources; i++) longest = Math.max(longest, rows[i + 1]! - rows[i]!);
  const oldTargets = new Uint32Array(longest),
    oldWeights = new Float64Array(weights ? longest : 0);
  const slot = new Uint32Array(longest),
    position = new Uint32Array(t.maxDelay + 2);
  for (let i = 0; i < t.sources; i++) {
    const from = rows[i]!,
      n = rows[i + 1]! - from;
    if (n < 2) continue;
    position.fill(0);
    for (let k = 0; k < n; k++) {
      const packed = targets[from + k]!;
      const d = Math.floor(packed / t.stride);
      oldTargets[k] = packed;
      slot[k] = d;
      position[d + 1]!++;
      if (weights) oldWeights[k] = weights[from + k]!;
    }
    for (let d = 0; d <= t.maxDelay; d++) position[d + 1]! += position[d]!;
    for (let k = 0; k < n; k++) {
      const at = from + position[slot[k]!]!++;
      targets[at] = oldTargets[k]!;
      if (weights) weights[at] = oldWeights[k]!;
    }
  }
}
