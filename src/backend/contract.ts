/**
 * What a back-end is: it runs map kernels (advance every element, emit some) and scatter kernels (deliver what was emitted) on arrays in
 * one memory. It knows nothing of neurons, time or schedules.
 */
import type { EdgeKernel } from "../ir/edge.ts";
import type { MapKernel } from "../ir/kernel.ts";
import type { Seed } from "../math/philox.ts";
import type { Precision } from "./wasm/lanes.ts";
import type { ProceduralLayout } from "./procedural.ts";
import type { ScatterLayout } from "./wasm/scatterKernel.ts";

export type { ProceduralLayout } from "./procedural.ts";
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

/** Where the edges of one projection lie, and the arrays at their ends. Indices of elements are those of their whole tables. */
export interface EdgeLayout {
  readonly kernel: EdgeKernel;
  readonly sourceStart: number;
  readonly sourceCount: number;
  readonly targetStart: number;
  readonly targetCount: number;
  /** u32 [sourceCount + 1]: first edge of each row. */
  readonly rows: number;
  /** u16 or u32 [edges]: target; with delays per edge delay · delayStride + target, and each row sorted by delay. */
  readonly targets: number;
  readonly targetBytes: 2 | 4;
  /** 0 when all edges have one delay. */
  readonly delayStride: number;
  /**
   * The edges that enter each target: u32 [targetCount + 1] starts, u32 [edges] edge numbers, u16 or u32 [edges] sources. With delays per edge
   * a source is (slots − delay) · stride + source of `history`.
   */
  readonly columns?: { readonly starts: number; readonly edges: number; readonly sources: number; readonly sourceBytes: 2 | 4 };
  /** Rings of arrays of the source table: what was there at the end of step s is in slot (s + 1) mod slots. For values with a `lag`. */
  readonly history?: { readonly slots: number; readonly stride: number };
  /**
   * With delays per edge: u16 [sourceCount × delays], how many edges of each source have a delay of 1, 2, … steps; and room for a list of
   * edges (see `listRoom`). A back-end may use it instead of the delays of the edges.
   */
  readonly segments?: { readonly counts: number; readonly delays: number; readonly list: number };
  /** Most edges of one element, and the number of all edges. */
  readonly longest: number;
  readonly count: number;
  readonly edgeAddress: (array: string) => number;
  readonly ownAddress: (array: string) => number;
  readonly otherAddress: (array: string) => number;
  readonly sharedAddress: (array: string) => number;
  /** u32 [edges]: end of the step of each edge's last visit, in steps. */
  readonly visits?: number;
  /** For kernels with `pending` or `note`. */
  readonly waiting?: Waiting;
  /** Input rings, in the order of `kernel.deliver`; what is added arrives `arrivalDelay` steps after the event. */
  readonly rings: readonly RingLayout[];
  readonly arrivalDelay: number;
  /** Seconds. */
  readonly dt: number;
  readonly stream: number;
  /** Scratch of a draw: one real for each of the `longest` edges and 64 more. */
  readonly drawAddress: (draw: string) => number;
  /** Each a u64: running counts of visits along rows and columns. */
  readonly eventCounters: readonly number[];
}

/** Noted events of the elements of a target table, since they were last released. Times are ends of steps, in steps. */
export interface Waiting {
  /** u32 [source table]: last event of each source. */
  readonly lastEvents: number;
  /** u32 [target table]: how many events of each target wait. */
  readonly counts: number;
  /** i32 [target table × room]: their times from place `waitingLead` on, before which all are the least integer. */
  readonly times: number;
  /** Reals of the same shape, one array for each noted value. */
  readonly values: readonly number[];
  readonly room: number;
  /** u32: not 0 when a target's room is used up, so that all have to be released in this step. */
  readonly full: number;
  /** u32 [target table]: edges that enter each target. */
  readonly edgesIn: number;
  /** Scratch, u32 [longest row + 8] each: edges where something waits, the place of the next event, and the place behind the last. */
  readonly edges: number;
  readonly places: number;
  readonly ends: number;
}

/** Places before the first event of each target, and those that must stay free behind the last. */
export const waitingLead = 4;
export const waitingSlack = 1;

