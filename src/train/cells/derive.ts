/**
 * From a cell and a surrogate, the statements that a back-end runs forwards and backwards in time. The backward pass is the adjoint of the
 * forward statements, in reverse order, with the symbolic derivative of each; a spike's derivative is the surrogate's.
 *
 * @source Werbos (1990), Proc. IEEE 78:1550–1560. doi:10.1109/5.58337; Neftci, Mostafa & Zenke (2019). doi:10.1109/MSP.2019.2931595
 */
import { ArgumentError, invariant } from "../../errors.ts";
import { visitExpr } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import type { Statement } from "../../ir/kernel.ts";
import type { Surrogate } from "../surrogate.ts";
import { buildBackward } from "./backward.ts";
import type { Cell } from "./cell.ts";
import { Coefficients } from "./coefficients.ts";
import { reserved } from "./derivedCell.ts";
import type { DerivedCell } from "./derivedCell.ts";
import { buildForward } from "./forward.ts";
import { specialise } from "./specialise.ts";
import { Names } from "./straightLine.ts";

export type { BackwardStep, DerivedCell, ForwardStep } from "./derivedCell.ts";

export interface DeriveOptions {
  /** Values of parameters and `initial:…` instead of the cell's own. */
  readonly values?: Readonly<Record<string, number>>;
  /** Parameters and `initial:…` that get gradients. */
  readonly learn?: readonly string[];
  /** Parameters and `initial:…` that have one value for each neuron. */
  readonly perNeuron?: readonly string[];
  /** Which outputs gradients come in for; both unless said otherwise. */
  readonly outputs?: { readonly spikes: boolean; readonly membrane: boolean };
  /** Spikes are the surrogate's primitive at the margin, and so smooth: for comparison with central differences. */
  readonly smoothed?: boolean;
}

/**
 * Derives what back-ends run.
 *
 * @throws {ArgumentError} for unknown names, cells whose reset reads more than states and parameters, a missing or unusable surrogate
 */
export function derive(cell: Cell, surrogate: Surrogate | undefined, options: DeriveOptions = {}): DerivedCell {
  const { learn = [], perNeuron = [], values = {}, smoothed = false, outputs = { spikes: true, membrane: true } } = options;
  checkSurrogate(cell, surrogate, smoothed);
  const special = specialise(cell, values, [...learn, ...perNeuron].filter((n) => !n.startsWith("initial:")));
  for (const n of [...learn, ...perNeuron]) if (n.startsWith("initial:")) specialise(cell, { [n]: 0 });
  const states = special.state.map((s) => s.name);
  const parameters = special.parameters.map((p) => p.name);
  checkNames(special, states, parameters);
  const entries = (special.propagators ?? []).flatMap((p) => p.entries.map((e) => e.name));
  const names = new Names([...states, ...parameters, ...Object.values(reserved), ...entries]);
  const coefficients = new Coefficients(parameters, learn, perNeuron, special.propagators ?? [], names);
  const extracted = extractCoefficients(special, coefficients);
  const forward = buildForward(extracted, surrogate, smoothed, names);
  const learned = new Set(coefficients.all.filter((c) => c.learned).map((c) => c.name));
  const backward = buildBackward(extracted, forward, surrogate, { smoothed, learned, outputs, names });
  return { cell: special, coefficients, learn, perNeuron, smoothed, forward: forward.step, backward: backward.step, trace: backward.trace };
}

function extractCoefficients(cell: Cell, coefficients: Coefficients): Cell {
  const put = (s: Statement): Statement => (s.kind === "while" ? s : { ...s, value: coefficients.extract(s.value) });
  const { threshold } = cell;
  return {
    ...cell, step: cell.step.map(put), reset: cell.reset.map(put),
    ...(threshold && {
      threshold: {
        ...threshold, margin: coefficients.extract(threshold.margin), ...(threshold.gate && { gate: coefficients.extract(threshold.gate) }),
      },
    }),
  };
}

function checkSurrogate(cell: Cell, surrogate: Surrogate | undefined, smoothed: boolean): void {
  if (!cell.threshold) return;
  if (!surrogate) {
    throw new ArgumentError("surrogate", `the cell "${cell.name}" spikes, but no surrogate derivative is given`, "Give one, e.g. fastSigmoid().");
  }
  if (smoothed && !surrogate.primitive) {
    throw new ArgumentError("surrogate", `the surrogate ${surrogate.name} has no primitive, so nothing can be smoothed by it`,
      "Use one with a primitive, such as atan or fastSigmoid.");
  }
}

function checkNames(cell: Cell, states: readonly string[], parameters: readonly string[]): void {
  const taken = new Set<string>(Object.values(reserved));
  for (const n of [...states, ...parameters]) {
    if (taken.has(n)) {
      throw new ArgumentError("name", `the cell "${cell.name}" calls something ${n}, which has a meaning of its own`, "Give it another name.");
    }
    taken.add(n);
  }
  const own = new Set([...taken, ...(cell.propagators ?? []).flatMap((p) => p.entries.map((e) => e.name))]);
  const check = (e: Expr, known: ReadonlySet<string>, where: string): void => visitExpr(e, (node) => {
    if (node.kind === "random") throw new ArgumentError("random", `the cell "${cell.name}" draws random numbers`, "Train a model without them.");
    if (node.kind === "name" && !known.has(node.name)) {
      throw new ArgumentError("name", `${where} of the cell "${cell.name}" reads ${node.name}, which nothing gives there`,
        "A step sees states, parameters, input and spiked; a reset states and parameters.");
    }
  });
  const walk = (statements: readonly Statement[], names: Set<string>, where: string): Set<string> => {
    for (const s of statements) {
      invariant(s.kind !== "while", "cells have no loops");
      check(s.value, names, where);
      names.add(s.name);
    }
    return names;
  };
  const derivedOnly = new Set<string>([reserved.spike, reserved.spikeAdjoint, reserved.membraneAdjoint, reserved.spikedAdjoint]);
  const inStep = walk(cell.step, new Set([...own].filter((n) => !derivedOnly.has(n))), "the step");
  if (cell.threshold) check(cell.threshold.margin, inStep, "the threshold");
  if (cell.threshold?.gate) check(cell.threshold.gate, inStep, "the threshold");
  walk(cell.reset, new Set([...own].filter((n) => !derivedOnly.has(n) && n !== reserved.input && n !== reserved.spiked)), "the reset");
  if (!states.includes(cell.membrane)) {
    throw new ArgumentError("name", `the cell "${cell.name}" shows ${cell.membrane}, which is not one of its states`, `It has ${states.join(", ")}.`);
  }
}
