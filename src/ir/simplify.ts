/**
 * Simplifies an expression: folds constants and applies identities. The value never changes beyond rounding, with one documented
 * exception: `x·0`, `0·x` and `0/x` become 0, which differs where x is infinite, NaN (or 0, for 0/x). Synfire stops a run at the first
 * state that is not finite, so no result that a user sees depends on it. Operations without a finite value (1/0) are left as they are.
 */
import { applyOperation } from "./evaluate.ts";
import type { Scalar } from "./evaluate.ts";
import { apply, boolean, mapExpr, neg, number, sameExpr, sub } from "./expr.ts";
import type { ApplyExpr, Expr, Op } from "./expr.ts";

export function simplify(e: Expr): Expr {
  return mapExpr(e, (node) => (node.kind === "apply" ? simplifyNode(node) : node));
}

/** Whether the expression is this very number (0 and −0 are the same). */
export const isNumber = (e: Expr, value: number): boolean => e.kind === "number" && e.value === value;

/** The value of an operation on known operands; null when it has none that may be written as a number (NaN, infinity). */
function foldOperation(op: Op, operands: readonly Scalar[]): Scalar | null {
  const value = applyOperation(op, operands);
  return typeof value === "boolean" || Number.isFinite(value) ? value : null;
}

function simplifyNode(node: ApplyExpr): Expr {
  const values = node.args.map((a) => (a.kind === "number" || a.kind === "boolean" ? a.value : undefined));
  if (values.every((v) => v !== undefined)) {
    const value = foldOperation(node.op, values);
    if (value !== null) return typeof value === "number" ? number(value) : boolean(value);
    return node;
  }
  return identities[node.op]?.(node, node.args) ?? node;
}

type Identity = (node: ApplyExpr, args: readonly Expr[]) => Expr | undefined;

/** x when the expression is −x. */
const negated = (e: Expr): Expr | undefined => (e.kind === "apply" && e.op === "neg" ? e.args[0] : undefined);
const isBoolean = (e: Expr, value: boolean): boolean => e.kind === "boolean" && e.value === value;

const identities: { readonly [op in Op]?: Identity } = {
  add: (_, [a, b]) => {
    if (isNumber(a!, 0)) return b;
    if (isNumber(b!, 0)) return a;
    const [minusA, minusB] = [negated(a!), negated(b!)];
    if (minusB) return simplifyNode(apply("sub", a!, minusB));
    return minusA && simplifyNode(apply("sub", b!, minusA));
  },
  sub: (_, [a, b]) => {
    if (isNumber(b!, 0)) return a;
    if (isNumber(a!, 0)) return simplifyNode(apply("neg", b!));
    const minusB = negated(b!);
    return minusB && simplifyNode(apply("add", a!, minusB));
  },
  neg: (_, [a]) => {
    if (a!.kind === "apply" && a!.op === "sub") return sub(a!.args[1]!, a!.args[0]!);
    return negated(a!);
  },
  mul: (_, [a, b]) => {
    if (isNumber(a!, 0) || isNumber(b!, 0)) return number(0);
    if (isNumber(a!, 1)) return b;
    if (isNumber(b!, 1)) return a;
    if (isNumber(a!, -1)) return simplifyNode(apply("neg", b!));
    if (isNumber(b!, -1)) return simplifyNode(apply("neg", a!));
    const [minusA, minusB] = [negated(a!), negated(b!)];
    if (minusA && minusB) return simplifyNode(apply("mul", minusA, minusB));
    if (minusA) return neg(simplifyNode(apply("mul", minusA, b!)));
    if (minusB) return neg(simplifyNode(apply("mul", a!, minusB)));
    return gatherFactors(a!, b!);
  },
  div: (_, [a, b]) => {
    if (isNumber(a!, 0)) return number(0);
    if (isNumber(b!, 1)) return a;
    if (isNumber(b!, -1)) return simplifyNode(apply("neg", a!));
    const minusA = negated(a!);
    return minusA && neg(simplifyNode(apply("div", minusA, b!)));
  },
  pow: (_, [a, b]) => {
    if (isNumber(b!, 0)) return number(1);
    if (isNumber(b!, 1)) return a;
    return undefined;
  },
  min: (_, [a, b]) => (sameExpr(a!, b!) ? a : undefined),
  max: (_, [a, b]) => (sameExpr(a!, b!) ? a : undefined),
  select: (_, [condition, a, b]) => {
    if (isBoolean(condition!, true)) return a;
    if (isBoolean(condition!, false)) return b;
    return sameExpr(a!, b!) ? a : undefined;
  },
  and: (_, [a, b]) => {
    if (isBoolean(a!, false) || isBoolean(b!, false)) return boolean(false);
    return isBoolean(a!, true) ? b : isBoolean(b!, true) ? a : undefined;
  },
  or: (_, [a, b]) => {
    if (isBoolean(a!, true) || isBoolean(b!, true)) return boolean(true);
    return isBoolean(a!, false) ? b : isBoolean(b!, false) ? a : undefined;
  },
  not: (_, [a]) => (a!.kind === "apply" && a!.op === "not" ? a!.args[0] : undefined),
};

/** c·(d·x) → (c·d)·x for numbers c and d, so that unit factors of an equation meet in one. */
function gatherFactors(a: Expr, b: Expr): Expr | undefined {
  const [factor, rest] = a.kind === "number" ? [a, b] : [b, a];
  if (factor.kind !== "number" || rest.kind !== "apply" || rest.op !== "mul") return undefined;
  const inner = rest.args.find((x) => x.kind === "number");
  if (inner?.kind !== "number") return undefined;
  const product = foldOperation("mul", [factor.value, inner.value]);
  // A product that leaves the range of normal numbers would lose digits that the two factors apart keep.
  if (typeof product !== "number" || Math.abs(product) < 2 ** -1022) return undefined;
  const other = rest.args[0] === inner ? rest.args[1]! : rest.args[0]!;
  return simplifyNode(apply("mul", number(product), other));
}
