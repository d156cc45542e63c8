/**
 * Synapses whose models do more than add a weight: variables advance in closed form from event to event of the synapse, at real times, and
 * statements act when spikes of either side reach it.
 */
import { ArgumentError, SimulationError } from "../../errors.ts";
import { normalAt, uniformAt } from "../../math/random.ts";
import type { Seed } from "../../math/random.ts";
import type { CheckedSynapse } from "../../model/checkedSynapse.ts";
import type { Coincident, ProjectionData } from "../../network/data.ts";
import { streamId } from "../streams.ts";
import type { ExactGroup } from "./group.ts";
import type { Arrivals, Outgoing } from "./loop.ts";
import { Line, Parcels, Walk } from "./queues.ts";
import { synapseProgram } from "./synapseProgram.ts";
import type { SynapsePathway, SynapseProgram } from "./synapseProgram.ts";
import type { Wiring } from "./wiring.ts";

/** When events reach synapses, seconds. */
export interface ExactTiming {
  readonly dendritic: number;
  readonly coincident: Coincident;
  /** Delay of a pathway that has one of its own, or of its side. */
  readonly pathway: (name: string, on: "pre" | "post") => number;
}

interface Queue {
  readonly pathway: SynapsePathway;
  readonly delay: number;
  readonly line: Line;
}

export interface PlasticOptions {
  readonly data: ProjectionData;
  readonly checked: CheckedSynapse;
  readonly pre: ExactGroup;
  readonly post: ExactGroup;
  readonly wiring: Wiring;
  readonly timing: ExactTiming;
  readonly seed: Seed;
  /** Bounds of the weight. */
  readonly limits: readonly [number, number];
}

export class PlasticSynapses implements Arrivals {
  readonly options: PlasticOptions;
  learns = true;
  /** Weights sent, and visits that may change synapses. */
  events = 0;
  visits = 0;
  /** Parameters that are one number. */
  readonly #uniform = new Map<string, number>();
  #program: SynapseProgram;
  /** Each variable of each synapse, at the time of its last visit. */
  readonly #state: readonly Float64Array[];
  readonly #visited: Float64Array;
  #queues: { readonly pre: readonly Queue[]; readonly post: readonly Queue[] };
  /** With delays per synapse. */
  readonly #walk = new Walk();
  /** What is on its way from synapses to the neuron. */
  readonly #sent = new Parcels();
  /** Synapses by target: numbers from first[j] on. */
  readonly #first: Uint32Array;
  readonly #incoming: Uint32Array;
  readonly #sourceOf: Uint32Array;
  #tuple: Float64Array;
  /** What postsynaptic variables were before the last postsynaptic event, and when that was: only where both sides act simultaneously. */
  #past: { readonly times: Float64Array; readonly values: readonly Float64Array[] } | undefined;
  readonly #stream: number;
  #drawn = 0;

