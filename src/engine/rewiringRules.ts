/** Rules that replace synapses and keep their number (`net.rewiring`): sparse evolutionary training, deep rewiring, correlation-driven. */
import { ArgumentError } from "../errors.ts";
import { evaluate } from "../ir/evaluate.ts";
import { seedOf } from "../math/philox.ts";
import type { RewiringData } from "../network/rewiring.ts";
import { synapseScope } from "../network/scopes.ts";
import { checkedAt } from "../network/synapseEnds.ts";
import { resolveValue } from "../network/values.ts";
import type { Value } from "../network/values.ts";
import type { Dimension } from "../units/dimension.ts";
import { dimensions } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import { absentPairs } from "./absentPairs.ts";
import type { Pairs } from "./absentPairs.ts";
import { Dice } from "./dice.ts";
import type { SimulationParts } from "./parts.ts";
import type { Delivery } from "./projections.ts";
import { endsOf } from "./rewire.ts";
import type { Ends } from "./rewire.ts";
import { SpikeLog, traceCorrelation } from "./spikeLog.ts";
import type { StructureHost } from "./structure.ts";

/** @returns what to do at each interval, and when the simulation is reset */
export function rewiringRule(
  rule: RewiringData, parts: SimulationParts, delivery: Delivery, host: StructureHost,
): { readonly apply: () => void; readonly reset: () => void } {
  const { data, pre, post, table } = delivery;
  const { arena, options } = parts;
  const what = `rewiring of ${data.name}`;
  const { weights } = table;
  if (weights.kind !== "perSynapse")
    throw new ArgumentError("weight", `${what}: all its synapses have one weight, so none is smaller than another`,
      "Give weights that differ (e.g. a distribution), or a synapse model that learns.");
  if (table.delays === "perSynapse")
    throw new ArgumentError("delay", `${what}: each of its synapses has a delay of its own`, "Give the projection one delay.");
  const dimension = checkedAt(data, pre.data, post.data).variables[0]!.dimension;
  const view = () => arena.real(options.precision, weights.address, table.count);
  const seed = seedOf(options.seed), stream = `rewiring/${data.name}`;
  const sizeOf = (value: Quantity): number => (value === 0 ? 0 : parseQuantity(value, dimension, what));
  const targets = data.post.end - data.post.start;

  switch (rule.rule) {
    case "set":
      return { apply: () => replace((dice, ends, removed) => absentPairs(data, ends, removed, removed.size, dice)), reset: () => {} };
    case "hebbian": {
      const logs = [new SpikeLog(data.pre.start, table.sources), new SpikeLog(data.post.start, targets)] as const;
      [pre, post].forEach((group, k) => host.listen(group.index, (step, ids, count) => logs[k]!.add(step, ids, count)));
      const tau = parseQuantity(rule.tau, dimensions.second, what) / options.dt,
        duration = Math.round(parseQuantity(rule.every, dimensions.second, what) / options.dt);
      return { apply: () => replace(correlated), reset: () => logs.forEach((log) => log.clear()) };

      function correlated(dice: Dice, ends: Ends, removed: ReadonlySet<number>): Pairs {
        const [from, to] = [logs[0].take(), logs[1].take()];
        const candidates = absentPairs(data, ends, removed, Math.ceil(removed.size * (rule as { candidates: number }).candidates), dice);
        const scores = candidates.pre.map((i, k) => traceCorrelation(from[i]!, to[candidates.post[k]!]!, tau, duration));
        const best = scores.map((_, k) => k).sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, removed.size);
        return { pre: best.map((k) => candidates.pre[k]!), post: best.map((k) => candidates.post[k]!) };
      }
    }
    case "deepR": {
      const drift = sizeOf(rule.drift), noise = sizeOf(rule.noise), start = sizeOf(rule.weight);
      return { apply: () => deepRewire(drift, noise, start), reset: () => {} };
    }
    default:
      rule satisfies never;
      throw new ArgumentError("rule", `${what}: unknown rule`, 'Use "set", "deepR" or "hebbian".');
  }

  /** Removes the weights nearest to zero and makes as many synapses between the pairs that `grow` finds. */
  function replace(grow: (dice: Dice, ends: Ends, removed: ReadonlySet<number>) => Pairs): void {
    const { fraction, weight } = rule as RewiringData & { rule: "set" };
    host.refresh(delivery);
    const dice = new Dice(seed, stream, host.step());
    const removed = nearestToZero(view(), fraction, rule.rule === "set");
    const found = grow(dice, endsOf(delivery, arena), new Set(removed));
    exchange(removed, found, drawWeights(weight, dimension, found, [table.sources, targets], dice, what));
  }

  /** Removes as many as are made. */
  function exchange(removed: readonly number[], { pre: i, post: j }: Pairs, weight: ArrayLike<number>, signs?: Int8Array): void {
    host.rewire(delivery, { remove: removed.slice(0, i.length), add: { pre: i, post: j, weight } }, signs);
  }

  function deepRewire(drift: number, noise: number, start: number): void {
    host.refresh(delivery);
    const dice = new Dice(seed, stream, host.step());
    const ends = endsOf(delivery, arena);
    const signOf = (i: number, j: number): number =>
      data.dale === "excitatory" ? 1 : data.dale === "inhibitory" ? -1 : Dice.coin(seed, stream, i * targets + j) ? 1 : -1;
    const w = view();
    if (!table.signs) checkSingle(ends, targets, what);
    const signs = (table.signs ??= Int8Array.from(w, (x, e) => (x > 0 ? 1 : x < 0 ? -1 : signOf(ends.pre[e]!, ends.post[e]!))));
    const dormant: number[] = [];
    for (let e = 0; e < w.length; e++) {
      const theta = signs[e]! * w[e]! - drift + (noise === 0 ? 0 : noise * dice.normal());
      if (theta < 0) dormant.push(e);
      else w[e] = signs[e]! * theta;
    }
    const found = absentPairs(data, ends, new Set(dormant), dormant.length, dice);
    const fresh = Int8Array.from(found.pre, (i, k) => signOf(i, found.post[k]!));
    exchange(dormant, found, Float64Array.from(fresh, (sign) => sign * start), fresh);
  }
}

