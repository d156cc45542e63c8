/**
 * One plastic projection, simulated without a single idea: every variable of every synapse advances in every step, every synapse looks in
 * every step whether a spike has reached it. Shares nothing with the engine but the meaning of an operation (`ir/evaluate`).
 *
 * Spikes are emitted in steps; one of step k is at the time (k + 1)·dt. A spike of the source reaches the synapse in step k + delay, one of
 * the target in step k + dendritic + delay; what the synapse sends in step s arrives at its target in step s + dendritic,
 * but what postsynaptic spikes make it send not in the step of the spike.
 */
import { evaluate } from "../../src/ir/evaluate.ts";
import { namesIn, type Expr } from "../../src/ir/expr.ts";
import type { CheckedPathway, CheckedSynapse, CheckedSynapseStatement } from "../../src/model/checkedSynapse.ts";
import { advance, type Equation } from "./advance.ts";

export interface Synapse {
  readonly pre: number;
  readonly post: number;
  /** Steps of a pathway's own: from the source's spike to the synapse, or beyond the dendritic delay from the target's. */
  readonly delay: (pathway: string) => number;
  /** Steps between the synapse and its target, both ways. */
  readonly dendritic: number;
  /** Initial values of variables (the weight `w` among them) and values of parameters that differ from the model's, SI. */
  readonly values: Readonly<Record<string, number>>;
}

export type Coincidence = "pre-first" | "post-first" | "simultaneous";

export interface Experiment {
  readonly model: CheckedSynapse;
  readonly dt: number;
  readonly steps: number;
  readonly synapses: readonly Synapse[];
  /** Of each source and each target: the steps in which it spikes. */
  readonly preSpikes: readonly (readonly number[])[];
  readonly postSpikes: readonly (readonly number[])[];
  readonly coincident: Coincidence;
  /** Parameters and variables that each synapse was given a value of its own for. */
  readonly perSynapse: ReadonlySet<string>;
  readonly modulators?: Readonly<Record<string, Modulator>>;
}

export interface Modulator {
  /** Its value at the end of a step, once what the step brought has been added; of step −1: the initial value. */
  readonly value: (step: number) => number;
  /** Its decay in between, seconds. */
  readonly tau: number;
  /** The steps in which it receives something. */
  readonly events: readonly number[];
}

export interface Sent {
  readonly arrives: number;
  readonly synapse: number;
  readonly target: string;
  readonly amount: number;
}

export interface Outcome {
  /** Of each variable: its value in each synapse at the time steps·dt. */
  readonly values: ReadonlyMap<string, readonly number[]>;
  /** Of each variable: the largest magnitude it has had anywhere, by which errors are judged. */
  readonly scale: ReadonlyMap<string, number>;
  readonly sent: readonly Sent[];
}

type Scope = Map<string, number>;

export function bruteForce(experiment: Experiment): Outcome {
  const { model, dt, steps, synapses, preSpikes, postSpikes, coincident } = experiment;
  const variables = model.variables.map((v) => v.name);
  const scale = new Map(variables.map((v) => [v, 0]));
  const sent: Sent[] = [];
  const traces = traceSides(model, experiment.perSynapse);
  const results = synapses.map((synapse, index) => {
    const scope: Scope = new Map([
      ["dt", dt],
      ["i", synapse.pre],
      ["j", synapse.post],
      ["N_pre", preSpikes.length],
      ["N_post", postSpikes.length],
    ]);
    for (const p of model.parameters) scope.set(p.name, p.value);
    for (const v of model.variables) scope.set(v.name, v.initial);
    for (const [name, value] of Object.entries(synapse.values)) scope.set(name, value);
    let visited = 0;

    const act = (
      pathway: { readonly statements: readonly CheckedSynapseStatement[] },
      step: number,
      read: Scope,
      marksVisit: boolean,
      afterSpikes: boolean,
    ): void => {
      read.set("elapsed", (step + 1 - visited) * dt);
      for (const statement of pathway.statements) {
        const amount = valueOf(model, statement.value, (n) => read.get(n));
        if (statement.kind === "assign") {
          scope.set(statement.target, amount);
          read.set(statement.target, amount);
        } else {
          const target = statement.target === "receptor" ? "receptor" : statement.target.variable;
          sent.push({ arrives: step + Math.max(synapse.dendritic, afterSpikes ? 1 : 0), synapse: index, target, amount });
        }
      }
      if (marksVisit) visited = step + 1;
    };

    for (let step = 0; step < steps; step++) {
      for (const [name, modulator] of Object.entries(experiment.modulators ?? {})) scope.set(name, modulator.value(step - 1));
      advanceAll(model, scope, dt, experiment.modulators ?? {});
      scope.set("t", (step + 1) * dt);
      for (const [name, modulator] of Object.entries(experiment.modulators ?? {})) scope.set(name, modulator.value(step));
      const before = new Map(scope);
      const pre = model.pathways.filter((p) => p.on === "pre" && preSpikes[synapse.pre]!.includes(step - synapse.delay(p.name)));
      const post = model.pathways.filter(
        (p) => p.on === "post" && postSpikes[synapse.post]!.includes(step - synapse.dendritic - synapse.delay(p.name)),
      );
      const modulated = model.pathways.filter((p) => p.on === "modulator" && experiment.modulators?.[p.name]?.events.includes(step));
      // What takes part in the step that it arrives in comes before anything else in it, and knows the modulators of a step ago.
      const early = pre.filter((p) => synapse.dendritic === 0 && synapse.delay(p.name) > 0);
      const late = pre.filter((p) => !early.includes(p));
      for (const pathway of [...early, ...modulated, ...(coincident === "pre-first" ? [...late, ...post] : [...post, ...late])]) {
        const read = new Map(scope);
        if (early.includes(pathway))
          for (const [name, modulator] of Object.entries(experiment.modulators ?? {})) read.set(name, modulator.value(step - 1));
        if (coincident === "simultaneous") {
          for (const [name, side] of traces) if (side !== pathway.on) read.set(name, before.get(name)!);
        }
        act(pathway, step, read, usesTime(model, pathway), pathway.on !== "pre");
      }
      const every = model.regularly && Math.round(model.regularly.every / dt);
      if (every && (step + 1) % every === 0) act(model.regularly, step, new Map(scope), false, true);
      for (const v of variables) scale.set(v, Math.max(scale.get(v)!, Math.abs(scope.get(v)!)));
    }
    return scope;
  });
  return { values: new Map(variables.map((v) => [v, results.map((scope) => scope.get(v)!)])), scale, sent };
}

