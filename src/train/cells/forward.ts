/** The forward step of a cell, each name given once. */
import { apply, name, namesIn, number, select } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import { simplify } from "../../ir/simplify.ts";
import { shareCommon } from "../../lower/shareCommon.ts";
import { substitute } from "../../ir/expr.ts";
import type { Surrogate } from "../surrogate.ts";
import type { Cell } from "./cell.ts";
import { reserved, spikeName, surrogateAt } from "./derivedCell.ts";
import type { ForwardStep } from "./derivedCell.ts";
import { needed, straightLine } from "./straightLine.ts";
import type { Definition, Names } from "./straightLine.ts";

export interface Forward {
  readonly step: ForwardStep;
  /** All definitions of the step, before common parts are shared and what nothing needs is left out. */
  readonly definitions: readonly Definition[];
  /** State → its value before the reset, in terms of `definitions`. */
  readonly before: ReadonlyMap<string, Expr>;
  readonly margin?: Expr;
  readonly gate?: Expr;
  /** The reset alone, over the names of states. */
  readonly resetDefinitions: readonly Definition[];
  readonly reset: ReadonlyMap<string, Expr>;
}

export function buildForward(cell: Cell, surrogate: Surrogate | undefined, smoothed: boolean, names: Names): Forward {
  const states = cell.state.map((s) => s.name);
  const environment = new Map<string, Expr>();
  const definitions = straightLine(cell.step, environment, names);
  const now = (e: Expr): Expr => simplify(substitute(e, environment));
  const before = new Map(states.map((s) => [s, environment.get(s) ?? name(s)] as const));
  const { threshold } = cell;
  const margin = threshold && now(threshold.margin);
  const gate = threshold?.gate && now(threshold.gate);

  const own = new Map<string, Expr>();
  const resetDefinitions = threshold ? straightLine(cell.reset, own, names) : [];
  const reset = new Map(states.filter((s) => own.has(s)).map((s) => [s, own.get(s)!] as const));

  // The reset reads the values before it.
  const renamed = resetDefinitions.map((d) => ({ name: d.name, value: substitute(d.value, before) }));
  const after = new Map(states.map((s) => {
    const value = reset.get(s);
    return [s, value === undefined ? before.get(s)! : blend(substitute(value, before), before.get(s)!, smoothed)] as const;
  }));
  const shared = share([...definitions], [...before.values(), ...(margin ? [margin] : []), ...(gate ? [gate] : [])], names);
  const kept = needed(renamed, after.values());
  const active = surrogate && margin && !smoothed ? activeAt(surrogate, margin, gate, threshold!.scale) : undefined;
  const membrane = (cell.shown === "beforeReset" ? before : after).get(cell.membrane)!;
  const all = new Set(shared.flatMap((d) => [...namesIn(d.value)]));
  return {
    definitions, before, resetDefinitions, reset, ...(margin && { margin }), ...(gate && { gate }),
    step: {
      step: shared, before, reset: kept, after, membrane,
      ...(margin && { margin, spike: spikeOf(margin, gate, threshold!.inclusive, smoothed ? surrogate : undefined, threshold!.scale) }),
      ...(active && { active }),
      readsSpiked: all.has(reserved.spiked), readsInput: all.has(reserved.input),
    },
  };
}

/** x + S·(reset − x). */
export const blend = (reset: Expr, x: Expr, smoothed: boolean): Expr =>
  simplify(smoothed ? apply("add", x, apply("mul", spikeName, apply("sub", reset, x))) : select(spikeName, reset, x));

function spikeOf(margin: Expr, gate: Expr | undefined, inclusive: boolean, smooth: Surrogate | undefined, scale: number): Expr {
  if (smooth) {
    const value = surrogateAt(smooth.primitive!, margin, scale);
    return gate ? select(gate, value, number(0)) : value;
  }
  const crossed = apply(inclusive ? "ge" : "gt", margin, number(0));
  return gate ? apply("and", gate, crossed) : crossed;
}

function activeAt({ support }: Surrogate, margin: Expr, gate: Expr | undefined, scale: number): Expr | undefined {
  if (support === undefined) return undefined;
  const near = apply("lt", apply("abs", margin), number(support * Math.abs(scale)));
  return gate ? apply("and", gate, near) : near;
}

/** The definitions that the outputs need, with repeated computations named once. */
export function share(definitions: readonly Definition[], outputs: Iterable<Expr>, names: Names): Definition[] {
  const list = [...outputs];
  const statements = shareCommon(needed(definitions, list).map((d) => ({ kind: "let" as const, ...d })), names);
  const given = statements.flatMap((s) => (s.kind === "while" ? [] : [{ name: s.name, value: s.value }]));
  return needed(given, list);
}