  constructor(options: PlasticOptions) {
    this.options = options;
    const { checked, wiring, data } = options;
    for (const p of checked.parameters) {
      const given = wiring.values.get(p.name) ?? p.value;
      if (typeof given === "number") this.#uniform.set(p.name, given);
    }
    this.#program = this.#compile();
    this.#tuple = new Float64Array(this.#program.size);
    this.#state = checked.variables.map(() => new Float64Array(wiring.count));
    this.#visited = new Float64Array(wiring.count);
    this.#queues = { pre: this.#queuesOf("pre"), post: this.#queuesOf("post") };
    this.#stream = streamId(`exact/projection/${data.name}`);
    this.#sourceOf = new Uint32Array(wiring.count);
    for (let i = 0; i + 1 < wiring.rows.length; i++) this.#sourceOf.fill(i, wiring.rows[i]!, wiring.rows[i + 1]!);
    const size = data.post.end - data.post.start;
    this.#first = new Uint32Array(size + 1);
    this.#incoming = new Uint32Array(wiring.count);
    for (const j of wiring.targets) this.#first[j - data.post.start + 1]!++;
    for (let j = 0; j < size; j++) this.#first[j + 1]! += this.#first[j]!;
    const cursor = this.#first.slice();
    wiring.targets.forEach((j, e) => (this.#incoming[cursor[j - data.post.start]!++] = e));
    if (typeof wiring.delays !== "number" && this.#queues.pre.length > 1)
      throw new ArgumentError("delay", `projection ${data.name}: each synapse has a delay of its own, but its model has several presynaptic pathways`,
        'Use one delay for each pathway: delay: { name: "1 ms" }.');
    this.restart();
  }

  get count(): number {
    return this.options.wiring.count;
  }
  get bytes(): number {
    const { rows, targets } = this.options.wiring;
    return rows.byteLength + targets.byteLength + this.count * (8 * (this.#state.length + 1) + 8) + this.#first.byteLength;
  }
  get #what(): string {
    return `projection ${this.options.data.name}`;
  }

  get next(): number {
    let next = Math.min(this.#sent.next, this.#walk.next);
    for (const { line } of this.#queues.pre) next = Math.min(next, line.next);
    for (const { line } of this.#queues.post) next = Math.min(next, line.next);
    return next;
  }

  /** What spikes of the presynaptic side set off. */
  readonly fromPre: Outgoing = {
    emitted: (neuron, t) => {
      const { data, wiring } = this.options;
      if (neuron < data.pre.start || neuron >= data.pre.end) return;
      const source = neuron - data.pre.start, from = wiring.rows[source]!, end = wiring.rows[source + 1]!;
      if (from === end) return;
      if (typeof wiring.delays === "number") for (const { line, delay } of this.#queues.pre) line.push(t + delay, source);
      else if (this.#queues.pre.length > 0) this.#walk.push(t, from, end, wiring.delays);
    },
  };

  readonly fromPost: Outgoing = {
    emitted: (neuron, t) => {
      const { data } = this.options;
      if (neuron < data.post.start || neuron >= data.post.end) return;
      const j = neuron - data.post.start;
      if (this.#first[j] === this.#first[j + 1]) return;
      for (const { line, delay } of this.#queues.post) line.push(t + delay, j);
    },
  };

  deliver(t: number, limit: number): void {
    const { post, timing, wiring } = this.options;
    while (this.#sent.next <= limit) this.#sent.pop((j, slot, value) => post.receive(j, slot, value, t));
    const { pre, post: back } = this.#queues;
    const forth = (): void => {
      for (const { pathway, line } of pre) {
        while (line.next <= limit) {
          const source = line.pop();
          for (let e = wiring.rows[source]!; e < wiring.rows[source + 1]!; e++) this.#visit(e, pathway, t);
        }
      }
      while (this.#walk.next <= limit) {
        this.#visit(this.#walk.synapse, pre[0]!.pathway, t);
        this.#walk.advance(wiring.delays as Float64Array);
      }
    };
    if (timing.coincident === "pre-first") forth();
    for (const { pathway, line } of back) {
      while (line.next <= limit) {
        const j = line.pop();
        for (let k = this.#first[j]!; k < this.#first[j + 1]!; k++) this.#visit(this.#incoming[k]!, pathway, t);
      }
    }
    if (timing.coincident !== "pre-first") forth();
  }

  /** An event reaches a synapse. */
  #visit(e: number, pathway: SynapsePathway, t: number): void {
    const { wiring, post, pre, data, timing, seed, limits } = this.options;
    const tuple = this.#tuple, n = this.#state.length;
    this.visits++;
    this.#load(e, t);
    this.#visited[e] = t;
    for (let k = 0; k < n; k++) this.#state[k]![e] = tuple[k]!;
    if (this.#past) {
      const { times, values } = this.#past, { ofPost } = this.#program;
      if (pathway.on === "post" && times[e] !== t) {
        times[e] = t;
        ofPost.forEach((k, p) => (values[p]![e] = tuple[k]!));
      } else if (pathway.on === "pre" && times[e] === t) ofPost.forEach((k, p) => (tuple[k] = values[p]![e]!));
    }
    const j = wiring.targets[e]!;
    for (const { place, side, name } of pathway.ends)
      tuple[place] = side === "pre" ? pre.valueAt(name, data.pre.start + this.#sourceOf[e]!, t) : post.valueAt(name, j, t);
    if (pathway.draws.length > 0) {
      const step = this.#drawn++;
      for (const { place, draw } of pathway.draws)
        tuple[place] = (draw.distribution === "uniform" ? uniformAt : normalAt)(seed, e, step >>> 0, this.#stream, draw.draw);
    }
    for (const { target, slot, value } of pathway.actions) {
      if (target < 0) {
        this.events++;
        const sent = value(tuple);
        if (timing.dendritic === 0) post.receive(j, slot, sent, t);
        else this.#sent.push(t + timing.dendritic, j, slot, sent);
        continue;
      }
      if (target === 0 && !this.learns) continue;
      const made = value(tuple);
      tuple[target] = made;
      this.#state[target]![e] = made;
      if (!Number.isFinite(made) || (target === 0 && (made < limits[0] || made > limits[1]))) this.#stray(e, target, made, t);
    }
  }

  /** What a synapse holds at time t goes into the tuple: variables first. */
  #load(e: number, t: number): void {
    const { wiring, data } = this.options;
    const { variables, parameters, advance } = this.#program, tuple = this.#tuple;
    for (let k = 0; k < this.#state.length; k++) tuple[k] = this.#state[k]![e]!;
    parameters.forEach((p, k) => {
      const value = this.#uniform.get(p);
      tuple[variables.length + k] = value ?? (wiring.values.get(p) as Float64Array)[e]!;
    });
    const at = variables.length + parameters.length;
    tuple[at] = t - this.#visited[e]!;
    tuple[at + 1] = t;
    tuple[at + 2] = this.#sourceOf[e]!;
    tuple[at + 3] = wiring.targets[e]! - data.post.start;
    tuple[at + 4] = data.pre.end - data.pre.start;
    tuple[at + 5] = data.post.end - data.post.start;
    if (tuple[at] === 0) return;
    // All from the old values, then all at once.
    const next = advance.map(({ value }) => value(tuple));
    advance.forEach(({ place }, k) => (tuple[place] = next[k]!));
  }

  #stray(e: number, target: number, value: number, t: number): never {
    const { data, wiring } = this.options;
    const synapse = `${this.#sourceOf[e]} → ${wiring.targets[e]! - data.post.start}`;
    const what = target === 0 ? "the weight" : this.#program.variables[target];
    throw new SimulationError(Number.isFinite(value) ? "limits" : "not-finite",
      `${this.#what}: ${what} of synapse ${synapse} became ${value} (SI) at t = ${t * 1e3} ms`,
      Number.isFinite(value) ? "Bound it in the model with clip(…), or widen the limits." : "Check the model for a division by zero.");
  }

  /** A variable or parameter of all synapses at time t; nothing changes. */
  read(name: string, t: number): Float64Array | undefined {
    const { variables, parameters } = this.#program;
    const k = variables.indexOf(name);
    const uniform = this.#uniform.get(name);
    if (k < 0 && uniform !== undefined) return new Float64Array(this.count).fill(uniform);
    if (k < 0) return parameters.includes(name) ? (this.options.wiring.values.get(name) as Float64Array).slice() : undefined;
    return Float64Array.from({ length: this.count }, (_, e) => {
      this.#load(e, t);
      return this.#tuple[k]!;
    });
  }

  /** New values of a variable or parameter at time t. */
  write(name: string, values: Float64Array | number, t: number): void {
    const k = this.#program.variables.indexOf(name);
    if (k < 0) {
      if (typeof values !== "number" || !this.#uniform.has(name))
        throw new ArgumentError(
          "uniform", `${this.#what}: ${name} differs between synapses, or is to`, "Parameters that are one number can be set to another.",
        );
      // What went on under the old value is settled first.
      for (let e = 0; e < this.count; e++) this.#settle(e, t);
      this.#uniform.set(name, values);
      this.#program = this.#compile();
      const queues = this.#queues;
      const renewed = (on: "pre" | "post", list: readonly Queue[]): Queue[] =>
        this.#queuesOf(on).map((q, i) => ({ ...q, line: list[i]!.line }));
      this.#queues = { pre: renewed("pre", queues.pre), post: renewed("post", queues.post) };
      return;
    }
    for (let e = 0; e < this.count; e++) {
      this.#settle(e, t);
      this.#state[k]![e] = typeof values === "number" ? values : values[e]!;
    }
  }

  /** Brings a synapse's variables to t, without an event. */
  #settle(e: number, t: number): void {
    if (this.#program.advance.length === 0) return;
    this.#load(e, t);
    for (let k = 0; k < this.#state.length; k++) this.#state[k]![e] = this.#tuple[k]!;
    this.#visited[e] = t;
  }

  restart(): void {
    const { checked, wiring } = this.options;
    checked.variables.forEach((v, k) => {
      const start = v.name === "w" ? wiring.weights : (wiring.values.get(v.name) ?? v.initial);
      if (typeof start === "number") this.#state[k]!.fill(start);
      else this.#state[k]!.set(start);
    });
    for (const p of checked.parameters) {
      const given = wiring.values.get(p.name) ?? p.value;
      if (typeof given === "number") this.#uniform.set(p.name, given);
    }
    this.#program = this.#compile();
    this.#queues = { pre: this.#queuesOf("pre"), post: this.#queuesOf("post") };
    this.#visited.fill(0);
    const column = () => new Float64Array(wiring.count).fill(-1);
    this.#past = this.options.timing.coincident === "simultaneous" ? { times: column(), values: this.#program.ofPost.map(column) } : undefined;
    this.#walk.clear();
    this.#sent.clear();
    this.#drawn = this.events = this.visits = 0;
    this.learns = true;
  }

  #compile(): SynapseProgram {
    const { checked, data, post } = this.options;
    return synapseProgram(checked, {
      owner: this.#what, uniform: this.#uniform, dale: data.dale,
      slot: (target) => post.slot(target === "receptor" ? post.model!.receptors[data.receptor!]! : target.variable),
    });
  }

  #queuesOf(on: "pre" | "post"): Queue[] {
    const { timing, wiring } = this.options;
    const active = this.#program.pathways.filter((p) => p.on === on && p.actions.length > 0);
    const ownDelays = on === "pre" && typeof wiring.delays !== "number";
    return active.map((pathway) => ({ pathway, line: new Line(), delay: ownDelays ? 0 : timing.pathway(pathway.name, on) }));
  }
}

