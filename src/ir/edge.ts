/**
 * What happens at the edges between two tables (synapses between neurons) when elements of one end are emitted. A back-end runs it for each
 * emitted element on all its edges; it has never heard of a synapse.
 */
import type { Expr } from "./expr.ts";
import type { Statement } from "./kernel.ts";

export interface EdgeKernel {
  /** A readable function name, e.g. `learn_E_E_pre`. */
  readonly name: string;
  /** Which edges: those that leave each emitted element, those that enter it, or every edge once. */
  readonly walk: "out" | "in" | "all";
  /** Per-edge arrays that the body may change. */
  readonly state: readonly string[];
  /** Per-edge arrays that it only reads. */
  readonly constants: readonly string[];
  /** Arrays of the walked end (the source of `out` and `all`, the target of `in`): one value for all edges of an element. */
  readonly own: readonly EndValue[];
  /** Arrays of the other end: one value an edge. */
  readonly other: readonly EndValue[];
  /** Values that all edges share. */
  readonly shared: readonly EndValue[];
  /** Name of the time of the event in seconds: the end of its step. */
  readonly time?: string;
  /** Name of the seconds since the edge's last visit; a kernel that names it writes the time of the visit, even where its body does not use it. */
  readonly elapsed?: string;
  /** Random numbers, one an edge and visit. */
  readonly draws: readonly { readonly name: string; readonly draw: number; readonly distribution: "uniform" | "normal" }[];
  /** `let`s over own and shared values only, evaluated once an element. */
  readonly ownBody: readonly Statement[];
  /** What the element's own arrays hold after `ownBody`: array → the name of the value. Not stored where `keepOwn`. */
  readonly ownStores: readonly { readonly array: string; readonly value: string }[];
  /** Leaves the own arrays as they are: somebody else stores them when all edges have seen the values of before. */
  readonly keepOwn: boolean;
  /** `let` and `assign` (to state) for one edge. Names: all of the above, and `i`, `j`: the index of source and target within their ranges. */
  readonly body: readonly Statement[];
  /** `out` and `all`: what acts before the body. An `out` walk also notes when its element's event was. */
  readonly pending?: Pending;
  /** `in`: instead of walking edges, notes the event and these values, for the kernels that have `pending`. */
  readonly note?: { readonly values: readonly string[] };
  /** After the body: what is added to inputs of the target table. */
  readonly deliver: readonly { readonly input: string; readonly value: Expr }[];
  /** State arrays that must stay finite and within bounds: the first edge that breaks this stops the run. */
  readonly limits: readonly { readonly array: string; readonly low: number; readonly high: number }[];
}

/** Events of targets that are noted when they happen, and act on an edge when it is walked next. */
export interface Pending {
  /** Values that came with each event, in the order of `note.values`. */
  readonly values: readonly string[];
  /** Name of the seconds from the last event of the edge's source to the noted event. */
  readonly since: string;
  /** Whether an event in the very step of the source's last event still waits. */
  readonly includesLast: boolean;
  /** `let` and `assign` (to state), for each noted event in order. */
  readonly body: readonly Statement[];
}

/** `name` in the body is the element of `array`; with `lag` as it was that many steps before the end of the step in which its event began. */
export interface EndValue {
  readonly name: string;
  readonly array: string;
  readonly lag?: 0 | 1;
}