export interface Program {
  readonly precision: Precision;
  readonly seed: Seed;
  /** Address of the seed's key schedule, 20 words. */
  readonly keyAddress: number;
  readonly maps: readonly MapLayout[];
  readonly scatters: readonly (ScatterLayout | ProceduralLayout)[];
  /** Scatters along single delays of their elements' rows; absent where there are none. */
  readonly arrivals?: readonly ScatterLayout[];
  /** Map kernels that actions of the schedule run: they have no spikes, inputs or draws. */
  readonly auxiliaries: readonly MapLayout[];
  readonly edges: readonly EdgeLayout[];
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

/** The list of elements that a table emitted in the current step. */
export interface Emitted {
  readonly column: number;
  readonly list: number;
  readonly stride: number;
}

/** Emitted elements on their way: `delay` slots, one a step. Slots are lists of elements, or of (source, next edge) pairs with delays per edge. */
export interface EventQueue {
  /** Steps from emission to event; with delays per edge the longest. */
  readonly delay: number;
  /** u32 [delay]. */
  readonly counts: number;
  /** u32 [delay × stride], twice as many with delays per edge. */
  readonly entries: number;
  readonly perEdge: boolean;
}

/** One thing the loop over time does in every step, beside advancing tables and delivering along scatters. */
export type Action =
  /** Advances elements from … to − 1 of an auxiliary map kernel. */
  | { readonly kind: "advance"; readonly auxiliary: number; readonly from: number; readonly to: number }
  /** Walks the edges of the elements whose events fall into this step: those of the queue, or without one those just emitted. */
  | { readonly kind: "walk"; readonly edge: number; readonly emitted: Emitted; readonly queue?: EventQueue }
  /** Puts what was just emitted into a queue. With delays per edge: the rows in which each element's edges begin. */
  | {
      readonly kind: "enqueue";
      readonly emitted: Emitted;
      readonly queue: EventQueue;
      readonly rows?: { readonly address: number; readonly start: number; readonly count: number };
    }
  /** Visits every edge; with `when`, only in a step in which that table emitted. */
  | { readonly kind: "all"; readonly edge: number; readonly when?: Emitted }
  /** When a target's room for noted events is used up: lets them act on every edge, and forgets them. */
  | { readonly kind: "release"; readonly edge: number; readonly waiting: Waiting; readonly targets: number }
  /** Copies an array into the step's slot of a history. */
  | { readonly kind: "remember"; readonly from: number; readonly to: number; readonly slots: number; readonly bytes: number };

/** When what runs, and where what is emitted lies: plain numbers, so that any back-end can follow it. */
export interface Schedule {
  /** Steps advanced before anything is delivered: at most the shortest delay. */
  readonly window: number;
  /** Most steps of one call. */
  readonly steps: number;
  /** u32 [steps × columns]: elements of each table that are delivered in each step of the call. Columns without a table are filled by the host. */
  readonly counts: number;
  readonly columns: number;
  /**
   * u32 [steps × columns]: how many elements each table emitted here. The same array as `counts`, unless other memories hold the other elements
   * of the tables: then the host merges what all of them emitted in a window, between its `advance` and its `deliver`.
   */
  readonly made: number;
  /** u32 [4]: where a failure is described. */
  readonly failure: number;
  readonly tables: readonly {
    readonly map: number;
    readonly column: number;
    /** Elements with padding, and elements advanced through a window at a time. */
    readonly stride: number;
    readonly tile: number;
    /** The elements that are advanced here: multiples of 16. */
    readonly from: number;
    readonly to: number;
    /** u32 [steps × stride]: emitted indices. */
    readonly list: number;
    /** Scalars of the first step, and bytes from step to step. */
    readonly scalars: number;
    readonly scalarBytes: number;
    /** In the order of the kernel's inputs. */
    readonly rings: readonly RingLayout[];
  }[];
  /** Columns without a table: sources whose spikes the host gives. */
  readonly fed: readonly { readonly column: number; readonly size: number; readonly stride: number }[];
  /** In the order of the program's scatters. `delay` is 0 where each synapse has its own. */
  readonly deliveries: readonly {
    readonly column: number;
    readonly list: number;
    readonly stride: number;
    readonly delay: number;
    readonly slots: number;
    readonly slotBytes: number;
  }[];
  /**
   * Before the tables advance: for each step of the window, what was emitted `longest`, …, `least` steps before, along the program's `arrivals` in
   * order, whose elements are found in `queues`.
   */
  readonly arrivals?: {
    readonly least: number;
    readonly longest: number;
    readonly slots: number;
    readonly slotBytes: number;
    readonly queues: readonly { readonly queue: EventQueue; readonly stride: number }[];
  };
  /** In each step, before the tables advance: the window is then one step. */
  readonly before: readonly Action[];
  /** In each step, after its deliveries. */
  readonly after: readonly Action[];
}

export interface Executable {
  /** Runs the actions `after` alone, for what the first row of `counts` says was emitted in step `step` (−1: before the start). Returns as `run`. */
  readonly after: (step: number) => boolean;
  /** Visits every edge through the kernel of that number (walk `all`), at the end of step `step`. Returns as `run`. */
  readonly visit: (edge: number, step: number) => boolean;
  /**
   * Advances all tables by `steps` steps, the first of which is number `from`, delivering after each window in the order (step, scatter,
   * element). Returns whether an element became non-finite: then the words at `schedule.failure` are its table, its index, the step and
   * the first element of its tile, and its arrays hold the last finite values. When an edge left its limits they are 2^31 + the number of its
   * kernel, the edge and the step.
   */
  readonly run: (from: number, steps: number) => boolean;
  /** The generated code, for threads that call its `advance` and `deliver` themselves. */
  readonly module?: WebAssembly.Module;
  /** Delivers the `count` indices at `list` through one scatter; see `emitScatterKernel` for `slot`. */
  readonly deliver: (scatter: number, list: number, count: number, slot: number) => void;
  /** Generated code for people, where there is any. */
  readonly text?: () => string;
}

export interface Backend {
  readonly name: "wasm" | "interpreter";
  readonly prepare: (program: Program, memory: WebAssembly.Memory) => Promise<Executable>;
}
