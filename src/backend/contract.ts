/**
 * What a back-end is: it runs map kernels (advance every element, emit some) and scatter kernels (deliver what was emitted) on arrays in
 * one memory. It knows nothing of neurons, time or schedules.
 */
import type { MapKernel } from "../ir/kernel.ts";
import type { Seed } from "../math/philox.ts";
import type { Precision } from "./wasm/lanes.ts";
import type { ScatterLayout } from "./wasm/scatterKernel.ts";

export type { Precision } from "./wasm/lanes.ts";
export type { ScatterLayout } from "./wasm/scatterKernel.ts";

export interface MapLayout {
  readonly kernel: MapKernel;
  /** Elements; arrays are padded to a multiple of 16. */
  readonly size: number;
  /** Address of a state or constant array. */
  readonly address: (array: string) => number;
  /** Address of the scratch of a draw, one real an element of a tile. */
  readonly drawAddress: (draw: string) => number;
  /** The random stream of this table. */
  readonly stream: number;
}

export interface Program {
  readonly precision: Precision;
  readonly seed: Seed;
  /** Address of the seed's key schedule, 20 words. */
  readonly keyAddress: number;
  readonly maps: readonly MapLayout[];
  readonly scatters: readonly ScatterLayout[];
  readonly schedule: Schedule;
}

/** Steps between two flushes of values too small to matter (see `MapKernel.flush`), a power of two; it does not depend on how a run is cut. */
export const flushInterval = 16;
export const flushesAfter = (step: number): boolean => (step + 1) % flushInterval === 0;

/** One input ring of a table. */
export interface RingLayout {
  readonly address: number;
  readonly slots: number;
  readonly slotBytes: number;
}

/** When what runs, and where what is emitted lies: plain numbers, so that any back-end can follow it. */
export interface Schedule {
  /** Steps advanced before anything is delivered: at most the shortest delay. */
  readonly window: number;
  /** Most steps of one call. */
  readonly steps: number;
  /** u32 [steps × columns]: how many elements each table emitted in each step of the call. Columns without a table are filled by the host. */
  readonly counts: number;
  readonly columns: number;
  /** u32 [4]: where a failure is described. */
  readonly failure: number;
  readonly tables: readonly {
    readonly map: number;
    readonly column: number;
    /** Elements with padding, and elements advanced through a window at a time. */
    readonly stride: number;
    readonly tile: number;
    /** u32 [steps × stride]: emitted indices. */
    readonly list: number;
    /** Scalars of the first step, and bytes from step to step. */
    readonly scalars: number;
    readonly scalarBytes: number;
    /** In the order of the kernel's inputs. */
    readonly rings: readonly RingLayout[];
  }[];
  /** In the order of the program's scatters. `delay` is 0 where each synapse has its own. */
  readonly deliveries: readonly {
    readonly column: number;
    readonly list: number;
    readonly stride: number;
    readonly delay: number;
    readonly slots: number;
    readonly slotBytes: number;
  }[];
}

export interface Executable {
  /**
   * Advances all tables by `steps` steps, the first of which is number `from`, delivering after each window in the order (step, scatter,
   * element). Returns whether an element became non-finite: then the words at `schedule.failure` are its table, its index, the step and
   * the first element of its tile, and its arrays hold the last finite values.
   */
  readonly run: (from: number, steps: number) => boolean;
  /** Delivers the `count` indices at `list` through one scatter; see `emitScatterKernel` for `slot`. */
  readonly deliver: (scatter: number, list: number, count: number, slot: number) => void;
  /** Generated code for people, where there is any. */
  readonly text?: () => string;
}

export interface Backend {
  readonly name: "wasm" | "interpreter";
  readonly prepare: (program: Program, memory: WebAssembly.Memory) => Promise<Executable>;
}
