/** Expressions evaluated for all neurons of a layer at once, operation by operation. */
import { invariant } from "../../../errors.ts";
import { applyOperation } from "../../../ir/evaluate.ts";
import type { Expr, Op } from "../../../ir/expr.ts";
import { printExpr } from "../../../ir/print.ts";

/** Conditions are 1 and 0. */
type Column = Float64Array;
interface Operation { readonly op: Op; readonly args: readonly Column[]; readonly out: Column }

/** A list of operations over arrays with one element a neuron; parts that occur several times are computed once. */
export class ColumnProgram {
  readonly #units: number;
  readonly #names: ReadonlyMap<string, Column>;
  readonly #known = new Map<string, Column>();
  readonly #operations: Operation[] = [];

  /** @param names the arrays that expressions read */
  constructor(units: number, names: ReadonlyMap<string, Column>) {
    this.#units = units;
    this.#names = names;
  }

  /** The array that holds the expression's values after `run`. */
  add(e: Expr): Column {
    if (e.kind === "name") {
      const column = this.#names.get(e.name);
      invariant(column, `no values for the name ${e.name}`);
      return column;
    }
    invariant(e.kind !== "random", "cells draw no random numbers");
    const key = printExpr(e);
    const known = this.#known.get(key);
    if (known) return known;
    const out = new Float64Array(this.#units);
    this.#known.set(key, out);
    if (e.kind === "apply") this.#operations.push({ op: e.op, args: e.args.map((a) => this.add(a)), out });
    else out.fill(Number(e.value));
    return out;
  }

  run(): void {
    for (const { op, args, out } of this.#operations) {
      const [a, b, c] = args as [Column, Column, Column], loop = loops[op];
      if (loop) loop(out, a, b, c);
      else general(op, out, args);
    }
  }
}

/** Operations that cells are full of; what is missing here takes the longer way. */
const loops: { readonly [op in Op]?: (out: Column, a: Column, b: Column, c: Column) => void } = {
  add: (out, a, b) => { for (let k = 0; k < out.length; k++) out[k] = a[k]! + b[k]!; },
  sub: (out, a, b) => { for (let k = 0; k < out.length; k++) out[k] = a[k]! - b[k]!; },
  mul: (out, a, b) => { for (let k = 0; k < out.length; k++) out[k] = a[k]! * b[k]!; },
  div: (out, a, b) => { for (let k = 0; k < out.length; k++) out[k] = a[k]! / b[k]!; },
  neg: (out, a) => { for (let k = 0; k < out.length; k++) out[k] = -a[k]!; },
  abs: (out, a) => { for (let k = 0; k < out.length; k++) out[k] = Math.abs(a[k]!); },
  exp: (out, a) => { for (let k = 0; k < out.length; k++) out[k] = Math.exp(a[k]!); },
  max: (out, a, b) => { for (let k = 0; k < out.length; k++) out[k] = a[k]! < b[k]! ? b[k]! : a[k]!; },
  min: (out, a, b) => { for (let k = 0; k < out.length; k++) out[k] = b[k]! < a[k]! ? b[k]! : a[k]!; },
  lt: (out, a, b) => { for (let k = 0; k < out.length; k++) out[k] = a[k]! < b[k]! ? 1 : 0; },
  le: (out, a, b) => { for (let k = 0; k < out.length; k++) out[k] = a[k]! <= b[k]! ? 1 : 0; },
  gt: (out, a, b) => { for (let k = 0; k < out.length; k++) out[k] = a[k]! > b[k]! ? 1 : 0; },
  ge: (out, a, b) => { for (let k = 0; k < out.length; k++) out[k] = a[k]! >= b[k]! ? 1 : 0; },
  select: (out, a, b, c) => { for (let k = 0; k < out.length; k++) out[k] = a[k] !== 0 ? b[k]! : c[k]!; },
  int: (out, a) => { for (let k = 0; k < out.length; k++) out[k] = a[k]!; },
};

/** Element by element. */
function general(op: Op, out: Column, args: readonly Column[]): void {
  const values = args.map(() => 0);
  for (let k = 0; k < out.length; k++) {
    for (let a = 0; a < args.length; a++) values[a] = args[a]![k]!;
    out[k] = Number(applyOperation(op, values));
  }
}
