/** Structural plasticity at run time: calcium and synaptic elements of each neuron, and the synapses they make (`net.structuralPlasticity`). */
import { ArgumentError } from "../errors.ts";
import { growthDuring } from "../math/growthCurve.ts";
import { seedOf } from "../math/philox.ts";
import type { RangeData } from "../network/data.ts";
import type { StructuralData, SynapticElementsData } from "../network/structural.ts";
import { dimensions } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import { Dice } from "./dice.ts";
import type { SimulationParts } from "./parts.ts";
import type { Delivery } from "./projections.ts";
import { endsOf } from "./rewire.ts";
import type { Ends } from "./rewire.ts";
import type { StructureHost } from "./structure.ts";

/** What a rule of structural plasticity holds now. */
export interface ElementState {
  /** Population (and range) → calcium concentration [neurons]. */
  readonly calcium: ReadonlyMap<string, Float64Array>;
  readonly elements: readonly {
    readonly name: string;
    readonly population: string;
    /** Elements of each neuron; their whole part can be connected [neurons]. */
    readonly elements: Float64Array;
    readonly connected: Uint32Array;
  }[];
}

/** Elements of one kind in one population. */
interface Pool {
  readonly data: SynapticElementsData;
  readonly neurons: Neurons;
  readonly rate: number;
  readonly z: Float64Array;
  readonly connected: Uint32Array;
}

/** Calcium of the neurons of one range, each as it was after its last spike or update. */
interface Neurons {
  readonly range: RangeData;
  readonly calcium: Float64Array;
  readonly step: Float64Array;
  readonly pools: Pool[];
}

/** Synapses of one kind, over all its projections. */
interface Kind {
  readonly axons: readonly Pool[];
  readonly dendrites: readonly Pool[];
  readonly links: readonly { readonly delivery: Delivery; readonly from: Pool; readonly to: Pool }[];
}

/** The synapses of a kind, those of each projection that are to go, and the side on which neurons retracted elements. */
interface Pruned {
  readonly ends: readonly Ends[];
  readonly removed: readonly Set<number>[];
  readonly side: "pre" | "post";
}

export class Growth {
  readonly name: string;
  readonly #data: StructuralData;
  readonly #parts: SimulationParts;
  readonly #host: StructureHost;
  readonly #tau: number;
  readonly #neurons: readonly Neurons[];
  readonly #pools: readonly Pool[];
  readonly #kinds: readonly Kind[];

