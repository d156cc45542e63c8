/** Syntax → `Expr` in SI base units, with names resolved and dimensions checked. Problems are reported, and checking goes on. */
import { didYouMean } from "../errors.ts";
import { apply, boolean, name, number, operations } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import { dimensionless, dimensionName, divideDimensions, isDimensionless, multiplyDimensions, powerDimension,
  sameDimension } from "../units/dimension.ts";
import type { Dimension } from "../units/dimension.ts";
import { findUnit } from "../units/names.ts";
import { exampleUnit, nearestUnit, scaleByTen } from "../units/quantity.ts";
import type { ExtraUnits } from "../units/quantity.ts";
import { constants, functions, otherNames, randomFunctions, truths } from "./functions.ts";
import type { Span } from "./problems.ts";
import type { Syntax } from "./syntax.ts";

/** What the names of an expression mean, and where its problems and its random draws go. */
export interface Scope {
  /** "any" stands for a dimension that could not be understood, so that one mistake is reported once. */
  readonly names: ReadonlyMap<string, Dimension | "any">;
  /** Names that are not listed but have a meaning, such as any variable of a neuron that is not known yet. */
  readonly lookUp?: (name: string) => Dimension | "any" | undefined;
  /** Units beside the common ones. */
  readonly units?: ExtraUnits;
  /** What to do about a name that means nothing, when more is known than that. */
  readonly unknownHint?: (name: string) => string | undefined;
  /** Names that exist elsewhere but not here: name → [what is wrong, hint]. */
  readonly refused?: (name: string) => readonly [string, string] | undefined;
  /** Whether `xi` and `xi_<name>`, white noise in second^-1/2, may occur. */
  readonly noise: boolean;
  readonly nextDraw: () => number;
  /** The shown message is `<what> in <part> of <model>: <detail>`. */
  readonly report: (code: string, what: string, span: Span, hint: string, detail?: string) => void;
}

/** "any" is the dimension of zero, of infinity and of what could not be understood: it fits everywhere. */
export interface Checked { readonly expr: Expr; readonly dimension: Dimension | "any" | "condition" }

export function checkExpression(syntax: Syntax, scope: Scope): Checked {
  switch (syntax.kind) {
    case "number": return checkNumber(syntax, scope);
    case "name": return checkName(syntax, scope);
    case "unary": return checkUnary(syntax, scope);
    case "binary": return checkBinary(syntax, scope);
    case "call": return checkCall(syntax, scope);
    default: return syntax satisfies never;
  }
}

/** Checks an expression that must be a number of the given dimension; `needed` says why, e.g. "dv/dt is in volt/second". */
export function checkNumberOf(syntax: Syntax, dimension: Dimension | "any", needed: string, scope: Scope): Expr {
  const checked = checkExpression(syntax, scope);
  if (checked.dimension === "condition") {
    scope.report("condition-as-number", "a condition stands where a number is needed", syntax, "int(condition) is 1 where it holds, else 0.", needed);
  } else if (checked.dimension !== "any" && dimension !== "any" && !sameDimension(checked.dimension, dimension)) {
    scope.report("units-mismatch", "units do not match", syntax, conversionHint(syntax, checked.dimension, dimension),
      `${needed}, not ${isDimensionless(checked.dimension) ? "dimensionless" : dimensionName(checked.dimension)}`);
  }
  return checked.expr;
}

/** Checks an expression that must be a condition. */
export function checkCondition(syntax: Syntax, scope: Scope): Expr {
  const checked = checkExpression(syntax, scope);
  if (checked.dimension === "condition" || (checked.dimension === "any" && checked.expr.kind === "name")) return checked.expr;
  scope.report("number-as-condition", "a number stands where a condition is needed", syntax, "Compare it, e.g. v > v_th.");
  return boolean(false);
}

function checkNumber(syntax: Extract<Syntax, { kind: "number" }>, scope: Scope): Checked {
  const value = Number(syntax.text);
  if (!Number.isFinite(value)) scope.report("not-finite", `${syntax.text} is too large a number`, syntax, "Write inf for infinity.");
  return { expr: number(value), dimension: value === 0 ? "any" : dimensionless };
}

