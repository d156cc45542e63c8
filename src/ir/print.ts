/** `Expr` → text of the language, with the fewest parentheses. Reading the text gives the same expression back. */
import type { Expr, Op } from "./expr.ts";

/** Binding strength; a comparison binds stronger than `and`, a sign stronger than a product, a power strongest. */
const strength = { or: 1, and: 2, comparison: 3, sum: 4, product: 5, prefix: 6, power: 7, leaf: 8 } as const;

const infix: Partial<Readonly<Record<Op, readonly [string, number]>>> = {
  or: ["or", strength.or], and: ["and", strength.and],
  lt: ["<", strength.comparison], le: ["<=", strength.comparison], gt: [">", strength.comparison], ge: [">=", strength.comparison],
  eq: ["==", strength.comparison], ne: ["!=", strength.comparison],
  add: ["+", strength.sum], sub: ["-", strength.sum], mul: ["*", strength.product], div: ["/", strength.product], mod: ["%", strength.product],
};

/**
 * Prints an expression in SI numbers. Draws of random numbers are numbered by their order in the text, so two occurrences of the same draw
 * read back as two; NaN prints as `nan`, which the language does not know.
 */
export function printExpr(e: Expr): string {
  return print(e)[0];
}

function print(e: Expr): readonly [text: string, strength: number] {
  switch (e.kind) {
    case "number": return printNumber(e.value);
    case "boolean": return [e.value ? "True" : "False", strength.leaf];
    case "name": return [e.name, strength.leaf];
    case "random": return [e.distribution === "uniform" ? "rand()" : "randn()", strength.leaf];
    case "apply": return printApply(e.op, e.args);
    default: return e satisfies never;
  }
}

function printNumber(value: number): readonly [string, number] {
  const size = Math.abs(value) === Infinity ? "inf" : Number.isNaN(value) ? "nan" : String(Math.abs(value));
  return value < 0 || Object.is(value, -0) ? [`-${size}`, strength.prefix] : [size, strength.leaf];
}

function printApply(op: Op, args: readonly Expr[]): readonly [string, number] {
  const operator = infix[op];
  if (operator) {
    const [sign, own] = operator;
    // Operators of equal strength group to the left; comparisons do not chain.
    return [`${within(args[0]!, own === strength.comparison ? own + 1 : own)} ${sign} ${within(args[1]!, own + 1, true)}`, own];
  }
  if (op === "pow") return [`${within(args[0]!, strength.leaf)}^${within(args[1]!, strength.prefix)}`, strength.power];
  if (op === "not") return [`not ${within(args[0]!, strength.prefix)}`, strength.prefix];
  if (op === "neg") {
    const argument = args[0]!;
    // A sign directly before a number is part of the number.
    return [argument.kind === "number" ? `-(${print(argument)[0]})` : `-${within(argument, strength.power)}`, strength.prefix];
  }
  return [`${op}(${args.map(printExpr).join(", ")})`, strength.leaf];
}

/** Prints an operand, in parentheses when it binds weaker than `least`; `a - (-b)` is easier to read than `a - -b`. */
function within(e: Expr, least: number, afterSign = false): string {
  const [text, own] = print(e);
  return own < least || (afterSign && text.startsWith("-")) ? `(${text})` : text;
}
