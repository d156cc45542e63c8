/**
 * A synapse model becomes kernels. Variables that depend on one neuron alone (traces) are found and stored once a neuron; the others are
 * stored once a synapse and, where their equations are event-driven, advanced in closed form when an event visits the synapse.
 *
 * Events of a step, at time t + dt: those of the sides that have a dendritic delay after the neurons have advanced; where there is none,
 * presynaptic events come before, so that what they send takes part in the step.
 */
import { UnsupportedError } from "../errors.ts";
import type { EdgeKernel, EndValue, Pending } from "../ir/edge.ts";
import { add, apply, mapExpr, mul, name, namesIn, neg, number, select, substitute, visitExpr } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import type { MapKernel, Statement } from "../ir/kernel.ts";
import { isNumber, simplify } from "../ir/simplify.ts";
import type { CheckedPathway, CheckedSynapse, CheckedSynapseStatement } from "../model/checkedSynapse.ts";
import { eventDrivenAdvance } from "./eventDriven.ts";
import type { Exponential } from "./eventDriven.ts";
import { findTraces, hasDraw } from "./traces.ts";
import { synapseClockStep } from "./synapseClock.ts";

export type Coincidence = "pre-first" | "post-first" | "simultaneous";

/** How the engine calls the arrays of a modulator; `rate`: 1/tau, or 0. */
export interface ModulatorArrays {
  /** Whether it changes by jumps and decay alone, so that its course between events is known. */
  readonly jumps: boolean;
  readonly rate: number;
  readonly value: string;
  /** The value after the last jump and the steps since then, and the same for the jump before. */
  readonly level: string;
  readonly age: string;
  readonly earlierLevel: string;
  readonly earlierAge: string;
}

export interface SynapseLowerOptions {
  /** Beginning of the kernels' names, e.g. `E_E`. */
  readonly prefix: string;
  readonly dt: number;
  /** Every parameter: a number, or the name of a per-synapse array. */
  readonly parameters: ReadonlyMap<string, Expr>;
  /** Start values of variables; absent where they differ between synapses. */
  readonly initials: ReadonlyMap<string, number | undefined>;
  /** What `<name>_pre` and `<name>_post` are: a number, or an array of the neurons. */
  readonly neuronValue: (side: "pre" | "post", variable: string) => number | "array";
  readonly modulators: ReadonlyMap<string, ModulatorArrays>;
  readonly sizes: { readonly pre: number; readonly post: number };
  /** Whether each synapse has an axonal delay of its own. */
  readonly delayPerSynapse: boolean;
  /** Whether events of this presynaptic pathway come before the neurons advance: there is an axonal delay and no dendritic one. */
  readonly early: (pathway: string) => boolean;
  readonly coincident: Coincidence;
  /** Variable that the projection's receptor means; absent where the model sends nothing to it. */
  readonly receptor: string | undefined;
  /** Whether what postsynaptic events do may wait until the synapse's next presynaptic event, where the model allows it. */
  readonly defer: boolean;
  /** The weights stay as they are. */
  readonly frozen: boolean;
  readonly dale: "excitatory" | "inhibitory" | undefined;
  readonly limits: readonly [number, number];
}

export interface LoweredWalk {
  readonly pathway: string;
  readonly on: "pre" | "post" | "modulator" | "clock" | "regular" | "read" | "release";
  readonly kernel: EdgeKernel;
}

/** Variables that one side's neurons hold, and the kernel that advances them by a step; absent when none decays. */
export interface LoweredTraces {
  readonly names: readonly string[];
  readonly initial: readonly number[];
  readonly decay: MapKernel | undefined;
}

export interface LoweredSynapse {
  readonly pre: LoweredTraces;
  readonly post: LoweredTraces;
  /** Whether synapses note when they were last visited. */
  readonly visits: boolean;
  /** In the order in which they act in a step. */
  readonly walks: readonly LoweredWalk[];
  /** Names of the sources' traces that are also kept as they were after each source's last event, because postsynaptic events wait. */
  readonly lasts: readonly string[] | undefined;
  /** With delays per synapse: updates the sources' traces when they spike. */
  readonly emit: EdgeKernel | undefined;
  /** Stores the targets' traces after both sides have acted (simultaneous). */
  readonly settle: EdgeKernel | undefined;
  /** Reads variables of neurons or modulators, so that events must not lag behind the neurons. */
  readonly readsNeurons: boolean;
  /** Neurons' arrays that are read. */
  readonly neuronArrays: { readonly pre: readonly string[]; readonly post: readonly string[] };
}

