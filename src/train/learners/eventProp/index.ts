/** Exact gradients in continuous time. */
export { EventProp } from "./eventProp.ts";
export type { EventBatch } from "./eventProp.ts";
export type { LabelledEvents, SpikeEvents } from "./events.ts";
export type { EventLoss, FirstSpike, Judged, LargestReading } from "./losses.ts";
export { eventAccuracy, trainEventEpoch } from "./trainEpoch.ts";
export type { EventEpoch, EventEpochOptions } from "./trainEpoch.ts";
