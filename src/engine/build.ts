/** From groups and deliveries to a program, and by a back-end to something that runs. */
import type { Action, Emitted, Executable, Program, RingLayout, ScatterLayout, Schedule } from "../backend/contract.ts";
import { interpreterBackend } from "../backend/interpreter/backend.ts";
import { wasmBackend } from "../backend/wasm/backend.ts";
import { scratchSlack } from "../backend/wasm/fillKernel.ts";
import { invariant } from "../errors.ts";
import type { MapKernel } from "../ir/kernel.ts";
import { seedOf } from "../math/philox.ts";
import { realBytes } from "./arena.ts";
import type { Precision } from "./arena.ts";
import { identifier } from "./group.ts";
import type { Group } from "./group.ts";
import { proceduralLayout } from "./procedural.ts";
import type { Delivery } from "./projections.ts";
import { partOf } from "./memories.ts";
import type { ScalarTable, Side, SimulationParts } from "./parts.ts";

/** Synapses that surely do not fit the second-level cache: then reading a row ahead pays. */
const touchAbove = 2 ** 18;

/** The code of one partition that this processor runs; beside a GPU, what the host does between runs. */
export const buildExecutable = (parts: SimulationParts, side: Side, scalars: readonly (ScalarTable | undefined)[]): Promise<Executable> =>
  (parts.options.backend === "interpreter" ? interpreterBackend : wasmBackend).prepare(programOf(parts, side, scalars), side.arena.memory);

/** What a back-end runs of one partition. */
export function programOf(parts: SimulationParts, side: Side, scalars: readonly (ScalarTable | undefined)[]): Program {
  const { groups, options, scratch } = parts;
  const { deliveries } = side;
  const plastics = deliveries.flatMap((d) => (d.plastic ? [d.plastic] : []));
  return {
    precision: options.precision,
    seed: seedOf(options.seed),
    keyAddress: parts.keys,
    maps: groups
      .filter((g) => g.kernel)
      .map((g) => {
        const kernel = g.kernel!;
        return {
          kernel,
          size: g.size,
          stream: g.stream,
          address: (array) => g.address(array),
          drawAddress: (draw) => drawAddress(scratch, kernel, draw, options.precision),
        };
      }),
    auxiliaries: plastics.flatMap((p) => p.auxiliaries),
    edges: plastics.flatMap((p) => p.edgeLayouts()),
    scatters: staticDeliveries(deliveries).map((delivery) => {
      if (!delivery.procedural) return scatterLayout(parts, side, delivery);
      const { data, post } = delivery, ring = ringOf(delivery);
      return proceduralLayout(delivery, {
        name: `deliver_${identifier(data.name)}`, precision: options.precision, ring: ring.address, ringBytes: ring.slots * ring.slotBytes,
        stride: post.stride, eventCounter: countedAt(parts, post, side),
      });
    }),
    arrivals: parts.arrivals.map(({ first }) => scatterLayout(parts, side, deliveries[first]!)),
    schedule: scheduleOf(parts, side, scalars),
  };
}

/** Where additions are counted: what every partition does for a group that each holds counts once. */
export const countedAt = ({ eventCounter, uncounted }: SimulationParts, post: Group, { partition }: Side): number =>
  post.replicated && partition.index > 0 ? uncounted : eventCounter;

function scheduleOf(parts: SimulationParts, side: Side, scalars: readonly (ScalarTable | undefined)[]): Schedule {
  const { groups, window, chunk, counts, made, failure, lists, ownLists } = parts;
  const { deliveries, partition } = side;
  return {
    window,
    steps: chunk,
    counts,
    made,
    columns: groups.length,
    failure,
    tables: groups
      .filter((g) => g.kernel)
      .map((g, map) => {
        const table = scalars[g.index];
        const wholeFits = window === 1 && g.kernel!.draws.length === 0;
        return {
          map,
          column: g.index,
          stride: g.stride,
          tile: wholeFits ? g.stride : tileElements,
          from: partOf(g, partition).start,
          to: partOf(g, partition).end,
          list: ownLists[g.index]!,
          scalars: table?.address ?? 0,
          scalarBytes: table?.bytes ?? 0,
          rings: g.kernel!.inputs.map((input) => [...g.rings.values()].find((r) => r.input === input)!),
        };
      }),
    fed: groups.filter((g) => !g.kernel).map((g) => ({ column: g.index, size: g.size, stride: g.stride })),
    ...withArrivals(parts, deliveries, edgeActions(parts, deliveries)),
    deliveries: staticDeliveries(deliveries).map((delivery) => {
      const { pre, table } = delivery, ring = ringOf(delivery);
      return {
        column: pre.index,
        list: lists[pre.index]!,
        stride: pre.stride,
        delay: table.delays === "constant" ? table.maxDelay : 0,
        slots: ring.slots,
        slotBytes: ring.slotBytes,
      };
    }),
  };
}

