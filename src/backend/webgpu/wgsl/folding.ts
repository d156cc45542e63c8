/**
 * What the WebAssembly back-end computes when it compiles a kernel, as a rewriting of kernels: constants are folded in f64, also through
 * `let`s and assignments; a division by a constant becomes a multiplication; x^½ becomes a root. Both back-ends then round in the same places.
 */
import { applyOperation } from "../../../ir/evaluate.ts";
import { apply, boolean, mapExpr, number, type Expr, type Op } from "../../../ir/expr.ts";
import type { MapKernel, Statement } from "../../../ir/kernel.ts";

/** Names whose value is a constant at a point of the program. */
type Known = Map<string, Expr>;

export function folded(e: Expr, known: ReadonlyMap<string, Expr> = new Map()): Expr {
  return mapExpr(e, (node) => {
    if (node.kind === "name") return known.get(node.name) ?? node;
    return node.kind === "apply" ? foldedOperation(node.op, node.args) : node;
  });
}

/** The statements, and in `known` the names whose values are constants after them. */
export function foldedStatements(statements: readonly Statement[], known: Known = new Map()): Statement[] {
  return statements.map((statement) => {
    if (statement.kind === "while") {
      for (const name of assignedNames(statement.body)) known.delete(name);
      return { ...statement, condition: folded(statement.condition, known), body: foldedStatements(statement.body, new Map(known)) };
    }
    const value = folded(statement.value, known);
    if (isConstant(value)) known.set(statement.name, value);
    else known.delete(statement.name);
    return { ...statement, value };
  });
}

/** A kernel whose body, condition and reset are folded as one piece of program. */
export function foldedKernel(kernel: MapKernel): MapKernel {
  const known: Known = new Map();
  const body = foldedStatements(kernel.body, known);
  if (!kernel.spike) return { ...kernel, body };
  const condition = folded(kernel.spike.condition, known);
  return { ...kernel, body, spike: { condition, reset: foldedStatements(kernel.spike.reset, known) } };
}

type Constant = Expr & { readonly kind: "number" | "boolean" };

const isConstant = (e: Expr): e is Constant => e.kind === "number" || e.kind === "boolean";

function foldedOperation(op: Op, args: readonly Expr[]): Expr {
  if (args.every(isConstant)) {
    const value = applyOperation(op, args.map((a) => a.value));
    return typeof value === "number" ? number(value) : boolean(value);
  }
  const [a, b] = args as [Expr, Expr];
  const is = (x: Expr, value: number | boolean): boolean => isConstant(x) && x.value === value;
  switch (op) {
    case "add": return is(a, 0) ? b : is(b, 0) ? a : apply(op, a, b);
    case "sub": return is(b, 0) ? a : apply(op, a, b);
    case "mul": return is(a, 1) ? b : is(b, 1) ? a : is(a, -1) ? foldedOperation("neg", [b]) : apply(op, a, b);
    case "div": return foldedQuotient(a, b);
    case "pow": return is(b, 1) ? a : is(b, 0.5) ? apply("sqrt", a) : apply(op, a, b);
    case "and": return is(a, true) || is(b, false) ? b : is(b, true) || is(a, false) ? a : apply(op, a, b);
    case "or": return is(a, false) || is(b, true) ? b : is(b, false) || is(a, true) ? a : apply(op, a, b);
    case "select": return a.kind === "boolean" ? (a.value ? b : args[2]!) : apply(op, ...args);
    default: return apply(op, ...args);
  }
}

function foldedQuotient(a: Expr, b: Expr): Expr {
  if (b.kind !== "number") return apply("div", a, b);
  if (b.value === 1) return a;
  // A multiplication costs a third; its result may differ from the quotient by 1 ulp.
  const inverse = 1 / b.value;
  const isPlain = Number.isFinite(inverse) && Math.abs(inverse) > 1e-30 && Math.abs(inverse) < 1e30;
  return isPlain ? foldedOperation("mul", [a, number(inverse)]) : apply("div", a, b);
}

/** Names that the statements assign, in loops too. */
function assignedNames(statements: readonly Statement[]): Set<string> {
  return new Set(statements.flatMap((s) => (s.kind === "assign" ? [s.name] : s.kind === "while" ? [...assignedNames(s.body)] : [])));
}
