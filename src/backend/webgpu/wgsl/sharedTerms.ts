/** Calls of functions that occur several times in a statement, computed once: drivers put functions wherever they are called, which takes long. */
import { apply, visitExpr } from "../../../ir/expr.ts";
import type { Expr, Op } from "../../../ir/expr.ts";
import type { Statement } from "../../../ir/kernel.ts";

/** Operations that are one instruction or little more. */
const cheap: ReadonlySet<Op> = new Set<Op>([
  "add", "sub", "mul", "div", "neg", "min", "max", "lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not", "select", "int", "abs", "sign", "floor",
  "ceil", "round", "sqrt",
]);

/** The statements with a `let` before each one whose calls repeat. Loops stay as they are. */
export function shareTerms(statements: readonly Statement[]): Statement[] {
  let count = 0;
  return statements.flatMap((statement) => {
    if (statement.kind === "while") return [statement];
    const seen = new Map<string, number>();
    visitExpr(statement.value, (e) => {
      if (e.kind === "apply" && !cheap.has(e.op)) seen.set(keyOf(e), (seen.get(keyOf(e)) ?? 0) + 1);
    });
    if (![...seen.values()].some((n) => n > 1)) return [statement];
    const lets: Statement[] = [];
    const named = new Map<string, Expr>();
    const replace = (e: Expr): Expr => {
      if (e.kind !== "apply") return e;
      const key = cheap.has(e.op) ? undefined : keyOf(e);
      const known = key === undefined ? undefined : named.get(key);
      if (known) return known;
      const made = apply(e.op, ...e.args.map(replace));
      if (key === undefined || seen.get(key)! < 2) return made;
      const name = `shared ${++count}`;
      lets.push({ kind: "let", name, value: made });
      named.set(key, { kind: "name", name });
      return { kind: "name", name };
    };
    const value = replace(statement.value);
    return [...lets, { ...statement, value }];
  });
}

/** JSON has no word for infinities, NaN and −0. */
const keyOf = (e: Expr): string =>
  JSON.stringify(e, (_, value: unknown) => (typeof value === "number" ? `${Object.is(value, -0) ? "-" : ""}${value}` : value));
