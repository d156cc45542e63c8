/**
 * Independent pairs with probability p, drawn source by source so that the row of one source can be made alone. The targets of a source are
 * walked in blocks of B; block b begins at target b·B and consumes the elements b·2B, b·2B + 1, … of step = source. Element k says how many targets
 * to pass over: ⌊E·scale⌋ with E = −log v, v = ((w >>> 1) + ½)·2^-31 of its word w, and scale = −1/log(1 − p), so that the pairs
 * made are those of independent trials. What counts is `backend/wasm/bernoulliTargets.ts`: v and E in f32, so that the distribution function of the
 * skips is right to 2^-24 and their mean to 2e-6.
 */

/** Targets of a block: a power of two with 128 to 256 of them connected on average, where that is not too many. */
export const bernoulliBlock = (probability: number): number => 2 ** Math.min(21, Math.ceil(Math.log2(128 / probability)));

/** Elements (random numbers) between the first ones of two blocks. */
export const elementsOfBlock = (block: number): number => 2 * block;

/** @param probability above 0 and below 1 */
export const bernoulliScale = (probability: number): number => Math.fround(Math.min(1e30, -1 / Math.log1p(-probability)));

/** Numbers for which the list of a block's targets must have room. That many are connected with a probability below 1e-300. */
export const bernoulliRoom = 1024;
