/** Spikes on their way to bundles of projections (`bundles.ts`): remembered for as many steps as the longest delay. */
import type { EventQueue } from "../backend/contract.ts";
import type { BundlePlan } from "./bundles.ts";
import type { Group } from "./group.ts";
import type { Memories } from "./memories.ts";
import type { Side } from "./parts.ts";
import { indexBundle } from "./synapses.ts";

/** One bundle at run time. */
export interface Arrivals {
  /** Number of its first projection. */
  readonly first: number;
  readonly pre: Group;
  readonly queue: EventQueue;
}

export function arrivalQueues(sides: readonly Side[], memories: Memories, { bundles }: BundlePlan): Arrivals[] {
  const longest = bundles.flatMap(({ members }) => members).reduce((most, k) => Math.max(most, sides[0]!.deliveries[k]!.table.maxDelay), 1);
  const queues = new Map<Group, EventQueue>();
  return bundles.map(({ members }) => {
    const [first] = members as [number];
    for (const { arena, deliveries } of sides) indexBundle(arena, deliveries[first]!.table, longest, "synapses");
    const { pre } = sides[0]!.deliveries[first]!;
    const queue = queues.get(pre) ?? {
      delay: longest,
      counts: memories.allocate(4 * longest, "spikes on their way"),
      entries: memories.allocate(4 * longest * pre.stride, "spikes on their way"),
      perEdge: false,
    };
    queues.set(pre, queue);
    return { first, pre, queue };
  });
}