/** Of the positive weights the smallest and of the negative ones the largest, in the order of their numbers; or of all, those nearest to zero. */
function nearestToZero(weights: ArrayLike<number>, fraction: number, bySign: boolean): number[] {
  const all = Array.from({ length: weights.length }, (_, e) => e);
  const parts = bySign ? [all.filter((e) => weights[e]! >= 0), all.filter((e) => weights[e]! < 0)] : [all];
  return parts
    .flatMap((part) => part.sort((a, b) => Math.abs(weights[a]!) - Math.abs(weights[b]!) || a - b).slice(0, Math.floor(fraction * part.length)))
    .sort((a, b) => a - b);
}

function drawWeights(
  value: Value, dimension: Dimension, { pre, post }: Pairs, sizes: readonly [number, number], dice: Dice, what: string,
): Float64Array {
  const resolved = resolveValue(value, dimension, synapseScope(undefined, undefined), `${what}: weight`);
  if (resolved.kind === "array")
    throw new ArgumentError("value", `${what}: an array cannot give the weights of new synapses`, "Give a distribution.");
  return Float64Array.from(pre, (i, k) => {
    const names: Readonly<Record<string, number>> = { i, j: post[k]!, N_pre: sizes[0], N_post: sizes[1] };
    const drawn = new Map<number, number>();
    // A draw that an expression names twice is one number.
    const draw = (e: Parameters<Dice["draw"]>[0]) => drawn.get(e.draw) ?? drawn.set(e.draw, dice.draw(e)).get(e.draw)!;
    return Number(evaluate(resolved.expr, (n) => names[n]!, draw));
  });
}

function checkSingle(ends: Ends, targets: number, what: string): void {
  const seen = new Set<number>();
  ends.pre.forEach((i, e) => seen.add(i * targets + ends.post[e]!));
  if (seen.size < ends.pre.length)
    throw new ArgumentError("multapse", `${what}: some pairs have several synapses, and deep rewiring gives each pair one sign`,
      "Connect with { multapses: false }.");
}
