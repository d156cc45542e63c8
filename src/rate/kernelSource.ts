/** A rule as kernels see it: parsed once, with the names of its arguments by side. */
import { UnsupportedError } from "../errors.ts";
import type { Expr } from "../ir/expr.ts";
import { UnreadFunction } from "./functionText.ts";
import { parseFunction } from "./parseFunction.ts";
import type { ArgumentKind, MatrixSpec } from "./matrix.ts";
import type { Rule } from "./data.ts";

export interface RuleKernel {
  /** What each argument after the weight is called in the expressions: one name an argument, w being the weight. */
  readonly names: readonly string[];
  readonly lets: readonly { readonly name: string; readonly value: Expr }[];
  readonly result: Expr;
}

/** `argument_<k>`; the weight is w. */
const argumentName = (k: number): string => `argument_${k}`;

/** The rule as an expression, or why it is none. */
export function ruleKernel(rule: Rule, kinds: readonly ArgumentKind[]): RuleKernel | { readonly problem: string } {
  const names = kinds.map((_, k) => argumentName(k));
  try {
    return { names, ...parseFunction(rule, ["w", ...names]) };
  } catch (error) {
    if (error instanceof UnreadFunction) return { problem: error.message };
    throw error;
  }
}

/** @throws {UnsupportedError} when the rule is more than an expression of its arguments */
export function requireRuleKernel({ rule, kinds, what }: MatrixSpec): RuleKernel | undefined {
  if (!rule) return undefined;
  const kernel = ruleKernel(rule, kinds);
  if (!("problem" in kernel)) return kernel;
  throw new UnsupportedError("rule", `${what}: its rule cannot become a kernel: ${kernel.problem}`,
    'Write it as one expression of its arguments and Math, or use engine: "gpu.js" or "javascript".');
}
