/** Data sets from files. */
export { encodeIdx, readIdx } from "./idx.ts";
export type { IdxArray, IdxData } from "./idx.ts";
export { imagesBetween, loadImages } from "./images.ts";
export type { LabelledImages } from "./images.ts";
export { knownSets } from "./knownSets.ts";
export type { KnownSet } from "./knownSets.ts";