function checkName(syntax: Extract<Syntax, { kind: "name" }>, scope: Scope): Checked {
  const word = syntax.name;
  const refused = scope.refused?.(word);
  if (refused) {
    scope.report("name-not-here", refused[0], syntax, refused[1]);
    return { expr: name(word), dimension: "any" };
  }
  const own = scope.names.get(word) ?? scope.lookUp?.(word);
  if (own) return { expr: name(word), dimension: own };
  if (word === "xi" || word.startsWith("xi_")) {
    if (!scope.noise) scope.report("noise-not-here", `white noise ${word} stands`, syntax, noiseHint);
    return { expr: name(word), dimension: noiseDimension };
  }
  const truth = truths.get(word);
  if (truth !== undefined) return { expr: boolean(truth), dimension: "condition" };
  const constant = constants.get(word);
  if (constant) return { expr: constant, dimension: word === "inf" ? "any" : dimensionless };
  const extra = scope.units?.get(word);
  if (extra) return { expr: number(1), dimension: extra };
  const unit = findUnit(word);
  if (unit) return { expr: number(scaleByTen("1", unit.exponent)), dimension: unit.dimension };
  scope.report("unknown-name", `unknown name "${word}"`, syntax, unknownNameHint(word, scope));
  return { expr: name(word), dimension: "any" };
}

export const noiseHint = "White noise acts only on differential equations; write randn() for a normal random number drawn each time.";
const noiseDimension = powerDimension([0, 0, 1, 0, 0, 0, 0], -0.5);

function unknownNameHint(word: string, scope: Scope): string {
  const given = scope.unknownHint?.(word);
  if (given !== undefined) return given;
  if (functions.has(word) || randomFunctions.has(word)) return `${word} is a function: write ${word}(${randomFunctions.has(word) ? "" : "…"}).`;
  const own = didYouMean(word, scope.names.keys());
  if (own) return `Did you mean ${own}?`;
  const other = didYouMean(word, constants.keys()) ?? nearestUnit(word);
  if (other) return `Did you mean ${other}?`;
  return "Declare it under parameters or state, or define it by a line of the equations.";
}

function checkUnary(syntax: Extract<Syntax, { kind: "unary" }>, scope: Scope): Checked {
  if (syntax.op === "not") return { expr: apply("not", checkCondition(syntax.arg, scope)), dimension: "condition" };
  const arg = expectNumber(syntax.arg, scope);
  if (syntax.op === "plus") return arg;
  // −65 is one number, −(65) the opposite of one: printed expressions read back as they were.
  const literal = (syntax.arg.kind === "number" || syntax.arg.kind === "name") && syntax.arg.start === syntax.at.end;
  return { expr: literal && arg.expr.kind === "number" ? number(-arg.expr.value) : apply("neg", arg.expr), dimension: arg.dimension };
}

/** Checks that the part is a number, of whatever dimension. */
function expectNumber(syntax: Syntax, scope: Scope): Checked & { readonly dimension: Dimension | "any" } {
  const checked = checkExpression(syntax, scope);
  if (checked.dimension !== "condition") return { expr: checked.expr, dimension: checked.dimension };
  scope.report("condition-as-number", "a condition stands where a number is needed", syntax,
    "int(condition) is 1 where it holds, else 0; parentheses may be missing around the condition.");
  return { expr: number(0), dimension: "any" };
}

