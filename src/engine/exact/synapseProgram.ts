/** A synapse model as functions of numbers: how its variables go on between events, and what events do. */
import { namesIn, mapExpr, name, number, substitute, apply } from "../../ir/expr.ts";
import type { Expr, RandomExpr } from "../../ir/expr.ts";
import { evaluator } from "../../ir/evaluate.ts";
import { simplify } from "../../ir/simplify.ts";
import { eventDrivenAdvance } from "../../lower/eventDriven.ts";
import { refusal } from "../../lower/exact/exactNeuron.ts";
import type { CheckedSynapse } from "../../model/checkedSynapse.ts";

type Evaluate = (values: ArrayLike<number>) => number;

export interface SynapseAction {
  /** Place of the variable that is assigned; −1: `slot` of the postsynaptic neuron receives. */
  readonly target: number;
  readonly slot: number;
  readonly value: Evaluate;
}

export interface SynapsePathway {
  readonly name: string;
  readonly on: "pre" | "post";
  readonly actions: readonly SynapseAction[];
  readonly draws: readonly { readonly place: number; readonly draw: RandomExpr }[];
  /** Places of names that are variables or parameters of the neurons at the two ends. */
  readonly ends: readonly { readonly place: number; readonly side: "pre" | "post"; readonly name: string }[];
}

/** Places of what every event knows, behind variables and parameters. */
export const builtIns = ["elapsed", "t", "i", "j", "N_pre", "N_post"] as const;

export interface SynapseProgram {
  /** In this order in the tuple: variables, parameters, built-ins, ends, draws. */
  readonly variables: readonly string[];
  readonly parameters: readonly string[];
  readonly size: number;
  readonly advance: readonly { readonly place: number; readonly value: Evaluate }[];
  readonly pathways: readonly SynapsePathway[];
  /** Variables that postsynaptic events alone change: where events of both sides coincide, presynaptic ones see them as they were. */
  readonly ofPost: readonly number[];
}

/** Where there is no step, `dt` in a synapse's equations stands for a nanosecond: it bounds times from below. */
const nanosecond = 1e-9;

export interface ProgramOptions {
  readonly owner: string;
  /** Parameters that are one number for all synapses. */
  readonly uniform: ReadonlyMap<string, number>;
  /** Slot of what `receptor` means, and of variables of the postsynaptic neuron. */
  readonly slot: (target: "receptor" | { readonly variable: string }) => number;
  readonly dale: "excitatory" | "inhibitory" | undefined;
}

/** @throws {UnsupportedError} for what needs a step, or several synapses at once */
export function synapseProgram(model: CheckedSynapse, { owner, uniform, slot, dale }: ProgramOptions): SynapseProgram {
  const what = `${owner}: synapse "${model.name}"`;
  const clocked = model.variables.find((v) => v.clock === "clock-driven");
  if (clocked) throw refusal(`${what}: ${clocked.name} is clock-driven: it is advanced in every step`, "Make it (event-driven), or use the grid.");
  if (model.sums.length > 0) throw refusal(`${what}: ${model.sums[0]!.target} is summed over synapses in every step`);
  if (model.modulators.length > 0) throw refusal(`${what} has a modulator: ${model.modulators[0]}`);
  if (model.regularly) throw refusal(`${what} has statements at regular times`);

  const variables = model.variables.map((v) => v.name), parameters = model.parameters.map((p) => p.name);
  const table = new Map<string, Expr>([["dt", number(nanosecond)]]);
  for (const p of parameters) if (uniform.has(p)) table.set(p, number(uniform.get(p)!));
  for (const s of model.subexpressions) table.set(s.name, substitute(s.value, table));
  const inline = (e: Expr): Expr => simplify(substitute(e, table));
  const places = [...variables, ...parameters, ...builtIns] as string[];
  const placeOf = (n: string): number => (places.includes(n) ? places.indexOf(n) : places.push(n) - 1);

  const equations = model.variables.flatMap((v) => (v.derivative ? [{ name: v.name, derivative: inline(v.derivative) }] : []));
  const known = new Set([...variables, ...parameters]);
  for (const { name: n, derivative } of equations) {
    const odd = [...namesIn(derivative)].find((m) => !known.has(m));
    if (odd !== undefined) throw refusal(`${what}: d${n}/dt depends on ${odd}, which changes between events`);
  }
  const next = eventDrivenAdvance(equations, new Map(), name("elapsed"), what);
  const advance = [...next].map(([n, e]) => ({ place: placeOf(n), value: evaluator(e, places) }));

  const assigns = (n: string, post: boolean): boolean =>
    model.pathways.some((p) => (p.on === "post") === post && p.statements.some((s) => s.kind === "assign" && s.target === n));
  const ofPost = variables.filter((n) => n !== "w" && assigns(n, true) && !assigns(n, false));
  const pathways = model.pathways.map((p): SynapsePathway => {
    const draws: { place: number; draw: RandomExpr }[] = [], ends: { place: number; side: "pre" | "post"; name: string }[] = [];
    const prepared = p.statements.map((s) => {
      let value = mapExpr(inline(s.value), (e) => {
        if (e.kind === "random") {
          const place = placeOf(`draw ${e.draw}`);
          if (!draws.some((d) => d.place === place)) draws.push({ place, draw: e });
          return name(`draw ${e.draw}`);
        }
        if (e.kind !== "name" || places.slice(0, variables.length + parameters.length + builtIns.length).includes(e.name)) return e;
        const [, base, side] = /^(.*)_(pre|post)$/.exec(e.name) ?? [];
        if (base === undefined) throw refusal(`${what} uses ${e.name}`);
        const place = placeOf(e.name);
        if (!ends.some((d) => d.place === place)) ends.push({ place, side: side as "pre" | "post", name: base });
        return e;
      });
      if (s.kind === "assign" && s.target === "w" && dale) value = apply(dale === "excitatory" ? "max" : "min", value, number(0));
      return { s, value };
    });
    const actions = prepared.map(({ s, value }): SynapseAction => ({
      target: s.kind === "assign" ? placeOf(s.target) : -1, slot: s.kind === "transmit" ? slot(s.target) : -1, value: evaluator(value, places),
    }));
    return { name: p.name, on: p.on as "pre" | "post", actions, draws, ends };
  });
  return { variables, parameters, size: places.length, advance, pathways, ofPost: ofPost.map((n) => variables.indexOf(n)) };
}
