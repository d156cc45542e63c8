/** What operators and `Math` functions of JavaScript are as operations of an expression. */
import { add, apply, div, isCondition, mul, number, select, sub } from "../ir/expr.ts";
import type { Expr, Op } from "../ir/expr.ts";
import { UnreadFunction } from "./functionText.ts";

/** A condition as a number is 1 or 0. */
export const asNumber = (e: Expr): Expr => (isCondition(e) ? apply("int", e) : e);

/** @throws {UnreadFunction} for a number: whether it counts as true is not what kernels ask */
export function asCondition(e: Expr): Expr {
  if (!isCondition(e)) throw new UnreadFunction("a number stands where a condition belongs");
  return e;
}

type Binary = (a: Expr, b: Expr) => Expr;

/** Binary operators, weakest first; each row binds stronger than the one before. */
export const binaryOperators: readonly ReadonlyMap<string, Binary>[] = [
  new Map<string, Binary>([["||", (a, b) => apply("or", asCondition(a), asCondition(b))]]),
  new Map<string, Binary>([["&&", (a, b) => apply("and", asCondition(a), asCondition(b))]]),
  new Map<string, Binary>([compared("==", "eq"), compared("===", "eq"), compared("!=", "ne"), compared("!==", "ne")]),
  new Map<string, Binary>([compared("<", "lt"), compared("<=", "le"), compared(">", "gt"), compared(">=", "ge")]),
  new Map<string, Binary>([["+", (a, b) => add(asNumber(a), asNumber(b))], ["-", (a, b) => sub(asNumber(a), asNumber(b))]]),
  new Map<string, Binary>([
    ["*", (a, b) => mul(asNumber(a), asNumber(b))],
    ["/", (a, b) => div(asNumber(a), asNumber(b))],
    // JavaScript's remainder has the sign of the dividend.
    ["%", (a, b) => sub(asNumber(a), mul(asNumber(b), truncated(div(asNumber(a), asNumber(b)))))],
  ]),
];

function compared(sign: string, op: Op): [string, Binary] {
  return [sign, (a, b) => apply(op, asNumber(a), asNumber(b))];
}

/** A call of a function of `Math`. @throws {UnreadFunction} for one that kernels do not have */
export function mathCall(member: string, args: readonly Expr[]): Expr {
  const op = same.get(member);
  const count = op ? 1 : argumentCounts.get(member);
  if ((op || composed.has(member)) && (count === undefined || count === args.length)) {
    return op ? apply(op, args[0]!) : composed.get(member)!(args);
  }
  const shown = `Math.${member} of ${args.length} argument${args.length === 1 ? "" : "s"}`;
  throw new UnreadFunction(`${shown} is not among the operations of kernels`);
}

/** A number of `Math`, such as PI. @throws {UnreadFunction} when there is none of that name */
export function mathNumber(member: string): Expr {
  const constant: unknown = Object.getOwnPropertyDescriptor(Math, member)?.value;
  if (typeof constant !== "number") throw new UnreadFunction(`there is no number Math.${member}`);
  return number(constant);
}

/** `Math` functions of one argument by the name of the operation that is the same. */
const same: ReadonlyMap<string, Op> = new Map([
  ["exp", "exp"], ["expm1", "expm1"], ["log", "log"], ["log10", "log10"], ["sqrt", "sqrt"], ["abs", "abs"], ["sign", "sign"],
  ["floor", "floor"], ["ceil", "ceil"], ["sin", "sin"], ["cos", "cos"], ["tan", "tan"], ["asin", "arcsin"], ["acos", "arccos"], ["atan", "arctan"],
  ["sinh", "sinh"], ["cosh", "cosh"], ["tanh", "tanh"],
]);

const truncated = (x: Expr): Expr => select(apply("lt", x, number(0)), apply("ceil", x), apply("floor", x));

/** `Math` functions that are made of others. */
const composed: ReadonlyMap<string, (args: readonly Expr[]) => Expr> = new Map([
  ["min", (args) => fold("min", args)], ["max", (args) => fold("max", args)],
  ["pow", ([a, b]) => apply("pow", a!, b!)], ["trunc", ([x]) => truncated(x!)], ["log2", ([x]) => div(apply("log", x!), number(Math.LN2))],
]);
const argumentCounts: ReadonlyMap<string, number> = new Map([["pow", 2], ["trunc", 1], ["log2", 1]]);

function fold(op: "min" | "max", args: readonly Expr[]): Expr {
  if (args.length === 0) throw new UnreadFunction(`Math.${op}() has no argument`);
  return args.reduce((a, b) => apply(op, a, b));
}
