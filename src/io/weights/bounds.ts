/** Between which values a synapse model keeps its weights, read off its statements. */
import { evaluate } from "../../ir/evaluate.ts";
import { visitExpr, type Expr } from "../../ir/expr.ts";
import type { CheckedSynapse, CheckedSynapseStatement } from "../../model/checkedSynapse.ts";

export type Bounds = readonly [low: number, high: number];

/** Whether anything that a model does changes its weights. */
export function changesWeights(model: Pick<CheckedSynapse, "variables" | "pathways" | "regularly">): boolean {
  return model.variables.some((v) => v.name === "w" && v.derivative !== undefined) || assignedWeights(model).length > 0;
}

/**
 * Bounds that every statement keeps: `w = clip(…, 0, w_max)` gives 0 and w_max. Rules that approach a bound without reaching it (`w += a * (w_max - w)`)
 * are known by the name of their parameter: `w_max`, and `w_min` or else 0.
 *
 * @param parameters values of those parameters that are the same for all synapses, SI
 */
export function weightBounds(model: Pick<CheckedSynapse, "pathways" | "regularly">, parameters: ReadonlyMap<string, number>): Bounds {
  const assigned = assignedWeights(model).map((value) => rangeOf(value, parameters));
  const low = Math.min(Infinity, ...assigned.map(([from]) => from));
  const high = Math.max(-Infinity, ...assigned.map(([, to]) => to));
  const named = parameters.get("w_max");
  return [
    Number.isFinite(low) ? low : (parameters.get("w_min") ?? (named !== undefined && named > 0 ? 0 : -Infinity)),
    Number.isFinite(high) ? high : (named ?? Infinity),
  ];
}

function assignedWeights({ pathways, regularly }: Pick<CheckedSynapse, "pathways" | "regularly">): Expr[] {
  const statements: readonly CheckedSynapseStatement[] = [...pathways.flatMap((p) => p.statements), ...(regularly?.statements ?? [])];
  return statements.flatMap((s) => (s.kind === "assign" && s.target === "w" ? [s.value] : []));
}

/** Smallest and largest value an expression can take, as far as constants, min and max say. */
function rangeOf(e: Expr, parameters: ReadonlyMap<string, number>): Bounds {
  const value = constantOf(e, parameters);
  if (value !== undefined) return [value, value];
  if (e.kind !== "apply" || (e.op !== "min" && e.op !== "max")) return [-Infinity, Infinity];
  const [a, b] = e.args.map((argument) => rangeOf(argument, parameters)) as [Bounds, Bounds];
  const choose = e.op === "min" ? Math.min : Math.max;
  return [choose(a[0], b[0]), choose(a[1], b[1])];
}

function constantOf(e: Expr, parameters: ReadonlyMap<string, number>): number | undefined {
  let constant = true;
  visitExpr(e, (node) => (constant &&= node.kind !== "random" && (node.kind !== "name" || parameters.has(node.name))));
  const value = constant ? evaluate(e, (name) => parameters.get(name)!) : undefined;
  return typeof value === "number" && !Number.isNaN(value) ? value : undefined;
}