  constructor(data: StructuralData, parts: SimulationParts, host: StructureHost) {
    this.name = data.name;
    this.#data = data;
    this.#parts = parts;
    this.#host = host;
    this.#tau = parseQuantity(data.calcium.tau, dimensions.second, this.#what);
    const neurons = new Map<string, Neurons>();
    this.#pools = data.elements.map((e) => {
      const { population, start, end } = e.population;
      const key = `${population} ${start} ${end}`, size = end - start;
      const of = neurons.get(key) ?? { range: e.population, calcium: new Float64Array(size), step: new Float64Array(size), pools: [] };
      neurons.set(key, of);
      const pool = { data: e, neurons: of, rate: parseQuantity(e.rate, dimensions.hertz, this.#what), z: new Float64Array(size),
        connected: new Uint32Array(size) };
      of.pools.push(pool);
      return pool;
    });
    this.#neurons = [...neurons.values()];
    this.#kinds = data.synapses.map(({ axon, dendrite, projections }) => {
      const axons = this.#pools.filter((p) => p.data.name === axon), dendrites = this.#pools.filter((p) => p.data.name === dendrite);
      const at = (pools: readonly Pool[], range: RangeData): Pool =>
        pools.find(({ data: { population: p } }) => p.population === range.population && p.start === range.start && p.end === range.end)!;
      const links = projections.map((name) => {
        const delivery = parts.deliveries.find((d) => d.data.name === name)!;
        if (delivery.table.delays === "perSynapse")
          throw new ArgumentError("delay", `${this.#what}: each synapse of ${name} has a delay of its own`, "Give the projection one delay.");
        return { delivery, from: at(axons, delivery.data.pre), to: at(dendrites, delivery.data.post) };
      });
      return { axons, dendrites, links };
    });
    for (const of of this.#neurons) {
      const group = parts.groups.find((g) => g.name === of.range.population)!;
      host.listen(group.index, (step, ids, count) => this.#spikes(of, step + 1, ids, count));
    }
    this.reset();
  }

  get #what(): string {
    return `structural plasticity "${this.#data.name}"`;
  }

  /** Back to the start: the synapses there are hold the elements they need. */
  reset(): void {
    for (const { calcium, step } of this.#neurons) {
      calcium.fill(this.#data.calcium.start);
      step.fill(0);
    }
    this.#count();
    for (const { z, connected, data } of this.#pools) connected.forEach((n, k) => (z[k] = n + data.start));
  }

  /** Elements grow until now; synapses go whose elements were retracted, and vacant elements pair. */
  update(): void {
    const now = this.#host.step();
    for (const of of this.#neurons) for (let k = 0; k < of.calcium.length; k++) this.#advance(of, k, now);
    const dice = new Dice(seedOf(this.#parts.options.seed), `structural/${this.name}`, now);
    this.#count();
    for (const kind of this.#kinds) this.#updateKind(kind, dice);
    for (const { z, connected, data } of this.#pools) {
      for (let k = 0; k < z.length; k++) z[k]! -= Math.max(0, Math.floor(z[k]!) - connected[k]!) * data.vacantDecay;
    }
  }

  /** Values now; nothing changes by looking. */
  state(): ElementState {
    const now = this.#host.step(), { dt } = this.#parts.options;
    const elapsed = (of: Neurons, k: number): number => (now - of.step[k]!) * dt;
    const label = ({ population, start, end }: RangeData): string =>
      start === 0 && end === this.#parts.groups.find((g) => g.name === population)!.size ? population : `${population}[${start}:${end}]`;
    this.#count();
    return {
      calcium: new Map(this.#neurons.map((of) => [label(of.range), of.calcium.map((c, k) => c * Math.exp(-elapsed(of, k) / this.#tau))])),
      elements: this.#pools.map(({ data, neurons, rate, z, connected }) => ({
        name: data.name, population: label(data.population), connected: connected.slice(),
        elements: z.map((have, k) => Math.max(0, have + rate * growthDuring(data, neurons.calcium[k]!, this.#tau, elapsed(neurons, k)))),
      })),
    };
  }

  #spikes(of: Neurons, step: number, ids: Uint32Array, count: number): void {
    for (let s = 0; s < count; s++) {
      const k = ids[s]! - of.range.start;
      if (k < 0 || k >= of.calcium.length) continue;
      this.#advance(of, k, step);
      of.calcium[k]! += this.#data.calcium.beta;
    }
  }

  /** Calcium decays and elements grow until `step`. */
  #advance(of: Neurons, k: number, step: number): void {
    const duration = (step - of.step[k]!) * this.#parts.options.dt, calcium = of.calcium[k]!;
    if (duration === 0) return;
    for (const { data, rate, z } of of.pools) z[k] = Math.max(0, z[k]! + rate * growthDuring(data, calcium, this.#tau, duration));
    of.calcium[k] = calcium * Math.exp(-duration / this.#tau);
    of.step[k] = step;
  }

  /** How many elements of each neuron are connected. */
  #count(): void {
    for (const { connected } of this.#pools) connected.fill(0);
    for (const { links } of this.#kinds) {
      for (const { delivery, from, to } of links) {
        const { pre, post } = endsOf(delivery, this.#parts.arena);
        for (const i of pre) from.connected[i]!++;
        for (const j of post) to.connected[j]!++;
      }
    }
  }

  #updateKind(kind: Kind, dice: Dice): void {
    const ends = kind.links.map(({ delivery }) => endsOf(delivery, this.#parts.arena));
    const removed = kind.links.map(() => new Set<number>());
    for (const pool of kind.axons) this.#prune(pool, kind, { ends, removed, side: "pre" }, dice);
    for (const pool of kind.dendrites) this.#prune(pool, kind, { ends, removed, side: "post" }, dice);
    const made = this.#pair(kind, dice);
    kind.links.forEach(({ delivery }, link) => {
      const { pre, post } = made[link]!;
      if (removed[link]!.size + pre.length > 0) this.#host.rewire(delivery, { remove: [...removed[link]!], add: { pre, post } });
    });
  }

  /** Neurons with fewer elements than synapses lose that many, chosen at random; the partners' elements become vacant. */
  #prune(pool: Pool, { links }: Kind, synapses: Pruned, dice: Dice): void {
    const { ends, removed, side } = synapses;
    const surplus = Array.from(pool.z, (z, k) => pool.connected[k]! - Math.floor(z));
    const own = new Map(surplus.flatMap((n, k) => (n > 0 ? [[k, [] as [link: number, edge: number][]] as const] : [])));
    if (own.size === 0) return;
    links.forEach((l, link) => {
      if (l[side === "pre" ? "from" : "to"] !== pool) return;
      ends[link]![side].forEach((k, edge) => {
        if (surplus[k]! > 0 && !removed[link]!.has(edge)) own.get(k)!.push([link, edge]);
      });
    });
    for (const [k, candidates] of own) {
      const places = candidates.map((_, n) => n);
      dice.shuffle(places, surplus[k]!);
      for (const n of places.slice(0, surplus[k]!)) {
        const [link, edge] = candidates[n]!;
        removed[link]!.add(edge);
        links[link]!.from.connected[ends[link]!.pre[edge]!]!--;
        links[link]!.to.connected[ends[link]!.post[edge]!]!--;
      }
    }
  }

  /** As many random pairs as there are vacant elements on the side that has fewer. A pair of a neuron with itself stays vacant. */
  #pair({ axons, dendrites, links }: Kind, dice: Dice): { readonly pre: number[]; readonly post: number[] }[] {
    const made = links.map(() => ({ pre: [] as number[], post: [] as number[] }));
    const from = vacant(axons), to = vacant(dendrites);
    const count = Math.min(from.length, to.length);
    if (count === 0) return made;
    const [longer, order] = from.length > to.length ? [from, "from"] as const : [to, "to"] as const;
    const places = longer.map((_, k) => k);
    dice.shuffle(places, count);
    for (let k = 0; k < count; k++) {
      const [a, i] = order === "from" ? from[places[k]!]! : from[k]!;
      const [d, j] = order === "to" ? to[places[k]!]! : to[k]!;
      const ranges = [axons[a]!.data.population, dendrites[d]!.data.population] as const;
      if (ranges[0].population === ranges[1].population && ranges[0].start + i === ranges[1].start + j) continue;
      const link = links.findIndex((l) => l.from === axons[a] && l.to === dendrites[d]);
      made[link]!.pre.push(i);
      made[link]!.post.push(j);
      axons[a]!.connected[i]!++;
      dendrites[d]!.connected[j]!++;
    }
    return made;
  }
}

/** One entry for each vacant element: its pool and neuron. */
function vacant(pools: readonly Pool[]): (readonly [pool: number, neuron: number])[] {
  return pools.flatMap(({ z, connected }, pool) =>
    Array.from(z).flatMap((have, k) => Array.from({ length: Math.max(0, Math.floor(have) - connected[k]!) }, () => [pool, k] as const)));
}
