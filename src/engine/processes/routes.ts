/** To which processes each neuron's spikes have to go: those that hold synapses of it. */
import type { Communicator } from "../communicator.ts";
import type { Group } from "../group.ts";
import { partOf } from "../memories.ts";
import type { SimulationParts } from "../parts.ts";

/** Which neurons of a group a process advances, multiples of 16; none of a group that every process holds. */
export type Ranges = readonly { readonly start: number; readonly end: number }[];

/** One a process. Spike sources emit in the first. */
export function rangesOf(group: Group, processes: number, threads: number): Ranges {
  const count = processes * threads;
  return Array.from({ length: processes }, (_, r) => {
    if (group.replicated) return { start: 0, end: 0 };
    if (group.data.kind === "spikes") return { start: 0, end: r === 0 ? group.stride : 0 };
    return { start: partOf(group, { index: r * threads, count }).start, end: partOf(group, { index: (r + 1) * threads - 1, count }).end };
  });
}

/** Of one group's neurons on this process: processes [starts[n − first], starts[n − first + 1]) of `to` hear of neuron n. */
export interface Route {
  readonly first: number;
  readonly starts: Uint32Array;
  readonly to: Uint16Array;
}

/** Sending every spike everywhere is simpler; what is sent less has to outweigh that. */
const mostToTarget = 0.5;

/**
 * All processes call it together. Returns a route for each group, or undefined where spikes had better go to all processes: where, of all pairs of a
 * neuron and another process, more than half need each other. `wanted` decides instead.
 */
export function findRoutes(
  parts: SimulationParts, comm: Communicator, threads: number, wanted: "all" | "targeted" | undefined,
): readonly Route[] | undefined {
  if (wanted === "all") return undefined;
  const { rank, size } = comm;
  const ranges = parts.groups.map((group) => rangesOf(group, size, threads));
  const needed = neededHere(parts);
  // Each process tells each other which of its neurons it needs: one bit a neuron.
  const bitsOf = (r: number) => ranges.reduce((sum, of) => sum + of[r]!.end - of[r]!.start, 0);
  const all = Array.from({ length: size }, (_, r) => r);
  const sendCounts = all.map((r) => bitsOf(r) / 8);
  const send = new Uint8Array(sendCounts.reduce((a, b) => a + b, 0));
  let bit = 0;
  for (const r of all) {
    for (const [g, of] of ranges.entries()) {
      for (let n = of[r]!.start; n < of[r]!.end; n++, bit++) if (needed[g]![n] !== 0) send[bit >> 3]! |= 1 << (bit & 7);
    }
  }
  const own = bitsOf(rank);
  const receive = new Uint8Array((own / 8) * size);
  comm.alltoallv(send, sendCounts, receive, all.map(() => own / 8));
  const pairs = Float64Array.of(setBits(receive, rank * (own / 8), (rank + 1) * (own / 8)), own * (size - 1));
  comm.sum(pairs);
  if (wanted === undefined && pairs[0]! > mostToTarget * pairs[1]!) return undefined;
  let base = 0;
  return ranges.map((of) => {
    const { start, end } = of[rank]!;
    const starts = new Uint32Array(end - start + 1), to: number[] = [];
    for (let n = 0; n < end - start; n++) {
      for (const r of all) {
        const at = r * own + base + n;
        if (r !== rank && (receive[at >> 3]! & (1 << (at & 7))) !== 0) to.push(r);
      }
      starts[n + 1] = to.length;
    }
    base += end - start;
    return { first: start, starts, to: Uint16Array.from(to) };
  });
}

/** Outside of bytes from … to − 1. */
function setBits(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (const [k, byte] of bytes.entries()) if (k < from || k >= to) for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Of each group, 1 for the neurons that have synapses on this process. */
function neededHere({ groups, sides }: SimulationParts): Uint8Array[] {
  const needed = groups.map((group) => new Uint8Array(group.stride));
  for (const { arena, deliveries } of sides) {
    for (const { table, pre, data, procedural } of deliveries) {
      const of = needed[pre.index]!;
      if (procedural) {
        of.fill(1, data.pre.start, data.pre.end);
        continue;
      }
      const rows = arena.u32(table.rows, table.sources + 1);
      for (let i = 0; i < table.sources; i++) if (rows[i + 1]! > rows[i]!) of[data.pre.start + i] = 1;
    }
  }
  return needed;
}
