/** The adjoint of a cell's step. */
import { add, mul, name, namesIn, number, select, sub, substitute } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import { isNumber, simplify } from "../../ir/simplify.ts";
import type { Surrogate } from "../surrogate.ts";
import type { Cell } from "./cell.ts";
import { reserved, spikeName, surrogateAt } from "./derivedCell.ts";
import type { BackwardStep } from "./derivedCell.ts";
import { blend, share } from "./forward.ts";
import type { Forward } from "./forward.ts";
import { Flow } from "./flow.ts";
import { needed } from "./straightLine.ts";
import type { Definition, Names } from "./straightLine.ts";

export interface BackwardOptions {
  readonly smoothed: boolean;
  /** Coefficients that get gradients. */
  readonly learned: ReadonlySet<string>;
  readonly outputs: { readonly spikes: boolean; readonly membrane: boolean };
  readonly names: Names;
}

export interface Backward { readonly step: BackwardStep; readonly trace: readonly string[] }

export function buildBackward(cell: Cell, forward: Forward, surrogate: Surrogate | undefined, options: BackwardOptions): Backward {
  const states = cell.state.map((s) => s.name);
  const adjointNames = new Map(states.map((s) => [s, options.names.fresh(`adjoint_${s}`)] as const));
  // A gradient that nothing feeds is left out: begin without any, and take in what is found not to be zero until nothing new is.
  let live = new Set<string>();
  let spikedIsLive = false;
  for (;;) {
    const attempt = { ...options, names: options.names.copy() };
    const found = adjoint(cell, forward, surrogate, attempt, live, spikedIsLive, adjointNames);
    const reached = states.filter((s) => !isNumber(found.states.get(s)!, 0));
    const spikedReached: boolean = spikedIsLive || !isNumber(found.spiked, 0);
    if (reached.every((s) => live.has(s)) && spikedReached === spikedIsLive) return finish(cell, forward, found, attempt, adjointNames, live);
    live = new Set([...live, ...reached]);
    spikedIsLive = spikedReached;
  }
}

interface Adjoint {
  readonly statements: readonly Definition[];
  readonly states: ReadonlyMap<string, Expr>;
  readonly spiked: Expr;
  readonly input: Expr;
  readonly coefficients: ReadonlyMap<string, Expr>;
}

function adjoint(
  cell: Cell, forward: Forward, surrogate: Surrogate | undefined, options: BackwardOptions, live: ReadonlySet<string>, spikedIsLive: boolean,
  adjointNames: ReadonlyMap<string, string>,
): Adjoint {
  const { smoothed, learned, outputs, names } = options;
  const states = cell.state.map((s) => s.name);
  const known = new Set([...states, reserved.input, ...(cell.detachReset ? [] : [reserved.spiked]), ...learned,
    ...forward.definitions.map((d) => d.name), ...forward.resetDefinitions.map((d) => d.name)]);
  const all = new Set([...forward.definitions, ...forward.resetDefinitions].flatMap((d) => [...namesIn(d.value)]));
  for (const e of [...forward.before.values(), ...forward.reset.values(), ...(forward.margin ? [forward.margin] : [])]) {
    for (const n of namesIn(e)) all.add(n);
  }
  const flow = new Flow(names, new Set([...all].filter((n) => !known.has(n))));
  const given = (e: Expr): Expr => substitute(e, forward.before);

  const after = new Map(states.map((s) => [s, live.has(s) ? (name(adjointNames.get(s)!) as Expr) : number(0)]));
  const shown = (when: Cell["shown"]): boolean => cell.shown === when && outputs.membrane;
  if (shown("afterReset")) after.set(cell.membrane, simplify(add(after.get(cell.membrane)!, name(reserved.membraneAdjoint))));

  // The reset: x + S·(reset(x) − x).
  const inside = new Flow(names, new Set([...all].filter((n) => !known.has(n))));
  const kept = (e: Expr): Expr => simplify(smoothed ? mul(spikeName, e) : select(spikeName, e, number(0)));
  const passed = (e: Expr): Expr => simplify(smoothed ? mul(sub(number(1), spikeName), e) : select(spikeName, number(0), e));
  const toBefore = new Map<string, Expr>(states.map((s) => [s, forward.reset.has(s) ? passed(after.get(s)!) : after.get(s)!]));
  let toSpike: Expr = outputs.spikes && cell.threshold ? name(reserved.spikeAdjoint) : number(0);
  if (spikedIsLive) toSpike = simplify(add(toSpike, name(reserved.spikedAdjoint)));
  for (const [s, value] of forward.reset) {
    inside.through(value, kept(after.get(s)!));
    if (!cell.detachReset) toSpike = simplify(add(toSpike, mul(given(sub(value, name(s))), after.get(s)!)));
  }
  inside.back(forward.resetDefinitions);
  for (const d of forward.resetDefinitions) flow.statements.push({ name: d.name, value: given(d.value) });
  for (const d of inside.statements) flow.statements.push({ name: d.name, value: given(d.value) });
  for (const s of states) toBefore.set(s, simplify(add(toBefore.get(s)!, given(inside.of(s)))));
  for (const c of learned) flow.add(c, given(inside.of(c)));
  if (shown("beforeReset")) toBefore.set(cell.membrane, simplify(add(toBefore.get(cell.membrane)!, name(reserved.membraneAdjoint))));

  // The spike.
  if (forward.margin && !isNumber(toSpike, 0)) {
    const { scale } = cell.threshold!;
    const slope = simplify(mul(number(1 / scale), surrogateAt(surrogate!.derivative, forward.margin, scale)));
    const toMargin = mul(toSpike, slope);
    flow.through(forward.margin, flow.hold("adjoint_margin", forward.gate ? select(forward.gate, toMargin, number(0)) : toMargin));
  }
  // The step.
  for (const s of states) flow.through(forward.before.get(s)!, flow.hold(`adjoint_before_${s}`, toBefore.get(s)!));
  flow.back(forward.definitions);
  return {
    statements: flow.statements, input: flow.of(reserved.input), spiked: flow.of(reserved.spiked),
    states: new Map(states.map((s) => [s, flow.of(s)])), coefficients: new Map([...learned].map((c) => [c, flow.of(c)])),
  };
}

