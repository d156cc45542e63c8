/** From a model of TensorFlow.js to its description, and back. */
import type { layers, LayersModel, Sequential, Tensor } from "@tensorflow/tfjs";
import { ArgumentError } from "../errors.ts";
import { initialWeights } from "../train/initialWeights.ts";
import type { LayerData, ModelData, Weight, Weights } from "../train/modelData.ts";
import { readLayer } from "./readLayer.ts";
import type { DescribedLayer } from "./readLayer.ts";
import { spikingLayers } from "./spikingLayers.ts";
import { isSynfireLayer } from "./synfireLayer.ts";
import type { TensorFlow } from "./tensorFlowPackages.ts";

export interface DescribedModel { readonly model: ModelData; readonly weights: Weights }

/**
 * What a model of layers in a row is made of, and its weights as they are now: what is simulated, converted, or trained elsewhere. Layers that turn
 * the last activity into classes (readouts, global pools over time, softmax) end the description; behind an encoder it begins with the spikes.
 *
 * @throws {ArgumentError} naming the first layer that has no description
 */
export async function modelDataOf(model: LayersModel): Promise<DescribedModel> {
  const row = rowOf(model);
  const first = row[0]!, encoded = first.getClassName() === "SynfireEncoder";
  const described: DescribedLayer[] = [];
  for (const layer of encoded ? row.slice(1) : row) {
    const read = readLayer(layer);
    if (read === "readout") break;
    described.push(...read);
  }
  const spiking = row.filter(isSynfireLayer);
  const whole = encoded ? (first.outputShape as (number | null)[]) : (first.batchInputShape ?? (model.inputs[0]!.shape as (number | null)[]));
  const shape = whole.slice(1);
  const steps = spiking[0]?.steps;
  const input = steps === undefined ? { shape: shape.slice(1) as number[], steps: shape[0] ?? 1, constant: false }
    : { shape: shape as number[], steps, constant: true };
  const weights: Weights = new Map();
  for (const { data: layer, weights: own } of described) for (const [name, tensor] of own) weights.set(name, await weightOf(layer, name, tensor));
  const data: ModelData = { input, dt: spiking[0]?.dt ?? 1e-3, layers: described.map(({ data: layer }) => layer), seed: spiking[0]?.seed ?? 0 };
  return { model: data, weights: inOrder(data, weights) };
}

/**
 * A model of TensorFlow.js with one layer for each of a described model (neurons together with the layer that feeds them).
 *
 * @param weights those that it begins with; the model's own initial ones when absent
 */
export function fromModelData(tf: TensorFlow, model: ModelData, weights?: Weights, options: { readonly fused?: boolean } = {}): Sequential {
  const { layer } = spikingLayers(tf, options);
  const { shape, steps, constant } = model.input;
  const made = groups(model).map((group, k) => layer(group, {
    name: group.find((l) => l.kind === "cells")?.name ?? group[group.length - 1]!.name, dt: `${model.dt} s`, seed: model.seed,
    ...(k === 0 && { inputShape: constant ? [...shape] : [steps, ...shape] }), ...(k === 0 && constant && { steps }),
  }));
  const sequential = tf.sequential({ layers: made });
  if (weights === undefined) return sequential;
  for (const [name, { shape: own, values }] of weights) {
    const variable = made.map((l) => l.weight(name)).find((v) => v !== undefined);
    if (variable === undefined) throw new ArgumentError("weights", `the model has no weight "${name}"`, "Give the weights of this model.");
    tf.tidy(() => void variable.write(tf.tensor(Float32Array.from(values), [...own], "float32")));
  }
  return sequential;
}

/** Whatever comes before the first neurons of a constant input is one layer with them; after that, neurons join the layer before them. */
function groups(model: ModelData): LayerData[][] {
  const found: LayerData[][] = [];
  let open = model.input.constant;
  for (const layer of model.layers) {
    const last = found[found.length - 1];
    const feeds = last?.length === 1 && (last[0]!.kind === "dense" || last[0]!.kind === "conv2d");
    if (last && (open || (layer.kind === "cells" && feeds))) last.push(layer);
    else found.push([layer]);
    if (layer.kind === "cells") open = false;
  }
  return found;
}

/** The layers of a model without branches, in order. */
function rowOf(model: LayersModel): layers.Layer[] {
  const row = model.layers.filter((layer) => layer.getClassName() !== "InputLayer");
  for (const layer of row) {
    const { inboundNodes, outboundNodes } = layer as unknown as { inboundNodes: { inputTensors: unknown[] }[]; outboundNodes: unknown[] };
    if (outboundNodes.length <= 1 && inboundNodes.every((node) => node.inputTensors.length === 1)) continue;
    throw new ArgumentError("model-branches", `layer "${layer.name}" has several inputs or outputs`,
      "Only models whose layers follow each other are described.");
  }
  if (row.length === 0) throw new ArgumentError("no-layers", "the model has no layers", "Add layers first.");
  return row;
}

/** Weights in the order in which a described model has them. */
function inOrder(model: ModelData, weights: Weights): Weights {
  return new Map([...initialWeights(model, "f32").keys()].map((name) => {
    const weight = weights.get(name);
    if (weight === undefined) throw new ArgumentError("weights", `the model has no weight "${name}"`, "Build the model first: call it once.");
    return [name, weight] as const;
  }));
}

/** Parameters as the layer uses them, within their range. */
async function weightOf(layer: LayerData, name: string, tensor: Tensor): Promise<Weight> {
  const parameter = layer.kind === "cells" ? layer.cell.parameters.find((p) => `${layer.name}/${p.name}` === name) : undefined;
  const [low, high] = parameter?.range ?? [-Infinity, Infinity];
  return { shape: tensor.shape, values: Float32Array.from(await tensor.data(), (x) => Math.min(high, Math.max(low, x))) };
}
