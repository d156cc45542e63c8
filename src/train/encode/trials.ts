/** Spike trains as a sequence: numbers of spikes in bins. */
import type { Sequence } from "../sequence.ts";

/** What is needed of spike trials (`SpikeTrials` of synfire/data). */
export interface BinnedTrials {
  readonly length: number;
  readonly channels: number;
  dense(bins: number, trials?: ArrayLike<number>): Float32Array;
}

/**
 * @param which trials, in this order; all when absent
 * @returns [trials, bins, channels]
 */
export function trialSequence(trials: BinnedTrials, bins: number, which?: ArrayLike<number>): Sequence {
  const values = which ? trials.dense(bins, which) : trials.dense(bins);
  return { batch: which?.length ?? trials.length, steps: bins, constant: false, shape: [trials.channels], values };
}
