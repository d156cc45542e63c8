/** The condition under which a neuron spikes as a distance from threshold, over which a surrogate derivative can be taken. */
import { UnsupportedError } from "../../errors.ts";
import { differentiate } from "../../ir/differentiate.ts";
import { evaluate } from "../../ir/evaluate.ts";
import { apply, namesIn, sub } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import type { Statement } from "../../ir/kernel.ts";
import { printExpr } from "../../ir/print.ts";
import { simplify } from "../../ir/simplify.ts";
import type { Cell, CellThreshold } from "./cell.ts";

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

/** How far a reset takes the membrane from threshold, at the values of the cell; undefined where that cannot be said. */
export function scaleOf(
  { margin }: Pick<CellThreshold, "margin">, reset: readonly Statement[], membrane: string, cell: Pick<Cell, "parameters" | "state">,
): number | undefined {
  const at = new Map<string, number>(cell.parameters.map((p) => [p.name, p.value]));
  for (const s of cell.state) at.set(s.name, s.initial);
  const value = (e: Expr): number => Number(evaluate(e, (n) => at.get(n) ?? NaN));
  const slope = value(differentiate(margin, membrane));
  at.set(membrane, at.get(membrane)! - value(margin) / slope);
  for (const s of reset) if (s.kind !== "while") at.set(s.name, value(s.value));
  const distance = Math.abs(value(margin));
  return Number.isFinite(distance) ? distance : undefined;
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
