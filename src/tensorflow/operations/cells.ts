/** Layers of neurons. */
import type { Tensor, Tensor3D } from "@tensorflow/tfjs";
import type { CellsData } from "../../train/modelData.ts";
import { canFuse, fusedCells } from "../fused/fusedCells.ts";
import { plainCells } from "../plain/plainCells.ts";
import { canRunOnWebGpu, webGpuCells } from "../webgpu/webGpuCells.ts";
import type { Flow, LayerPass, LayerWeights } from "./flow.ts";
import { weightOf } from "./flow.ts";
import { withinRange } from "./withinRange.ts";

/** Spikes, or the state that the layer gives, in every step; neurons have the shape of their input. */
export function cells(layer: CellsData, weights: LayerWeights, { values }: Flow, { tf, steps, fused }: LayerPass): Flow {
  const [batch, given, ...features] = values.shape as [number, number, ...number[]];
  const input = tf.reshape(values, [batch, given, -1]) as Tensor3D;
  const names = [...new Set([...layer.learn, ...layer.perNeuron])];
  if (layer.recurrent) names.push("recurrent", ...(layer.recurrent.bias ? ["recurrentBias"] : []));
  const own = new Map<string, Tensor>(names.map((name) => {
    const range = layer.learn.includes(name) ? layer.cell.parameters.find((p) => p.name === name)?.range : undefined;
    return [name, range ? withinRange(tf, weightOf(weights, name), range) : weightOf(weights, name)];
  }));
  if (fused && canRunOnWebGpu(tf, layer)) {
    return { values: tf.reshape(webGpuCells(tf, layer, input, steps), [batch, steps, ...features]), constant: false };
  }
  const run = fused && canFuse(tf, layer) ? fusedCells : plainCells;
  return { values: tf.reshape(run(tf, layer, own, input, steps), [batch, steps, ...features]), constant: false };
}
