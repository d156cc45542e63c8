/** The model of the simulator that takes the steps of a dimensionless cell. */
import { invariant } from "../../errors.ts";
import { apply, name, namesIn, number, sub, substitute } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import { printExpr } from "../../ir/print.ts";
import { simplify } from "../../ir/simplify.ts";
import type { Statement } from "../../ir/kernel.ts";
import { nameProblem } from "../../model/names.ts";
import { neuron } from "../../model/neuron.ts";
import type { Cell, SimulatedCell } from "./cell.ts";
import { reserved } from "./derivedCell.ts";
import { Names, straightLine } from "./straightLine.ts";
import type { Definition } from "./straightLine.ts";

/**
 * A model whose Euler step is the cell's: dx/dt = (next(x) − x)/dt, which in steps of dt gives next(x) up to rounding. The input of a step is
 * what arrives in it; where the cell looks at its last spike, a variable remembers it.
 */
export function simulateCell(given: Cell): SimulatedCell {
  const called = modelNames(given), cell = renamed(given, called);
  const names = new Names([...cell.state, ...cell.parameters].map((x) => x.name).concat(Object.values(reserved)));
  const environment = new Map<string, Expr>();
  const definitions = straightLine(cell.step, environment, names);
  const states = cell.state.map((s) => s.name);
  const before = new Map(states.map((s) => [s, inline(environment.get(s) ?? name(s), definitions)] as const));
  const [arriving, bias, fired] = [names.fresh("arriving"), names.fresh("bias"), names.fresh("fired")];
  const table = new Map<string, Expr>([[reserved.input, apply("add", name(arriving), name(bias))], [reserved.spiked, name(fired)]]);
  const remembers = [...before.values()].some((e) => namesIn(e).has(reserved.spiked));
  const equations = [
    ...states.map((s) => `d${s}/dt = (${printExpr(simplify(sub(substitute(before.get(s)!, table), name(s))))})/dt : 1`),
    ...(remembers ? [`d${fired}/dt = (-${fired})/dt : 1`] : []),
    `${arriving} : 1 (impulse)`,
  ];
  const { threshold } = cell;
  const now = threshold && thresholdNow(cell, before);
  const reset = [...cell.reset.map((s) => {
    invariant(s.kind !== "while", "cells have no loops");
    return `${s.name} = ${printExpr(s.value)}`;
  }), ...(remembers ? [`${fired} = 1`] : [])];
  const model = neuron({
    name: cell.name.replace(/\W+/g, "_"),
    parameters: { ...Object.fromEntries(cell.parameters.map((p) => [p.name, p.value])), [bias]: 0 },
    state: { ...Object.fromEntries(cell.state.map((s) => [s.name, s.initial])), ...(remembers && { [fired]: 0 }), [arriving]: 0 },
    receptors: { input: arriving },
    equations: equations.join("\n"), method: "euler",
    ...(now && { threshold: now, ...(reset.length > 0 && { reset: reset.join("\n") }) }),
  });
  return {
    model, receptor: "input", weight: number(1), bias: { parameter: bias, value: name("bias") },
    // A state's name stands for its initial value.
    values: Object.fromEntries([...given.parameters, ...given.state].map((x) => [called.get(x.name) ?? x.name, name(x.name)])),
  };
}

/** Names that mean something else in a neuron model, such as i, the index of a neuron → what takes their place. */
function modelNames(cell: Cell): Map<string, string> {
  const own = [...cell.state, ...cell.parameters].map((x) => x.name);
  return new Map(own.filter((n) => nameProblem(n, "") !== undefined).map((n) => [n, `${n}_${cell.name.replace(/\W+/g, "_")}`]));
}

function renamed(cell: Cell, called: ReadonlyMap<string, string>): Cell {
  if (called.size === 0) return cell;
  const now = (n: string): string => called.get(n) ?? n, table = new Map([...called].map(([old, n]) => [old, name(n)]));
  const statements = (list: readonly Statement[]): Statement[] => list.map((s) => {
    invariant(s.kind !== "while", "cells have no loops");
    return { ...s, name: now(s.name), value: substitute(s.value, table) };
  });
  const { threshold } = cell;
  return {
    ...cell, step: statements(cell.step), reset: statements(cell.reset), membrane: now(cell.membrane),
    state: cell.state.map((s) => ({ ...s, name: now(s.name) })), parameters: cell.parameters.map((p) => ({ ...p, name: now(p.name) })),
    ...(threshold && { threshold: {
      ...threshold, margin: substitute(threshold.margin, table), ...(threshold.gate && { gate: substitute(threshold.gate, table) }),
    } }),
  };
}

/** Puts definitions in place of their names. */
function inline(e: Expr, definitions: readonly Definition[]): Expr {
  return [...definitions].reverse().reduce((value, d) => substitute(value, new Map([[d.name, d.value]])), e);
}

/** The threshold of a simulated neuron sees the states after the step, as that of a cell does. */
function thresholdNow(cell: Cell, before: ReadonlyMap<string, Expr>): string {
  const { margin, inclusive, gate } = cell.threshold!;
  const crossed = apply(inclusive ? "ge" : "gt", margin, number(0));
  const condition = gate ? apply("and", gate, crossed) : crossed;
  for (const n of namesIn(condition)) {
    invariant(before.has(n) || cell.parameters.some((p) => p.name === n), "the threshold of a simulated cell sees states and parameters");
  }
  return printExpr(condition);
}
