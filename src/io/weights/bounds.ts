/** Between which values a synapse model keeps its weights, read off its statements. */
import { applyOperation } from "../../ir/evaluate.ts";
import { substitute, type Expr } from "../../ir/expr.ts";
import type { CheckedSynapse, CheckedSynapseStatement } from "../../model/checkedSynapse.ts";

export type Bounds = readonly [low: number, high: number];

/** Whether anything that a model does changes its weights. */
export function changesWeights(model: Pick<CheckedSynapse, "variables" | "pathways" | "regularly">): boolean {
  return model.variables.some((v) => v.name === "w" && v.derivative !== undefined) || assignedWeights(model).length > 0;
}

/**
 * Bounds that the statements keep: `w = clip(…, 0, w_max)` gives 0 and w_max. Rules that approach a bound without reaching it
 * (`w += a * (w_max - w)`) are known by the names of their parameters: `w_max`, and `w_min` or else 0.
 *
 * @param parameters values of those parameters that are the same for all synapses, SI
 */
export function weightBounds(
  model: Pick<CheckedSynapse, "pathways" | "regularly" | "subexpressions">, parameters: ReadonlyMap<string, number>,
): Bounds {
  const inlined = new Map<string, Expr>();
  for (const { name, value } of model.subexpressions) inlined.set(name, substitute(value, inlined));
  const ranges = assignedWeights(model).map((value) => rangeOf(substitute(value, inlined), parameters));
  // A statement that only weakens keeps the lower bound, one that only strengthens the upper.
  const low = Math.min(...ranges.map(([from]) => from).filter(Number.isFinite));
  const high = Math.max(...ranges.map(([, to]) => to).filter(Number.isFinite));
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

const anything: Bounds = [-Infinity, Infinity];

/** Smallest and largest value an expression can take, as far as its constants say. */
function rangeOf(e: Expr, parameters: ReadonlyMap<string, number>): Bounds {
  if (e.kind !== "apply") return e.kind === "number" ? [e.value, e.value] : e.kind === "name" ? pointOr(parameters.get(e.name)) : anything;
  const ranges = e.args.map((argument) => rangeOf(argument, parameters));
  const [a, b] = [ranges[0]!, ranges[1] ?? anything];
  switch (e.op) {
    case "min": return [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
    case "max": return [Math.max(a[0], b[0]), Math.max(a[1], b[1])];
    case "neg": return [-a[1], -a[0]];
    case "add": return [a[0] + b[0], a[1] + b[1]];
    case "sub": return [a[0] - b[1], a[1] - b[0]];
    case "mul": return hull(a.flatMap((x) => b.map((y) => (x === 0 || y === 0 ? 0 : x * y))));
    case "select": return hull([...b, ...ranges[2]!]);
    default: return ranges.every(([from, to]) => from === to) ? pointOr(applyOperation(e.op, ranges.map(([value]) => value))) : anything;
  }
}

const pointOr = (value: number | boolean | undefined): Bounds => (typeof value === "number" && !Number.isNaN(value) ? [value, value] : anything);
const hull = (values: readonly number[]): Bounds => [Math.min(...values), Math.max(...values)];