function checkBinary(syntax: Extract<Syntax, { kind: "binary" }>, scope: Scope): Checked {
  const { op, left, right } = syntax;
  if (op === "and" || op === "or") {
    return { expr: apply(op, checkCondition(left, scope), checkCondition(right, scope)), dimension: "condition" };
  }
  if (left.kind === "unary" && left.op === "not") {
    scope.report("condition-as-number", "not reaches less far than meant", left,
      "It binds stronger than a comparison: write not (…) around the whole condition.");
    return { expr: boolean(false), dimension: "condition" };
  }
  const a = expectNumber(left, scope), b = expectNumber(right, scope);
  const expr = withUnit(syntax) ?? apply(op, a.expr, b.expr);
  switch (op) {
    case "mul": return { expr, dimension: a.dimension === "any" || b.dimension === "any" ? "any" : multiplyDimensions(a.dimension, b.dimension) };
    case "div": return { expr, dimension: a.dimension === "any" || b.dimension === "any" ? "any" : divideDimensions(a.dimension, b.dimension) };
    case "pow": return { expr, dimension: powerOf(syntax, a, b, scope) };
    default: {
      let clash = false;
      if (a.dimension !== "any" && b.dimension !== "any" && !sameDimension(a.dimension, b.dimension)) {
        const sign = signs[op] ?? op;
        clash = true;
        const detail = `${dimensionName(a.dimension)} ${sign} ${dimensionName(b.dimension)}`;
        scope.report("units-mismatch", "units do not match", right, conversionHint(right, b.dimension, a.dimension), detail);
      }
      // What a wrong sum is in nobody knows, so nothing more is said about it.
      const joint = clash ? "any" : a.dimension === "any" ? b.dimension : a.dimension;
      return { expr, dimension: operations[op].result === "boolean" ? "condition" : joint };
    }
  }

  /** `20*mV` is one number, rounded once, so that it equals "20 mV" to the last bit. */
  function withUnit(product: typeof syntax): Expr | undefined {
    const written = signedNumber(product.left);
    if (product.op !== "mul" || written === undefined || product.right.kind !== "name" || scope.names.has(product.right.name)) return undefined;
    const unit = findUnit(product.right.name);
    return unit && number(scaleByTen(written, unit.exponent));
  }
}

/** The text of a number such as 65 or -65. */
function signedNumber(syntax: Syntax): string | undefined {
  if (syntax.kind === "number") return syntax.text;
  return syntax.kind === "unary" && syntax.op === "neg" && syntax.arg.kind === "number" ? `-${syntax.arg.text}` : undefined;
}

const signs: Readonly<Record<string, string>> = { add: "+", sub: "-", mod: "%", lt: "<", le: "<=", gt: ">", ge: ">=", eq: "==", ne: "!=" };

function powerOf(syntax: Extract<Syntax, { kind: "binary" }>, base: Checked, exponent: Checked, scope: Scope): Dimension | "any" {
  if (exponent.dimension !== "any" && exponent.dimension !== "condition" && !isDimensionless(exponent.dimension)) {
    scope.report("units-mismatch", "units do not match", syntax.right, `Divide it by ${exampleUnit(exponent.dimension)}.`,
      `an exponent must be dimensionless, not ${dimensionName(exponent.dimension)}`);
    return "any";
  }
  if (base.dimension === "any" || base.dimension === "condition") return "any";
  if (isDimensionless(base.dimension)) return dimensionless;
  const value = constantValue(exponent.expr);
  if (value !== undefined && Number.isFinite(value)) return powerDimension(base.dimension, value);
  scope.report("units-mismatch", "units do not match", syntax.right,
    `Make the base dimensionless: divide it by ${exampleUnit(base.dimension)} or by a quantity of the model.`,
    `the base is in ${dimensionName(base.dimension)}, so the exponent must be a written number`);
  return "any";
}

function constantValue(e: Expr): number | undefined {
  if (e.kind === "number") return e.value;
  if (e.kind !== "apply") return undefined;
  const [a, b] = e.args.map(constantValue);
  if (a === undefined) return undefined;
  if (e.op === "neg") return -a;
  if (b === undefined) return undefined;
  return e.op === "add" ? a + b : e.op === "sub" ? a - b : e.op === "mul" ? a * b : e.op === "div" ? a / b : undefined;
}

