/**
 * Synapses that come and go while a simulation is paused: rows, targets, weights and all that each synapse holds are brought up to date in
 * place while they fit, and move to arrays half as large again when they do not (then the code is generated anew). Synapses stay ordered by
 * source, then as made: new ones stand at the end of their row.
 *
 * What is on its way when a synapse is made or removed: a spike that has not reached the synapse yet passes through the synapses that are
 * there when it does (the delay of a plastic synapse); what was sent already arrives.
 */
import { ArgumentError, UnsupportedError } from "../errors.ts";
import type { Connector } from "../network/connectors.ts";
import type { Dimension } from "../units/dimension.ts";
import { formatQuantity, parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import type { NewSynapses, Rewiring } from "../network/rewiring.ts";
import { realBytes } from "./arena.ts";
import type { Arena } from "./arena.ts";
import type { SimulationParts } from "./parts.ts";
import type { Delivery } from "./projections.ts";
import { checkedAt } from "../network/synapseEnds.ts";
import { targetWords } from "./synapses.ts";

/** Synapses that a table has room for when it first grows. */
const leastCapacity = 64;

/**
 * Removes and adds synapses at the beginning of step `step`. Returns whether the code has to be generated again.
 *
 * @throws {UnsupportedError} where synapses have delays of their own
 * @throws {ArgumentError} for synapses or neurons that do not exist, a second synapse of a pair where there may be only one, and wrong values
 */
export function rewire(parts: SimulationParts, delivery: Delivery, change: Rewiring, step: number, signs?: Int8Array): boolean {
  const { table, plastic, data } = delivery;
  const { arena } = parts;
  const what = `rewiring of projection ${data.name}`;
  if (delivery.procedural)
    throw new UnsupportedError("store", `${what}: its synapses are not stored and cannot come and go`, "Leave out store: false.");
  if (table.delays === "perSynapse")
    throw new UnsupportedError("delay", `${what}: each of its synapses has a delay of its own`, "Give the projection one delay.");
  const removed = removedSynapses(change.remove ?? [], table.count, what);
  const pre = change.add?.pre ?? [], post = change.add?.post ?? [];
  checkEnds(delivery, pre, post, what);
  const columns = ownedColumns(parts, delivery, change.add, pre.length, what);
  const count = table.count - removed.size + pre.length;
  const rows = arena.u32(table.rows, table.sources + 1);
  const plan = mergeRows(rows, removed, pre, count);
  if (!allowsMultapses(data.connect)) checkPairs(delivery, arena, plan, pre, post, what);

  const grown = count > table.capacity;
  if (grown) grow(parts, delivery, count);
  const target = Uint32Array.from(post, (j) => j + data.post.start);
  const targets = (length: number) => (table.targetBytes === 2 ? arena.u16(table.targets, length) : arena.u32(table.targets, length));
  order(targets(table.count), targets(count), plan.from, target);
  for (const { view, fresh } of columns) order(view(table.count), view(count), plan.from, fresh);
  const visits = plastic?.visits;
  if (visits !== undefined) order(arena.u32(visits, table.count), arena.u32(visits, count), plan.from, new Uint32Array(pre.length).fill(step));
  const births = new Uint32Array(count);
  order(table.births ?? new Uint32Array(table.count), births, plan.from, new Uint32Array(pre.length).fill(step));
  table.births = births;
  if (table.signs) {
    const ordered = new Int8Array(count);
    order(table.signs, ordered, plan.from, signs ?? new Int8Array(pre.length));
    table.signs = ordered;
  }
  arena.u32(table.rows, table.sources + 1).set(plan.rows);
  table.count = count;
  table.longestRow = plan.longest;
  const stale = plastic?.reindex(arena) ?? false;
  return grown || stale;
}

/** A projection's synapses in storage order: neurons counted within its ranges. */
export interface Ends {
  readonly pre: Uint32Array;
  readonly post: Uint32Array;
}

/** The ends of all synapses of a projection with one delay. */
export function endsOf({ table, data }: Delivery, arena: Arena): Ends {
  const rows = arena.u32(table.rows, table.sources + 1);
  const words = targetWords(arena, table);
  const pre = new Uint32Array(table.count), post = new Uint32Array(table.count), { start } = data.post;
  for (let i = 0; i < table.sources; i++) pre.fill(i, rows[i]!, rows[i + 1]!);
  for (let e = 0; e < post.length; e++) post[e] = words[e]! - start;
  return { pre, post };
}

/** Whether a pair may have several synapses. */
export const allowsMultapses = (connect: Connector): boolean => ("multapses" in connect ? connect.multapses : connect.rule === "explicit");

/** Whether a neuron may reach itself. */
export const allowsAutapses = (connect: Connector): boolean => ("autapses" in connect ? connect.autapses : true);

function removedSynapses(numbers: ArrayLike<number>, count: number, what: string): Set<number> {
  const removed = new Set<number>();
  for (let k = 0; k < numbers.length; k++) {
    const e = numbers[k]!;
    if (!(Number.isInteger(e) && e >= 0 && e < count))
      throw new ArgumentError("index", `${what}: there is no synapse ${e} to remove`,
        count === 0 ? "It has no synapses." : `Synapses are numbered from 0 to ${count - 1}.`);
    if (removed.has(e)) throw new ArgumentError("duplicate", `${what}: synapse ${e} is to be removed twice`, "Name each synapse once.");
    removed.add(e);
  }
  return removed;
}

function checkEnds({ data, table }: Delivery, pre: ArrayLike<number>, post: ArrayLike<number>, what: string): void {
  if (pre.length !== post.length)
    throw new ArgumentError("size", `${what}: ${pre.length} sources but ${post.length} targets`, "Give two lists of the same length.");
  const targets = data.post.end - data.post.start;
  const autapses = data.pre.population !== data.post.population || allowsAutapses(data.connect);
  for (let k = 0; k < pre.length; k++) {
    for (const [value, size, side] of [[pre[k]!, table.sources, "source"], [post[k]!, targets, "target"]] as const) {
      if (!(Number.isInteger(value) && value >= 0 && value < size))
        throw new ArgumentError("index", `${what}: ${side} ${value} of new synapse ${k} does not exist`,
          `Neurons are numbered from 0 to ${size - 1}.`);
    }
    if (!autapses && pre[k]! + data.pre.start === post[k]! + data.post.start)
      throw new ArgumentError("autapse", `${what}: new synapse ${k} leads from neuron ${pre[k]} to itself`,
        "Leave it out, or connect with { autapses: true }.");
  }
}

/** How synapses stand after the change: `from[e]` is the old number of synapse e, or −1 − k for new synapse k. */
interface Plan {
  readonly from: Int32Array;
  readonly rows: Uint32Array;
  readonly longest: number;
}

function mergeRows(old: Uint32Array, removed: ReadonlySet<number>, pre: ArrayLike<number>, count: number): Plan {
  const sources = old.length - 1;
  const rows = new Uint32Array(sources + 1), added = new Uint32Array(sources + 1);
  for (let k = 0; k < pre.length; k++) added[pre[k]! + 1]!++;
  for (let i = 0; i < sources; i++) added[i + 1]! += added[i]!;
  const newOf = new Uint32Array(pre.length), cursor = added.slice();
  for (let k = 0; k < pre.length; k++) newOf[cursor[pre[k]!]!++] = k;
  const from = new Int32Array(count);
  let at = 0, longest = 0;
  for (let i = 0; i < sources; i++) {
    for (let e = old[i]!; e < old[i + 1]!; e++) if (!removed.has(e)) from[at++] = e;
    for (let k = added[i]!; k < added[i + 1]!; k++) from[at++] = -1 - newOf[k]!;
    rows[i + 1] = at;
    longest = Math.max(longest, at - rows[i]!);
  }
  return { from, rows, longest };
}

type Numbers = Int8Array | Uint16Array | Uint32Array | Float32Array | Float64Array;

/** Writes to `place` what each synapse holds; `old` may share its memory. */
function order(old: Numbers, place: Numbers, from: Int32Array, fresh: Numbers): void {
  const before = old.slice();
  for (let e = 0; e < from.length; e++) {
    const k = from[e]!;
    place[e] = k >= 0 ? before[k]! : fresh[-1 - k]!;
  }
}

function checkPairs({ table, data }: Delivery, arena: Arena, plan: Plan, pre: ArrayLike<number>, post: ArrayLike<number>, what: string): void {
  const words = targetWords(arena, table);
  const touched = new Set(Array.from(pre));
  for (const i of touched) {
    const reached = new Set<number>();
    for (let e = plan.rows[i]!; e < plan.rows[i + 1]!; e++) {
      const k = plan.from[e]!;
      const j = k >= 0 ? words[k]! - data.post.start : post[-1 - k]!;
      if (k < 0 && reached.has(j))
        throw new ArgumentError("multapse", `${what}: there is a synapse from neuron ${i} to ${j} already`,
          "Add it between another pair, or connect with { multapses: true }.");
      reached.add(j);
    }
  }
}

/** All arrays that hold one real a synapse, and what they hold for new synapses. */
function ownedColumns(
  { arena, options }: SimulationParts, delivery: Delivery, add: NewSynapses | undefined, count: number, what: string,
): { readonly view: (length: number) => Float32Array | Float64Array; readonly fresh: Float64Array }[] {
  const { table, plastic, request, pre, post, data } = delivery;
  const { weights } = table;
  const checked = plastic?.checked ?? checkedAt(data, pre.data, post.data);
  const known = [...checked.variables, ...checked.parameters];
  const given = new Map<string, Quantity | ArrayLike<number>>(Object.entries(add?.values ?? {}));
  if (add?.weight !== undefined) given.set("w", add.weight);
  for (const name of given.keys()) {
    if (!(name === "w" ? weights.kind === "perSynapse" : table.columns.has(name)))
      throw new ArgumentError("uniform", `${what}: its synapses do not hold a ${name === "w" ? "weight" : name} of their own`,
        name === "w" ? "Leave out weight, or give the projection weights that differ." : `Each holds: ${["w", ...table.columns.keys()].join(", ")}.`);
  }
  const valuesOf = (name: string, dimension: Dimension): Float64Array => {
    const value = given.get(name);
    if (value !== undefined && typeof value === "object") {
      if (value.length !== count)
        throw new ArgumentError("size", `${what}: ${value.length} values of ${name} for ${count} new synapses`, `Give ${count} values.`);
      const values = Float64Array.from(value);
      const bad = values.findIndex((x) => !Number.isFinite(x));
      if (bad >= 0)
        throw new ArgumentError("not-finite", `${what}: ${name} of new synapse ${bad} is ${values[bad]}`, "Every value must be a finite number.");
      return values;
    }
    if (value !== undefined) return new Float64Array(count).fill(parseQuantity(value, dimension, `${what}: ${name}`));
    const start = name === "w" ? request.weight : request.columns!.find((c) => c.name === name)!.values;
    if (typeof start === "number") return new Float64Array(count).fill(start);
    if (count === 0) return new Float64Array(0);
    throw new ArgumentError("value", `${what}: ${name} of the new synapses is not known, since it differs between those there are`,
      name === "w" ? "Give add.weight." : `Give add.values: { ${name}: … }.`);
  };
  const dimensionOf = (name: string): Dimension => known.find((v) => v.name === name)!.dimension;
  const columns = [...table.columns.keys()].map((name) =>
    ({ view: (length: number) => arena.real(options.precision, table.columns.get(name)!, length), fresh: valuesOf(name, dimensionOf(name)) }));
  if (weights.kind !== "perSynapse") return columns;
  const fresh = valuesOf("w", dimensionOf("w"));
  checkWeights(delivery, fresh, dimensionOf("w"), what);
  return [{ view: (length: number) => arena.real(options.precision, weights.address, length), fresh }, ...columns];
}

/** New weights keep to Dale's law and the limits of the projection. */
function checkWeights({ data }: Delivery, weights: Float64Array, dimension: Dimension, what: string): void {
  const { dale, limits } = data;
  const [low, high] = limits?.map((l) => parseQuantity(l, dimension, `${what}: limits`)) ?? [-Infinity, Infinity];
  for (const [k, w] of weights.entries()) {
    const text = () => formatQuantity(w, dimension);
    if ((dale === "excitatory" && w < 0) || (dale === "inhibitory" && w > 0))
      throw new ArgumentError("dale", `${what}: the weight ${text()} of new synapse ${k} has the wrong sign for an ${dale} projection`,
        `Use a weight that is ${w < 0 ? "0 or more" : "0 or less"}.`);
    if (w < low! || w > high!)
      throw new ArgumentError("limits", `${what}: the weight ${text()} of new synapse ${k} is outside the limits ${limits![0]} to ${limits![1]}`,
        "Give a weight within the limits.");
  }
}

/** Moves everything that is once a synapse to larger arrays. The old ones are not used again, in all at most two thirds of what there is. */
function grow(parts: SimulationParts, { table, plastic, data }: Delivery, count: number): void {
  const { arena, options } = parts;
  const what = `projection ${data.name}`;
  const capacity = Math.max(count, Math.ceil(1.5 * table.capacity), leastCapacity);
  const move = (address: number, bytes: number): number => {
    const moved = arena.allocate(bytes * capacity, what);
    arena.u8(moved, bytes * table.count).set(arena.u8(address, bytes * table.count));
    return moved;
  };
  const real = realBytes(options.precision);
  table.targets = move(table.targets, table.targetBytes);
  if (table.weights.kind === "perSynapse") table.weights.address = move(table.weights.address, real);
  for (const [name, address] of table.columns) table.columns.set(name, move(address, real));
  table.capacity = capacity;
  plastic?.grow(arena, table.count);
}
