/** A cell with some of its parameters as numbers. */
import { ArgumentError, didYouMean } from "../../errors.ts";
import { evaluator } from "../../ir/evaluate.ts";
import { namesIn, number, substitute } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import type { Statement } from "../../ir/kernel.ts";
import { simplify } from "../../ir/simplify.ts";
import type { Cell } from "./cell.ts";
import { propagatorEntries } from "./propagator.ts";

/**
 * Puts numbers in place of all parameters but those in `keep`; what follows from numbers alone (propagators, too) becomes a number.
 *
 * @param values parameter or `initial:…` → value instead of the cell's own, SI
 * @throws {ArgumentError} for names that the cell does not have, and for values that are not finite
 */
export function specialise(cell: Cell, values: Readonly<Record<string, number>> = {}, keep: Iterable<string> = []): Cell {
  const kept = new Set(keep);
  for (const n of [...kept, ...Object.keys(values)]) checkName(cell, n);
  for (const [n, value] of Object.entries(values)) {
    if (!Number.isFinite(value)) throw new ArgumentError("not-finite", `${n} of the cell "${cell.name}" is ${value}`, "Give a finite number.");
  }
  const parameters = cell.parameters.map((p) => ({ ...p, value: values[p.name] ?? p.value }));
  const table = new Map<string, Expr>(parameters.filter((p) => !kept.has(p.name)).map((p) => [p.name, number(p.value)]));
  const put = (e: Expr): Expr => simplify(substitute(e, table));

  const propagators = (cell.propagators ?? []).flatMap((p) => {
    const specialised = {
      ...p, rates: p.rates.map((row) => row.map(put)),
      entries: p.entries.map((entry) => ("weights" in entry ? { ...entry, weights: entry.weights.map(put) } : entry)),
    };
    const rest = [...specialised.rates.flat(), ...specialised.entries.flatMap((e) => ("weights" in e ? e.weights : []))];
    if (rest.some((e) => namesIn(e).size > 0)) return [specialised];
    const entries = propagatorEntries(specialised, (e) => evaluator(e, [])([]));
    specialised.entries.forEach((entry, k) => table.set(entry.name, number(entries[k]!)));
    return [];
  });
  const { threshold } = cell;
  return {
    ...cell,
    state: cell.state.map((s) => ({ ...s, initial: values[`initial:${s.name}`] ?? s.initial })),
    parameters: parameters.filter((p) => kept.has(p.name)),
    propagators,
    step: cell.step.map((s) => putStatement(s, put)),
    ...(threshold && { threshold: { ...threshold, margin: put(threshold.margin), ...(threshold.gate && { gate: put(threshold.gate) }) } }),
    reset: cell.reset.map((s) => putStatement(s, put)),
  };
}

function putStatement(s: Statement, put: (e: Expr) => Expr): Statement {
  return s.kind === "while" ? s : { ...s, value: put(s.value) };
}

function checkName(cell: Cell, wanted: string): void {
  const known = [...cell.parameters.map((p) => p.name), ...cell.state.map((s) => `initial:${s.name}`)];
  if (known.includes(wanted)) return;
  const meant = didYouMean(wanted, known);
  throw new ArgumentError("unknown-parameter", `the cell "${cell.name}" has no parameter ${wanted}`,
    meant === undefined ? `It has ${known.join(", ")}.` : `Did you mean ${meant}?`);
}
