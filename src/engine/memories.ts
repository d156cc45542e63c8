/**
 * The memories of a simulation: one, or one for each partition of the neurons that threads of this process advance. What belongs to neurons
 * (state, constants, input rings, lists of spikes) lies at the same address in all of them, and a partition's own elements are right in its own
 * memory; synapses belong to one memory, that of their target's partition.
 */
import type { Partition, Partitioning } from "./partitioning.ts";
import { realBytes } from "./arena.ts";
import type { Arena, Precision } from "./arena.ts";

/** Slots of one real an element. */
export interface Slots {
  readonly address: number;
  readonly slots: number;
  readonly slotBytes: number;
}

/** What is divided among partitions. */
export interface Divided {
  readonly size: number;
  readonly stride: number;
  /** Every partition holds and advances all of it. */
  readonly replicated: boolean;
}

export class Memories {
  /** In the order of this process's partitions. */
  readonly arenas: readonly Arena[];
  readonly partitioning: Partitioning;

  constructor(arenas: readonly Arena[], partitioning: Partitioning) {
    this.arenas = arenas;
    this.partitioning = partitioning;
  }

  /** The memory that the host looks into for what all have alike. */
  get home(): Arena {
    return this.arenas[0]!;
  }

  /** Address of a new block, the same in all memories. */
  allocate(bytes: number, what: string): number {
    this.align(what);
    const [address] = this.arenas.map((arena) => arena.allocate(bytes, what));
    return address!;
  }

  /** Begins what follows at the same address in all memories. */
  align(what: string): void {
    const end = this.arenas.reduce((most, arena) => Math.max(most, arena.bytes), 0);
    for (const arena of this.arenas) arena.advanceTo(end, what);
  }

  /** Changes an array of neurons, [length] reals, in all memories. */
  write(precision: Precision, address: number, length: number, change: (values: Float32Array | Float64Array) => void): void {
    for (const arena of this.arenas) change(arena.real(precision, address, length));
  }

  /** Changes each partition's own elements of a group's input ring, slot by slot, or of another array (one slot); `start` is the first of them. */
  writeOwn(precision: Precision, ring: Slots, group: Divided, change: (values: Float32Array | Float64Array, start: number) => void): void {
    const bytes = realBytes(precision);
    this.arenas.forEach((arena, k) => {
      const { start, end } = partOf(group, this.partitioning.local[k]!);
      for (let slot = 0; slot < ring.slots; slot++) {
        change(arena.real(precision, ring.address + slot * ring.slotBytes + start * bytes, end - start), start);
      }
    });
  }

  /** An array of neurons [size], each element from its own partition's memory. */
  read(precision: Precision, address: number, group: Divided): Float64Array {
    const { local, exchange } = this.partitioning;
    const values = new Float64Array(group.size);
    this.arenas.forEach((arena, k) => {
      const { start, end } = partOf(group, local[k]!);
      if (start >= group.size || end <= start) return;
      const last = Math.min(end, group.size);
      values.set(arena.real(precision, address + start * realBytes(precision), last - start), start);
    });
    if (exchange && !group.replicated) exchange.gather(values, local.map((p) => partOf(group, p)));
    return values;
  }

  /** Reads single elements of an array of neurons. */
  reader(precision: Precision, address: number, group: Divided): (element: number) => number {
    const { local, exchange } = this.partitioning;
    if (exchange && !group.replicated) {
      const values = this.read(precision, address, group);
      return (e) => values[e]!;
    }
    const views = this.arenas.map((arena) => arena.real(precision, address, group.size));
    if (views.length === 1 || group.replicated) return (e) => views[0]![e]!;
    const ends = local.map((p) => partOf(group, p).end);
    return (e) => views[ends.findIndex((end) => e < end)]![e]!;
  }

  /** The memory that holds an element of a group, when it is one of this process. */
  of(group: Divided, element: number): Arena | undefined {
    return this.arenas.find((_, k) => {
      const { start, end } = partOf(group, this.partitioning.local[k]!);
      return element >= start && element < end;
    });
  }
}

/** Elements [start, end) of a group that a partition advances, with padding: multiples of 16. */
export function partOf(group: Divided, { index, count }: Partition): { readonly start: number; readonly end: number } {
  if (group.replicated) return { start: 0, end: group.stride };
  const blocks = group.stride / 16;
  const edge = (k: number) => 16 * Math.floor((blocks * k) / count);
  return { start: edge(index), end: edge(index + 1) };
}
