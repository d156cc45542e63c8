/** Learning forwards in time, and what such learners share. */
export { OnlineLearner } from "./onlineLearner.ts";
export type { OnlineResult } from "./onlineLearner.ts";
export type { StepLoss } from "./stepLoss.ts";
export { WeightUpdates } from "./weightUpdates.ts";
