/** How far an expression that is computed in f32 may be from its value in f64. */
import type { Expr } from "../../ir/expr.ts";
import type { ProceduralColumn } from "../procedural.ts";
import { drawError } from "./proceduralDraws.ts";
import { folded } from "./wgsl/folding.ts";

interface Estimate {
  /** Largest magnitude. */
  readonly size: number;
  readonly error: number;
}

/** Twice the relative error of one rounding. */
const rounding = 2 ** -23;
/** Normal numbers are made of 33 bits: √(2·log 2^33) = 6.7637. */
const largestNormal = 6.77;

/** A bound of the error, Infinity for operations that may magnify it. */
export function roundingError(
  e: Expr, holds: (name: string) => ProceduralColumn, { sourceCount, targetCount }: { readonly sourceCount: number; readonly targetCount: number },
): number {
  const rounded = (size: number, error: number): Estimate => ({ size, error: error + rounding * size });
  const ofColumn = (column: ProceduralColumn): Estimate => {
    switch (column.kind) {
      case "source": return rounded(sourceCount, 0);
      case "target": return rounded(targetCount, 0);
      case "constant": return rounded(Math.abs(column.value), 0);
      case "uniform": return { size: 1, error: drawError.uniform };
      case "normal": return { size: largestNormal, error: drawError.normal };
      default: return column satisfies never;
    }
  };
  const visit = (node: Expr): Estimate => {
    if (node.kind === "number") return rounded(Math.abs(node.value), 0);
    if (node.kind === "name") return ofColumn(holds(node.name));
    if (node.kind !== "apply") return { size: Infinity, error: Infinity };
    const [a, b] = node.args.map(visit) as [Estimate, Estimate];
    switch (node.op) {
      case "add": case "sub": return rounded(a.size + b.size, a.error + b.error);
      case "mul": return rounded(a.size * b.size, a.size * b.error + b.size * a.error + a.error * b.error);
      case "neg": case "abs": return a;
      case "min": case "max": return { size: Math.max(a.size, b.size), error: Math.max(a.error, b.error) };
      default: return { size: Infinity, error: Infinity };
    }
  };
  const { size, error } = visit(folded(e));
  // The half that is added before an integer is taken.
  return error + rounding * (size + 1);
}
