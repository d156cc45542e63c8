/** What learning rules that run forwards in time need of a cell: how its next state follows from the last one, and every derivative of that. */
import { UnsupportedError } from "../../../errors.ts";
import { differentiate } from "../../../ir/differentiate.ts";
import { apply, div, mul, name, namesIn, number, sameExpr, select, sub, substitute } from "../../../ir/expr.ts";
import type { Expr } from "../../../ir/expr.ts";
import type { Statement } from "../../../ir/kernel.ts";
import { isNumber, simplify } from "../../../ir/simplify.ts";
import { specialise } from "../../cells/specialise.ts";
import type { CellsData } from "../../modelData.ts";

/**
 * Expressions over the states of the step before, `input`, `spiked` and parameters that differ between neurons; those marked * also over the
 * states before the reset, called `before:v`.
 */
export interface CellDynamics {
  readonly states: readonly { readonly name: string; readonly initial: number }[];
  /** Parameters and initial values with one value for each neuron. */
  readonly perNeuron: readonly string[];
  /** States after the step, before the reset. */
  readonly before: readonly Expr[];
  /** * Absent for cells that never spike. */
  readonly margin?: Expr;
  readonly inclusive: boolean;
  /** * A condition that has to hold beside the threshold. */
  readonly gate?: Expr;
  /** * Surrogate derivative of the spike by the margin, 0 where the gate is closed. */
  readonly slope: Expr;
  /** * States after a reset. */
  readonly reset: readonly Expr[];
  /** What learning has to follow of a state: empty entries are zero. */
  readonly derivatives: Derivatives;
  readonly membrane: number;
}

export interface Derivatives {
  /** ∂before[k]/∂state[l] of the step before, [k][l]; number(0) where there is none. */
  readonly state: readonly (readonly Expr[])[];
  /** ∂before[k]/∂input. */
  readonly input: readonly Expr[];
  /** ∂before[k]/∂spiked; 0 for the membrane of a cell whose reset is detached. */
  readonly spiked: readonly Expr[];
  /** * ∂spike/∂before[k]: slope times ∂margin/∂before[k]. */
  readonly spike: readonly Expr[];
  /** * ∂reset[k]/∂before[l]. */
  readonly reset: readonly (readonly Expr[])[];
  /** * reset[k] − before[k]: what a spike changes; 0 for the membrane of a cell whose reset is detached. */
  readonly jump: readonly Expr[];
  /** States that input reaches and that reach the threshold (or, without one, the membrane): the others need not be followed. */
  readonly followed: readonly boolean[];
}

/**
 * Derives it from a layer of neurons. Where the cell's reset is detached, gradients take spikes for constants in what they do to the membrane, but
 * follow what they do to other states (adaptation), as e-prop does.
 *
 * @throws {UnsupportedError} naming the layer and what its cell has that cannot be followed step by step
 * @source Bellec et al. (2020), Nat. Commun. 11:3625. doi:10.1038/s41467-020-17236-y
 */
