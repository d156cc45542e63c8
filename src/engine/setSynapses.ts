/** What a user reads and writes of a projection's synapses while the simulation is paused. */
import { ArgumentError } from "../errors.ts";
import { evaluator } from "../ir/evaluate.ts";
import { visitExpr } from "../ir/expr.ts";
import { synapseScope } from "../network/scopes.ts";
import { resolveValue } from "../network/values.ts";
import type { Value } from "../network/values.ts";
import { formatQuantity, parseQuantity } from "../units/quantity.ts";
import { sourcesOf, targetWords } from "./synapses.ts";
import type { SynapseIndex } from "./synapseIndex.ts";
import type { SimulationParts } from "./parts.ts";
import { checkDale } from "./projections.ts";
import type { Delivery } from "./projections.ts";

/** Sources, targets and delays (s) of all synapses in storage order, counted within the ranges of the projection. */
export function synapseTargets(
  parts: SimulationParts,
  sides: readonly Delivery[],
  index: SynapseIndex,
): { readonly pre: Uint32Array; readonly post: Uint32Array; readonly delays: Float64Array } {
  const { table, post: group, data, plastic } = sides[0]!;
  const { options } = parts;
  const own = table.delays === "perSynapse",
    dendritic = plastic?.options.timing.dendritic ?? 0;
  const pre = index.gather((side, k) => sourcesOf(parts.sides[k]!.arena, side.table, group.stride));
  const words = index.gather((side, k) => targetWords(parts.sides[k]!.arena, side.table, group.stride));
  const post = Uint32Array.from(words, (p) => (own ? p % group.stride : p) - data.post.start);
  const delays = words.map((p) => ((own ? Math.floor(p / group.stride) : table.maxDelay) + dendritic) * options.dt);
  return { pre: Uint32Array.from(pre), post, delays };
}

/** Sets weights, variables and parameters when `steps` steps are done. Returns whether the code has to be generated again. */
export function setSynapses(
  parts: SimulationParts,
  sides: readonly Delivery[],
  index: SynapseIndex,
  values: Readonly<Record<string, Value>>,
  steps: number,
): boolean {
  const { data, plastic, pre, post } = sides[0]!;
  const { options } = parts;
  const { count } = index;
  const what = `projection ${data.name}`;
  if (!plastic)
    throw new ArgumentError("static", `${what} has one fixed weight`, "Use sim.setWeight(projection, weight), or a plastic synapse model.");
  let stale = false;
  const known = [...plastic.checked.variables, ...plastic.checked.parameters];
  for (const [key, value] of Object.entries(values)) {
    const found = known.find((v) => v.name === key);
    if (!found)
      throw new ArgumentError(
        "unknown-name",
        `${what}: its synapses have no parameter or variable "${key}"`,
        `Known: ${known.map((v) => v.name).join(", ")}.`,
      );
    const resolved = resolveValue(value, found.dimension, synapseScope(pre.data.positions, post.data.positions), `${what}: ${key}`);
    const uniform = resolved.kind === "expr" && resolved.expr.kind === "number" ? resolved.expr.value : undefined;
    const address = plastic.edgeAddress(key);
    if (address === undefined) {
      if (uniform === undefined)
        throw new ArgumentError(
          "uniform",
          `${what}: ${key} is one number for all synapses`,
          `Give it as an array or distribution when the projection is made, then it may differ between synapses.`,
        );
      sides.forEach((side, k) => {
        if (side.plastic!.parameters.has(key)) {
          side.plastic!.parameters.set(key, uniform);
          stale = true;
        } else side.plastic!.fillTrace(key, uniform, parts.sides[k]!.arena, steps);
      });
      continue;
    }
    const fresh =
      uniform !== undefined
        ? new Float64Array(count).fill(uniform)
        : resolved.kind === "array"
          ? resolved.values
          : evaluateForSynapses(resolved.expr);
    if (fresh.length !== count)
      throw new ArgumentError(
        "size",
        `${what}: ${key} has ${fresh.length} values for ${count} synapses`,
        `Give ${count} values, in the order of sim.synapses(projection).`,
      );
    const bad = fresh.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0) throw new ArgumentError("not-finite", `${what}: ${key} of synapse ${bad} is ${fresh[bad]}`, "Every value must be a finite number.");
    if (key === "w") checkLimits(fresh, found.dimension);
    const views = sides.map(({ plastic: own, table }, k) => parts.sides[k]!.arena.real(options.precision, own!.edgeAddress(key)!, table.count));
    const old = views.map((view) => view.slice());
    index.scatter(fresh).forEach((part, k) => views[k]!.set(part));
    if (key !== "w") continue;
    try {
      sides.forEach(({ table }, k) => checkDale(data, table, parts.sides[k]!.arena, options.precision, post.stride));
    } catch (error) {
      views.forEach((view, k) => view.set(old[k]!));
      throw error;
    }
  }
  return stale;

  function evaluateForSynapses(expr: Parameters<typeof evaluator>[0]): Float64Array {
    visitExpr(expr, (e) => {
      if (e.kind === "random") throw new ArgumentError("random", `${what}: values set while running cannot be drawn`, "Give an array.");
    });
    const names = ["i", "j", "N_pre", "N_post"];
    const value = evaluator(expr, names);
    const ends = synapseTargets(parts, sides, index);
    const tuple = new Float64Array([0, 0, data.pre.end - data.pre.start, data.post.end - data.post.start]);
    return Float64Array.from(ends.pre, (i, e) => {
      tuple[0] = i;
      tuple[1] = ends.post[e]!;
      return value(tuple);
    });
  }

  function checkLimits(fresh: Float64Array, dimension: Parameters<typeof parseQuantity>[1]): void {
    if (!data.limits) return;
    const [low, high] = data.limits.map((l) => parseQuantity(l, dimension, `${what}: limits`)) as [number, number];
    const e = fresh.findIndex((x) => !(x >= low && x <= high));
    if (e >= 0)
      throw new ArgumentError(
        "limits",
        `${what}: the weight ${formatQuantity(fresh[e]!, dimension)} of synapse ${e} is outside the limits ${data.limits[0]} to ${data.limits[1]}`,
        "Give weights within the limits, or widen them.",
      );
  }
}
