/** The largest activations of rate layers: what a spike of a converted neuron stands for. */
import type { ModelData, Shape, Weights } from "../modelData.ts";
import { shapesOf } from "../model.ts";
import { connectionsOf } from "../network/connections.ts";
import { checkInput, operationsOf, runForward } from "../reference/forwardPass.ts";
import type { Reals, Sequence } from "../sequence.ts";

/** What each layer of a model gives for an input. */
export function outputsOf(model: ModelData, weights: Weights, input: Sequence): Sequence[] {
  checkInput(model, input);
  const samples = Array.from({ length: input.batch }, (_, k) => k);
  return runForward(operationsOf(model, weights), input, { training: false, steps: model.input.steps, progress: 1, round: 0, samples });
}

/**
 * The given percentile of the values above 0, for all channels together or for each, [1] or [channels]; 1 where none is above 0.
 *
 * @param percentile 100: the largest
 */
export function percentileOf(values: Reals, percentile: number, channels: number): Float64Array {
  const above = Array.from({ length: channels }, () => [] as number[]);
  values.forEach((v, k) => { if (v > 0) above[k % channels]!.push(v); });
  return Float64Array.from(above, (list) => {
    const sorted = Float64Array.from(list).sort();
    if (sorted.length === 0) return 1;
    const at = (percentile / 100) * (sorted.length - 1), below = Math.floor(at);
    return sorted[below]! + (at - below) * ((sorted[below + 1] ?? sorted[below]!) - sorted[below]!);
  });
}

/**
 * The largest sum of positive weights and bias that a neuron behind the layer at `position` can receive in a step from inputs of at most 1.
 *
 * @source Diehl et al. (2015), IJCNN, algorithm 1 (model-based normalisation). doi:10.1109/IJCNN.2015.7280696
 */
export function largestPossibleInput(model: ModelData, weights: Weights, position: number): number {
  const shapes: readonly Shape[] = [model.input.shape, ...shapesOf(model)];
  const { bias, post, weights: each } = connectionsOf(model.layers[position]!, shapes[position]!, weights)!;
  const sums = bias.map((b) => Math.max(0, b));
  post.forEach((j, k) => (sums[j]! += Math.max(0, each[k]!)));
  return sums.reduce((a, b) => Math.max(a, b), 0) || 1;
}
