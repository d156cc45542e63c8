/** What the host and its worker threads write to each other, outside a run. */
import type { NetworkData } from "../../network/data.ts";
import type { Precision } from "../arena.ts";
import type { Partition } from "../partitioning.ts";
import type { SynapseTable } from "../synapses.ts";
import type { SentError } from "./sentError.ts";
import type { ExchangePlan } from "./spikeExchange.ts";

/** Makes the synapses of one partition in its memory, from address `begin` on. */
export interface BuildOrder {
  readonly kind: "build";
  readonly memory: WebAssembly.Memory;
  readonly begin: number;
  readonly partition: Partition;
  readonly data: NetworkData;
  readonly seed: number;
  readonly dt: number;
  readonly precision: Precision;
  readonly onArrival: boolean | undefined;
}

/** Code to run, and where everything lies; then the thread waits for orders at the rendezvous. */
export interface LoadOrder {
  readonly kind: "load";
  readonly module: WebAssembly.Module;
  readonly memories: readonly WebAssembly.Memory[];
  readonly member: number;
  readonly plan: ExchangePlan;
  readonly processes: boolean;
  readonly words: SharedArrayBuffer;
  readonly size: number;
  readonly cores: number;
  /** The last order that was given before. */
  readonly order: number;
}

export type WorkerOrder = BuildOrder | LoadOrder;

export type WorkerReply =
  | { readonly kind: "ready" }
  | { readonly kind: "built"; readonly tables: readonly SynapseTable[]; readonly end: number }
  | { readonly kind: "loaded" }
  | { readonly kind: "failed"; readonly error: SentError };
