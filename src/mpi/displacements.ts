import { ArgumentError } from "../errors.ts";
import type { Counts } from "../engine/communicator.ts";

/**
 * Where each rank's bytes begin when they lie one rank's after another's.
 *
 * @param counts [ranks] bytes
 * @param into   [ranks] the beginnings; those beyond 2^31 − 1 are of no use, which the sum tells
 * @returns the sum of the counts
 * @throws {ArgumentError} when there is not one count a rank, or one is no number of bytes
 */
export function displacements(counts: Counts, into: Int32Array): number {
  if (counts.length !== into.length) {
    throw new ArgumentError("mpi-counts", `${counts.length} counts for ${into.length} ranks`, "Give one count of bytes for each rank.");
  }
  let sum = 0;
  for (let rank = 0; rank < into.length; rank++) {
    const count = counts[rank]!;
    if (!(count >= 0 && Number.isInteger(count))) {
      throw new ArgumentError("mpi-counts", `the count of bytes for rank ${rank} is ${count}`, "A count is a whole number, 0 or more.");
    }
    into[rank] = sum;
    sum += count;
  }
  return sum;
}
