/**
 * The only import of mathjs. Its single-file build loads in about a tenth of the time of the package's main entry (which is some twelve
 * hundred modules, a second in Node), and creates only the functions that are touched: here `parse` and `unit`.
 */
import math from "mathjs/lib/browser/math.js";
import type { MathNode, Unit } from "mathjs";

export type { MathNode };

/** Parses an expression into mathjs's tree. Nothing in Synfire compiles or evaluates that tree. */
export function parseWithMathjs(text: string): MathNode {
  return math.parse(text);
}

/** One of the named unit, as mathjs defines it: its size in SI base units and its exponents in mathjs's order of dimensions. */
export function unitOfMathjs(name: string): { readonly scale: number; readonly dimensions: readonly number[] } {
  // `value` and `dimensions` are the normalised form of mathjs's own Unit class; its published type leaves them out.
  const unit = math.unit(1, name) as Unit & { readonly value: number; readonly dimensions: readonly number[] };
  return { scale: unit.value, dimensions: unit.dimensions };
}
