/** Statements of a kernel, run for one element or edge in plain f64. */
import { invariant } from "../../errors.ts";
import { evaluate, type Scalar } from "../../ir/evaluate.ts";
import type { Expr } from "../../ir/expr.ts";
import type { Statement } from "../../ir/kernel.ts";

/** The names that are defined so far, and their values. */
export type KernelScope = Map<string, Scalar>;

export function runStatements(statements: readonly Statement[], scope: KernelScope): void {
  for (const s of statements) {
    if (s.kind !== "while") scope.set(s.name, valueOf(s.value, scope));
    else for (let turn = 0; turn < s.limit && valueOf(s.condition, scope) === true; turn++) runStatements(s.body, scope);
  }
}

export function valueOf(e: Expr, scope: ReadonlyMap<string, Scalar>): Scalar {
  return evaluate(e, (name) => {
    const value = scope.get(name);
    invariant(value !== undefined, `a kernel uses the name ${name}, which nothing defines before`);
    return value;
  });
}