export function cellDynamics(layer: CellsData): CellDynamics {
  const what = `layer "${layer.name}": cell "${layer.cell.name}"`;
  const varied = [...new Set([...layer.perNeuron, ...layer.learn])];
  const cell = specialise(layer.cell, layer.values, varied.filter((n) => !n.startsWith("initial:")));
  if ((cell.propagators ?? []).length > 0)
    throw refusal(`${what}: ${varied.join(", ")} may not differ between neurons`, "Give one value to all neurons.");
  const names = cell.state.map((s) => s.name);
  const environment = new Map<string, Expr>();
  run(cell.step, environment, what);
  const before = names.map((n) => environment.get(n) ?? name(n));
  const later = new Map<string, Expr>([...environment.keys()].map((n) => [n, environment.get(n)!]));
  for (const n of names) later.set(n, name(beforeName(n)));
  const afterStep = (e: Expr, where: string): Expr => {
    const read = simplify(substitute(e, later));
    const odd = [...namesIn(read)].find((n) => names.includes(n) || n === "input" || n === "spiked");
    if (odd !== undefined) throw refusal(`${what}: its ${where} reads ${odd} of the step before`, "Let it read states after the step.");
    return read;
  };
  const { threshold } = cell;
  const margin = threshold && afterStep(threshold.margin, "threshold");
  const gate = threshold?.gate && afterStep(threshold.gate, "threshold");
  const resets = new Map(later);
  run(cell.reset, resets, what);
  const reset = names.map((n) => afterStep(resets.get(n)!, "reset"));
  const scaled = margin && simplify(div(margin, number(threshold!.scale)));
  const surrogate = scaled ? substitute(layer.surrogate.derivative, new Map([["x", scaled]])) : number(0);
  const slope = simplify(mul(number(1 / (threshold?.scale ?? 1)), mul(gate ? apply("int", gate) : number(1), surrogate)));
  const membrane = names.indexOf(cell.membrane);
  const stopped = (k: number): boolean => cell.detachReset && k === membrane;
  const zero = number(0);
  const derivatives = {
    state: before.map((e) => names.map((n) => differentiate(e, n))),
    input: before.map((e) => differentiate(e, "input")),
    spiked: before.map((e, k) => (stopped(k) ? zero : differentiate(e, "spiked"))),
    spike: names.map((n) => (margin ? simplify(mul(slope, differentiate(margin, beforeName(n)))) : zero)),
    reset: reset.map((e) => names.map((n) => differentiate(e, beforeName(n)))),
    jump: reset.map((e, k) => {
      const as = name(beforeName(names[k]!));
      return stopped(k) || sameExpr(e, as) ? zero : simplify(sub(e, as));
    }),
  };
  return {
    states: cell.state, perNeuron: varied, before, ...(margin && { margin }), inclusive: threshold?.inclusive ?? false, ...(gate && { gate }), slope,
    reset, derivatives: { ...derivatives, followed: followed(derivatives, margin ? undefined : membrane) }, membrane,
  };
}

export const beforeName = (state: string): string => `before:${state}`;

/** 1 where the neuron spikes, else 0; undefined for cells that never do. */
export function spikeCondition({ margin, gate, inclusive }: CellDynamics): Expr | undefined {
  if (!margin) return undefined;
  const crossed = apply(inclusive ? "ge" : "gt", margin, number(0));
  return select(gate ?? { kind: "boolean", value: true }, apply("int", crossed), number(0));
}

function run(statements: readonly Statement[], environment: Map<string, Expr>, what: string): void {
  for (const s of statements) {
    if (s.kind === "while") throw refusal(`${what} has a loop`, "Use a method with a fixed number of evaluations, e.g. rk4.");
    environment.set(s.name, simplify(substitute(s.value, environment)));
  }
}

/** From the input forwards and from the threshold (or the membrane that is read) backwards. */
function followed(d: Omit<Derivatives, "followed">, readState: number | undefined): boolean[] {
  const is = (e: Expr): boolean => !isNumber(e, 0);
  const count = d.input.length, states = Array.from({ length: count }, (_, k) => k);
  const linked = (to: number, from: number): boolean => is(d.state[to]![from]!) || (to !== from && is(d.reset[to]![from]!));
  const reached = d.input.map(is), reaches = d.spike.map((e, k) => is(e) || k === readState);
  for (let turn = 0; turn <= count; turn++) {
    const spikes = states.some((k) => reached[k] && is(d.spike[k]!));
    for (const k of states) {
      reached[k] ||= states.some((l) => reached[l]! && linked(k, l)) || (spikes && (is(d.spiked[k]!) || is(d.jump[k]!)));
      reaches[k] ||= states.some((l) => reaches[l]! && linked(l, k));
    }
  }
  return states.map((k) => reached[k]! && reaches[k]!);
}

const refusal = (problem: string, hint: string): UnsupportedError => new UnsupportedError("online-learning", problem, hint);