function checkCall(syntax: Extract<Syntax, { kind: "call" }>, scope: Scope): Checked {
  const word = syntax.name;
  const distribution = randomFunctions.get(word);
  if (distribution) {
    if (syntax.args.length > 0) scope.report("wrong-arguments", `${word}() takes no argument`, syntax, "Scale the result, e.g. 5 + 2*randn().");
    return { expr: { kind: "random", distribution, draw: scope.nextDraw() }, dimension: dimensionless };
  }
  const called = functions.get(word);
  if (!called) {
    for (const arg of syntax.args) checkExpression(arg, scope);
    scope.report("unknown-function", ...unknownFunction(word, syntax, scope));
    return { expr: number(0), dimension: "any" };
  }
  const wanted = called.arguments.length;
  if (syntax.args.length < wanted || (syntax.args.length > wanted && !called.variadic)) {
    const count = `${called.variadic ? "at least " : ""}${wanted} argument${wanted === 1 ? "" : "s"}`;
    scope.report("wrong-arguments", `${word} takes ${count}, but has ${syntax.args.length}`, syntax,
      `Write ${signature(word, called.arguments.length)}.`);
    return { expr: number(0), dimension: "any" };
  }
  let joint: Dimension | "any" = "any";
  const args = syntax.args.map((arg, k) => {
    const kind = called.arguments[Math.min(k, wanted - 1)]!;
    if (kind === "condition") return checkCondition(arg, scope);
    if (kind === "plain") return checkNumberOf(arg, dimensionless, `the argument of ${word} must be dimensionless`, scope);
    const checked = expectNumber(arg, scope);
    if (joint === "any") joint = checked.dimension;
    else if (checked.dimension !== "any" && !sameDimension(joint, checked.dimension)) {
      scope.report("units-mismatch", "units do not match", arg, conversionHint(arg, checked.dimension, joint),
        `${word} of ${dimensionName(joint)} and ${dimensionName(checked.dimension)}`);
    }
    return checked.expr;
  });
  const result = called.dimension === undefined ? dimensionless : joint === "any" ? "any" : called.dimension(joint);
  return { expr: called.build(...args), dimension: result };
}

function unknownFunction(word: string, syntax: Extract<Syntax, { kind: "call" }>, scope: Scope): [string, Span, string] {
  if (scope.names.has(word) || findUnit(word)) return [`"${word}" is not a function`, syntax.nameSpan, `Write ${word} * (…).`];
  const near = otherNames.get(word) ?? didYouMean(word, [...functions.keys(), ...randomFunctions.keys()]);
  return [`unknown function "${word}"`, syntax.nameSpan, near
    ? `Write ${near}${near.includes("(") || near.includes(" ") || near.includes("^") ? "" : "(…)"}.`
    : `Known functions are ${[...functions.keys(), ...randomFunctions.keys()].join(", ")}.`];
}

function signature(word: string, count: number): string {
  const named: Readonly<Record<string, string>> = { clip: "x, low, high", select: "condition, a, b", int: "condition" };
  return `${word}(${named[word] ?? ["x", "a, b"][count - 1]})`;
}

/** How a term in one dimension could be brought to another. */
function conversionHint(syntax: Syntax, from: Dimension, to: Dimension): string {
  const written = signedNumber(syntax);
  const shown = syntax.kind === "name" ? syntax.name : (written ?? "it");
  if (written !== undefined) return `Write ${shown}*${exampleUnit(to)} if that is what you mean.`;
  const ratio = divideDimensions(to, from);
  const inverse = divideDimensions(from, to);
  const named = (d: Dimension): boolean => !dimensionName(d).includes("/") && !dimensionName(d).includes("*");
  const quantity = (d: Dimension): string => kinds[dimensionName(d)] ?? `a quantity in ${dimensionName(d)}`;
  if (dimensionName(ratio) === "hertz") return `Divide ${shown} by a time, e.g. by a time constant.`;
  if (isDimensionless(to)) return `Divide ${shown} by ${quantity(from)}, e.g. by ${exampleUnit(from)}.`;
  const otherwise = syntax.kind === "name" ? `, or declare ${shown} in ${dimensionName(to)}` : "";
  if (named(ratio)) return `Multiply ${shown} by ${quantity(ratio)}${otherwise}.`;
  if (named(inverse)) return `Divide ${shown} by ${quantity(inverse)}${otherwise}.`;
  return `Bring ${shown} to ${dimensionName(to)}, e.g. multiply by a quantity in ${dimensionName(ratio)}.`;
}

const kinds: Readonly<Record<string, string>> = {
  second: "a time", volt: "a voltage", ampere: "a current", siemens: "a conductance", farad: "a capacitance", ohm: "a resistance", hertz: "a rate",
  metre: "a length",
};
