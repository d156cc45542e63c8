/** Training: models of spiking and rate layers, surrogate gradients, and what else learns. */
export type { Cell, CellParameter, CellThreshold, CellVariable, SimulatedCell } from "./cells/cell.ts";
export type { LayerData, LayerKind, ModelData, Shape, Weight, Weights } from "./modelData.ts";
export type { Reals, Sequence } from "./sequence.ts";
export type { Surrogate } from "./surrogate.ts";
