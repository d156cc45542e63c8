/** Several processes that simulate one network: what they tell each other, beside spikes, through a communicator. */
import { ArgumentError, SimulationError, SynfireError } from "../../errors.ts";
import type { Communicator } from "../communicator.ts";
import type { ProcessExchange } from "../partitioning.ts";
import { received, sent } from "../threads/sentError.ts";
import type { SentError } from "../threads/sentError.ts";

/** What this process spent on messages between windows. */
export interface Traffic {
  /** Of this process, waiting for the others included. */
  readonly milliseconds: number;
  /** Received by this process. */
  readonly bytes: number;
  /** Times that all processes exchanged their spikes. */
  readonly exchanges: number;
  /** Whether a process hears of all spikes or of those that reach its neurons. */
  readonly kind: "all" | "targeted";
}

/** A failure, the step in which it happened, and the numbers by which several are in order. */
export interface Failed {
  readonly step: number;
  readonly order?: readonly number[] | undefined;
  readonly error: Error;
}

/** Number by number: negative when `a` comes first. */
export function compare(a: readonly number[], b: readonly number[]): number {
  const k = a.findIndex((x, i) => x !== b[i]);
  return k < 0 ? 0 : a[k]! - (b[k] ?? -Infinity);
}

export class Processes implements ProcessExchange {
  readonly comm: Communicator;
  readonly traffic = { milliseconds: 0, bytes: 0, exchanges: 0, kind: "all" as Traffic["kind"] };
  /** This process wants all of them to stop. */
  asksToStop = false;
  /** A process wanted it, and all know. */
  stopped = false;
  /** The spike monitors of this process need the spikes of all. */
  listens = false;
  /** Processes that need the spikes of all, as they said in the last window. */
  readonly listeners: Uint8Array;

  constructor(comm: Communicator) {
    this.comm = comm;
    this.listeners = new Uint8Array(comm.size);
  }

  get rank(): number {
    return this.comm.rank;
  }
  get size(): number {
    return this.comm.size;
  }

  gather(values: Float64Array, own: readonly { readonly start: number; readonly end: number }[]): void {
    const clip = (k: number) => Math.min(k, values.length);
    const [first, last] = [clip(own[0]!.start), clip(own[own.length - 1]!.end)];
    const lengths = this.#numbers(last - first);
    const mine = values.slice(first, last);
    this.comm.allgatherv(bytesOf(mine), lengths.map((n) => 8 * n), bytesOf(values));
  }

  sum(values: Float64Array): void {
    this.comm.sum(values);
  }

  least(value: number): number {
    return Math.min(...this.#numbers(value));
  }

  /** The same text on every process, that of process 0. */
  textOfFirst(text: string): string {
    return this.#texts(this.rank === 0 ? text : "")[0]!;
  }

  /** @throws {ArgumentError} on all processes when one describes its simulation otherwise */
  checkSame(description: string): void {
    const all = this.#texts(description);
    const other = all.findIndex((text) => text !== all[0]);
    if (other < 0) return;
    const error = new ArgumentError("processes", `compile: process ${other} compiles another network than process 0, or with other options`,
      "Every process has to build the same network: use no Math.random, no clock and nothing that depends on the rank.");
    error.everywhere = true;
    throw error;
  }

  /** The first of the failures that any process has had, or undefined. */
  firstFailure(own: Failed | undefined): Failed | undefined {
    const all = this.#texts(own ? JSON.stringify({ step: own.step, order: own.order ?? [], error: sent(own.error) }) : "");
    let first: { readonly rank: number; readonly step: number; readonly order: readonly number[]; readonly error: SentError } | undefined;
    for (const [rank, text] of all.entries()) {
      const told = text === "" ? undefined : (JSON.parse(text) as Omit<NonNullable<typeof first>, "rank">);
      if (told && (first === undefined || compare(told.order, first.order) < 0)) first = { rank, ...told };
    }
    if (first === undefined) return undefined;
    const { rank, step } = first;
    const other = (message: string) => new SimulationError("process", `process ${rank} failed: ${message}`, "");
    const error = rank === this.rank ? own!.error : received(first.error, other);
    if (error instanceof SynfireError) error.everywhere = true;
    return { step, error };
  }

  /** Does work that may fail on one process and not on others, and has it then fail on all. */
  async together<T>(work: () => T | Promise<T>): Promise<T> {
    let done: { readonly result: T } | undefined, own: Failed | undefined;
    try {
      done = { result: await work() };
    } catch (error) {
      own = { step: 0, error: error instanceof Error ? error : new Error(String(error)) };
    }
    const failed = this.firstFailure(own);
    if (failed) throw failed.error;
    return done!.result;
  }

  #numbers(own: number): number[] {
    return Array.from(new Float64Array(this.comm.allgather(bytesOf(Float64Array.of(own))).slice().buffer));
  }

  #texts(own: string): string[] {
    const bytes = new TextEncoder().encode(own);
    const lengths = this.#numbers(bytes.length);
    const all = new Uint8Array(lengths.reduce((a, b) => a + b, 0));
    if (all.length > 0) this.comm.allgatherv(bytes, lengths, all);
    let end = 0;
    return lengths.map((n) => new TextDecoder().decode(all.subarray(end, (end += n))));
  }
}

export const bytesOf = (values: ArrayBufferView): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
