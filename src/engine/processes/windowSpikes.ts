/** Spikes between processes: those of every window before they are delivered and, where not all are, those of a call before they are recorded. */
import { realBytes } from "../arena.ts";
import type { Memories } from "../memories.ts";
import type { ExchangePlan } from "../threads/spikeExchange.ts";
import { bytesOf } from "./processes.ts";
import type { Processes } from "./processes.ts";
import type { Ranges, Route } from "./routes.ts";
import { few, SpikeList } from "./spikeList.ts";

/** What a process says of itself in each window. */
const says = { failed: 1, stop: 2, listens: 4 } as const;

export interface ProcessPlan {
  readonly exchange: ExchangePlan;
  readonly memories: Memories;
  /** Absent: every process hears of all spikes. */
  readonly routes: readonly Route[] | undefined;
  /** Of each of the plan's states. */
  readonly stateRanges: readonly Ranges[];
}

/** Spikes of one call: those of place p (step × groups + group) are starts[p] … starts[p + 1] − 1. */
export interface RecordedSpikes {
  readonly ids: Uint32Array;
  readonly starts: Uint32Array;
}

/** Of `count` neurons in `from`, the first at `at`. */
type Visit = (place: number, from: Uint32Array, at: number, count: number) => void;

export class WindowSpikes {
  readonly #processes: Processes;
  readonly #plan: ProcessPlan;
  /** What goes to each process, or the first to all. */
  readonly #lists: readonly SpikeList[];
  /** Length and flags, to and from each process. */
  readonly #heads: { readonly send: Int32Array; readonly receive: Int32Array };
  readonly #sendCounts: Int32Array;
  readonly #counts: Int32Array;
  #send: Uint32Array<ArrayBuffer> = new Uint32Array(1024);
  #received: Uint32Array<ArrayBuffer> = new Uint32Array(4096);
  /** Of each memory of this process. */
  #words: readonly Uint32Array[] = [];

  constructor(processes: Processes, plan: ProcessPlan) {
    const { size } = processes;
    this.#processes = processes;
    this.#plan = plan;
    this.#lists = Array.from({ length: size }, () => new SpikeList());
    this.#heads = { send: new Int32Array(2 * size), receive: new Int32Array(2 * size) };
    this.#sendCounts = new Int32Array(size);
    this.#counts = new Int32Array(size);
    processes.traffic.kind = plan.routes ? "targeted" : "all";
  }

  /**
   * Exchanges the spikes of steps start … start + n − 1 of a call, and merges them in all memories of this process, in the order of their neurons.
   * Called by the first member, while the others wait. Returns whether any process failed before.
   */
  exchange(start: number, n: number, failed: boolean): boolean {
    const { exchange, routes } = this.#plan;
    return this.#timed(() => {
      for (const list of this.#lists) list.clear();
      if (!failed && routes) this.#eachOwn(start, n, (...spikes) => this.#toThoseWhoNeed(routes, ...spikes));
      else if (!failed) this.#eachOwn(start, n, (...spikes) => this.#lists[0]!.add(...spikes));
      if (this.#tell(this.#lists.map((list) => (routes ? list : this.#lists[0]!).length), failed)) return true;
      if (routes) this.#moveToEach((r) => this.#lists[r]!);
      else this.#moveToAll(this.#lists[0]!);
      if (n > 0) this.#merge(start, n);
      if (n > 0 && exchange.states.length > 0) this.#exchangeStates();
      return false;
    });
  }

  /**
   * What all processes emitted in the first n steps of the call that has ended, on those that listen; elsewhere what this one did. Undefined where
   * the merged lists have it all.
   */
  record(n: number): RecordedSpikes | undefined {
    if (!this.#plan.routes) return undefined;
    const { rank, listeners, listens } = this.#processes;
    return this.#timed(() => {
      const [own, none] = [this.#lists[rank]!, new SpikeList()];
      own.clear();
      if (listeners.some((wants, r) => wants !== 0 && r !== rank)) this.#eachOwn(0, n, (...spikes) => own.add(...spikes));
      const to = (r: number) => (r !== rank && listeners[r] !== 0 ? own : none);
      this.#tell(this.#lists.map((_, r) => to(r).length), false);
      this.#moveToEach(to);
      return this.#putInOrder(n, listens || rank === 0);
    });
  }

