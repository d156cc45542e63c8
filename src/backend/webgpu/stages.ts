/**
 * What runs on the device in an epoch: a list of stages, each one dispatch. An elements stage has one thread for each element of the columns (tables,
 * and sources that the host feeds); an edges stage has one lane for each edge of the work items that the elements stages pushed.
 */
import type { Program } from "../contract.ts";
import type { Access, Places } from "./places.ts";
import type { Rings } from "./rings.ts";
import type { Shader } from "./wgsl/shader.ts";

/** Threads of a workgroup. */
export const groupSize = 64;
/** Most workgroups along x; more go along y. */
export const gridWidth = 32768;

/** A column of the schedule as the device sees it. */
export interface Column {
  readonly column: number;
  /** Number of its map kernel; absent where the host feeds the spikes. */
  readonly map?: number;
  readonly size: number;
  readonly stride: number;
  /** Number of its first element among the elements of all columns. */
  readonly first: number;
  /** Fed columns: first word of a step's bits among those of all fed columns. */
  readonly bits: number;
  /** Words of spike history that its elements keep, and where the first of them lies in `own`; bit k of the history: it spiked k steps ago. */
  readonly history: number;
  readonly historyAt: number;
}

/** What a monitor wants of a table's state, copied out while the device runs. */
export interface Tap {
  /** Of the array. */
  readonly address: number;
  readonly column: number;
  readonly array: string;
  readonly everySteps: number;
  /** Ascending. */
  readonly elements: Uint32Array;
}

/**
 * Edges that are visited because something spiked. `edge` is the number of an edge in the code of `each`, `first`, `end` the item's edges, `s` the
 * step within the epoch, `step` its number; `element` is the walked element where the consumer asks for it.
 */
export interface Consumer {
  readonly name: string;
  /** Whose spikes push its items. */
  readonly column: number;
  /** Elements start … start + count − 1 have edges. */
  readonly start: number;
  readonly count: number;
  /** Whether its edges know the element from which they were reached. */
  readonly element: boolean;
  /** WGSL: a condition on the element's thread, in place of "it spiked in this step" (`spiked`). */
  readonly when?: (shader: Shader) => string;
  /** WGSL expressions of the first edge of an element (numbered from `start`) and the one behind its last, in the elements stage. */
  readonly rows: (shader: Shader, access: Access, element: string) => readonly [string, string];
  /** In place of `when` and `rows`, where several ranges of edges may be due: lines that push each of them. */
  readonly ranges?: (
    shader: Shader, access: Access, element: string, push: (first: string, end: string) => readonly string[],
  ) => readonly string[];
  /** Most items in a step when all elements spike. */
  readonly items: (block: number) => number;
  /** Lines before the edges of an item, and for each edge. */
  readonly code: (shader: Shader, access: Access) => { readonly setup: readonly string[]; readonly each: readonly string[] };
}

export interface EdgesStage {
  readonly kind: "edges";
  readonly name: string;
  /** Number of its work list. */
  readonly list: number;
  readonly consumers: readonly Consumer[];
  /**
   * Where its edges are not stored but made: an item is an element, for which there are as many workgroups as its row has parts; their lanes share
   * slots for targets.
   */
  readonly making?: { readonly parts: number; readonly slots: number };
}

/** Words of a work item: first edge; consumer · 2^16 + (edges − 1) · 2^6 + step within the epoch; the element, where a consumer asks for it. */
export const itemWordsOf = ({ consumers }: EdgesStage): 2 | 3 => (consumers.some((c) => c.element) ? 3 : 2);
export const consumerShift = 16;
export const countShift = 6;

export interface ElementsStage {
  readonly kind: "elements";
  readonly name: string;
  /** Whether the tables advance here; otherwise only `work` is done. */
  readonly advances: boolean;
  /** Element-wise work of one step of a column, before and after its table advances: lines in which `e` is the element and `step` the step. */
  readonly work: (shader: Shader, access: Access, column: Column) => { readonly before: readonly string[]; readonly after: readonly string[] };
  /** Edges stages whose items are pushed here. */
  readonly pushes: readonly EdgesStage[];
}

export type Stage = ElementsStage | EdgesStage;

/** What the code of all stages is made from. */
export interface Plan {
  readonly program: Program;
  readonly places: Places;
  readonly rings: Rings;
  readonly columns: readonly Column[];
  /** Elements of all columns. */
  readonly total: number;
  readonly stages: readonly Stage[];
  /** Steps of an epoch. */
  readonly window: number;
  /** Before the first epoch after the host's spikes were taken over, as at the end of the step before: pushes what comes before the tables. */
  readonly prime?: ElementsStage;
  /** After the last epoch of a call: work of its last step that would have been done in the next. */
  readonly finish?: ElementsStage;
  readonly taps: readonly Tap[];
  /** Edges of an item, a multiple of `groupSize` and at most 1024. */
  readonly block: number;
  readonly layout: DeviceLayout;
  /** Words that code reads from `own`, behind everything that the layout places there; they are known when all code was emitted once. */
  readonly tables: Tables;
}

/** Constant words, each sequence once. */
export class Tables {
  readonly words: number[] = [];
  readonly #known = new Map<string, number>();

  clear(): void {
    this.words.length = 0;
    this.#known.clear();
  }

  /** Place of a sequence. */
  place(sequence: ArrayLike<number>): number {
    const list = Array.from(sequence), key = list.join();
    const at = this.#known.get(key) ?? this.words.length;
    if (!this.#known.has(key)) {
      this.#known.set(key, at);
      this.words.push(...list);
    }
    return at;
  }
}

/** Words of the device's own buffers. */
export interface DeviceLayout {
  /** `control`: see `control`. */
  readonly controlWords: number;
  /** First word of the count of each work list; the lists of odd epochs come `lists` words later. */
  readonly counts: number;
  readonly lists: number;
  /** `own`: bits of fed columns [steps × fedWords], histories, items. */
  readonly fedWords: number;
  readonly itemsAt: readonly number[];
  /** Workgroups of an item of each list. */
  readonly parts: readonly number[];
  /** `own`: for each tap whose elements are not consecutive, the place of every element of its column among them. */
  readonly mapsAt: readonly (number | undefined)[];
  readonly ownWords: number;
  /** `out`: [steps × total] spikes, then one part for each tap. */
  readonly tapsAt: readonly number[];
  readonly outWords: number;
  /** Most steps of a call. */
  readonly steps: number;
}

/**
 * Words of `control`. Failures are keys: (step of the call) · total + element, and (step of the call) · stages + stage; 2^32 − 1 means none.
 * `made` are two words: edges that were made anew and that only the device can count. `before` are the three failures of the call before: then this
 * one does nothing.
 */
export const control = { failedElement: 0, failedEdge: 1, failedSum: 2, recorded: 3, made: 4, before: 6, brokenEdges: 9 } as const;

/** Declarations that every module shares. */
export const epochStruct = `struct Epoch {
  /* Number of the first step, steps, step of the call, and 0 or 1 in turn. */
  first: u32,
  steps: u32,
  call: u32,
  parity: u32,
  /* Seconds at which the first step ends, and the step before it. */
  end: f32,
  earlier: f32,
}`;
/** Bytes of it. */
export const epochSize = 32;
