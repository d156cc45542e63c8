/**
 * The one expression type. Text becomes an `Expr`; units are checked on it, integrators rewrite it, the interpreter gives it its
 * meaning in f64, and WebAssembly prints it. Every quantity is in SI base units, so an `Expr` holds plain numbers.
 */
export type Expr = NumberExpr | BooleanExpr | NameExpr | ApplyExpr | RandomExpr;

export interface NumberExpr { readonly kind: "number"; readonly value: number }
export interface BooleanExpr { readonly kind: "boolean"; readonly value: boolean }
/** A parameter, state variable, subexpression, or a built-in: t, dt, i, j, N, xi, … */
export interface NameExpr { readonly kind: "name"; readonly name: string }
export interface ApplyExpr { readonly kind: "apply"; readonly op: Op; readonly args: readonly Expr[] }
/** One draw per element and step. Two occurrences with the same `draw` are the same number; `rand()` twice has two draws. */
export interface RandomExpr { readonly kind: "random"; readonly distribution: "uniform" | "normal"; readonly draw: number }

/** Every operation: its arity and whether operands and result are numbers or conditions. */
export const operations = {
  add: { arity: 2, operands: "number", result: "number" },
  sub: { arity: 2, operands: "number", result: "number" },
  mul: { arity: 2, operands: "number", result: "number" },
  div: { arity: 2, operands: "number", result: "number" },
  pow: { arity: 2, operands: "number", result: "number" },
  /** x − y·floor(x/y): the sign of y, as in Python. */
  mod: { arity: 2, operands: "number", result: "number" },
  neg: { arity: 1, operands: "number", result: "number" },
  min: { arity: 2, operands: "number", result: "number" },
  max: { arity: 2, operands: "number", result: "number" },
  lt: { arity: 2, operands: "number", result: "boolean" },
  le: { arity: 2, operands: "number", result: "boolean" },
  gt: { arity: 2, operands: "number", result: "boolean" },
  ge: { arity: 2, operands: "number", result: "boolean" },
  eq: { arity: 2, operands: "number", result: "boolean" },
  ne: { arity: 2, operands: "number", result: "boolean" },
  and: { arity: 2, operands: "boolean", result: "boolean" },
  or: { arity: 2, operands: "boolean", result: "boolean" },
  not: { arity: 1, operands: "boolean", result: "boolean" },
  /** select(condition, a, b): a where the condition holds, else b. Both are evaluated. */
  select: { arity: 3, operands: "select", result: "number" },
  /** 1 where the condition holds, else 0. */
  int: { arity: 1, operands: "boolean", result: "number" },
  exp: { arity: 1, operands: "number", result: "number" },
  expm1: { arity: 1, operands: "number", result: "number" },
  /** (exp(x) − 1)/x, and 1 at x = 0. */
  exprel: { arity: 1, operands: "number", result: "number" },
  log: { arity: 1, operands: "number", result: "number" },
  log10: { arity: 1, operands: "number", result: "number" },
  sqrt: { arity: 1, operands: "number", result: "number" },
  abs: { arity: 1, operands: "number", result: "number" },
  sign: { arity: 1, operands: "number", result: "number" },
  floor: { arity: 1, operands: "number", result: "number" },
  ceil: { arity: 1, operands: "number", result: "number" },
  /** To the nearest integer, ties to even (as f32x4.nearest). */
  round: { arity: 1, operands: "number", result: "number" },
  sin: { arity: 1, operands: "number", result: "number" },
  cos: { arity: 1, operands: "number", result: "number" },
  tan: { arity: 1, operands: "number", result: "number" },
  arcsin: { arity: 1, operands: "number", result: "number" },
  arccos: { arity: 1, operands: "number", result: "number" },
  arctan: { arity: 1, operands: "number", result: "number" },
  sinh: { arity: 1, operands: "number", result: "number" },
  cosh: { arity: 1, operands: "number", result: "number" },
  tanh: { arity: 1, operands: "number", result: "number" },
} as const satisfies Record<string, { arity: number; operands: "number" | "boolean" | "select"; result: "number" | "boolean" }>;

export type Op = keyof typeof operations;

export const number = (value: number): NumberExpr => ({ kind: "number", value });
export const boolean = (value: boolean): BooleanExpr => ({ kind: "boolean", value });
export const name = (text: string): NameExpr => ({ kind: "name", name: text });
export const apply = (op: Op, ...args: readonly Expr[]): ApplyExpr => ({ kind: "apply", op, args });
export const add = (a: Expr, b: Expr): Expr => apply("add", a, b);
export const sub = (a: Expr, b: Expr): Expr => apply("sub", a, b);
export const mul = (a: Expr, b: Expr): Expr => apply("mul", a, b);
export const div = (a: Expr, b: Expr): Expr => apply("div", a, b);
export const neg = (a: Expr): Expr => apply("neg", a);
export const select = (condition: Expr, whenTrue: Expr, whenFalse: Expr): Expr => apply("select", condition, whenTrue, whenFalse);

/** Whether the value is a condition (true or false) and not a number. */
export function isCondition(e: Expr): boolean {
  return e.kind === "boolean" || (e.kind === "apply" && operations[e.op].result === "boolean");
}

/** Rebuilds an expression bottom-up; `rewrite` sees each node after its arguments were rewritten. */
export function mapExpr(e: Expr, rewrite: (e: Expr) => Expr): Expr {
  if (e.kind !== "apply") return rewrite(e);
  const args = e.args.map((a) => mapExpr(a, rewrite));
  return rewrite(args.every((a, k) => a === e.args[k]) ? e : { ...e, args });
}

/** Replaces names by expressions; names that the table does not hold stay. */
export function substitute(e: Expr, table: ReadonlyMap<string, Expr>): Expr {
  return mapExpr(e, (node) => (node.kind === "name" ? (table.get(node.name) ?? node) : node));
}

/** Calls `visit` on every node, parents before children. */
export function visitExpr(e: Expr, visit: (e: Expr) => void): void {
  visit(e);
  if (e.kind === "apply") for (const a of e.args) visitExpr(a, visit);
}

/** All names that occur. */
export function namesIn(e: Expr): Set<string> {
  const names = new Set<string>();
  visitExpr(e, (node) => node.kind === "name" && names.add(node.name));
  return names;
}

/** Structural equality. */
export function sameExpr(a: Expr, b: Expr): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case "number": return Object.is(a.value, (b as NumberExpr).value);
    case "boolean": return a.value === (b as BooleanExpr).value;
    case "name": return a.name === (b as NameExpr).name;
    case "random": return a.draw === (b as RandomExpr).draw && a.distribution === (b as RandomExpr).distribution;
    case "apply": {
      const other = b as ApplyExpr;
      return a.op === other.op && a.args.length === other.args.length && a.args.every((x, k) => sameExpr(x, other.args[k]!));
    }
    default: return a satisfies never;
  }
}
