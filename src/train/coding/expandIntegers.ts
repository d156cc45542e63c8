/**
 * Models of integer activations as models of binary spikes with the same results: what event-driven hardware runs after training with integers.
 *
 * @source Qiu et al. (2025), Quantized spike-driven transformer, ICLR, §4 (integers in training, spikes in inference). doi:10.48550/arXiv.2501.13492;
 *   Luo et al. (2024), Integer-valued training and spike-driven inference, ECCV. doi:10.48550/arXiv.2407.20708
 */
import { ArgumentError, UnsupportedError } from "../../errors.ts";
import type { Cell } from "../cells/cell.ts";
import { defineCell } from "../cells/defineCell.ts";
import type { WeightedModel } from "../convert/foldBatchNorm.ts";
import { foldBatchNorm } from "../convert/foldBatchNorm.ts";
import type { LayerData, ModelData, Weights } from "../modelData.ts";
import { realsLike, sizeOf } from "../sequence.ts";
import type { Sequence } from "../sequence.ts";
import { boxcar } from "../surrogates.ts";

export interface ExpandedModel extends WeightedModel {
  /** Binary steps that one step of the model became. */
  readonly levels: number;
  /** Binary steps until the last layer's first window begins: levels − 1 for each layer of integers. */
  readonly latency: number;
}

/**
 * The model with each layer of integers 0 … D (`integer(D)`) as neurons that send an integer k as k spikes in the first k of D binary steps. A
 * neuron adds up what arrives in D binary steps, rounds the sum as in training and sends the result in the D steps that begin with the last of
 * them. Weights and biases are divided by D, which is exact where D is a power of two; then sums are those of the integers up to the order of
 * additions. The largest value of a max pool is the union of its window's spikes.
 *
 * @throws {UnsupportedError} for other units, by name
 */
export function expandIntegers(given: WeightedModel): ExpandedModel {
  const { model, weights } = foldBatchNorm(given), levels = levelsOf(model), expanded: Weights = new Map(weights);
  let depth = 0;
  const layers = model.layers.map((layer): LayerData => {
    if (layer.kind !== "activation") return layer;
    return {
      kind: "cells", name: layer.name, cell: integerNeuron(levels, -depth++ * (levels - 1)), surrogate: boxcar(), learn: [], perNeuron: [],
      values: {}, output: "spikes",
    };
  });
  for (const layer of layers) {
    if (layer.kind !== "dense" && layer.kind !== "conv2d") continue;
    for (const name of [`${layer.name}/kernel`, `${layer.name}/bias`]) {
      const weight = weights.get(name);
      if (weight) expanded.set(name, { shape: weight.shape, values: weight.values.map((w) => w / levels) as typeof weight.values });
    }
  }
  const latency = depth * (levels - 1), steps = model.input.steps * levels + latency;
  return { model: { ...model, layers, dt: model.dt / levels, input: { ...model.input, steps } }, weights: expanded, levels, latency };
}

/**
 * Sends integers as spikes: adds up its input over windows of `levels` steps, then spikes in as many steps, from the last of the window on, as
 * levels · sum says, rounded and between 0 and `levels`.
 *
 * @param begin −n: the first window begins after n steps, and nothing before counts
 */
export function integerNeuron(levels: number, begin = 0): Cell {
  return defineCell({
    name: "integer_neuron", state: { total: 0, clock: begin, left: 0 }, parameters: { levels },
    step: `
      total = int(clock >= 0)*(total + input)
      clock = clock + 1
      full = int(clock >= levels)
      left = (1 - full)*left + full*min(max(floor(levels*total + 0.5), 0), levels)
      total = (1 - full)*total
      clock = clock - full*levels`,
    threshold: "left > 0.5", reset: "left = left - 1", membrane: "left", shown: "beforeReset",
  });
}

/** The input of an expanded model: every step in each of its binary steps; nothing after the last. */
export function expandInput(input: Sequence, { model, levels }: ExpandedModel): Sequence {
  if (input.constant) return input;
  const units = sizeOf(input.shape), { steps } = model.input, values = realsLike(input.values, input.batch * steps * units);
  for (let b = 0; b < input.batch; b++) for (let t = 0; t < input.steps * levels; t++) {
    const from = (b * input.steps + Math.floor(t / levels)) * units;
    values.set(input.values.subarray(from, from + units), (b * steps + t) * units);
  }
  return { ...input, steps, values };
}

/**
 * The outputs of an expanded model's last layer as those of the model: sums over the binary steps of each step; of spikes, divided by their number.
 *
 * @param output [batch, binary steps, …features]
 */
export function collectOutput(output: Sequence, { model, levels, latency }: ExpandedModel): Sequence {
  const units = sizeOf(output.shape), steps = (model.input.steps - latency) / levels;
  const spikes = model.layers[model.layers.length - 1]!.kind === "cells";
  const values = realsLike(output.values, output.batch * steps * units);
  if (output.steps !== model.input.steps) {
    const told = `collectOutput: ${output.steps} steps of an expanded model of ${model.input.steps}`;
    throw new ArgumentError("steps", told, "Give what its last layer gave.");
  }
  for (let b = 0; b < output.batch; b++) for (let t = 0; t < steps * levels; t++) for (let u = 0; u < units; u++) {
    const value = output.values[(b * output.steps + latency + t) * units + u]!;
    values[(b * steps + Math.floor(t / levels)) * units + u]! += spikes ? value / levels : value;
  }
  return { ...output, steps, constant: false, values };
}

function levelsOf({ layers }: ModelData): number {
  const levels = new Set<number>();
  for (const layer of layers) {
    if (layer.kind === "activation" && layer.activation.type === "integer") levels.add(layer.activation.levels);
    else if (layer.kind === "activation" || layer.kind === "cells") {
      throw new UnsupportedError("expand", `layer "${layer.name}" (${layer.kind}) gives no integers`, "Use integer(D) units throughout.");
    }
  }
  const [first, second] = levels;
  if (first === undefined) throw new UnsupportedError("expand", "the model has no layer of integers", "Use integer(D) units.");
  if (second === undefined) return first;
  throw new UnsupportedError("expand", `layers of integers have ${first} and ${second} levels`, "Give all of them the same number.");
}
