/** Values of parameters and initial states: which are one number, which differ from neuron to neuron, and which change in time. */
import { ArgumentError, invariant, SimulationError } from "../errors.ts";
import { evaluator } from "../ir/evaluate.ts";
import type { Expr } from "../ir/expr.ts";
import { mapExpr, name, namesIn, number, substitute, visitExpr } from "../ir/expr.ts";
import { normalAt, uniformAt } from "../math/random.ts";
import type { Seed } from "../math/random.ts";
import type { Positions } from "../network/positions.ts";
import type { ResolvedValue } from "../network/values.ts";
import { streamId } from "./streams.ts";

/** One number for all, one for each element, or an expression of the time t that the kernel evaluates. */
export type ElementValue =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "array"; readonly values: Float64Array }
  | { readonly kind: "inTime"; readonly expr: Expr };

export interface ValueContext {
  /** How errors and random streams call the owner, e.g. `population "E"`. */
  readonly owner: string;
  readonly size: number;
  readonly seed: Seed;
  readonly positions?: Positions | undefined;
}

/**
 * Evaluates all values of a population; an expression may use the values of other names.
 *
 * @param resolved name → what the user or the model gave; evaluated on demand, so their order does not matter
 * @throws {ArgumentError} when values depend on each other in a circle
 */
export function evaluateValues(resolved: ReadonlyMap<string, ResolvedValue>, context: ValueContext): Map<string, ElementValue> {
  const done = new Map<string, ElementValue>();
  const underway: string[] = [];
  const get = (key: string): ElementValue => {
    const known = done.get(key);
    if (known) return known;
    if (underway.includes(key))
      throw new ArgumentError(
        "circle",
        `${context.owner}: ${[...underway.slice(underway.indexOf(key)), key].join(" depends on ")}`,
        "Give one of them a value of its own.",
      );
    underway.push(key);
    const value = resolved.get(key);
    invariant(value, `no value for ${key}`);
    const made = evaluateValue(key, value, context, (other) => (resolved.has(other) ? get(other) : undefined));
    underway.pop();
    done.set(key, made);
    return made;
  };
  for (const key of resolved.keys()) get(key);
  return done;
}

/** Evaluates one value; `lookup` gives values that its expression may use. */
export function evaluateValue(
  key: string,
  value: ResolvedValue,
  context: ValueContext,
  lookup: (name: string) => ElementValue | undefined,
): ElementValue {
  const { size, owner } = context;
  if (value.kind === "array") {
    if (value.values.length !== size)
      throw new ArgumentError("size", `${owner}: ${key} has ${value.values.length} values for ${size} neurons`, `Give ${size} values.`);
    return { kind: "array", values: value.values };
  }
  const { expr } = value;
  if (expr.kind === "number") return { kind: "number", value: expr.value };
  const names = [...namesIn(expr)];
  if (names.includes("t")) return { kind: "inTime", expr: inTime(key, expr, names, context, lookup) };
  const columns: (number | ArrayLike<number> | ((i: number) => number))[] = names.map((n) => columnOf(n, key, context, lookup));
  const draws: { readonly distribution: "uniform" | "normal"; readonly draw: number }[] = [];
  const placeholder = (draw: number) => `draw ${draw}`;
  const prepared = mapExpr(expr, (e) => {
    if (e.kind !== "random") return e;
    if (!draws.some((d) => d.draw === e.draw)) draws.push(e);
    return name(placeholder(e.draw));
  });
  const evaluate = evaluator(prepared, [...names, ...draws.map((d) => placeholder(d.draw))]);
  const stream = streamId(`${owner}/value/${key}`);
  const arguments_ = new Float64Array(names.length + draws.length);
  const at = (i: number): number => {
    columns.forEach((c, k) => (arguments_[k] = typeof c === "number" ? c : typeof c === "function" ? c(i) : c[i]!));
    draws.forEach(
      (d, k) => (arguments_[names.length + k] = (d.distribution === "uniform" ? uniformAt : normalAt)(context.seed, i, 0, stream, d.draw)),
    );
    const result = evaluate(arguments_);
    if (!Number.isFinite(result))
      throw new SimulationError(
        "not-finite",
        `${owner}: ${key} is ${result} for neuron ${i}`,
        "Check the expression for a division by zero or a logarithm of a negative number.",
      );
    return result;
  };
  const varies = draws.length > 0 || columns.some((c) => typeof c !== "number");
  return varies ? { kind: "array", values: Float64Array.from({ length: size }, (_, i) => at(i)) } : { kind: "number", value: at(0) };
}

function columnOf(
  n: string,
  key: string,
  context: ValueContext,
  lookup: (name: string) => ElementValue | undefined,
): number | Float64Array | ((i: number) => number) {
  if (n === "i") return (i) => i;
  if (n === "N") return context.size;
  const other = lookup(n);
  if (other?.kind === "number") return other.value;
  if (other?.kind === "array") return other.values;
  if (other)
    throw new ArgumentError("time", `${context.owner}: ${key} uses ${n}, which changes in time`, "Only parameters, written with t, change in time.");
  const axis = ["x", "y", "z"].indexOf(n),
    positions = context.positions;
  invariant(axis >= 0 && positions, `unknown name ${n} in a value`);
  return (i) => positions.coordinates[i * positions.dimensions + axis]!;
}

/** An expression of t for the kernel: other numbers are put in, values that differ by neuron stay as names of arrays. */
function inTime(key: string, expr: Expr, names: readonly string[], context: ValueContext, lookup: (name: string) => ElementValue | undefined): Expr {
  visitExpr(expr, (e) => {
    if (e.kind === "random")
      throw new ArgumentError(
        "time",
        `${context.owner}: ${key} changes in time and is random`,
        "Use noiseInput for a random current, or rand() in the model's equations.",
      );
  });
  const table = new Map<string, Expr>();
  for (const n of names) {
    if (n === "t" || n === "i") continue;
    if (n === "N") {
      table.set(n, number(context.size));
      continue;
    }
    const other = lookup(n);
    if (other?.kind === "number") table.set(n, number(other.value));
    else if (other?.kind === "inTime") table.set(n, other.expr);
    else if (!other)
      throw new ArgumentError(
        "time",
        `${context.owner}: ${key} changes in time and uses the position ${n}`,
        "Set a parameter to the part that depends on position and use that.",
      );
  }
  return substitute(expr, table);
}
