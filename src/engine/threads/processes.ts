/** Several processes that simulate one network: what they tell each other through a communicator. */
import { SimulationError } from "../../errors.ts";
import type { Communicator } from "../communicator.ts";
import type { Memories } from "../memories.ts";
import type { ProcessExchange } from "../partitioning.ts";
import type { ExchangePlan } from "./spikeExchange.ts";

/** Milliseconds and bytes spent on messages. */
export interface Traffic {
  readonly milliseconds: number;
  readonly bytes: number;
  readonly exchanges: number;
}

export class Processes implements ProcessExchange {
  readonly #comm: Communicator;
  #send = new Uint32Array(1024);
  #receive = new Uint32Array(4096);
  #milliseconds = 0;
  #bytes = 0;
  #exchanges = 0;

  constructor(comm: Communicator) {
    this.#comm = comm;
  }

  get rank(): number {
    return this.#comm.rank;
  }
  get size(): number {
    return this.#comm.size;
  }
  get traffic(): Traffic {
    return { milliseconds: this.#milliseconds, bytes: this.#bytes, exchanges: this.#exchanges };
  }

  gather(values: Float64Array, own: readonly { readonly start: number; readonly end: number }[]): void {
    const clip = (k: number) => Math.min(k, values.length);
    const [first, last] = [clip(own[0]!.start), clip(own[own.length - 1]!.end)];
    const lengths = numbers(this.#comm.allgather(bytesOf(Float64Array.of(last - first))));
    const mine = values.slice(first, last);
    this.#comm.allgatherv(bytesOf(mine), Array.from(lengths, (n) => 8 * n), bytesOf(values));
  }

  sum(values: Float64Array): void {
    this.#comm.sum(values);
  }

  least(value: number): number {
    return numbers(this.#comm.allgather(bytesOf(Float64Array.of(value)))).reduce((a, b) => Math.min(a, b), Infinity);
  }

  /**
   * Makes the function that exchanges the spikes of a window: all ranks send those of their own neurons to all, and every memory of this process gets
   * the lists of all neurons. It returns whether any rank failed before.
   */
  spikeExchange(plan: ExchangePlan, memories: Memories): (start: number, n: number, failed: boolean) => boolean {
    return (start, n, failed) => {
      const begin = performance.now();
      const length = failed ? 0 : this.#pack(plan, memories, start, n);
      const state = new Int32Array(this.#comm.allgather(bytesOf(Int32Array.of(length, failed ? 1 : 0))).slice().buffer);
      let total = 0, bad = false;
      const counts: number[] = [], starts: number[] = [];
      for (let r = 0; r < this.size; r++) {
        starts.push(total);
        counts.push(4 * state[2 * r]!);
        total += state[2 * r]!;
        bad ||= state[2 * r + 1] !== 0;
      }
      if (!bad) {
        if (this.#receive.length < total) this.#receive = new Uint32Array(2 * total);
        this.#comm.allgatherv(bytesOf(this.#send.subarray(0, length)), counts, bytesOf(this.#receive.subarray(0, total)));
        this.#unpack(plan, memories, start, n, starts);
      }
      this.#milliseconds += performance.now() - begin;
      this.#bytes += 4 * total;
      this.#exchanges++;
      return bad;
    };
  }

  /** Counts of all steps and groups, then the spikes. Returns the number of words. */
  #pack({ columns, made, groups }: ExchangePlan, memories: Memories, start: number, n: number): number {
    const words = memories.arenas.map((arena) => new Uint32Array(arena.memory.buffer));
    let at = n * columns;
    this.#reserve(at);
    for (let s = 0; s < n; s++) {
      for (let g = 0; g < columns; g++) {
        const { stride, own, replicated } = groups[g]!;
        const begin = at;
        for (let k = 0; k < (replicated ? 1 : words.length); k++) {
          const from = words[k]!;
          const count = from[(made >>> 2) + (start + s) * columns + g]!;
          if (count === 0) continue;
          this.#reserve(at + count);
          const list = (own >>> 2) + (start + s) * stride;
          this.#send.set(from.subarray(list, list + count), at);
          at += count;
        }
        this.#send[s * columns + g] = at - begin;
      }
    }
    return at;
  }

  #unpack({ columns, counts, groups }: ExchangePlan, memories: Memories, start: number, n: number, starts: readonly number[]): void {
    const words = memories.arenas.map((arena) => new Uint32Array(arena.memory.buffer));
    const cursor = starts.map((first) => first + n * columns);
    const received = this.#receive;
    for (let s = 0; s < n; s++) {
      for (let g = 0; g < columns; g++) {
        const { stride, merged, replicated } = groups[g]!;
        const begin = (merged >>> 2) + (start + s) * stride;
        let to = begin;
        for (let r = 0; r < starts.length; r++) {
          const count = received[starts[r]! + s * columns + g]!;
          const from = cursor[r]!;
          cursor[r] = from + count;
          if (count === 0 || (replicated && r !== this.rank)) continue;
          for (const place of words) place.set(received.subarray(from, from + count), to);
          to += count;
        }
        for (const place of words) place[(counts >>> 2) + (start + s) * columns + g] = to - begin;
      }
    }
  }

  #reserve(length: number): void {
    if (length <= this.#send.length) return;
    const larger = new Uint32Array(2 * length);
    larger.set(this.#send);
    this.#send = larger;
  }
}

/** What a process says when another one failed. */
export const otherProcessFailed = (): SimulationError =>
  new SimulationError("process", "another process of this simulation failed; its message tells why", "");

const bytesOf = (values: ArrayBufferView): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
const numbers = (bytes: Uint8Array): Float64Array => new Float64Array(bytes.slice().buffer);
