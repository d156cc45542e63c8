/**
 * Delivery along edges that are not stored: the row of a source is made anew whenever the source is emitted, from the counters of the random
 * numbers that a stored row would have been drawn from. Additions come in the order of a stored row, so sums are the same, bit for bit.
 *
 * @source Knight & Nowotny (2021), Larger GPU-accelerated brain simulations with procedural connectivity. doi:10.1038/s43588-020-00022-7
 */
import { bernoulliRoom } from "../math/bernoulli.ts";
import type { MapKernel } from "../ir/kernel.ts";

/**
 * Which targets a source has, and the counter (element, step) of its k-th edge:
 * - `bernoulli`: each with a probability, see `math/bernoulli.ts`;
 * - `outdegree`: edge k is number n = source · count + k, its target floor(u · targets) of the uniform number u of draw 0, element n mod 2^32 and
 *   step floor(n / 2^32). `distinct`: a target that the source has already is drawn again, with draws 2, 3, …;
 * - `all`: edge number source · targets + target; without the source itself, element k and step = source;
 * - `one`: the target with the number of the source, element = source and step 0.
 *
 * Where the source itself is left out, `outdegree` draws among the others.
 */
export type ProceduralRule =
  | { readonly kind: "bernoulli"; readonly probability: number }
  | { readonly kind: "outdegree"; readonly count: number; readonly distinct: boolean }
  | { readonly kind: "all" }
  | { readonly kind: "one" };

/** A value that differs between edges: computed in f64, edge by edge. */
export interface ProceduralValue {
  /** One state array `value`; everything it reads is a constant. */
  readonly kernel: MapKernel;
  /** What constants of that name hold: of each edge, or random numbers with the edge's counter. */
  readonly columns: readonly { readonly name: string; readonly holds: ProceduralColumn }[];
  /** Of its random numbers. */
  readonly stream: number;
  /** Address of f64 [proceduralRoom] for the array of that name. */
  readonly address: (array: string) => number;
}

export type ProceduralColumn =
  | { readonly kind: "source" | "target" }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "uniform" | "normal"; readonly draw: number };

export interface ProceduralLayout {
  readonly name: string;
  readonly precision: "f32" | "f64";
  readonly rule: ProceduralRule;
  /** As in `ScatterLayout`. */
  readonly sourceStart: number;
  readonly sourceCount: number;
  readonly allSources: boolean;
  /** The rule's targets: the first within its table, and how many. Those from … to − 1 are delivered to here. */
  readonly targetStart: number;
  readonly targetCount: number;
  readonly from: number;
  readonly to: number;
  /** Source i does not reach target i − selfOffset. Absent: it may. */
  readonly selfOffset?: number;
  /** The random stream of the rule. */
  readonly stream: number;
  readonly weight: number | ProceduralValue;
  /** Largest magnitude of a weight; infinite where nothing is known. */
  readonly largestWeight: number;
  /** Steps, to be rounded, after `extra` is added; then kept within [least, most]. Absent: one delay for all. */
  readonly delay?: ProceduralValue & { readonly extra: number; readonly least: number; readonly most: number };
  /** Address of u32 [proceduralListRoom(rule)]. */
  readonly list: number;
  /** With `distinct`: address of one bit a target, all zero. */
  readonly taken: number;
  readonly ring: number;
  readonly stride: number;
  readonly ringBytes: number;
  readonly eventCounter: number;
  /** The wanted edges of a source, for back-ends that do without generated code. */
  readonly row: (source: number) => ProceduralRow;
}

export interface ProceduralRow {
  /** Number of each target in its table. */
  readonly targets: Uint32Array;
  readonly weights: ArrayLike<number>;
  /** Steps; absent: one delay for all. */
  readonly delays?: ArrayLike<number>;
}

/** Edges made at a time, and numbers for which a list of them must have room. */
export const proceduralPart = 1024;
export const proceduralRoom = Math.max(proceduralPart, bernoulliRoom) + 64;
export const proceduralListRoom = (rule: ProceduralRule): number =>
  rule.kind === "outdegree" && rule.distinct ? Math.max(proceduralRoom, rule.count + 128) : proceduralRoom;

/** Bytes of one bit for each target. */
export const takenBytes = (rule: ProceduralRule, targets: number): number =>
  rule.kind === "outdegree" && rule.distinct ? 4 * Math.ceil(targets / 32) : 0;