/** What a source's trace was after its last event. */
export const lastName = (trace: string): string => `last ${trace}`;

/** Name of a neuron's variable among the arrays of its side; traces go by their own names. */
export const neuronArray = (variable: string): string => `neuron ${variable}`;

export function lowerSynapse(model: CheckedSynapse, options: SynapseLowerOptions): LoweredSynapse {
  return new Lowering(model, options).lower();
}

/** One walk to be made. */
interface Walk {
  readonly name: string;
  readonly on: LoweredWalk["on"];
  readonly walk: EdgeKernel["walk"];
  readonly statements: readonly CheckedSynapseStatement[];
  readonly keepOwn?: boolean;
  /** Its events come before the neurons advance, so what is read of modulators is a step old. */
  readonly early?: boolean;
  /** The modulator whose jump is the event. */
  readonly jumping?: string;
  /** End of the kernel's name, where it is not the pathway's. */
  readonly label?: string;
  /** Postsynaptic events that wait until this walk. */
  readonly deferred?: { readonly pending: Pending; readonly lasts: readonly string[] };
}

/** What is known of a projection's values before its synapses are made. */
export interface KnownValues {
  /** Whether a parameter, or the start of a variable, differs between synapses. */
  readonly varies: (name: string) => boolean;
  /** Start values of variables that are the same for all synapses, where the projection gives them. */
  readonly starts: (name: string) => number | undefined;
  readonly delayPerSynapse: boolean;
}

/** Names of the variables that each synapse holds; the others are held by neurons. */
export function variablesOfSynapses(model: CheckedSynapse, known: KnownValues): string[] {
  const { pre, post } = tracesOf(model, known, false);
  return model.variables.map((v) => v.name).filter((n) => !pre.has(n) && !post.has(n));
}

/** Name of what a variable was before the events of the step in which its synapse was last visited. */
const asItWas = (variable: string): string => `${variable} as it was`;

/**
 * Where events of both sides act simultaneously, a presynaptic one reads what belongs to the target as it was before. Neurons keep that by
 * themselves; what synapses hold all the same, because it drives another of their variables, gets a second variable.
 */
export function withPastValues(model: CheckedSynapse, coincident: Coincidence, known: KnownValues): CheckedSynapse {
  if (coincident !== "simultaneous") return model;
  const held = variablesOfSynapses(model, known);
  const pasts = model.variables.filter((v) => held.includes(v.name) && tracesOf(model, known, true).post.has(v.name));
  return {
    ...model,
    variables: [
      ...model.variables,
      ...pasts.map(({ name: n, dimension, initial }) => ({ name: asItWas(n), dimension, initial, clock: "none" as const })),
    ],
  };
}

/** @param whoever also what drives a variable of the synapse, and so is held by it */
function tracesOf(model: CheckedSynapse, { varies, starts, delayPerSynapse }: KnownValues, whoever: boolean): ReturnType<typeof findTraces> {
  const initials = new Map(model.variables.map((v) => [v.name, v.name === "w" || varies(v.name) ? undefined : (starts(v.name) ?? v.initial)]));
  // Values of neurons stand for themselves: whatever they are, an equation with them is not one of the synapse's side alone.
  const inlinerFor = (parameters: ReadonlyMap<string, Expr>) =>
    inliner(model, { parameters, dt: 1, sizes: { pre: 1, post: 1 }, neuronValue: () => "array" });
  const inline = inlinerFor(new Map(model.parameters.map((p) => [p.name, varies(p.name) ? name(p.name) : number(p.value)])));
  const pathways = model.pathways.map((p) => ({ ...p, statements: p.statements.map((s) => ({ ...s, value: inline(s.value) })) }));
  // At rest in the beginning, whatever the parameters are.
  const symbolic = inlinerFor(new Map());
  const given = new Map([...initials].flatMap(([n, value]) => (value === undefined ? [] : [[n, number(value)] as const])));
  const rests = (v: CheckedSynapse["variables"][number]): boolean =>
    !v.derivative || isNumber(simplify(substitute(symbolic(v.derivative), given)), 0);
  const resting = new Set(model.variables.filter(rests).map((v) => v.name));
  return findTraces(model, { initials, delayPerSynapse, resting, whoever }, inline, pathways);
}

