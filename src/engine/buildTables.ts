/** Synapses of one partition, made from a network's description alone: what a thread of its own can do. */
import { seedOf } from "../math/philox.ts";
import type { NetworkData } from "../network/data.ts";
import { dimensions } from "../units/dimension.ts";
import { formatQuantity } from "../units/quantity.ts";
import type { Arena, Precision } from "./arena.ts";
import { planBundles } from "./bundles.ts";
import { Group } from "./group.ts";
import type { Partition } from "./partitioning.ts";
import { buildAll, prepareDelivery, valueRequests } from "./projections.ts";
import type { SynapseTable } from "./synapses.ts";
import { SynapseValueMachine } from "./synapseValues.ts";

export interface Described {
  readonly data: NetworkData;
  readonly seed: number;
  /** Seconds. */
  readonly dt: number;
  readonly precision: Precision;
  /** See `CompileOptions.deliverOnArrival`. */
  readonly onArrival: boolean | undefined;
}

/** The tables of all projections, in order; their delays are not unified yet. */
export async function buildTables(arena: Arena, partition: Partition, { data, seed, dt, precision, onArrival }: Described): Promise<SynapseTable[]> {
  const requests = valueRequests(data, dt);
  const machine = await SynapseValueMachine.make(seedOf(seed), requests);
  const groups = new Map(data.populations.map((p, k) => [p.name, new Group(k, p, seedOf(seed), dt)]));
  const options = {
    data, dt, dtText: formatQuantity(dt, dimensions.second), precision, requests, eventCounter: 0, plasticCounter: 0, uncounted: 0, defer: undefined,
  };
  const prepared = data.projections.map((p, k) => prepareDelivery(p, k, groups, machine, partition, options));
  return buildAll(prepared, planBundles(prepared, data, onArrival), arena);
}