function finish(
  cell: Cell, forward: Forward, found: Adjoint, options: BackwardOptions, adjointNames: ReadonlyMap<string, string>, live: ReadonlySet<string>,
): Backward {
  const { names } = options;
  // Values before the reset are stored, so they are read and not computed again.
  const stored = new Map<string, string>();
  const read = new Map<string, Expr>();
  for (const [s, value] of forward.before) {
    if (value.kind !== "name" || value.name === s) continue;
    const label = names.fresh(`before_${s}`);
    if (!read.has(value.name)) {
      read.set(value.name, name(label));
      stored.set(s, label);
    }
  }
  const put = (e: Expr): Expr => substitute(e, read);
  const outputs = new Map<string, Expr>([...found.states].filter(([s]) => live.has(s)));
  const coefficients = new Map([...found.coefficients].filter(([, e]) => !isNumber(e, 0)).map(([n, e]) => [n, put(e)] as const));
  const results = [...outputs.values(), ...coefficients.values(), found.input, found.spiked].map(put);
  const definitions = [...forward.definitions.filter((d) => !read.has(d.name)), ...found.statements]
    .map((d) => ({ name: d.name, value: put(d.value) }));
  // Results are shared, too: they hold the same parts.
  const labels = results.map((e) => (e.kind === "apply" ? names.fresh("result") : undefined));
  const shared = share([...definitions, ...results.flatMap((e, k) => (labels[k] ? [{ name: labels[k], value: e }] : []))],
    results.map((e, k) => (labels[k] ? name(labels[k]) : e)), names);
  const result = (k: number): Expr => (labels[k] ? name(labels[k]) : results[k]!);

  const used = new Set([...shared.flatMap((d) => [...namesIn(d.value)]), ...results.flatMap((_, k) => [...namesIn(result(k))])]);
  const states = cell.state.map((s) => s.name);
  const old = states.filter((s) => used.has(s));
  const before = new Map([...stored].filter(([, label]) => used.has(label)));
  const carried = new Map([...outputs.keys()].map((s, k) => [s, { name: adjointNames.get(s)!, next: result(k) }] as const));
  const spiked = result(results.length - 1);
  const recover = recovery(forward, old, options.smoothed);
  const recovering = [...recover.statements.map((d) => d.value), ...recover.values.values()];
  const wanted = new Set([...before.keys(), ...recovering.flatMap((e) => [...namesIn(e)])]);
  return {
    trace: states.filter((s) => wanted.has(s)),
    step: {
      recover,
      old, before, statements: shared, carried, input: result(results.length - 2),
      coefficients: new Map([...coefficients.keys()].map((c, k) => [c, result(outputs.size + k)] as const)),
      ...(isNumber(spiked, 0) ? {} : { spiked }),
      readsInput: used.has(reserved.input), readsSpiked: used.has(reserved.spiked), readsSpike: used.has(reserved.spike),
    },
  };
}

/** How the states at the start of a step follow from the values stored of the step before. */
function recovery(forward: Forward, old: readonly string[], smoothed: boolean): BackwardStep["recover"] {
  const values = new Map(old.map((s) => {
    const reset = forward.reset.get(s);
    return [s, reset === undefined ? name(s) : blend(reset, name(s), smoothed)] as const;
  }));
  return { statements: needed(forward.resetDefinitions, values.values()), values };
}
