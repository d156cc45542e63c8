/** Cells as WebAssembly, in f32 or f64: the code that trains. */
import type { Module } from "../../backend/wasm/assembler.ts";
import { Code } from "../../backend/wasm/code.ts";
import { lanesOf } from "../../backend/wasm/lanes.ts";
import type { Precision } from "../../backend/wasm/lanes.ts";
import { ArgumentError } from "../../errors.ts";
import { layoutOf } from "./cellLayout.ts";
import type { CellLayout } from "./cellLayout.ts";
import type { DerivedCell } from "./derivedCell.ts";
import { emitBackwardBlock } from "./wasmBackward.ts";
import { emitBlocks, sharedCoefficients, vectorsFor } from "./wasmBlocks.ts";
import { emitForwardBlock } from "./wasmForward.ts";

/**
 * Adds `<name>_forward(table, first, last, from, to)` and `<name>_backward(…)` to a module: samples first … last − 1 through the steps from …
 * to − 1, in order or backwards. Step 0 begins with the initial states, backwards the last step with gradients of zero; other pieces go on
 * from memory. `table` is the address of the fields of the layout returned. Samples are independent, so threads may divide them.
 *
 * @param membrane whether anything reads the membrane
 * @throws {ArgumentError} for a smoothed cell, whose spikes are no bits
 */
export function emitCell(module: Module, name: string, derived: DerivedCell, precision: Precision, membrane: boolean): CellLayout {
  if (derived.smoothed) {
    throw new ArgumentError("smoothed", `the cell "${derived.cell.name}" is smoothed, so its spikes are not bits`, "Run it in JavaScript: CellRun.");
  }
  const layout = layoutOf(derived, membrane);
  const lanes = lanesOf(precision), vectors = vectorsFor(derived, precision);
  for (const direction of ["forward", "backward"] as const) {
    const func = module.func(`${name}_${direction}`, { table: "i32", first: "i32", last: "i32", from: "i32", to: "i32" });
    const code = new Code(module, func);
    const frame = { module, func, derived, layout, lanes, vectors, sample: func.local("sample", "i32"), base: func.local("base", "i32") };
    const shared = sharedCoefficients({ ...frame }, code);
    emitBlocks({ ...frame, shared }, code, (inside, block) => {
      if (direction === "forward") emitForwardBlock({ ...frame, shared }, inside, block);
      else emitBackwardBlock({ ...frame, shared }, inside, block);
    });
  }
  return layout;
}
