/** How the neurons of a network are divided: every partition advances its own, and holds the synapses that lead to them. */

/** One of `count` partitions. */
export interface Partition {
  readonly index: number;
  readonly count: number;
}

/** What processes that simulate one network together do with each other; every one of them calls each function at the same point. */
export interface ProcessExchange {
  readonly rank: number;
  readonly size: number;
  /** Fills in the elements that other processes hold; `own` are the ranges of this one. */
  gather(values: Float64Array, own: readonly { readonly start: number; readonly end: number }[]): void;
  /** The sum over all processes, element by element, in place. */
  sum(values: Float64Array): void;
  /** The least over all processes. */
  least(value: number): number;
}

export interface Partitioning {
  /** Partitions of this process, in order. */
  readonly local: readonly Partition[];
  /** Absent when one process holds all. */
  readonly exchange?: ProcessExchange;
}

/** All neurons in one partition. */
export const undivided: Partitioning = { local: [{ index: 0, count: 1 }] };
