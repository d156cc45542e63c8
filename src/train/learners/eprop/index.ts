/** Eligibility propagation. */
export { Eprop } from "./eprop.ts";
export type { EpropOptions, EpropResult } from "./eprop.ts";
export type { Feedback } from "./feedback.ts";
