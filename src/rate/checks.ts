/** Checks of what a user describes: names, sizes, values, and the arguments of functions. */
import { ArgumentError, didYouMean } from "../errors.ts";
import type { Extra, NamedTrace, Trace } from "./data.ts";

/** Further arguments of a function, in order: numbers, and names of traces. */
export type With = Readonly<Record<string, number | string>>;

/** @throws {ArgumentError} for an empty name and one that is taken */
export function newName(name: string, known: { has(name: string): boolean }, what: string): void {
  if (typeof name !== "string" || name.trim() === "") throw new ArgumentError("name", `${what}: the name is empty`, 'Give it a name, e.g. "hidden".');
  if (known.has(name)) throw new ArgumentError("duplicate", `there are two rate layers or inputs "${name}"`, "Give the second another name.");
}

/** @throws {ArgumentError} unless it is a whole number from 1 */
export function unitsOf(units: number, what: string): void {
  if (!Number.isSafeInteger(units) || units < 1) throw new ArgumentError("size", `${what}: ${units} units`, "Use a whole number from 1.");
}

/** One value for all, or one for each. @throws {ArgumentError} for another number of values, and values that are not finite */
export function valuesOf(values: number | ArrayLike<number>, length: number, what: string, shape = String(length)): Float64Array {
  if (typeof values !== "number" && typeof values?.length !== "number") {
    throw new ArgumentError("value", `${what}: neither a number nor a list of numbers`, `Give one number, or ${shape} of them.`);
  }
  if (typeof values !== "number" && values.length !== length) {
    throw new ArgumentError("size", `${what}: ${values.length} values, but ${shape} are needed`, `Give ${length} values.`);
  }
  const list = typeof values === "number" ? new Float64Array(length).fill(values) : Float64Array.from(values);
  const bad = list.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) throw new ArgumentError("not-finite", `${what}: element ${bad} is ${list[bad]}`, "Every value must be a finite number.");
  return list;
}

/** Functions of the network have to give the same for the same arguments. */
export function checkDeterministic(fn: unknown, what: string): void {
  if (typeof fn !== "function") throw new ArgumentError("function", `${what} is not a function`, "Write e.g. (x) => Math.tanh(x).");
  if (!/\bMath\s*\.\s*random\b/.test(String(fn))) return;
  throw new ArgumentError("random", `${what} uses Math.random, so that no run could be repeated`, "Let a Poisson source follow the layer instead.");
}

export function tracesOf(traces: Readonly<Record<string, Trace>> | undefined, what: string): readonly NamedTrace[] {
  return Object.entries(traces ?? {}).map(([name, trace]) => {
    const { initial, update } = typeof trace === "function" ? { initial: 0, update: trace } : trace;
    checkDeterministic(update, `${what}: trace ${name}`);
    if (!Number.isFinite(initial)) throw new ArgumentError("not-finite", `${what}: trace ${name} begins at ${initial}`, "Give a finite number.");
    return { name, initial, update };
  });
}

/**
 * @param own  how many arguments the function has before those of `with`
 * @param sides traces that may be named: of the unit itself as "mean", of the sides of a connection as "pre.mean"
 * @throws {ArgumentError} for names without a meaning, and a function that takes fewer or more arguments
 */
export function extrasOf(
  given: With | undefined,
  fn: (...args: number[]) => number,
  own: number,
  sides: Readonly<Partial<Record<"own" | "pre" | "post", readonly NamedTrace[]>>>,
  what: string,
): readonly Extra[] {
  const known = Object.entries(sides).flatMap(([side, traces]) =>
    traces.map(({ name }) => ({ text: side === "own" ? name : `${side}.${name}`, side: side as "own" | "pre" | "post", trace: name })));
  const extras = Object.entries(given ?? {}).map(([name, value]): Extra => {
    if (typeof value === "number") {
      if (!Number.isFinite(value)) throw new ArgumentError("not-finite", `${what}: ${name} is ${value}`, "Give a finite number.");
      return { kind: "number", name, value };
    }
    const found = known.find((k) => k.text === value);
    if (found) return { kind: "trace", name, side: found.side, trace: found.trace };
    const near = didYouMean(String(value), known.map((k) => k.text));
    const all = known.length > 0 ? `Known: ${known.map((k) => k.text).join(", ")}.` : "Give the units traces first.";
    throw new ArgumentError("unknown-name", `${what}: with ${name}: there is no trace "${value}"`, near ? `Did you mean "${near}"?` : all);
  });
  if (fn.length <= own + extras.length && (extras.length === 0 || fn.length === own + extras.length)) return extras;
  throw new ArgumentError("arguments", `${what} takes ${fn.length} arguments, but ${own + extras.length} are given`,
    `The first ${own} are its own; name the others, in order, under with.`);
}
