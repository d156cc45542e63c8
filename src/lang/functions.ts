/** The functions and constants of the language: how many arguments, and what they do with dimensions. */
import { apply, number } from "../ir/expr.ts";
import type { Expr, Op } from "../ir/expr.ts";
import { powerDimension } from "../units/dimension.ts";
import type { Dimension } from "../units/dimension.ts";

/** What an argument must be: a plain number, a number of any dimension, one of the same dimension as the others, or a condition. */
export type Argument = "plain" | "any" | "same" | "condition";

export interface LanguageFunction {
  readonly arguments: readonly Argument[];
  /** Whether the last argument may be repeated, as in max(a, b, c). */
  readonly variadic?: boolean;
  /** From the (shared) dimension of the arguments; dimensionless when absent. */
  readonly dimension?: (argument: Dimension) => Dimension;
  readonly build: (...args: readonly Expr[]) => Expr;
}

const plain = (op: Op): LanguageFunction => ({ arguments: ["plain"], build: (x) => apply(op, x!) });
const same = (d: Dimension): Dimension => d;
const fold = (op: Op): LanguageFunction =>
  ({ arguments: ["same", "same"], variadic: true, dimension: same, build: (...args) => args.reduce((a, b) => apply(op, a, b)) });

export const functions: ReadonlyMap<string, LanguageFunction> = new Map<string, LanguageFunction>([
  ["exp", plain("exp")], ["expm1", plain("expm1")], ["exprel", plain("exprel")], ["log", plain("log")], ["log10", plain("log10")],
  ["sin", plain("sin")], ["cos", plain("cos")], ["tan", plain("tan")], ["arcsin", plain("arcsin")], ["arccos", plain("arccos")],
  ["arctan", plain("arctan")],
  ["sinh", plain("sinh")], ["cosh", plain("cosh")], ["tanh", plain("tanh")],
  ["floor", plain("floor")], ["ceil", plain("ceil")], ["round", plain("round")],
  ["sqrt", { arguments: ["any"], dimension: (d) => powerDimension(d, 0.5), build: (x) => apply("sqrt", x!) }],
  ["abs", { arguments: ["any"], dimension: same, build: (x) => apply("abs", x!) }],
  ["sign", { arguments: ["any"], build: (x) => apply("sign", x!) }],
  ["min", fold("min")], ["max", fold("max")],
  ["clip", { arguments: ["same", "same", "same"], dimension: same, build: (x, low, high) => apply("min", apply("max", x!, low!), high!) }],
  ["int", { arguments: ["condition"], build: (c) => apply("int", c!) }],
  ["select", { arguments: ["condition", "same", "same"], dimension: same, build: (c, a, b) => apply("select", c!, a!, b!) }],
]);

/** Functions of random numbers take no argument; each occurrence is a draw of its own. */
export const randomFunctions: ReadonlyMap<string, "uniform" | "normal"> = new Map([["rand", "uniform"], ["randn", "normal"]]);

export const constants: ReadonlyMap<string, Expr> = new Map([["pi", number(Math.PI)], ["e", number(Math.E)], ["inf", number(Infinity)]]);

export const truths: ReadonlyMap<string, boolean> = new Map([["True", true], ["true", true], ["False", false], ["false", false]]);

/** What people write elsewhere for the same thing. */
export const otherNames: ReadonlyMap<string, string> = new Map([
  ["asin", "arcsin"], ["acos", "arccos"], ["atan", "arctan"], ["ln", "log"], ["pow", "a^b"], ["power", "a^b"], ["fabs", "abs"], ["sgn", "sign"],
  ["heaviside", "int(x > 0)"],
  ["minimum", "min"], ["maximum", "max"], ["where", "select"], ["ifelse", "select"], ["random", "rand"], ["uniform", "rand"], ["normal", "randn"],
  ["gauss", "randn"],
  ["ceiling", "ceil"], ["mod", "a % b"], ["log2", "log(x)/log(2)"], ["H", "int(x > 0)"], ["step", "int(x > 0)"],
  ["not_refractory", "(unless refractory)"],
]);

/** Words that no parameter or variable may be called. */
export function isLanguageWord(word: string): boolean {
  return functions.has(word) || randomFunctions.has(word) || constants.has(word) || truths.has(word)
    || ["and", "or", "not", "if", "else", "xor", "mod", "to", "in", "is"].includes(word);
}
