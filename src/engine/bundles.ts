/**
 * Spikes that reach their synapses when they arrive. Where synapses have delays of their own, a spike that is delivered when it is emitted adds to as
 * many slots of the input rings as there are delays, and in a large network each of these additions is a cache miss. A bundle is one table for all
 * such projections of a source population: its rows, sorted by delay, are long enough to be walked delay by delay, in the step in which each part
 * arrives, and the sums that are added to are those of one step. Additions come in the same order either way.
 */
import { expectedSynapses } from "./pattern.ts";
import type { PreparedDelivery } from "./projections.ts";
import { isStatic } from "../model/synapse.ts";
import type { NetworkData } from "../network/data.ts";
import type { Group } from "./group.ts";

export interface Bundle {
  /** Numbers of the projections, in order. */
  readonly members: readonly number[];
}

export interface BundlePlan {
  readonly bundles: readonly Bundle[];
  /** Where the sums of each receiver begin in a slot of all of them, in elements. */
  readonly places: ReadonlyMap<string, number>;
  /** Elements of such a slot. */
  readonly stride: number;
}

export const noBundles: BundlePlan = { bundles: [], places: new Map(), stride: 0 };

/** A variable of a population that synapses add to. */
export const receiver = (post: Group, variable: string | undefined): string => `${post.index}/${variable ?? ""}`;

/** Synapses of a source, and neurons, from which on it is worth it: long rows, and rings that exceed the second-level cache. */
const longRow = 1000, manyNeurons = 30_000;

/** @param wanted whether to bundle whatever can be, or nothing; absent: where it is worth it */
export function planBundles(prepared: readonly PreparedDelivery[], data: NetworkData, wanted: boolean | undefined): BundlePlan {
  if (wanted === false) return noBundles;
  const able = new Set(prepared.flatMap((p, k) => (isBundlable(p, data) ? [k] : [])));
  const sourceOf = (k: number): string => {
    const { pre } = prepared[k]!.data;
    return `${pre.population}/${pre.start}/${pre.end}`;
  };
  const ranks = new Map<string, number>();
  for (const k of able) if (!ranks.has(sourceOf(k))) ranks.set(sourceOf(k), ranks.size);
  // All that adds to a receiver has to arrive in this way, one projection a source population, in the order of the bundles.
  const receivers = grouped(prepared.keys(), (k) => receiver(prepared[k]!.post, prepared[k]!.variable));
  for (const members of receivers.values()) {
    const order = members.map((k) => ranks.get(sourceOf(k)) ?? -1);
    const fits = members.every((k) => able.has(k)) && order.every((rank, i) => i === 0 || rank > order[i - 1]!);
    if (!fits) for (const k of members) able.delete(k);
  }
  const bundles = [...grouped(able, sourceOf).values()];
  if (wanted === undefined && !isWorthIt(bundles.map((members) => members.map((k) => prepared[k]!)))) return noBundles;
  const places = new Map<string, number>();
  let stride = 0;
  for (const [key, [first]] of receivers) {
    if (!able.has(first!)) continue;
    places.set(key, stride);
    stride += prepared[first!]!.post.stride;
  }
  return { bundles: bundles.map((members) => ({ members })), places, stride };
}

function isBundlable({ data: p, post, request, procedural }: PreparedDelivery, data: NetworkData): boolean {
  const { normalisations, rewirings, structural, changes } = data;
  // A change of weights acts on spikes that are emitted from then on.
  const changing = [...normalisations, ...(rewirings ?? []), ...changes].some((rule) => "projection" in rule && rule.projection === p.name);
  const own = typeof request.delay === "function" && typeof request.weight === "function" && (request.columns ?? []).length === 0;
  return isStatic(p.model) && !procedural && !post.replicated && own && !changing && (structural ?? []).length === 0;
}

function isWorthIt(bundles: readonly (readonly PreparedDelivery[])[]): boolean {
  const neurons = [...new Set(bundles.flat().map(({ post }) => post))].reduce((sum, { size }) => sum + size, 0);
  const sources = bundles.reduce((sum, [first]) => sum + first!.request.context.preSize, 0);
  const synapses = bundles.flat().reduce((sum, { data: p, request: { context: c } }) => sum + expectedSynapses(p.connect, c.preSize, c.postSize), 0);
  return neurons >= manyNeurons && synapses >= longRow * sources;
}

function grouped(items: Iterable<number>, keyOf: (item: number) => string): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
