/** What every operation means, in f64: the oracle that the compiled kernels are tested against, and the host's evaluator. */
import { invariant } from "../errors.ts";
import type { Expr, Op, RandomExpr } from "./expr.ts";

export type Scalar = number | boolean;

/** The value of an expression. `lookup` gives the names; `random` the draws (an expression without draws needs none). */
export function evaluate(e: Expr, lookup: (name: string) => Scalar, random?: (draw: RandomExpr) => number): Scalar {
  switch (e.kind) {
    case "number": return e.value;
    case "boolean": return e.value;
    case "name": return lookup(e.name);
    case "random":
      invariant(random, "an expression with a random draw was evaluated without a source of random numbers");
      return random(e);
    case "apply": return applyOperation(e.op, e.args.map((a) => evaluate(a, lookup, random)));
    default: return e satisfies never;
  }
}

/** The result of one operation on values; conditions are `boolean`. */
export function applyOperation(op: Op, args: readonly Scalar[]): Scalar {
  return (meaning[op] as Meaning)(args[0]!, args[1]!, args[2]!);
}

/**
 * Turns an expression into a function of the values of `names`, in that order; conditions come out as 1 and 0. Built from closures,
 * never from text, so an expression from a stranger's file stays data.
 *
 * @throws an internal error when the expression holds a name outside `names` or a random draw
 */
export function evaluator(e: Expr, names: readonly string[]): (values: ArrayLike<number>) => number {
  const run = closure(e, names);
  return (values) => Number(run(values));
}

type Closure = (values: ArrayLike<number>) => Scalar;

function closure(e: Expr, names: readonly string[]): Closure {
  switch (e.kind) {
    case "number":
    case "boolean": {
      const { value } = e;
      return () => value;
    }
    case "name": {
      const position = names.indexOf(e.name);
      invariant(position >= 0, `no value for the name ${e.name}`);
      return (values) => values[position]!;
    }
    case "random": return invariant(false, "a closure cannot draw random numbers") as never;
    case "apply": {
      const f = meaning[e.op] as Meaning;
      const [a, b, c] = e.args.map((x) => closure(x, names));
      if (c) return (values) => f(a!(values), b!(values), c(values));
      if (b) return (values) => f(a!(values), b(values), undefined as never);
      return (values) => f(a!(values), undefined as never, undefined as never);
    }
    default: return e satisfies never;
  }
}

type Meaning = (a: Scalar, b: Scalar, c: Scalar) => Scalar;
type Numbers = (a: number, b: number) => Scalar;

/** Nearest integer, ties to even. */
function roundToEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

const meaning: Readonly<Record<Op, Numbers | Meaning>> = {
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => a * b,
  div: (a: number, b: number) => a / b,
  pow: (a: number, b: number) => a ** b,
  mod: (a: number, b: number) => a - b * Math.floor(a / b),
  neg: (a: number) => -a,
  // As pmin and pmax: a comparison with NaN is false, so the first operand stays.
  min: (a: number, b: number) => (b < a ? b : a),
  max: (a: number, b: number) => (a < b ? b : a),
  lt: (a: number, b: number) => a < b,
  le: (a: number, b: number) => a <= b,
  gt: (a: number, b: number) => a > b,
  ge: (a: number, b: number) => a >= b,
  eq: (a: number, b: number) => a === b,
  ne: (a: number, b: number) => a !== b,
  and: (a: Scalar, b: Scalar) => Boolean(a) && Boolean(b),
  or: (a: Scalar, b: Scalar) => Boolean(a) || Boolean(b),
  not: (a: Scalar) => !a,
  select: (condition: Scalar, a: Scalar, b: Scalar) => (condition ? a : b),
  int: (a: Scalar) => Number(Boolean(a)),
  exp: (a: number) => Math.exp(a),
  expm1: (a: number) => Math.expm1(a),
  exprel: (a: number) => (a === 0 ? 1 : a === Infinity ? Infinity : Math.expm1(a) / a),
  log: (a: number) => Math.log(a),
  log10: (a: number) => Math.log10(a),
  sqrt: (a: number) => Math.sqrt(a),
  abs: (a: number) => Math.abs(a),
  sign: (a: number) => Math.sign(a),
  floor: (a: number) => Math.floor(a),
  ceil: (a: number) => Math.ceil(a),
  round: roundToEven,
  sin: (a: number) => Math.sin(a),
  cos: (a: number) => Math.cos(a),
  tan: (a: number) => Math.tan(a),
  arcsin: (a: number) => Math.asin(a),
  arccos: (a: number) => Math.acos(a),
  arctan: (a: number) => Math.atan(a),
  sinh: (a: number) => Math.sinh(a),
  cosh: (a: number) => Math.cosh(a),
  tanh: (a: number) => Math.tanh(a),
};
