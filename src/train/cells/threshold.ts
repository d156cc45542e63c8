/** The condition under which a neuron spikes as a distance from threshold, over which a surrogate derivative can be taken. */
import { UnsupportedError } from "../../errors.ts";
import { apply, namesIn, sub } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import { printExpr } from "../../ir/print.ts";
import { simplify } from "../../ir/simplify.ts";
import type { CellThreshold } from "./cell.ts";

/**
 * Splits `v > v_th and …`: the first comparison is the distance, the rest the gate.
 *
 * @param varies names that change from step to step and have a gradient: the comparison must mention one
 * @throws {UnsupportedError} when there is no such comparison, or it stands in an `or`
 */
export function splitThreshold(condition: Expr, varies: ReadonlySet<string>, what: string): Omit<CellThreshold, "scale"> {
  const parts = conjunction(condition);
  const found = parts.find((p) => comparison(p) !== undefined && [...namesIn(p)].some((n) => varies.has(n)));
  if (!found) {
    throw new UnsupportedError("threshold", `${what}: the threshold ${printExpr(condition)} does not compare a state with a threshold`,
      "Training needs a distance from threshold; write v > v_th, with further conditions joined by and.");
  }
  const rest = parts.filter((p) => p !== found);
  return { ...comparison(found)!, ...(rest.length > 0 && { gate: rest.reduce((a, b) => apply("and", a, b)) }) };
}

const conjunction = (e: Expr): Expr[] => (e.kind === "apply" && e.op === "and" ? e.args.flatMap(conjunction) : [e]);

function comparison(e: Expr): Pick<CellThreshold, "margin" | "inclusive"> | undefined {
  if (e.kind !== "apply") return undefined;
  const [a, b] = e.args as [Expr, Expr];
  switch (e.op) {
    case "gt": return { margin: simplify(sub(a, b)), inclusive: false };
    case "ge": return { margin: simplify(sub(a, b)), inclusive: true };
    case "lt": return { margin: simplify(sub(b, a)), inclusive: false };
    case "le": return { margin: simplify(sub(b, a)), inclusive: true };
    default: return undefined;
  }
}
