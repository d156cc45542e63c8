/** Data sets from files. */
export { encodeIdx, readIdx } from "./idx.ts";
export type { IdxArray, IdxData } from "./idx.ts";
export { imagesBetween, loadImages } from "./images.ts";
export type { LabelledImages } from "./images.ts";
export { knownSets } from "./knownSets.ts";
export type { KnownSet } from "./knownSets.ts";
export { loadDataset } from "./loadDataset.ts";
export { shippedSets } from "./shippedSets.ts";
export type { ShippedName, ShippedSet } from "./shippedSets.ts";
export { TickedSpikeTrials, trialsAt } from "./spikeTrials.ts";
export type { Dataset, SpikeTrials, TickedTrials, TrialEvents, Unsigned } from "./spikeTrials.ts";
export { decodeTrials, loadTrials, saveTrials, trialsDigest } from "./trialsFile.ts";
