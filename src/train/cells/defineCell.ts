/** A cell written down step by step, for neurons that are not differential equations. */
import { ArgumentError } from "../../errors.ts";
import { apply, name } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import type { Statement } from "../../ir/kernel.ts";
import { parseValue, readStatements, withoutComments } from "../../lang/index.ts";
import { dimensionless } from "../../units/dimension.ts";
import type { Cell, CellParameter } from "./cell.ts";
import { reserved } from "./derivedCell.ts";
import { simulateCell } from "./simulateCell.ts";
import { splitThreshold } from "./threshold.ts";

export interface CellText {
  readonly name: string;
  /** State variables and their initial values. */
  readonly state: Readonly<Record<string, number>>;
  readonly parameters: Readonly<Record<string, number | Omit<CellParameter, "name">>>;
  /** What a step does: `v = beta*v + input`, a line each; `spiked` is 1 where the neuron spiked in the step before. */
  readonly step: string;
  /** The condition for a spike after the step: `v > threshold`. */
  readonly threshold?: string;
  /** What a spike does: `v = 0`. */
  readonly reset?: string;
  /** Whether gradients take the spikes that cause resets for constants; no. */
  readonly detachReset?: boolean;
  /** The state that is shown; the first. */
  readonly membrane?: string;
  /** afterReset */
  readonly shown?: Cell["shown"];
}

/**
 * A dimensionless cell from its step, threshold and reset, in the language of equations.
 *
 * @throws {ArgumentError | EquationError} when a line cannot be read or names something that is not there
 * @example
 * defineCell({ name: "leaky", state: { v: 0 }, parameters: { beta: 0.9 }, step: "v = beta*v + input", threshold: "v > 1", reset: "v = v - 1" });
 */
export function defineCell(text: CellText): Cell {
  const what = `cell "${text.name}"`;
  const states = Object.keys(text.state);
  const parameters = Object.entries(text.parameters)
    .map(([n, p]): CellParameter => ({ name: n, ...(typeof p === "number" ? { value: p } : p) }));
  const names = new Set([...states, ...parameters.map((p) => p.name)]);
  const inStep = new Set([...names, reserved.input, reserved.spiked]);
  const step = statements(text.step, inStep, `step of ${what}`);
  const condition = text.threshold === undefined ? undefined : read(`int(${text.threshold})`, inStep, `threshold of ${what}`);
  const threshold = condition && splitThreshold(condition.kind === "apply" ? condition.args[0]! : condition, new Set([...states, ...inStep]), what);
  const membrane = text.membrane ?? states[0];
  if (membrane === undefined) throw new ArgumentError("state", `${what} has no state`, "Give it a variable, e.g. state: { v: 0 }.");
  const cell: Cell = {
    name: text.name, state: Object.entries(text.state).map(([n, initial]) => ({ name: n, initial })), parameters, step,
    ...(threshold && { threshold: { ...threshold, scale: 1 } }),
    reset: text.reset === undefined ? [] : statements(text.reset, new Set(names), `reset of ${what}`),
    detachReset: text.detachReset ?? false, membrane, shown: text.shown ?? "afterReset",
  };
  return { ...cell, simulated: simulateCell(cell) };
}

function statements(text: string, names: Set<string>, what: string): Statement[] {
  const clean = withoutComments(text);
  const report = (problem: { readonly code: string; readonly message: string; readonly hint: string }): never => {
    throw new ArgumentError(problem.code, `${what}: ${problem.message}`, problem.hint);
  };
  return readStatements(clean, report).map(({ target, update, right }) => {
    const value = read(clean.slice(right.start, right.end).trim(), names, what);
    const known = names.has(target);
    names.add(target);
    return { kind: known ? "assign" : "let", name: target, value: update === undefined ? value : apply(update, name(target), value) };
  });
}

function read(text: string, names: ReadonlySet<string>, what: string): Expr {
  return parseValue(text, { names: new Map([...names].map((n) => [n, dimensionless] as const)), dimension: dimensionless, what }).expr;
}
