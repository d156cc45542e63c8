/** A user's value for each neuron or synapse: a quantity ("20 ms") or an expression ("-60*mV + rand()*10*mV"). */
import { ArgumentError } from "../errors.ts";
import { number } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import { dimensionless, dimensionName, isDimensionless } from "../units/dimension.ts";
import type { Dimension } from "../units/dimension.ts";
import { looksLikeQuantity, parseQuantity, readQuantity } from "../units/quantity.ts";
import { checkExpression, checkNumberOf } from "./check.ts";
import type { Scope } from "./check.ts";
import { equationError, TextProblem } from "./problems.ts";
import type { Problem } from "./problems.ts";
import { readSyntax } from "./syntax.ts";

export interface ValueScope {
  /** Names the expression may use, with their dimensions: parameters, `i`, `N`, `t`, `distance`, … Units, functions and constants come on top. */
  readonly names: ReadonlyMap<string, Dimension>;
  /** What the value must be. */
  readonly dimension: Dimension;
  /** The object and the field, for messages: `v of population "E"`. */
  readonly what: string;
}

export const longestText = 100_000;

/**
 * Reads a value.
 *
 * @returns the expression in SI base units (a plain quantity is a number) and how many random draws it holds
 * @throws {ArgumentError} for a quantity without its unit, with a wrong or a misspelt one
 * @throws {EquationError} for an expression that cannot be read or does not fit, with a caret
 */
export function parseValue(value: number | string, scope: ValueScope): { readonly expr: Expr; readonly draws: number } {
  if (typeof value !== "string" || value.trim() === "" || looksLikeQuantity(value)) {
    return { expr: number(parseQuantity(value, scope.dimension, scope.what)), draws: 0 };
  }
  const wanted = isDimensionless(scope.dimension) ? "dimensionless" : `in ${dimensionName(scope.dimension)}`;
  return readExpression(value, scope, `it must be ${wanted}`);
}

/**
 * The dimension of a quantity or an expression.
 *
 * @throws {ArgumentError | EquationError} when it cannot be read
 */
export function dimensionOfValue(value: number | string, names: ReadonlyMap<string, Dimension>, what: string): Dimension {
  if (typeof value !== "string" || value.trim() === "" || looksLikeQuantity(value)) return readQuantity(value, what).dimension;
  let found: Dimension = dimensionless;
  readExpression(value, { names, dimension: dimensionless, what }, "", (dimension) => (found = dimension));
  return found;
}

function readExpression(
  text: string, scope: ValueScope, needed: string, any?: (dimension: Dimension) => void,
): { expr: Expr; draws: number } {
  if (text.length > longestText) throw new ArgumentError("too-long", `${scope.what} is a text of ${text.length} characters`,
    `At most ${longestText} are read; use an array for values that follow no rule.`);
  const problems: Problem[] = [];
  let draws = 0;
  const report: Scope["report"] = (code, what, span, hint, detail) =>
    problems.push({ code, message: `${what} in ${scope.what}${detail === undefined ? "" : `: ${detail}`}`, hint, source: { text, span } });
  try {
    const inner: Scope = { names: scope.names, noise: false, nextDraw: () => draws++, report };
    const syntax = readSyntax(text);
    if (any) {
      const { dimension } = checkExpression(syntax, { ...inner, report: () => {}, nextDraw: () => 0 });
      if (dimension !== "condition" && dimension !== "any") any(dimension);
    }
    const expr = checkNumberOf(syntax, any ? "any" : scope.dimension, needed, inner);
    if (problems.length === 0) return { expr, draws };
  } catch (error) {
    if (!(error instanceof TextProblem)) throw error;
    report(error.code, error.message, error.span, error.hint);
  }
  throw equationError(problems, scope.what);
}
