/**
 * How the processes (ranks) of one simulation exchange spikes and sums. Every method but `abort` is collective: all ranks call it, in the same
 * order, and none returns before it has what it needs from the others. Calls block the thread that makes them, which is the one that connected.
 *
 * Memory handed over may be a view of a SharedArrayBuffer or of a shared WebAssembly.Memory. Apart from `allgather` nothing is allocated in a call.
 */
export interface Communicator {
  /** What carries the messages, e.g. "Open MPI 4.1.4". */
  readonly name: string;
  /** Which of the ranks this process is, 0 to size − 1. */
  readonly rank: number;
  readonly size: number;
  /** How many of them run on this machine. */
  readonly local: number;

  /** Returns when every rank has called it. */
  barrier(): void;

  /**
   * The same number of bytes from every rank, in the order of ranks.
   * @returns [size × send.length] bytes
   */
  allgather(send: Uint8Array): Uint8Array;

  /**
   * Bytes of every rank, in the order of ranks, to every rank.
   *
   * @param send    counts[rank] bytes; either apart from `receive`, or the very place in `receive` where they belong
   * @param counts  [size] bytes from each rank, the same on every rank
   * @param receive at least as many bytes as the sum of the counts
   * @throws {ArgumentError} when lengths do not match
   */
  allgatherv(send: Uint8Array, counts: Counts, receive: Uint8Array): void;

  /**
   * Numbers for each rank; how ranks tell each other how much they will send.
   *
   * @param send    [size × n], n numbers for rank 0, n for rank 1, …
   * @param receive [size × n], n numbers from rank 0, n from rank 1, …
   */
  alltoall(send: Int32Array, receive: Int32Array): void;

  /**
   * Other bytes for each rank, one rank's after another's. `receiveCounts[r]` is what rank r gives as its `sendCounts` for this rank.
   * @throws {ArgumentError} when lengths do not match
   */
  alltoallv(send: Uint8Array, sendCounts: Counts, receive: Uint8Array, receiveCounts: Counts): void;

  /** Adds up over all ranks, element by element, in place. Exact for whole numbers below 2^53; other sums depend on the number of ranks. */
  sum(values: Float64Array): void;

  /** Overwrites `data` on every rank with that of rank `root`, 0 unless told. */
  broadcast(data: Uint8Array, root?: number): void;

  /** Ends all ranks at once with this exit status; for when one cannot go on and the others would wait for it for ever. Not collective. */
  abort(status: number): never;

  /** Ends communication, after which nothing but `abort` may be called. Does nothing when called again. */
  finalize(): void;
}

/** Bytes to or from each rank. */
export type Counts = Int32Array | readonly number[];
