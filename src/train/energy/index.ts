/** What an inference costs. */
export { activityOf } from "./activity.ts";
export type { Activity, ModelActivity } from "./activity.ts";
export { bitBudget, equivalentActivationBits, eventDrivenEffort, synchronousEffort } from "./bitBudget.ts";
export type { Effort } from "./bitBudget.ts";
export { energyReport } from "./energyReport.ts";
export type { EnergyOptions, EnergyReport, LayerEnergy } from "./energyReport.ts";
export { arithmetic, arithmeticFor, memories, readingABit } from "./operationEnergy.ts";
export { networkEnergy } from "./networkEnergy.ts";
export type { NetworkEnergy, NetworkEnergyOptions, ProjectionEnergy, ProjectionSynapses } from "./networkEnergy.ts";
