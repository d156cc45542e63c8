/**
 * Moves work out of the kernel: what depends on per-element constants alone is computed once, what depends on the time alone once a step.
 * A constant is worth an array of its own when that saves a division or a call of a function; sums and products are cheaper than a load.
 */
import { apply, div, isCondition, mapExpr, mul, name, namesIn, number, substitute, visitExpr } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import { simplify } from "../ir/simplify.ts";
import type { Scope } from "./scope.ts";

export interface PerStep { readonly name: string; readonly value: Expr }

export interface Hoister {
  /** The expression with everything constant, or common to all elements, replaced by names. */
  readonly hoist: (e: Expr) => Expr;
  /** The per-step values that were found. */
  readonly scalars: readonly PerStep[];
}

export function hoister(scope: Scope, given: readonly PerStep[]): Hoister {
  const scalars: PerStep[] = [];
  const known = new Map<string, Expr>();
  const values = new Map(given.map((s) => [s.name, s.value]));
  const isPerStep = (e: Expr): boolean =>
    e.kind === "name" ? e.name === "t" || values.has(e.name) : e.kind === "apply" ? e.args.every(isPerStep) : e.kind !== "random";

  const once = (e: Expr, make: () => Expr): Expr => {
    const key = JSON.stringify(e);
    const replaced = known.get(key) ?? make();
    known.set(key, replaced);
    return replaced;
  };

  const visit = (e: Expr): Expr => {
    if (e.kind === "name" && e.name !== "t") return e;
    if (e.kind !== "name" && e.kind !== "apply") return e;
    if (scope.isConstant(e)) {
      const inputs = namesIn(e);
      // The index alone is at hand anyway, and a constant of it would have to be stored for each element.
      if (inputs.size === 0 || !isCostly(e)) return e;
      return once(e, () => asCondition(e, scope.addConstant(`constant_${[...inputs].join("_")}`, e)));
    }
    if (isPerStep(e)) {
      return once(e, () => {
        const label = scope.fresh(e.kind === "name" ? "time" : "per_step");
        scalars.push({ name: label, value: simplify(substitute(isCondition(e) ? apply("int", e) : e, values)) });
        return asCondition(e, name(label));
      });
    }
    if (e.kind === "name") return e;
    const args = e.args.map(visit);
    return args.every((a, k) => a === e.args[k]) ? e : apply(e.op, ...args);
  };
  return { hoist: (e) => simplify(visit(simplify(mapExpr(simplify(e), (node) => cheaper(node, scope))))), scalars };
}

/** Names stand for numbers: a condition that was computed elsewhere comes back as 1 or 0. */
const asCondition = (original: Expr, value: Expr): Expr => (isCondition(original) ? apply("gt", value, number(0.5)) : value);

const free = new Set(["add", "sub", "mul", "neg", "min", "max", "abs", "select", "int", "lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"]);

function isCostly(e: Expr): boolean {
  let costly = false;
  visitExpr(e, (node) => (costly ||= node.kind === "apply" && !free.has(node.op)));
  return costly;
}

/** x/c → x·(1/c) for a constant c, small whole powers as products, and the constant factors of a product in one place. */
function cheaper(e: Expr, scope: Scope): Expr {
  if (e.kind !== "apply") return e;
  const [a, b] = e.args as [Expr, Expr];
  if (e.op === "pow" && b.kind === "number") {
    switch (b.value) {
      case 2: return mul(a, a);
      case 3: return mul(mul(a, a), a);
      case 4: return mul(mul(a, a), mul(a, a));
      case 0.5: return apply("sqrt", a);
      case -1: return div(number(1), a);
      default: return e;
    }
  }
  if ((e.op !== "mul" && e.op !== "div") || scope.isConstant(e)) return e;
  const numerators: Expr[] = [];
  const denominators: Expr[] = [];
  gather(e, numerators, denominators);
  const [above, below] = [numerators.filter((x) => scope.isConstant(x)), denominators.filter((x) => scope.isConstant(x))];
  if (below.length === 0 && above.length < 2) return e;
  const factor = simplify(below.reduce((x, y) => div(x, y), above.reduce(mul, number(1) as Expr)));
  if (factor.kind === "number" && (!Number.isFinite(factor.value) || Math.abs(factor.value) < 2 ** -1022)) return e;
  const varying = numerators.filter((x) => !scope.isConstant(x));
  const divisors = denominators.filter((x) => !scope.isConstant(x));
  const product = varying.length === 0 ? factor : mul(factor, varying.reduce(mul));
  return divisors.length === 0 ? product : div(product, divisors.reduce(mul));
}

function gather(e: Expr, above: Expr[], below: Expr[]): void {
  if (e.kind === "apply" && e.op === "mul") {
    for (const a of e.args) gather(a, above, below);
  } else if (e.kind === "apply" && e.op === "div") {
    gather(e.args[0]!, above, below);
    gather(e.args[1]!, below, above);
  } else if (e.kind === "apply" && e.op === "neg") {
    above.push(number(-1));
    gather(e.args[0]!, above, below);
  } else {
    above.push(e);
  }
}
