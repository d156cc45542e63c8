/** Expressions as WGSL text. Every operation computes in f32 what the WebAssembly back-end computes, operation by operation. */
import { invariant } from "../../../errors.ts";
import type { Expr, Op } from "../../../ir/expr.ts";
import { cosh, exp, expm1, exprel, sinh, tanh } from "./exponential.ts";
import { folded } from "./folding.ts";
import { literal } from "./literal.ts";
import { log, log10 } from "./logarithm.ts";
import { max, min, mod, rounded, sign } from "./plain.ts";
import { integerPower, pow } from "./power.ts";
import type { Shader } from "./shader.ts";
import { arccos, arcsin, arctan, cos, sin, tan } from "./trigonometric.ts";

/** Names of the kernel and their WGSL identifiers: f32, or bool for conditions. */
export type Scope = Map<string, string>;

/**
 * An expression in parentheses where it needs them. Devices may contract a·b + c to one rounding, take subnormal numbers for 0, and divide and
 * take roots with an error of a few ulp; where they do not, the bits are those of the WebAssembly back-end.
 */
export function expressionText(shader: Shader, e: Expr, scope: ReadonlyMap<string, string>): string {
  return text(shader, folded(e), scope);
}

/** The same for a value that is kept in a variable, so that it is rounded before anything uses it. */
export function roundedText(shader: Shader, e: Expr, scope: ReadonlyMap<string, string>): string {
  return operand(shader, folded(e), scope);
}

function text(shader: Shader, e: Expr, scope: ReadonlyMap<string, string>): string {
  switch (e.kind) {
    case "number": return literal(e.value, shader);
    case "boolean": return String(e.value);
    case "name": {
      const identifier = scope.get(e.name);
      invariant(identifier !== undefined, `a kernel uses the name ${e.name}, which nothing defines before`);
      return identifier;
    }
    case "random": return invariant(false, "a random draw reached the emitter: lowering names the draws of a kernel") as never;
    case "apply": {
      const [a, b] = e.args;
      if (e.op === "pow" && b?.kind === "number" && isSmallInteger(b.value)) return integerPower(shader, b.value)(operand(shader, a!, scope));
      return emitters[e.op](shader)(...e.args.map((x) => operand(shader, x, scope)));
    }
    default: return e satisfies never;
  }
}

const operand = (shader: Shader, e: Expr, scope: ReadonlyMap<string, string>): string => {
  const value = text(shader, e, scope);
  if (e.kind !== "apply" || !arithmetic.has(e.op)) return value;
  return `${rounded(shader)}(${value.replace(/^\((.*)\)$/, "$1")})`;
};

/** What compilers rearrange with the operations around it. */
const arithmetic: ReadonlySet<Op> = new Set<Op>(["add", "sub", "mul", "div", "pow", "mod", "neg", "exprel", "log", "log10", "cosh", "arccos"]);

const isSmallInteger = (x: number): boolean => Number.isInteger(x) && Math.abs(x) <= 64;

type Emit = (shader: Shader) => (...args: readonly string[]) => string;

const infix = (operator: string): Emit => () => (a, b) => `(${a} ${operator} ${b})`;
const called = (name: string): Emit => () => (...args) => `${name}(${args.join(", ")})`;
const library = (declare: (shader: Shader) => string): Emit => (shader) => called(declare(shader))(shader);

const emitters: Readonly<Record<Op, Emit>> = {
  add: infix("+"), sub: infix("-"), mul: infix("*"), div: infix("/"),
  pow: library(pow),
  mod: library(mod),
  neg: () => (a) => `(-${a})`,
  min: library(min), max: library(max),
  lt: infix("<"), le: infix("<="), gt: infix(">"), ge: infix(">="), eq: infix("=="),
  // True when one is NaN, for which devices' own `!=` answers false.
  ne: () => (a, b) => `(!(${a} == ${b}))`,
  // Not && and ||, which branch: drivers take minutes over long chains of branches.
  and: infix("&"), or: infix("|"), not: () => (a) => `(!${a})`,
  select: () => (condition, a, b) => `select(${b}, ${a}, ${condition})`,
  int: () => (a) => `select(0f, 1f, ${a})`,
  exp: library(exp), expm1: library(expm1), exprel: library(exprel),
  log: library(log), log10: library(log10),
  sqrt: called("sqrt"), abs: called("abs"),
  sign: library(sign),
  floor: called("floor"), ceil: called("ceil"), round: called("round"),
  sin: library(sin), cos: library(cos), tan: library(tan),
  arcsin: library(arcsin), arccos: library(arccos), arctan: library(arctan),
  sinh: library(sinh), cosh: library(cosh), tanh: library(tanh),
};