class Lowering {
  readonly #model: CheckedSynapse;
  readonly #options: SynapseLowerOptions;
  readonly #inline: (e: Expr) => Expr;
  readonly #traces: { readonly pre: ReadonlySet<string>; readonly post: ReadonlySet<string> };
  /** Variables a synapse holds. */
  readonly #edge: readonly string[];
  /** Event-driven ones among them. */
  readonly #lazy: ReadonlySet<string>;
  /** Variables of the targets that synapses hold together with what they were before the events of the step. */
  readonly #pasts: ReadonlySet<string>;
  readonly #read = { pre: new Set<string>(), post: new Set<string>() };
  #readsModulators = false;

  constructor(model: CheckedSynapse, options: SynapseLowerOptions) {
    this.#model = model;
    this.#options = options;
    this.#inline = inliner(model, options);
    // What synapses hold was settled when their tables were made, so it depends neither on the values of parameters nor on whether weights learn.
    const varies = (n: string): boolean =>
      options.parameters.get(n)?.kind === "name" || (options.parameters.get(n) === undefined && options.initials.get(n) === undefined);
    this.#edge = variablesOfSynapses(model, { varies, starts: (n) => options.initials.get(n), delayPerSynapse: options.delayPerSynapse });
    this.#pasts = new Set(model.variables.map((v) => v.name).filter((n) => model.variables.some((v) => v.name === asItWas(n))));
    this.#traces = { pre: this.#tracesOf("pre"), post: this.#tracesOf("post") };
    this.#lazy = new Set(
      model.variables.filter((v) => v.clock === "event-driven" && this.#edge.includes(v.name) && !this.#isFrozen(v.name)).map((v) => v.name),
    );
  }

  /** Variables that the neurons of one side hold: those whose pathways assign them. */
  #tracesOf(side: "pre" | "post"): Set<string> {
    const held = this.#model.variables.map((v) => v.name).filter((n) => !this.#edge.includes(n));
    return new Set(
      held.filter((n) => this.#model.pathways.some((p) => p.on === side && p.statements.some((s) => s.kind === "assign" && s.target === n))),
    );
  }