/** Those that only add a fixed weight, when a spike is emitted. */
export const staticDeliveries = (deliveries: readonly Delivery[]): readonly Delivery[] => deliveries.filter((d) => !d.plastic && !d.table.bundle);

/** The input ring into which a delivery that only adds weights adds them. */
function ringOf({ post, variable }: Delivery): RingLayout {
  const ring = post.rings.get(variable!);
  invariant(ring, "every delivery has a ring");
  return ring;
}

/** How the stored synapses of a projection are walked, or those of the bundle of projections that begins with it: then delay by delay. */
function scatterLayout(parts: SimulationParts, side: Side, delivery: Delivery): ScatterLayout {
  const { data, pre, post, table, constantWeight } = delivery;
  const { precision } = parts.options, { bundle } = table, ring = ringOf(delivery);
  return {
    name: bundle ? `arrive_${identifier(data.name)}_and_others` : `deliver_${identifier(data.name)}`,
    precision,
    sourceStart: data.pre.start,
    sourceCount: table.sources,
    allSources: table.sources === pre.size,
    rows: table.rows,
    targets: table.targets,
    targetBytes: table.targetBytes,
    // One weight for all of a projection in a bundle is written to each of its synapses: those of the others differ.
    weights: bundle || constantWeight === undefined ? table.weights : { kind: "constant", value: constantWeight },
    delays: table.delays,
    ...(bundle ? { segments: { index: bundle.shared.index, longest: bundle.shared.longest } } : {}),
    ring: ring.address - (bundle?.first ?? 0) * realBytes(precision),
    ringBytes: ring.slots * ring.slotBytes,
    stride: bundle ? bundle.shared.stride : post.stride,
    eventCounter: countedAt(parts, post, side),
    touchRows: bundle !== undefined || table.count > touchAbove,
  };
}

/** Number of each plastic projection's first edge kernel in the program. */
export function firstEdges(deliveries: readonly Delivery[]): Map<Delivery, number> {
  let next = 0;
  const first = new Map<Delivery, number>();
  for (const d of deliveries) {
    if (!d.plastic) continue;
    first.set(d, next);
    next += d.plastic.kernels.length;
  }
  return first;
}

function withArrivals(
  { arrivals, lists, sides }: SimulationParts, deliveries: readonly Delivery[], actions: Pick<Schedule, "before" | "after">,
): Pick<Schedule, "before" | "after" | "arrivals"> {
  if (arrivals.length === 0) return actions;
  const bundled = sides[0]!.deliveries.filter((d) => d.table.bundle);
  const ring = ringOf(bundled[0]!);
  const queues = new Map(arrivals.map(({ pre, queue }) => [pre, queue]));
  const enqueues = [...queues].map(([group, queue]): Action => ({
    kind: "enqueue", queue, emitted: { column: group.index, list: lists[group.index]!, stride: group.stride },
  }));
  return {
    before: actions.before,
    after: [...actions.after, ...enqueues],
    arrivals: {
      least: deliveries.reduce((least, { table }) => (table.bundle ? Math.min(least, table.minDelay) : least), Infinity),
      longest: arrivals[0]!.queue.delay, slots: ring.slots, slotBytes: ring.slotBytes,
      queues: arrivals.map(({ pre, queue }) => ({ queue, stride: pre.stride })),
    },
  };
}

function edgeActions({ lists }: SimulationParts, deliveries: readonly Delivery[]): Pick<Schedule, "before" | "after"> {
  const before: Action[] = [], after: Action[] = [];
  const emitted = (group: Group): Emitted => ({ column: group.index, list: lists[group.index]!, stride: group.stride });
  let auxiliary = 0;
  for (const [{ plastic }, edge] of firstEdges(deliveries)) {
    const actions = plastic!.actions(edge, auxiliary, emitted);
    before.push(...actions.before);
    after.push(...actions.after);
    auxiliary += plastic!.auxiliaries.length;
  }
  return { before, after };
}

/** Elements advanced through a whole window before the next ones: their state stays in the first-level cache. Also those of a draw's scratch. */
export const tileElements = 2048;
export const drawStride = (precision: Precision): number => tileElements * realBytes(precision) + scratchSlack * realBytes(precision);

/** Where a draw's numbers of the current tile lie. */
export const drawAddress = (scratch: number, kernel: MapKernel, draw: string, precision: Precision): number =>
  scratch + kernel.draws.findIndex((d) => d.name === draw) * drawStride(precision);
