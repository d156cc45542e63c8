/** What a compiled network consists of, between the modules that build, run, record and report it. */
import type { Network } from "../network/network.ts";
import type { NetworkData } from "../network/data.ts";
import type { Arena, Precision } from "./arena.ts";
import type { Memories } from "./memories.ts";
import type { Partition } from "./partitioning.ts";
import type { Arrivals } from "./arrivals.ts";
import type { Group } from "./group.ts";
import type { Delivery } from "./projections.ts";

export type BackendName = "wasm" | "webgpu" | "interpreter";

export interface BuildOptions {
  /** Seconds. */
  readonly dt: number;
  readonly backend: BackendName;
  /** Why it is this one, where it was to be chosen. */
  readonly backendReason?: string;
  readonly precision: Precision;
  readonly seed: number;
}

/** Milliseconds of each stage of `compile`. */
export interface StageTimes {
  buildMs: number;
  compileMs: number;
}

/** Values shared by all elements of a group, one row a step. */
export interface ScalarTable {
  readonly address: number;
  /** Bytes from step to step. */
  readonly bytes: number;
  /** Fills the table for n steps. */
  readonly fill: (fromStep: number, n: number) => void;
}

/** What one partition of the neurons has of its own. */
export interface Side {
  readonly partition: Partition;
  readonly arena: Arena;
  /** The projections with the synapses that lead to this partition; the same ones, in the same order, for all. */
  readonly deliveries: readonly Delivery[];
}

/** A compiled network: everything but its executable and the state of its run. */
export interface SimulationParts {
  readonly network: Network;
  readonly data: NetworkData;
  readonly memories: Memories;
  readonly groups: readonly Group[];
  /** One a partition of this process. */
  readonly sides: readonly Side[];
  /** Of the first of them: its memory, in which the spikes of all neurons are found, and its projections. */
  readonly arena: Arena;
  readonly deliveries: readonly Delivery[];
  /** Steps of a window: the shortest delay, at most a few dozen. */
  readonly window: number;
  /** Bundles of projections that spikes reach when they arrive, in order. */
  readonly arrivals: readonly Arrivals[];
  /** Most steps of one call of the generated code. */
  readonly chunk: number;
  readonly options: BuildOptions;
  readonly stages: StageTimes;
  /** Scratch for draws, shared by all kernels: one tile of each. */
  readonly scratch: number;
  readonly eventCounter: number;
  /** u64: what is not counted. */
  readonly uncounted: number;
  /** u64: visits of synapses that change them. */
  readonly plasticCounter: number;
  /** Address of the seed's Philox keys. */
  readonly keys: number;
  /** u32 [chunk × stride] of each group: neurons that spiked in each step. */
  readonly lists: readonly number[];
  /** u32 [chunk × groups]: how many. */
  readonly counts: number;
  /** The same of the neurons of a partition alone: the same arrays where there is but one. */
  readonly ownLists: readonly number[];
  readonly made: number;
  /** u32 [4]: description of a failure. */
  readonly failure: number;
  readonly scalars: readonly (ScalarTable | undefined)[];
  /** See `CompileOptions`. */
  readonly exchange: "all" | "targeted" | undefined;
  readonly monitors: "all" | "own";
}
