/** What the page and the worker that simulates say to each other. */
import type { NetworkName } from "./networks.ts";

export type BackendChoice = "wasm" | "webgpu";

export interface Choice {
  readonly network: NetworkName;
  readonly backend: BackendChoice;
  readonly threads: number;
}

export type Order =
  /** Makes a network and its code; `rows` is how many neurons the raster shows at most. */
  | { readonly kind: "open"; readonly choice: Choice; readonly rows: number }
  | { readonly kind: "run" }
  | { readonly kind: "pause" }
  | { readonly kind: "reset" }
  /** Simulated seconds in a second, at most. */
  | { readonly kind: "pace"; readonly pace: number };

/** A population in the raster: `rows` of its neurons, evenly spread, are shown. */
export interface Band {
  readonly name: string;
  readonly size: number;
  readonly rows: number;
}

/** What happened from one time to another, in seconds. Its arrays are given away, not copied. */
export interface Frame {
  readonly from: number;
  readonly to: number;
  /** Of the spikes shown: seconds since `from`, and row. */
  readonly times: Float32Array;
  readonly rows: Uint16Array;
  /** Spikes of all neurons. [milliseconds × populations] */
  readonly counts: Uint32Array;
  /** Seconds of computing. */
  readonly busy: number;
}

export interface Opened {
  readonly bands: readonly Band[];
  readonly neurons: number;
  readonly synapses: number;
  /** "wasm, 2 threads": what runs it. */
  readonly engine: string;
  /** Milliseconds. */
  readonly buildMs: number;
  readonly compileMs: number;
  readonly warnings: readonly string[];
}

export interface Paused {
  /** Seconds. */
  readonly time: number;
  readonly spikes: number;
  readonly spikeHash: string;
  /** A command that gives the same hash. */
  readonly command: string;
}

/** What there is to choose from; of what this browser does not offer, why. */
export interface Platform {
  readonly networks: readonly { readonly name: NetworkName; readonly label: string }[];
  readonly gpu: { readonly name: string } | { readonly reason: string };
  readonly threads: { readonly most: number } | { readonly reason: string };
}

export type News =
  | { readonly kind: "platform"; readonly platform: Platform }
  | { readonly kind: "stage"; readonly text: string }
  | { readonly kind: "opened"; readonly opened: Opened }
  | { readonly kind: "spikes"; readonly frame: Frame }
  | { readonly kind: "paused"; readonly paused: Paused }
  | { readonly kind: "failed"; readonly problem: string; readonly hint: string };
