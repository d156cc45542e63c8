/** Expressions on tensors: every operation of the language as operations of TensorFlow.js, which knows their derivatives. */
import type { Tensor } from "@tensorflow/tfjs";
import { invariant } from "../../errors.ts";
import { applyOperation } from "../../ir/evaluate.ts";
import { differentiate } from "../../ir/differentiate.ts";
import { apply, name } from "../../ir/expr.ts";
import type { Expr, Op } from "../../ir/expr.ts";
import type { TensorFlow } from "../tensorFlowPackages.ts";
import { untracked } from "./untracked.ts";

/** A number or condition that is the same everywhere, or one for each element: f32, or bool for conditions. */
export type Term = number | boolean | Tensor;

/**
 * The value of an expression. Tensors may differ in shape where they broadcast. Conditions are constants for gradients; in the branch of a
 * `select` that was not chosen gradients are 0 unless they are not finite there.
 *
 * @param lookup gives the names
 */
export function termOf(tf: TensorFlow, e: Expr, lookup: (name: string) => Term): Term {
  switch (e.kind) {
    case "number":
    case "boolean": return e.value;
    case "name": return lookup(e.name);
    case "random": return invariant(false, "a random draw reached the training of a layer") as never;
    case "apply": return operate(tf, e.op, e.args.map((a) => termOf(tf, a, lookup)));
    default: return e satisfies never;
  }
}

/** The term as a tensor of numbers: f32, 1 and 0 for conditions. */
export function tensorOf(tf: TensorFlow, term: Term): Tensor {
  if (typeof term === "object") return term.dtype === "bool" ? tf.cast(term, "float32") : term;
  return tf.scalar(Number(term), "float32");
}

function operate(tf: TensorFlow, op: Op, args: readonly Term[]): Term {
  if (args.every((a) => typeof a !== "object")) return applyOperation(op, args as readonly (number | boolean)[]);
  if (comparisons.has(op)) return emitters[op](tf, ...args.map((a) => constant(tf, a)));
  if (op === "select" && typeof args[0] !== "object") return args[0] ? args[1]! : args[2]!;
  return emitters[op](tf, ...args.map((a) => (typeof a === "boolean" ? tf.scalar(a, "bool") : tensor(tf, a))));
}

const tensor = (tf: TensorFlow, term: Exclude<Term, boolean>): Tensor => (typeof term === "number" ? tf.scalar(term, "float32") : term);

function constant(tf: TensorFlow, term: Term): Tensor {
  if (typeof term === "boolean") return tf.scalar(term, "bool");
  return typeof term === "number" ? tf.scalar(term, "float32") : untracked(tf, term);
}

const comparisons: ReadonlySet<Op> = new Set<Op>(["lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not", "int"]);

type Emit = (tf: TensorFlow, ...args: readonly Tensor[]) => Tensor;
const one = (op: (tf: TensorFlow, x: Tensor) => Tensor): Emit => (tf, x) => op(tf, x!);
const two = (op: (tf: TensorFlow, a: Tensor, b: Tensor) => Tensor): Emit => (tf, a, b) => op(tf, a!, b!);

const emitters: Readonly<Record<Op, Emit>> = {
  add: two((tf, a, b) => tf.add(a, b)),
  sub: two((tf, a, b) => tf.sub(a, b)),
  mul: two((tf, a, b) => tf.mul(a, b)),
  div: two((tf, a, b) => tf.div(a, b)),
  pow: two((tf, a, b) => tf.pow(a, b)),
  mod: two((tf, a, b) => tf.sub(a, tf.mul(b, tf.floor(tf.div(a, b))))),
  neg: one((tf, x) => tf.neg(x)),
  min: two((tf, a, b) => tf.minimum(a, b)),
  max: two((tf, a, b) => tf.maximum(a, b)),
  lt: two((tf, a, b) => tf.less(a, b)),
  le: two((tf, a, b) => tf.lessEqual(a, b)),
  gt: two((tf, a, b) => tf.greater(a, b)),
  ge: two((tf, a, b) => tf.greaterEqual(a, b)),
  eq: two((tf, a, b) => tf.equal(a, b)),
  ne: two((tf, a, b) => tf.notEqual(a, b)),
  and: two((tf, a, b) => tf.logicalAnd(a, b)),
  or: two((tf, a, b) => tf.logicalOr(a, b)),
  not: one((tf, x) => tf.logicalNot(x)),
  select: (tf, condition, a, b) => tf.where(condition!, a!, b!),
  int: one((tf, x) => tf.cast(x, "float32")),
  exp: one((tf, x) => tf.exp(x)),
  expm1: one((tf, x) => tf.expm1(x)),
  exprel: one((tf, x) => exprel(tf, x)),
  log: one((tf, x) => tf.log(x)),
  log10: one((tf, x) => tf.mul(tf.log(x), Math.LOG10E)),
  sqrt: one((tf, x) => tf.sqrt(x)),
  abs: one((tf, x) => tf.abs(x)),
  sign: one((tf, x) => tf.sign(x)),
  floor: one((tf, x) => tf.floor(x)),
  ceil: one((tf, x) => tf.ceil(x)),
  round: one((tf, x) => tf.round(x)),
  sin: one((tf, x) => tf.sin(x)),
  cos: one((tf, x) => tf.cos(x)),
  tan: one((tf, x) => tf.tan(x)),
  arcsin: one((tf, x) => tf.asin(x)),
  arccos: one((tf, x) => tf.acos(x)),
  arctan: one((tf, x) => tf.atan(x)),
  sinh: one((tf, x) => tf.sinh(x)),
  cosh: one((tf, x) => tf.cosh(x)),
  tanh: one((tf, x) => tf.tanh(x)),
};

/** Its derivative is written down, because that of expm1(x)/x is not finite at 0. */
function exprel(tf: TensorFlow, x: Tensor): Tensor {
  const derivative = differentiate(apply("exprel", name("x")), "x");
  return tf.customGrad((input, save) => {
    const x0 = input as Tensor;
    (save as (tensors: Tensor[]) => void)([x0]);
    const atZero = tf.equal(x0, 0);
    const value = tf.where(atZero, tf.onesLike(x0), tf.div(tf.expm1(x0), tf.where(atZero, tf.onesLike(x0), x0)));
    return { value, gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(dy, tensorOf(tf, termOf(tf, derivative, () => saved[0]!))) };
  })(x);
}
