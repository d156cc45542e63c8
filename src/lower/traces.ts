/** Finds the variables of a synapse model that depend on one neuron alone, so that they are stored once a neuron. */
import { namesIn, visitExpr } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import type { CheckedPathway, CheckedSynapse } from "../model/checkedSynapse.ts";

export interface TraceOptions {
  readonly initials: ReadonlyMap<string, number | undefined>;
  readonly delayPerSynapse: boolean;
  /** Variables that stay at their start values until the first event. */
  readonly resting: ReadonlySet<string>;
  /** Also variables that drive others, which synapses hold beside those. */
  readonly whoever: boolean;
}

/**
 * A variable belongs to a side when only pathways of that side assign it, from constants, draws apart, and other variables of that side,
 * when its equation is made of such too, and when it begins with the same value everywhere.
 *
 * @param pathways with parameters put in: what is left as a name differs between synapses
 */
export function findTraces(
  model: CheckedSynapse,
  options: TraceOptions,
  inline: (e: Expr) => Expr,
  pathways: readonly CheckedPathway[],
): { readonly pre: ReadonlySet<string>; readonly post: ReadonlySet<string> } {
  const elsewhere = new Set<string>();
  for (const p of [...pathways.filter((p) => p.on === "modulator"), ...(model.regularly ? [{ statements: model.regularly.statements }] : [])]) {
    for (const s of p.statements) if (s.kind === "assign") elsewhere.add(s.target);
  }
  // What an equation of a synapse's own variable uses has to be at hand with it.
  const find = (side: "pre" | "post"): Set<string> => {
    const found = new Set(
      model.variables
        .filter(
          (v) =>
            v.name !== "w" &&
            v.clock !== "clock-driven" &&
            !elsewhere.has(v.name) &&
            options.initials.get(v.name) !== undefined &&
            isAssigned(v.name, side),
        )
        .map((v) => v.name),
    );
    for (;;) {
      const wrong = [...found].find((v) => !belongs(v, side, found));
      if (wrong === undefined) return found;
      found.delete(wrong);
    }
  };
  const isAssigned = (variable: string, side: "pre" | "post"): boolean => pathways.some((p) => p.on === side && assigns(p, variable));
  const belongs = (variable: string, side: "pre" | "post", found: ReadonlySet<string>): boolean => {
    if (pathways.some((p) => p.on !== side && assigns(p, variable))) return false;
    // A neuron's own values are those of the moment it spikes only where all its synapses hear of it at once.
    const atOnce = !(side === "pre" && options.delayPerSynapse);
    const known = (n: string): boolean => found.has(n) || (atOnce && (n.endsWith(`_${side}`) || n === "t"));
    const own = (e: Expr): boolean => !hasDraw(e) && [...namesIn(e)].every(known);
    const { derivative } = model.variables.find((v) => v.name === variable)!;
    if (derivative && ![...namesIn(inline(derivative))].every((n) => found.has(n))) return false;
    if (derivative && hasDraw(derivative)) return false;
    // Seen later than it happens, a value that moves from the very start would begin to move too late.
    if (!atOnce && !options.resting.has(variable)) return false;
    const usedByOthers =
      !options.whoever && model.variables.some((v) => v.derivative && !found.has(v.name) && namesIn(inline(v.derivative)).has(variable));
    return !usedByOthers && pathways.every((p) => p.statements.every((s) => s.kind !== "assign" || s.target !== variable || own(s.value)));
  };
  return { pre: find("pre"), post: find("post") };
}

const assigns = (p: CheckedPathway, variable: string): boolean => p.statements.some((s) => s.kind === "assign" && s.target === variable);

export function hasDraw(e: Expr): boolean {
  let found = false;
  visitExpr(e, (node) => (found ||= node.kind === "random"));
  return found;
}
