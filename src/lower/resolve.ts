/** A model's equations with everything put in that is known when a population is built: parameters, subexpressions, dt, N and draws. */
import { UnsupportedError } from "../errors.ts";
import { mapExpr, name, number, substitute, visitExpr } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import { simplify } from "../ir/simplify.ts";
import type { CheckedNeuron } from "../model/checked.ts";
import type { LowerOptions } from "./lowered.ts";
import type { Scope } from "./scope.ts";

/** More nodes than this in one equation are refused: subexpressions that use each other twice grow as 2^depth. */
const sizeLimit = 5000;

/** A function that resolves any expression of the model. */
export function resolver(model: CheckedNeuron, options: LowerOptions, scope: Scope): (e: Expr) => Expr {
  const table = new Map<string, Expr>([["dt", number(options.dt)], ["N", number(options.size)]]);
  for (const p of model.parameters) table.set(p.name, simplify(options.parameters[p.name] ?? number(p.value)));
  const resolve = inliner(model, table);
  const named = (e: Expr): Expr => mapExpr(e, (node) => (node.kind === "random" ? name(scope.addDraw(node.draw, node.distribution)) : node));
  return (e) => simplify(named(resolve(e)));
}

/** The model's own reading of an expression: only subexpressions are put in. For messages that show a term to its author. */
export function inlineSubexpressions(model: CheckedNeuron, e: Expr): Expr {
  return inliner(model, new Map())(e);
}

function inliner(model: CheckedNeuron, table: Map<string, Expr>): (e: Expr) => Expr {
  const sizes = new Map([...table].map(([n, e]) => [n, size(e, new Map())] as const));
  const put = (e: Expr): [Expr, number] => {
    const expanded = size(e, sizes);
    if (expanded > sizeLimit) {
      throw new UnsupportedError(
        "equation-too-long",
        `neuron "${model.name}": an equation has ${expanded} terms once its subexpressions are put in; at most ${sizeLimit} are possible`,
        "Make a subexpression that is used many times a state variable, or write it in fewer steps.",
      );
    }
    return [substitute(e, table), expanded];
  };
  for (const s of model.subexpressions) {
    const [value, expanded] = put(s.value);
    table.set(s.name, value);
    sizes.set(s.name, expanded);
  }
  return (e) => put(e)[0];
}

function size(e: Expr, sizes: ReadonlyMap<string, number>): number {
  let total = 0;
  visitExpr(e, (node) => (total += node.kind === "name" ? (sizes.get(node.name) ?? 1) : 1));
  return total;
}
