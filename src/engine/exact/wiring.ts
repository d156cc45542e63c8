/** Synapses with real delays: rows by source, the same pairs and values as on the grid. */
import { ArgumentError, invariant } from "../../errors.ts";
import { isStatic } from "../../model/synapse.ts";
import type { NetworkData, ProjectionData } from "../../network/data.ts";
import { walkPattern } from "../pattern.ts";
import type { Batch, PatternContext } from "../pattern.ts";
import { resolveSynapseValues } from "../projections.ts";
import type { SynapseValueMachine, ValueRequest } from "../synapseValues.ts";
import type { ExactGroup } from "./group.ts";

export interface Wiring {
  readonly count: number;
  /** First synapse of each source, and the end. [sources + 1] */
  readonly rows: Uint32Array;
  /** Counted in the target population. */
  readonly targets: Uint16Array | Uint32Array;
  /** One number where it is the same for all synapses and they do not learn. */
  readonly weights: number | Float64Array;
  /** Seconds; within a row ascending where each synapse has its own. */
  readonly delays: number | Float64Array;
  /** Values of the model that the projection gives: one number, or one a synapse. */
  readonly values: ReadonlyMap<string, number | Float64Array>;
}

type Column = number | ((batch: Batch) => Float64Array);

export interface WiringOptions {
  readonly data: NetworkData;
  readonly machine: SynapseValueMachine;
  readonly requests: readonly ValueRequest[];
  readonly pre: ExactGroup;
  readonly post: ExactGroup;
}

export function wire(p: ProjectionData, { data, machine, requests, pre, post }: WiringOptions): Wiring {
  const what = `projection ${p.name}`;
  const context: PatternContext = {
    preSize: p.pre.end - p.pre.start, postSize: p.post.end - p.post.start,
    selfOffset: p.pre.population === p.post.population ? p.post.start - p.pre.start : undefined, preStart: p.pre.start, postStart: p.post.start,
    ...(pre.data.positions ? { prePositions: pre.data.positions } : {}), ...(post.data.positions ? { postPositions: post.data.positions } : {}),
    uniform: machine.uniform(`projection/${p.name}/connect`), bernoulli: machine.bernoulli(`projection/${p.name}/connect`),
  };
  const resolved = resolveSynapseValues(p, data);
  const columnOf = (key: string): Column => {
    const value = resolved.get(key)!;
    if (value.kind === "expr" && value.expr.kind === "number") return value.expr.value;
    const request = requests.find((r) => r.id === `${p.name}/${key}`);
    invariant(request, `value ${key} of ${p.name} was requested`);
    return machine.values(request, p.connect, context, `projection/${request.id}`, `${what}: ${key}`);
  };
  const rows = new Uint32Array(context.preSize + 1);
  let count = 0;
  walkPattern(p.connect, context, (batch) => {
    for (let k = 0; k < batch.count; k++) rows[batch.pre[k]! + 1]!++;
    count += batch.count;
  });
  for (let i = 0; i < context.preSize; i++) rows[i + 1]! += rows[i]!;
  const targets = post.size <= 65536 ? new Uint16Array(count) : new Uint32Array(count);
  const keys = resolved.has("delay") ? [...resolved.keys()] : [...resolved.keys(), "delay"];
  const values = new Map(keys.map((key): [string, number | Float64Array] => {
    const column = resolved.has(key) ? columnOf(key) : 0;
    return [key, typeof column === "number" ? column : new Float64Array(count)];
  }));
  const drawn = [...values].flatMap(([key, place]) =>
    (typeof place === "number" ? [] : [{ place, column: columnOf(key) as (batch: Batch) => Float64Array }]));
  const cursor = rows.slice();
  walkPattern(p.connect, context, (batch) => {
    const made = drawn.map(({ column }) => column(batch));
    for (let k = 0; k < batch.count; k++) {
      const at = cursor[batch.pre[k]!]!++;
      targets[at] = batch.post[k]! + p.post.start;
      for (let c = 0; c < drawn.length; c++) drawn[c]!.place[at] = made[c]![k]!;
    }
  });
  const delays = values.get("delay")!;
  checkDelays(delays, what);
  if (typeof delays !== "number") sortRows(rows, delays, [targets, ...drawn.map((d) => d.place)]);
  const weight = values.get("weight")!;
  const weights = typeof weight === "number" && !isStatic(p.model) ? new Float64Array(count).fill(weight) : weight;
  checkDale(p, weights);
  values.delete("delay");
  values.delete("weight");
  return { count, rows, targets, weights, delays, values };
}

function checkDelays(delays: number | Float64Array, what: string): void {
  const wrong = typeof delays === "number" ? (delays >= 0 && delays < Infinity ? -1 : 0) : delays.findIndex((d) => !(d >= 0 && d < Infinity));
  if (wrong < 0) return;
  throw new ArgumentError("delay", `${what}: a delay of ${typeof delays === "number" ? delays : delays[wrong]} s`,
    "Delays are times of 0 s or more: bound a distribution from below, e.g. with truncatedNormal.");
}

/** @throws {ArgumentError} for a weight of the sign that the projection excludes */
export function checkDale({ name, dale }: ProjectionData, weights: number | Float64Array): void {
  if (dale === undefined) return;
  const sign = dale === "excitatory" ? 1 : -1;
  const wrong = typeof weights === "number" ? (weights * sign < 0 ? 0 : -1) : weights.findIndex((w) => w * sign < 0);
  if (wrong < 0) return;
  throw new ArgumentError(
    "dale",
    `projection ${name}: the weight ${typeof weights === "number" ? weights : weights[wrong]} (SI) of synapse ${wrong} has the wrong sign ` +
      `for an ${dale} projection`,
    `Give weights that are ${dale === "excitatory" ? "0 or more" : "0 or less"}, or leave out dale.`,
  );
}

/** Orders each row by delay; equal delays keep the order of the connector. */
function sortRows(rows: Uint32Array, delays: Float64Array, columns: readonly (Uint16Array | Uint32Array | Float64Array)[]): void {
  for (let i = 0; i + 1 < rows.length; i++) {
    const from = rows[i]!, n = rows[i + 1]! - from;
    if (n < 2) continue;
    const order = Uint32Array.from({ length: n }, (_, k) => k).sort((a, b) => delays[from + a]! - delays[from + b]! || a - b);
    for (const column of columns) {
      const old = column.slice(from, from + n);
      for (let k = 0; k < n; k++) column[from + k] = old[order[k]!]!;
    }
  }
}
