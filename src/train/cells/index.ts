/** Cells: what neurons do in a step, and how they are run forwards and backwards. */
export type { Cell, CellParameter, CellThreshold, CellVariable, Propagator, PropagatorEntry, SimulatedCell } from "./cell.ts";
export * from "./conventions.ts";
export { defineCell } from "./defineCell.ts";
export type { CellText } from "./defineCell.ts";
export { derive } from "./derive.ts";
export type { DeriveOptions } from "./derive.ts";
export { reserved } from "./derivedCell.ts";
export type { BackwardStep, DerivedCell, ForwardStep } from "./derivedCell.ts";
export { CellRun } from "./referenceCells.ts";
export type { CellRunOptions } from "./referenceCells.ts";
export { specialise } from "./specialise.ts";
export { CellLayout, membraneTrace } from "./cellLayout.ts";
export { emitCell } from "./wasmCells.ts";
export { WasmCellRun } from "./wasmRun.ts";
export type { WasmCellRunOptions } from "./wasmRun.ts";
export { cellFromModel } from "./fromModel.ts";
export type { FromModelOptions } from "./fromModel.ts";
