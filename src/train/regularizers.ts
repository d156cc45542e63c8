/** Terms beside the loss that hold activity, membranes and weights in bounds. */
import type { ModelData, Weights } from "./modelData.ts";
import { realsLike } from "./sequence.ts";
import type { Reals } from "./sequence.ts";

/** `layers` names the layers a term is for; all when absent. Terms of several layers of neurons are averaged, so that depth does not change them. */
interface Term { readonly strength: number; readonly layers?: readonly string[] }
interface SpikeBound extends Term { readonly limit: number; readonly of?: "neuron" | "population" }
interface MembraneTerm extends Term { readonly type: "membraneQuantization"; readonly at?: number; readonly power?: 1 | 2; readonly from?: number }
interface OperationsTerm { readonly type: "synapticOperations"; readonly strength: number; readonly budget: number }
type SpikeTerm = (SpikeBound & { readonly type: "spikesAbove" }) | (SpikeBound & { readonly type: "spikesBelow" });
type ActivityTerm = (Term & { readonly type: "activityL1" }) | (Term & { readonly type: "activityL2" });
type WeightTerm = (Term & { readonly type: "weightL1" }) | (Term & { readonly type: "weightL2" });
type LayerTerm = SpikeTerm | MembraneTerm | ActivityTerm;

/**
 * - spikesAbove, spikesBelow: strength·mean over neurons of max(0, ±(n − limit))², n the spikes of a neuron in a sample, or of the mean neuron of
 *   the layer with `of: "population"`;
 * - membraneQuantization: strength·mean of the distance of membranes from the nearer of 0 and `at` (default 1), to the `power` (default 2), growing
 *   linearly after the share `from` of the training. Source: Guo et al. (2023), arXiv:2308.06787;
 * - activityL1, activityL2: strength·mean of spikes; weightL1, weightL2: strength·Σ|w| or Σw² of kernels;
 * - synapticOperations: strength·max(0, operations a sample/budget − 1)²; a spike costs an operation for each synapse it reaches.
 */
export type Regularizer = LayerTerm | WeightTerm | OperationsTerm;

/** What a layer of neurons did [batch, steps, units], and where gradients with respect to it are added. */
export interface Activity {
  readonly name: string;
  readonly units: number;
  readonly spikes: Reals;
  readonly membrane: Reals;
  /** Synapses that a spike of one of its neurons reaches, on average. */
  readonly fanOut: number;
  dSpikes?: Reals;
  dMembrane?: Reals;
}

export interface RegularizerContext { readonly batch: number; readonly steps: number; readonly progress: number; readonly scale: number }

/** Adds the terms' gradients to the activities. @param context.scale 1/(samples that means are over) @returns their sum */
export function regularizeActivity(terms: readonly Regularizer[], activities: readonly Activity[], context: RegularizerContext): number {
  let total = 0;
  for (const term of terms) {
    if (term.type === "weightL1" || term.type === "weightL2") continue;
    if (term.type === "synapticOperations") total += overBudget(term, activities, context);
    else {
      const chosen = activities.filter((a) => !term.layers || term.layers.includes(a.name));
      for (const activity of chosen) total += ofLayer(term, activity, context, term.strength / chosen.length);
    }
  }
  return total;
}

function ofLayer(term: LayerTerm, activity: Activity, context: RegularizerContext, strength: number): number {
  switch (term.type) {
    case "spikesAbove": case "spikesBelow": return spikeBounds(term, activity, context, strength);
    case "membraneQuantization": return membranes(term, activity, context, strength);
    case "activityL1": case "activityL2": {
      const { spikes } = activity, d = (activity.dSpikes ??= realsLike(spikes)), each = (strength * context.scale) / (context.steps * activity.units);
      let total = 0;
      spikes.forEach((s, k) => {
        total += each * (term.type === "activityL1" ? Math.abs(s) : s * s);
        d[k]! += each * (term.type === "activityL2" ? 2 * s : s < 0 ? -1 : 1);
      });
      return total;
    }
    default: return term satisfies never;
  }
}

function spikeBounds(term: SpikeTerm, activity: Activity, { batch, steps, scale }: RegularizerContext, strength: number): number {
  const { units, spikes } = activity, d = (activity.dSpikes ??= realsLike(spikes));
  const sign = term.type === "spikesAbove" ? 1 : -1;
  const [groups, each] = term.of === "population" ? [1, units] : [units, 1];
  let total = 0;
  for (let b = 0; b < batch; b++) for (let g = 0; g < groups; g++) {
    let count = 0;
    for (let t = 0; t < steps; t++) for (let u = g * each; u < (g + 1) * each; u++) count += spikes[(b * steps + t) * units + u]! / each;
    const excess = Math.max(0, sign * (count - term.limit));
    if (excess === 0) continue;
    total += (strength * scale * excess * excess) / groups;
    const slope = (2 * strength * scale * sign * excess) / (groups * each);
    for (let t = 0; t < steps; t++) for (let u = g * each; u < (g + 1) * each; u++) d[(b * steps + t) * units + u]! += slope;
  }
  return total;
}

function membranes(term: MembraneTerm, activity: Activity, context: RegularizerContext, strength: number): number {
  const { at = 1, power = 2, from = 0 } = term;
  const grown = from === 0 ? 1 : Math.max(0, (context.progress - from) / (1 - from));
  if (strength * grown === 0) return 0;
  const { membrane } = activity, d = (activity.dMembrane ??= realsLike(membrane));
  const each = (strength * grown * context.scale) / (context.steps * activity.units);
  let total = 0;
  membrane.forEach((u, k) => {
    const distance = u - (u < at / 2 ? 0 : at);
    total += each * Math.abs(distance) ** power;
    d[k]! += each * (power === 2 ? 2 * distance : Math.sign(distance));
  });
  return total;
}

function overBudget(term: OperationsTerm, activities: readonly Activity[], { scale }: RegularizerContext): number {
  let operations = 0;
  for (const { spikes, fanOut } of activities) for (const s of spikes) operations += s * fanOut * scale;
  const excess = Math.max(0, operations / term.budget - 1);
  if (excess === 0) return 0;
  for (const activity of activities) {
    const d = (activity.dSpikes ??= realsLike(activity.spikes)), slope = (2 * term.strength * excess * activity.fanOut * scale) / term.budget;
    for (let k = 0; k < d.length; k++) d[k]! += slope;
  }
  return term.strength * excess * excess;
}

/** Adds to the gradients of kernels: strength·Σ|w| or strength·Σw² over each layer's kernel and recurrent weights. @returns the terms' sum */
export function regularizeWeights(terms: readonly Regularizer[], model: ModelData, weights: Weights, gradients: Weights): number {
  let total = 0;
  for (const term of terms) {
    if (term.type !== "weightL1" && term.type !== "weightL2") continue;
    for (const layer of model.layers) for (const kind of ["kernel", "recurrent"]) {
      const w = weights.get(`${layer.name}/${kind}`)?.values, d = gradients.get(`${layer.name}/${kind}`)?.values;
      if (!w || !d || (term.layers && !term.layers.includes(layer.name))) continue;
      w.forEach((x, k) => {
        total += term.strength * (term.type === "weightL1" ? Math.abs(x) : x * x);
        d[k]! += term.strength * (term.type === "weightL1" ? Math.sign(x) : 2 * x);
      });
    }
  }
  return total;
}