  #isFrozen(variable: string): boolean {
    return this.#options.frozen && variable === "w";
  }

  /** Pathways with everything put in that is known, and Dale's law and frozen weights applied. */
  #pathways(): CheckedPathway[] {
    return this.#model.pathways.map((p) => ({ ...p, statements: this.#statements(p.statements) }));
  }

  #statements(statements: readonly CheckedSynapseStatement[]): CheckedSynapseStatement[] {
    const { dale } = this.#options;
    return statements
      .filter((s) => s.kind === "transmit" || !this.#isFrozen(s.target))
      .map((s) => {
        const value = this.#inline(s.value);
        if (s.kind === "transmit" || s.target !== "w" || !dale) return { ...s, value };
        return { ...s, value: apply(dale === "excitatory" ? "max" : "min", value, number(0)) };
      });
  }

  /**
   * Whether postsynaptic events may wait: all they do is change variables of the synapse from values that are still known when the next
   * presynaptic event comes: constants, the presynaptic traces, which only decay meanwhile, and what is noted of the postsynaptic neuron.
   */
  #mayDefer(): boolean {
    const options = this.#options,
      model = this.#model;
    if (!options.defer || options.delayPerSynapse || this.#pasts.size > 0 || model.sums.length > 0) return false;
    // Whether weights learn must not matter: what waits is kept up either way.
    const moves = (v: CheckedSynapse["variables"][number]) =>
      v.clock === "clock-driven" || (v.clock === "event-driven" && this.#edge.includes(v.name));
    if (model.variables.some(moves) || Number.isFinite(options.limits[0]) || Number.isFinite(options.limits[1]))
      return false;
    const active = model.pathways.filter((p) => p.statements.length > 0);
    const [pre, post] = [active.filter((p) => p.on === "pre"), active.filter((p) => p.on === "post")];
    if (pre.length !== 1 || post.length !== 1 || active.length !== 2) return false;
    const plain = new Set(model.variables.filter((v) => v.clock === "none" && this.#edge.includes(v.name)).map((v) => v.name));
    const known = (n: string): boolean =>
      plain.has(n) || this.#traces.pre.has(n) || this.#traces.post.has(n) || options.parameters.get(n)?.kind === "name";
    const statements = post[0]!.statements.map((s) => ({ ...s, value: this.#inline(s.value) }));
    return (
      statements.every((s) => s.kind === "assign" && [...namesIn(s.value)].every(known) && !hasDraw(s.value)) &&
      statements.some((s) => s.kind === "assign" && plain.has(s.target))
    );
  }

  /** What a waiting postsynaptic event does, and what has to be noted of it. */
  #pending(post: CheckedPathway): { readonly pending: Pending; readonly parts: Parts; readonly lasts: readonly string[] } {
    const parts = new Parts("post", this.#traces);
    for (const s of post.statements) parts.add(s, this.#options.receptor, this.#model.name);
    const lasts = [...this.#traces.pre];
    const next = this.#advanced(
      lasts.filter((n) => this.#model.variables.find((v) => v.name === n)!.derivative),
      name("since"),
    );
    const then = new Map(lasts.map((n) => [n, name(lastName(n))] as const));
    const at = new Map(lasts.map((n) => [n, substitute(next.get(n) ?? name(n), then)] as const));
    const noted = new Set<string>();
    const body = parts.body.map((s): Statement => {
      if (s.kind === "while") return s;
      for (const n of namesIn(s.value)) if (this.#traces.post.has(n) || parts.ownBody.some((l) => l.kind === "let" && l.name === n)) noted.add(n);
      return { ...s, value: simplify(substitute(s.value, at)) };
    });
    const pending = { values: [...noted], since: "since", includesLast: this.#options.coincident === "pre-first", body };
    return { pending, parts, lasts };
  }

  lower(): LoweredSynapse {
    const { coincident } = this.#options;
    const pathways = this.#pathways();
    const simultaneous = coincident === "simultaneous";
    const of = (on: CheckedPathway["on"]) => pathways.filter((p) => p.on === on && (p.statements.length > 0 || this.#namesElapsed(p.name)));
    const deferred = this.#mayDefer() ? this.#pending(of("post")[0] ?? { name: "post", on: "post", statements: [] }) : undefined;
    const pre = of("pre").map((p) => this.#walk({ ...p, walk: "out", early: this.#options.early(p.name), ...(deferred ? { deferred } : {}) }));
    const post = deferred
      ? of("post").map((p): LoweredWalk => ({ pathway: p.name, on: "post", kernel: this.#noteKernel(deferred, simultaneous) }))
      : of("post").map((p) => this.#walk({ ...p, walk: "in", keepOwn: simultaneous }));
    const release = deferred ? [this.#walk({ name: "release", on: "release", walk: "all", statements: [], deferred })] : [];
    const modulated = [...this.#modulatorVisits(), ...of("modulator").map((p) => this.#walk({ ...p, walk: "all" }))];
    const ordered = coincident === "pre-first" ? [...pre, ...post] : [...post, ...pre];
    const emit = this.#options.delayPerSynapse ? this.#ownOnly(of("pre"), "out", "emit") : undefined;
    const settle = simultaneous ? this.#ownOnly(of("post"), "in", "settle") : undefined;
    const clock = this.#clock();
    const regularly = this.#model.regularly
      ? [this.#walk({ name: "regularly", on: "regular", walk: "all", statements: this.#statements(this.#model.regularly.statements) })]
      : [];
    const walks = [...modulated, ...ordered, ...clock, ...regularly, ...this.#readers(), ...release];
    const decays = { pre: this.#decay("pre"), post: this.#decay("post") };
    return {
      ...decays,
      visits: walks.some((w) => w.kernel.elapsed !== undefined),
      walks,
      emit,
      settle,
      lasts: deferred?.lasts,
      readsNeurons: this.#readsModulators || this.#read.pre.size + this.#read.post.size > 0,
      neuronArrays: { pre: [...this.#read.pre], post: [...this.#read.post] },
    };
  }

  /** A visit to every synapse advances what is event-driven: before it is read from outside, and when a modulator that drives it jumps. */
  #readers(): LoweredWalk[] {
    return this.#lazy.size === 0 ? [] : [this.#walk({ name: "read", on: "read", walk: "all", statements: [] })];
  }

  #modulatorVisits(): LoweredWalk[] {
    const driving = this.#model.modulators.filter((m) =>
      this.#model.variables.some((v) => v.derivative !== undefined && this.#lazy.has(v.name) && namesIn(this.#inline(v.derivative)).has(m)),
    );
    return driving.map((m) => this.#walk({ name: m, on: "modulator", walk: "all", statements: [], jumping: m, label: `jump_of_${m}` }));
  }

  #decay(side: "pre" | "post"): LoweredTraces {
    const names = [...this.#traces[side]];
    const { dt, prefix, initials } = this.#options;
    const variables = this.#model.variables.filter((v) => names.includes(v.name));
    const next = this.#advanced(
      variables.filter((v) => v.clock === "event-driven").map((v) => v.name),
      number(dt),
    );
    const body: Statement[] = [...next].map(([n, value]) => ({ kind: "let", name: `${n} next`, value }));
    body.push(...[...next].map(([n]): Statement => ({ kind: "assign", name: n, value: name(`${n} next`) })));
    const drivers = names.filter((n) => !next.has(n) && [...next.values()].some((e) => namesIn(e).has(n)));
    const decay: MapKernel | undefined =
      next.size === 0
        ? undefined
        : {
            name: `decay_${prefix}_${side}`,
            state: [...next.keys()],
            constants: drivers,
            scalars: [],
            inputs: [],
            draws: [],
            body,
            finite: [],
            flush: [...next.keys()],
          };
    return { names, initial: names.map((n) => initials.get(n) ?? 0), decay };
  }

  /** Values of event-driven variables after a time without events. */
  #advanced(variables: readonly string[], elapsed: Expr, plan: Pick<Walk, "early" | "jumping"> = {}): Map<string, Expr> {
    const equations = this.#model.variables
      .filter((v) => variables.includes(v.name) && v.derivative)
      .map((v) => ({ name: v.name, derivative: this.#inline(v.derivative!) }));
    const used = new Set(equations.flatMap((e) => [...namesIn(e.derivative)]));
    const given = new Map<string, readonly Exponential[]>();
    for (const [m, { rate, jumps }] of this.#options.modulators) {
      if (!used.has(m)) continue;
      if (!jumps) {
        throw new UnsupportedError(
          "event-driven",
          `synapse "${this.#model.name}": an event-driven equation uses ${m}, which follows a signal`,
          "Mark the equation (clock-driven), or let the modulator be driven by spikes.",
        );
      }
      // The value when the synapse was last visited, which was not before the last jump.
      const [level, age] = m === plan.jumping ? [`${m} earlier level`, `${m} earlier age`] : [`${m} level`, `${m} age`];
      const since = add(mul(number(this.#options.dt), add(name(age), number(plan.early ? 1 : 0))), neg(elapsed));
      given.set(m, [{ amplitude: mul(name(level), apply("exp", neg(mul(number(rate), since)))), rate: number(rate) }]);
    }
    return eventDrivenAdvance(equations, given, elapsed, `synapse "${this.#model.name}"`);
  }

  #walk(plan: Walk): LoweredWalk {
    const parts = new Parts(this.#ownSide(plan.walk), this.#traces);
    const visited = this.#usesLazy(plan.statements) || this.#namesElapsed(plan.name) || plan.on === "read" || plan.jumping !== undefined;
    if (visited) parts.advance(this.#advanced([...this.#lazy], name("elapsed"), plan));
    const first = apply("gt", name("elapsed"), number(0));
    if (visited) for (const n of this.#pasts) parts.body.push({ kind: "assign", name: asItWas(n), value: select(first, name(n), name(asItWas(n))) });
    const seen = new Map(plan.on === "pre" ? [...this.#pasts].map((n) => [n, name(asItWas(n))] as const) : []);
    for (const s of plan.statements) parts.add({ ...s, value: substitute(s.value, seen) }, this.#options.receptor, this.#model.name);
    const kernel = this.#kernel(plan.label ?? plan.name, plan.walk, parts, visited, plan.keepOwn ?? false);
    return { pathway: plan.name, on: plan.on, kernel: plan.deferred ? this.#withPending(kernel, plan.deferred, parts) : kernel };
  }

  /** The kernel with what has to be done before its body, and with the traces' values kept for the next time. */
  #withPending(kernel: EdgeKernel, { pending, lasts }: { readonly pending: Pending; readonly lasts: readonly string[] }, parts: Parts): EdgeKernel {
    const used = new Set(pending.body.flatMap((s) => (s.kind === "while" ? [] : [...namesIn(s.value)])));
    const assigned = pending.body.flatMap((s) => (s.kind === "assign" ? [s.name] : []));
    const arrays = [...this.#options.parameters].flatMap(([, e]) => (e.kind === "name" && used.has(e.name) ? [e.name] : []));
    const kept = kernel.walk === "out" ? parts.stores.filter((s) => lasts.includes(s.array)) : [];
    const changed = new Set([...kernel.limits.map((l) => l.array), ...assigned]);
    return {
      ...kernel,
      pending,
      state: this.#edge.filter((v) => kernel.state.includes(v) || assigned.includes(v) || used.has(v)),
      constants: [...new Set([...kernel.constants, ...arrays])],
      own: [...kernel.own, ...lasts.filter((n) => used.has(lastName(n))).map((n) => ({ name: lastName(n), array: lastName(n) }))],
      ownStores: [...kernel.ownStores, ...kept.map((s) => ({ array: lastName(s.array), value: s.value }))],
      limits: this.#edge.filter((v) => changed.has(v)).map((array) => ({ array, low: -Infinity, high: Infinity })),
    };
  }

  /** Notes a postsynaptic event. */
  #noteKernel({ pending, parts }: { readonly pending: Pending; readonly parts: Parts }, keepOwn: boolean): EdgeKernel {
    const kernel = this.#kernel("note", "in", parts.ownOnly(pending.values), false, keepOwn);
    return { ...kernel, note: { values: pending.values } };
  }

  #ownSide(walk: EdgeKernel["walk"]): "pre" | "post" {
    return walk === "in" ? "post" : "pre";
  }

  /** Only what pathways do to the traces of their own side. */
  #ownOnly(pathways: readonly CheckedPathway[], walk: "out" | "in", suffix: string): EdgeKernel | undefined {
    const side = this.#ownSide(walk);
    const parts = new Parts(side, this.#traces);
    for (const p of pathways) {
      for (const s of p.statements) if (s.kind === "assign" && this.#traces[side].has(s.target)) parts.add(s, undefined, this.#model.name);
    }
    return parts.stores.length === 0 ? undefined : this.#kernel(suffix, walk, parts, false, false, false);
  }

  /** Whether a pathway names `elapsed`: its events count, even where a factor of zero or frozen weights leave nothing to do. */
  #namesElapsed(pathway: string): boolean {
    const behind = (e: Expr): boolean =>
      [...namesIn(e)].some((n) => n === "elapsed" || this.#model.subexpressions.some((s) => s.name === n && behind(s.value)));
    return this.#model.pathways.some((p) => p.name === pathway && p.statements.some((s) => behind(s.value)));
  }

  /** Whether statements read or change event-driven variables, or change what drives them: then these are brought up to now before. */
  #usesLazy(statements: readonly CheckedSynapseStatement[]): boolean {
    const drivers = new Set(
      this.#model.variables.flatMap((v) => (v.derivative && this.#lazy.has(v.name) ? [...namesIn(this.#inline(v.derivative))] : [])),
    );
    const matters = (n: string): boolean => this.#lazy.has(n) || this.#pasts.has(n) || n === "elapsed";
    return statements.some((s) => [...namesIn(s.value)].some(matters) || (s.kind === "assign" && (matters(s.target) || drivers.has(s.target))));
  }

  /** @param late with delays per synapse: the walk comes when events arrive, not when they are emitted */
  #kernel(label: string, walk: EdgeKernel["walk"], parts: Parts, visited: boolean, keepOwn: boolean, late = true): EdgeKernel {
    const options = this.#options,
      traces = this.#traces;
    const side = this.#ownSide(walk),
      far = side === "pre" ? "post" : "pre";
    const lagged = options.delayPerSynapse;
    const segments = lagged && walk === "out" && late;
    const draws: { name: string; draw: number; distribution: "uniform" | "normal" }[] = [];
    const drawn = (e: Expr): Expr =>
      mapExpr(e, (node) => {
        if (node.kind !== "random") return node;
        const drawName = `draw ${node.draw}`;
        if (!draws.some((d) => d.draw === node.draw)) draws.push({ name: drawName, draw: node.draw, distribution: node.distribution });
        return name(drawName);
      });
    const body = parts.body.map((s): Statement => (s.kind === "while" ? s : { ...s, value: drawn(s.value) }));
    const deliver = parts.sent.map((d) => ({ ...d, value: drawn(d.value) }));
    const used = new Set<string>();
    const visit = (e: Expr): void => visitExpr(e, (node) => node.kind === "name" && used.add(node.name));
    for (const s of body) if (s.kind !== "while") visit(s.value);
    for (const d of deliver) visit(d.value);
    for (const n of parts.kept) used.add(n);
    if (!segments) for (const s of parts.stores) used.add(s.value);
    // Where nothing is stored of what an element's own statements give, only what the edges use of it is computed.
    const ownBody: Statement[] = [];
    for (const s of parts.ownBody.toReversed()) {
      if (s.kind === "while" || !used.has(s.name)) continue;
      visit(s.value);
      ownBody.unshift(s);
    }
    const assigned = new Set(body.flatMap((s) => (s.kind === "assign" ? [s.name] : [])));
    const own: EndValue[] = [],
      other: EndValue[] = [];
    const before: Statement[] = [];
    // What the source held when it spiked, before that spike: what it held a step before, one step further.
    const stepOn = (wanted: readonly string[], ends: EndValue[]): Statement[] => {
      const derivativeOf = (n: string): Expr | undefined => this.#model.variables.find((v) => v.name === n)!.derivative;
      const names = new Set(wanted);
      for (const n of names) for (const m of namesIn(this.#inline(derivativeOf(n) ?? number(0)))) if (traces.pre.has(m)) names.add(m);
      const held = new Map([...names].map((n) => [n, name(`${n} before`)] as const));
      const next = this.#advanced(
        [...names].filter((n) => derivativeOf(n)),
        number(options.dt),
      );
      for (const n of names) ends.push({ name: `${n} before`, array: n, lag: 1 });
      return wanted.map((n) => ({ kind: "let", name: n, value: substitute(next.get(n) ?? name(n), held) }));
    };
    const usedOf = (of: "pre" | "post"): string[] => [...traces[of]].filter((n) => used.has(n));
    if (segments) before.push(...stepOn(usedOf("pre"), own));
    else for (const trace of usedOf(side)) own.push({ name: trace, array: trace });
    if (lagged && far === "pre" && options.coincident !== "pre-first") body.unshift(...stepOn(usedOf("pre"), other));
    else for (const trace of usedOf(far)) other.push({ name: trace, array: trace, ...(lagged && far === "pre" ? { lag: 0 as const } : {}) });
    if (lagged && walk === "all" && [...traces.pre].some((n) => used.has(n))) {
      throw new UnsupportedError(
        "delay",
        `synapse "${this.#model.name}": ${[...traces.pre].filter((n) => used.has(n)).join(", ")} is read at all synapses at once, ` +
          "but each synapse has a delay of its own",
        "Use one delay for the projection, or read it in onPre and onPost only.",
      );
    }
    for (const n of used) {
      const found = /^(.+)_(pre|post)$/.exec(n);
      if (!found || this.#model.variables.some((v) => v.name === n)) continue;
      const [, variable, of] = found as unknown as [string, string, "pre" | "post"];
      if (n === "N_pre" || n === "N_post") continue;
      this.#read[of].add(variable);
      (of === side ? own : other).push({ name: n, array: neuronArray(variable) });
    }
    const shared: EndValue[] = [];
    for (const [m, arrays] of options.modulators) {
      for (const [n, array] of [
        [m, arrays.value],
        [`${m} level`, arrays.level],
        [`${m} age`, arrays.age],
        [`${m} earlier level`, arrays.earlierLevel],
        [`${m} earlier age`, arrays.earlierAge],
      ] as const) {
        if (used.has(n)) shared.push({ name: n, array });
      }
    }
    if (shared.length > 0) this.#readsModulators = true;
    const arrays = [...options.parameters].flatMap(([, e]) => (e.kind === "name" && used.has(e.name) ? [e.name] : []));
    const [low, high] = options.limits;
    return {
      name: `${options.prefix}_${label}`,
      walk,
      draws,
      keepOwn,
      shared,
      own,
      other,
      state: this.#edge.filter((v) => used.has(v) || assigned.has(v)),
      constants: arrays,
      ...(used.has("t") ? { time: "t" } : {}),
      ...(visited ? { elapsed: "elapsed" } : {}),
      ownBody: [...before, ...ownBody],
      ownStores: segments ? [] : parts.stores,
      body,
      deliver,
      limits: this.#edge
        .filter((v) => assigned.has(v))
        .map((array) => (array === "w" ? { array, low, high } : { array, low: -Infinity, high: Infinity })),
    };
  }

  /** Equations that are advanced in every step, and sums over synapses. */
  #clock(): LoweredWalk[] {
    const clocked = this.#model.variables.filter((v) => v.clock === "clock-driven" && !this.#isFrozen(v.name));
    const sums = this.#model.sums;
    if (clocked.length === 0 && sums.length === 0) return [];
    const parts = new Parts("pre", this.#traces);
    const { dt, dale } = this.#options;
    const step = synapseClockStep(
      this.#model,
      clocked.map((v) => ({ name: v.name, dimension: v.dimension, derivative: this.#inline(v.derivative!) })),
      dt,
    );
    const values = [...step.statements.flatMap((s) => (s.kind === "while" ? [] : [s.value])), ...sums.map((s) => this.#inline(s.value))];
    const lazyUsed = values.some((e) => [...namesIn(e)].some((n) => this.#lazy.has(n)));
    if (lazyUsed) parts.advance(this.#advanced([...this.#lazy], name("elapsed")));
    // The visit before the first step, at t = 0, is for the sums: what was given stands until a step has passed.
    const started = apply("gt", name("t"), number(dt / 2));
    for (const s of step.statements) {
      if (s.kind !== "assign") parts.body.push(s);
      else {
        const value = s.name === "w" && dale ? apply(dale === "excitatory" ? "max" : "min", s.value, number(0)) : s.value;
        parts.body.push({ ...s, value: select(started, value, name(s.name)) });
      }
    }
    sums.forEach((s, k) => {
      parts.body.push({ kind: "let", name: `sum ${k}`, value: this.#inline(s.value) });
      parts.sent.push({ input: s.target, value: name(`sum ${k}`) });
    });
    return [{ pathway: "clock", on: "clock", kernel: this.#kernel("clock", "all", parts, lazyUsed, false) }];
  }
}

/** Statements of a walk, sorted into those about the walked neuron and those about each synapse. */
class Parts {
  readonly ownBody: Statement[] = [];
  readonly body: Statement[] = [];
  readonly sent: { input: string; value: Expr }[] = [];
  /** Values of the walked neuron that are needed beside those of `body` and `sent`. */
  kept: readonly string[] = [];
  readonly #side: "pre" | "post";
  readonly #traces: { readonly pre: ReadonlySet<string>; readonly post: ReadonlySet<string> };
  /** Trace → the name that holds its present value. */
  readonly #current = new Map<string, Expr>();
  #count = 0;

  constructor(side: "pre" | "post", traces: { readonly pre: ReadonlySet<string>; readonly post: ReadonlySet<string> }) {
    this.#side = side;
    this.#traces = traces;
  }

  get stores(): { array: string; value: string }[] {
    return [...this.#current].map(([array, value]) => ({ array, value: (value as { name: string }).name }));
  }

  /** The same without what is done to synapses; `kept` values stay in use. */
  ownOnly(kept: readonly string[]): Parts {
    const parts = new Parts(this.#side, this.#traces);
    parts.ownBody.push(...this.ownBody);
    for (const [n, value] of this.#current) parts.#current.set(n, value);
    parts.kept = kept;
    return parts;
  }

  advance(next: ReadonlyMap<string, Expr>): void {
    for (const [n, value] of next) this.body.push({ kind: "let", name: `${n} next`, value });
    for (const n of next.keys()) this.body.push({ kind: "assign", name: n, value: name(`${n} next`) });
  }

  add(s: CheckedSynapseStatement, receptor: string | undefined, model: string): void {
    const value = simplify(substitute(s.value, this.#current));
    if (s.kind === "assign" && this.#traces[this.#side].has(s.target)) {
      const label = `${s.target} ${++this.#count}`;
      this.ownBody.push({ kind: "let", name: label, value });
      this.#current.set(s.target, name(label));
    } else if (s.kind === "assign") this.body.push({ kind: "assign", name: s.target, value });
    else {
      const input = s.target === "receptor" ? receptor : s.target.variable;
      if (input === undefined)
        throw new UnsupportedError("receptor", `synapse "${model}" sends to the receptor, but its projection names none`, "Give a receptor.");
      const label = `sent ${++this.#count}`;
      this.body.push({ kind: "let", name: label, value });
      const same = this.sent.findIndex((d) => d.input === input);
      if (same < 0) this.sent.push({ input, value: name(label) });
      else this.sent[same] = { input, value: add(this.sent[same]!.value, name(label)) };
    }
  }
}

/** Puts in parameters, subexpressions, constants of the neurons, dt and sizes. */
function inliner(model: CheckedSynapse, options: Pick<SynapseLowerOptions, "parameters" | "dt" | "sizes" | "neuronValue">): (e: Expr) => Expr {
  const table = new Map<string, Expr>([
    ["dt", number(options.dt)],
    ["N_pre", number(options.sizes.pre)],
    ["N_post", number(options.sizes.post)],
    ...options.parameters,
  ]);
  for (const s of model.subexpressions) table.set(s.name, substitute(s.value, table));
  const neurons = (e: Expr): Expr =>
    mapExpr(e, (node) => {
      const found = node.kind === "name" ? /^(.+)_(pre|post)$/.exec(node.name) : undefined;
      if (!found || node.kind !== "name" || model.variables.some((v) => v.name === node.name) || table.has(node.name)) return node;
      const value = options.neuronValue(found[2] as "pre" | "post", found[1]!);
      return value === "array" ? node : number(value);
    });
  return (e) => simplify(neurons(substitute(e, table)));
}
