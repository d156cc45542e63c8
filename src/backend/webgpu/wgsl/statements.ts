/** Statements of a kernel as lines of WGSL, for one element. */
import { invariant } from "../../../errors.ts";
import type { Statement } from "../../../ir/kernel.ts";
import { expressionText, roundedText, type Scope } from "./expression.ts";
import { foldedStatements } from "./folding.ts";
import type { Shader } from "./shader.ts";

export { literal } from "./literal.ts";
export type { Scope } from "./expression.ts";

/**
 * Lines of WGSL. `let` adds a `var` of a fresh name to the scope; `assign` writes to the identifier that the scope holds for the name;
 * `while` repeats at most `limit` times, with a scope of its own.
 */
export function statementLines(shader: Shader, statements: readonly Statement[], scope: Scope): string[] {
  return lines(shader, foldedStatements(statements), scope);
}

function lines(shader: Shader, statements: readonly Statement[], scope: Scope): string[] {
  return statements.flatMap((statement) => {
    switch (statement.kind) {
      case "let": {
        const value = roundedText(shader, statement.value, scope);
        const identifier = shader.fresh(statement.name);
        scope.set(statement.name, identifier);
        return [`var ${identifier} = ${value};`];
      }
      case "assign": {
        const identifier = scope.get(statement.name);
        invariant(identifier !== undefined, `a kernel assigns to ${statement.name}, which nothing declares before`);
        return [`${identifier} = ${roundedText(shader, statement.value, scope)};`];
      }
      case "while": {
        const turn = shader.fresh("turn");
        return [
          `for (var ${turn} = 0u; ${turn} < ${statement.limit}u; ${turn}++) {`,
          `  if (!${expressionText(shader, statement.condition, scope)}) { break; }`,
          ...lines(shader, statement.body, new Map(scope)).map((line) => `  ${line}`),
          "}",
        ];
      }
      default: return statement satisfies never;
    }
  });
}