  /** Visits what this process emitted in steps start … start + n − 1 of the last call. */
  eachOwn(start: number, n: number, visit: Visit): void {
    this.#look();
    this.#eachOwn(start, n, visit);
  }

  #eachOwn(start: number, n: number, visit: Visit): void {
    const { columns, made, groups } = this.#plan.exchange;
    for (let place = start * columns; place < (start + n) * columns; place++) {
      const { stride, own, replicated } = groups[place % columns]!;
      // What every process holds, it knows itself.
      if (replicated) continue;
      for (const from of this.#words) {
        const count = from[(made >>> 2) + place]!;
        if (count > 0) visit(place, from, (own >>> 2) + Math.floor(place / columns) * stride, count);
      }
    }
  }

  #toThoseWhoNeed(routes: readonly Route[], place: number, from: Uint32Array, at: number, count: number): void {
    const { first, starts, to } = routes[place % routes.length]!;
    for (let k = at; k < at + count; k++) {
      const neuron = from[k]!;
      for (let e = starts[neuron - first]!; e < starts[neuron - first + 1]!; e++) this.#lists[to[e]!]!.addOne(place, neuron);
    }
  }

  /** All tell each other how many words will follow, and how they are. Returns whether one failed. */
  #tell(lengths: readonly number[], failed: boolean): boolean {
    const { comm, listens, asksToStop, rank, listeners } = this.#processes;
    const { send, receive } = this.#heads;
    const flags = (failed ? says.failed : 0) | (asksToStop ? says.stop : 0) | (listens || rank === 0 ? says.listens : 0);
    for (const [r, length] of lengths.entries()) {
      send[2 * r] = length;
      send[2 * r + 1] = flags;
      this.#sendCounts[r] = 4 * length;
    }
    comm.alltoall(send, receive);
    let all = 0;
    for (let r = 0; r < lengths.length; r++) {
      const said = receive[2 * r + 1]!;
      all |= said;
      listeners[r] = said & says.listens;
      this.#counts[r] = 4 * receive[2 * r]!;
    }
    if ((all & says.stop) !== 0) this.#processes.stopped = true;
    return (all & says.failed) !== 0;
  }

  #moveToAll({ words, length }: SpikeList): void {
    const total = this.#makeRoom();
    // All know when there is nothing.
    if (total === 0) return;
    this.#processes.comm.allgatherv(bytesOf(words.subarray(0, length)), this.#counts, bytesOf(this.#received.subarray(0, total)));
  }

  #moveToEach(to: (process: number) => SpikeList): void {
    const { comm } = this.#processes;
    const total = this.#makeRoom();
    const length = this.#sendCounts.reduce((a, b) => a + b, 0) / 4;
    if (this.#send.length < length) this.#send = new Uint32Array(2 * length);
    let at = 0;
    for (let r = 0; r < comm.size; r++) {
      const { words, length: own } = to(r);
      this.#send.set(words.subarray(0, own), at);
      at += own;
    }
    comm.alltoallv(bytesOf(this.#send.subarray(0, length)), this.#sendCounts, bytesOf(this.#received.subarray(0, total)), this.#counts);
  }

  #makeRoom(): number {
    const total = this.#counts.reduce((a, b) => a + b, 0) / 4;
    if (this.#received.length < total) this.#received = new Uint32Array(2 * total);
    this.#processes.traffic.bytes += 4 * total + 4 * this.#heads.receive.length;
    return total;
  }

  /** Calls for every piece of what the processes emitted, in the order of processes; the own pieces come from the own lists. */
  #eachPiece(start: number, n: number, others: boolean, visit: Visit): void {
    let at = 0;
    for (let r = 0; r < this.#processes.size; r++) {
      const end = at + this.#counts[r]! / 4;
      if (r === this.#processes.rank) this.#eachOwn(start, n, visit);
      else if (others) {
        for (let k = at; k < end; k += 2 + this.#received[k + 1]!) visit(this.#received[k]!, this.#received, k + 2, this.#received[k + 1]!);
      }
      at = end;
    }
  }

  #merge(start: number, n: number): void {
    const { columns, counts, made, groups } = this.#plan.exchange;
    const count = new Uint32Array(n * columns);
    this.#eachPiece(start, n, true, (place, from, at, length) => {
      const { stride, merged } = groups[place % columns]!;
      const to = (merged >>> 2) + Math.floor(place / columns) * stride + count[place - start * columns]!;
      count[place - start * columns]! += length;
      for (const words of this.#words) copy(from, at, words, to, length);
    });
    for (const words of this.#words) {
      words.set(count, (counts >>> 2) + start * columns);
      for (const [g, { stride, own, merged, replicated }] of groups.entries()) {
        if (!replicated) continue;
        for (let s = start; s < start + n; s++) {
          const length = words[(made >>> 2) + s * columns + g]!;
          words[(counts >>> 2) + s * columns + g] = length;
          copy(words, (own >>> 2) + s * stride, words, (merged >>> 2) + s * stride, length);
        }
      }
    }
  }

  #putInOrder(n: number, others: boolean): RecordedSpikes {
    const { columns, made, groups, own } = { ...this.#plan.exchange, own: this.#words[0]! };
    const starts = new Uint32Array(n * columns + 1);
    const each = (visit: Visit) => {
      this.#eachPiece(0, n, others, visit);
      for (let place = 0; place < n * columns; place++) {
        const group = groups[place % columns]!;
        if (group.replicated) visit(place, own, (group.own >>> 2) + Math.floor(place / columns) * group.stride, own[(made >>> 2) + place]!);
      }
    };
    each((place, _from, _at, count) => (starts[place + 1]! += count));
    for (let place = 0; place < n * columns; place++) starts[place + 1]! += starts[place]!;
    const ids = new Uint32Array(starts[n * columns]!), next = starts.slice();
    each((place, from, at, count) => {
      copy(from, at, ids, next[place]!, count);
      next[place]! += count;
    });
    return { ids, starts };
  }

  /** Brings what other processes hold of the states that synapses read into all memories. */
  #exchangeStates(): void {
    const { memories, stateRanges, exchange: { precision, states } } = this.#plan;
    const bytes = realBytes(precision);
    for (const [k, { address, parts }] of states.entries()) {
      const ranges = stateRanges[k]!;
      const all = memories.home.u8(address, bytes * ranges.reduce((sum, { start, end }) => sum + end - start, 0));
      for (const [m, { start, end }] of parts.entries()) {
        if (m > 0) all.set(memories.arenas[m]!.u8(address + bytes * start, bytes * (end - start)), bytes * start);
      }
      const { start, end } = ranges[this.#processes.rank]!;
      this.#processes.comm.allgatherv(all.subarray(bytes * start, bytes * end), ranges.map((of) => bytes * (of.end - of.start)), all);
      this.#processes.traffic.bytes += all.length;
      for (const arena of memories.arenas.slice(1)) arena.u8(address, all.length).set(all);
    }
  }

  #timed<T>(work: () => T): T {
    const begin = performance.now();
    const { traffic } = this.#processes;
    this.#look();
    try {
      return work();
    } finally {
      traffic.exchanges++;
      traffic.milliseconds += performance.now() - begin;
    }
  }

  /** Memories may have grown: looks at all of them. */
  #look(): void {
    const { arenas } = this.#plan.memories;
    if (this.#words.length > 0 && this.#words.every(({ buffer }, k) => buffer === arenas[k]!.memory.buffer)) return;
    this.#words = arenas.map(({ memory }) => new Uint32Array(memory.buffer));
  }
}

function copy(from: Uint32Array, at: number, into: Uint32Array, to: number, count: number): void {
  if (count > few) into.set(from.subarray(at, at + count), to);
  else for (let k = 0; k < count; k++) into[to + k] = from[at + k]!;
}
