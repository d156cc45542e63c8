/** What partitions tell each other in a window: which neurons spiked, and what synapses read of neurons that belong to others. */
import { realBytes } from "../arena.ts";
import type { Precision } from "../arena.ts";

/** Where things lie: plain data, the same addresses in every memory. */
export interface ExchangePlan {
  readonly precision: Precision;
  readonly window: number;
  readonly columns: number;
  /** u32 [steps × columns]: spikes of a partition's own neurons, and of all. */
  readonly made: number;
  readonly counts: number;
  readonly groups: readonly {
    readonly stride: number;
    /** u32 [steps × stride]: the partition's own spikes, and those of all. */
    readonly own: number;
    readonly merged: number;
    readonly replicated: boolean;
  }[];
  /** Whether delivering may fail: some synapses have limits. */
  readonly mayFail: boolean;
  /** Arrays of neurons that synapses of other partitions read. `parts`: the elements of each member. */
  readonly states: readonly {
    readonly group: number; readonly address: number; readonly parts: readonly { readonly start: number; readonly end: number }[];
  }[];
}

/** Spikes copied one by one: setting a part of an array costs as much as some dozen numbers. */
const few = 24;

export class SpikeExchange {
  readonly plan: ExchangePlan;
  readonly #memories: readonly WebAssembly.Memory[];
  readonly #member: number;
  #words: readonly Uint32Array[] = [];
  /**
   * When several processes simulate together: merges what all of them emitted, in all memories of this one. Called by the first member; returns
   * whether a process failed.
   */
  readonly between: ((start: number, n: number, failed: boolean) => boolean) | undefined;

  /** @param memories of all members, of which this is number `member` */
  constructor(plan: ExchangePlan, memories: readonly WebAssembly.Memory[], member: number, between?: SpikeExchange["between"] | boolean) {
    this.plan = plan;
    this.#memories = memories;
    this.#member = member;
    this.between = between === true ? () => false : between || undefined;
    this.look();
  }

  /** Memories may have grown: looks at all of them. */
  look(): void {
    if (this.#words.every((words, k) => words.buffer === this.#memories[k]!.buffer) && this.#words.length > 0) return;
    this.#words = this.#memories.map((memory) => new Uint32Array(memory.buffer));
  }

  /** Collects the spikes of steps start … start + n − 1 of the call from all members, in the order of their neurons. */
  merge(start: number, n: number): void {
    const { columns, groups, made, counts } = this.plan;
    const words = this.#words,
      mine = words[this.#member]!;
    for (let s = start; s < start + n; s++) {
      for (let g = 0; g < columns; g++) {
        const { stride, own, merged, replicated } = groups[g]!;
        const place = s * columns + g,
          list = (own >>> 2) + s * stride;
        let to = (merged >>> 2) + s * stride;
        const begin = to;
        for (let k = 0; k < words.length; k++) {
          if (replicated && k !== this.#member) continue;
          const from = words[k]!;
          const count = from[(made >>> 2) + place]!;
          if (count > few) mine.set(from.subarray(list, list + count), to);
          else for (let e = 0; e < count; e++) mine[to + e] = from[list + e]!;
          to += count;
        }
        mine[(counts >>> 2) + place] = to - begin;
      }
    }
  }

  /** Brings what other members hold of the states that synapses read into the own memory. */
  copyStates(): void {
    const { states, precision } = this.plan;
    const bytes = realBytes(precision);
    const mine = this.#words[this.#member]!;
    for (const { address, parts } of states) {
      parts.forEach(({ start, end }, k) => {
        if (k === this.#member || k >= this.#words.length) return;
        const first = (address + start * bytes) >>> 2;
        mine.set(this.#words[k]!.subarray(first, first + ((end - start) * bytes) / 4), first);
      });
    }
  }
}