/** All variables with an equation, and the modulators beside them, one step on. */
function advanceAll(model: CheckedSynapse, scope: Scope, dt: number, modulators: Readonly<Record<string, Modulator>>): void {
  const equations = model.variables
    .filter((v) => v.derivative)
    .map((v): Equation => ({
      name: v.name,
      reads: namesBehind(model, v.derivative!),
      rate: (value) => valueOf(model, v.derivative!, (n) => value(n) ?? scope.get(n)),
    }));
  for (const [name, { tau }] of Object.entries(modulators)) {
    equations.push({ name, reads: new Set([name]), rate: (value) => -value(name)! / tau });
  }
  for (const [name, value] of advance(equations, new Map(equations.map((e) => [e.name, scope.get(e.name)!])), dt)) scope.set(name, value);
}

function valueOf(model: CheckedSynapse, e: Expr, value: (name: string) => number | undefined): number {
  return Number(
    evaluate(e, (name) => {
      const own = value(name);
      if (own !== undefined) return own;
      const sub = model.subexpressions.find((s) => s.name === name);
      if (!sub) throw new Error(`the brute-force simulation knows no ${name}`);
      return valueOf(model, sub.value, value);
    }),
  );
}

/** All names an expression depends on, subexpressions looked through. */
function namesBehind(model: CheckedSynapse, e: Expr): Set<string> {
  const names = new Set<string>();
  for (const name of namesIn(e)) {
    const sub = model.subexpressions.find((s) => s.name === name);
    if (sub) for (const inner of namesBehind(model, sub.value)) names.add(inner);
    else names.add(name);
  }
  return names;
}

/** Whether a pathway uses event-driven state or `elapsed`: its events are those that `elapsed` counts from. */
function usesTime(model: CheckedSynapse, pathway: CheckedPathway): boolean {
  const timed = new Set(["elapsed", ...model.variables.filter((v) => v.clock === "event-driven").map((v) => v.name)]);
  return pathway.statements.some((s) => (s.kind === "assign" && timed.has(s.target)) || [...namesBehind(model, s.value)].some((n) => timed.has(n)));
}

/**
 * The variables that belong to one neuron only, and its side: assigned by pathways of one side alone, with equations and right sides of
 * constants and other such variables of that side.
 */
export function traceSides(model: CheckedSynapse, perSynapse: ReadonlySet<string>): Map<string, "pre" | "post"> {
  const sides = new Map<string, "pre" | "post">();
  const constants = new Set(["dt", ...model.parameters.map((p) => p.name).filter((p) => !perSynapse.has(p))]);
  for (const v of model.variables) {
    const writers = new Set(model.pathways.filter((p) => p.statements.some((s) => s.kind === "assign" && s.target === v.name)).map((p) => p.on));
    const [side] = writers;
    const regular = model.regularly?.statements.some((s) => s.kind === "assign" && s.target === v.name);
    if (writers.size === 1 && side !== "modulator" && v.name !== "w" && !perSynapse.has(v.name) && !regular && v.clock !== "clock-driven")
      sides.set(v.name, side!);
  }
  for (let changed = true; changed;) {
    changed = false;
    for (const [name, side] of sides) {
      const right = model.pathways.flatMap((p) => p.statements.filter((s) => s.kind === "assign" && s.target === name).map((s) => s.value));
      const derivative = model.variables.find((v) => v.name === name)!.derivative;
      const reads = [...right, ...(derivative ? [derivative] : [])].flatMap((e) => [...namesBehind(model, e)]);
      if (reads.every((n) => constants.has(n) || sides.get(n) === side || n === "t")) continue;
      sides.delete(name);
      changed = true;
    }
  }
  return sides;
}
