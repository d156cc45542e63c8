/** Every operation of an expression in vector lanes: one line each. Conditions are lane masks (all bits set or none). */
import type { Op } from "../../ir/expr.ts";
import { call, local, v128, type Node } from "./assembler.ts";
import { helper, Code } from "./code.ts";
import { cosh, exp, expm1, exprel, sinh, tanh } from "./exponential.ts";
import { lanesOf, type Lanes } from "./lanes.ts";
import { log, log10 } from "./logarithm.ts";
import { pow } from "./power.ts";
import { arccos, arcsin, arctan, cos, sin, tan } from "./trigonometric.ts";

type Emit = (code: Code, lanes: Lanes, ...args: readonly Node[]) => Node;

/** Emits one operation on vectors at the end of `code` and returns its value. Operands are evaluated once. */
export function emitOperation(code: Code, lanes: Lanes, op: Op, args: readonly Node[]): Node {
  return (emitters[op] as Emit)(code, lanes, ...args);
}

/** Whether the operation is a sequence of instructions or a call, whose result is worth a local even when used once. */
export const isHeavy = (op: string): boolean => heavy.has(op);

/** A function of its own in the module: V8 does not inline it, which costs about 2 ns a call but keeps kernels small. */
const called = (name: string, emit: Emit): Emit => (code, lanes, ...args) => {
  const parameters = ["a", "b"].slice(0, args.length);
  const callee = helper(code.module, `${name}_${lanes.precision}`, () => {
    const f = code.module.func(`${name}_${lanes.precision}`, Object.fromEntries(parameters.map((p) => [p, "v128" as const])), "v128", false);
    const body = new Code(code.module, f);
    body.add(emit(body, lanesOf(lanes.precision), ...parameters.map((p) => local.get(f.param(p)))));
    return f;
  });
  return call(callee, ...args);
};

const comparison = (op: "lt" | "le" | "gt" | "ge" | "eq" | "ne"): Emit => (_, lanes, a, b) => lanes[op](a!, b!);

const emitters: Readonly<Record<Op, Emit>> = {
  add: (_, lanes, a, b) => lanes.add(a!, b!),
  sub: (_, lanes, a, b) => lanes.sub(a!, b!),
  mul: (_, lanes, a, b) => lanes.mul(a!, b!),
  div: (_, lanes, a, b) => lanes.div(a!, b!),
  pow: called("pow", (code, lanes, a, b) => pow(code, lanes, a!, b!)),
  mod: (code, lanes, a, b) => {
    const x = code.let("x", a!);
    const y = code.let("y", b!);
    return lanes.sub(x, lanes.mul(y, lanes.floor(lanes.div(x, y))));
  },
  neg: (_, lanes, a) => lanes.neg(a!),
  min: (_, lanes, a, b) => lanes.pmin(a!, b!),
  max: (_, lanes, a, b) => lanes.pmax(a!, b!),
  lt: comparison("lt"), le: comparison("le"), gt: comparison("gt"), ge: comparison("ge"), eq: comparison("eq"), ne: comparison("ne"),
  and: (_, _lanes, a, b) => v128.and(a!, b!),
  or: (_, _lanes, a, b) => v128.or(a!, b!),
  not: (_, _lanes, a) => v128.not(a!),
  select: (_, _lanes, condition, a, b) => v128.bitselect(a!, b!, condition!),
  int: (_, lanes, a) => v128.and(a!, lanes.const(1)),
  exp: (code, lanes, a) => exp(code, lanes, a!),
  expm1: (code, lanes, a) => expm1(code, lanes, a!),
  exprel: (code, lanes, a) => exprel(code, lanes, a!),
  log: called("log", (code, lanes, a) => log(code, lanes, a!)),
  log10: called("log10", (code, lanes, a) => log10(code, lanes, a!)),
  sqrt: (_, lanes, a) => lanes.sqrt(a!),
  abs: (_, lanes, a) => lanes.abs(a!),
  sign: (code, lanes, a) => {
    const x = code.let("x", a!);
    return v128.bitselect(v128.or(v128.and(x, lanes.const(-0)), lanes.const(1)), x, lanes.gt(lanes.abs(x), lanes.const(0)));
  },
  floor: (_, lanes, a) => lanes.floor(a!),
  ceil: (_, lanes, a) => lanes.ceil(a!),
  round: (_, lanes, a) => lanes.nearest(a!),
  sin: called("sin", (code, lanes, a) => sin(code, lanes, a!)),
  cos: called("cos", (code, lanes, a) => cos(code, lanes, a!)),
  tan: called("tan", (code, lanes, a) => tan(code, lanes, a!)),
  arcsin: called("arcsin", (code, lanes, a) => arcsin(code, lanes, a!)),
  arccos: called("arccos", (code, lanes, a) => arccos(code, lanes, a!)),
  arctan: called("arctan", (code, lanes, a) => arctan(code, lanes, a!)),
  sinh: called("sinh", (code, lanes, a) => sinh(code, lanes, a!)),
  cosh: called("cosh", (code, lanes, a) => cosh(code, lanes, a!)),
  tanh: (code, lanes, a) => tanh(code, lanes, a!),
};

const heavy: ReadonlySet<string> = new Set([
  "pow", "exp", "expm1", "exprel", "log", "log10", "sin", "cos", "tan", "arcsin", "arccos", "arctan",
  "sinh", "cosh", "tanh", "sqrt", "div", "mod", "sign",
] satisfies Op[]);
