/** How many synapses a spike reaches. */
import { shapesWithInput } from "./forwardPass.ts";
import type { ModelData } from "../modelData.ts";
import { sizeOf } from "../sequence.ts";

/** Layer of neurons → synapses that a spike of one of its neurons reaches, on average: of the next layer with weights, and its own recurrent ones. */
export function fanOuts(model: ModelData): Map<string, number> {
  const shapes = shapesWithInput(model);
  const found = new Map<string, number>();
  model.layers.forEach((layer, k) => {
    if (layer.kind !== "cells") return;
    const units = sizeOf(shapes[k + 1]!);
    const next = model.layers.findIndex((l, n) => n > k && (l.kind === "dense" || l.kind === "conv2d"));
    found.set(layer.name, synapses(model, next, shapes) / units + (layer.recurrent ? units : 0));
  });
  return found;
}

/** Synapses of a layer with weights: connections that are really there, so less at the borders of padded images. */
export function synapses(model: ModelData, position: number, shapes: readonly (readonly number[])[]): number {
  const layer = model.layers[position];
  const [from, to] = [shapes[position]!, shapes[position + 1]!];
  if (layer?.kind === "dense") return sizeOf(from) * layer.units;
  if (layer?.kind !== "conv2d") return 0;
  const along = (axis: 0 | 1): number => {
    const size = from[axis]!, out = to[axis]!, k = layer.kernelSize[axis], s = layer.strides[axis];
    const before = layer.padding === "valid" ? 0 : Math.floor(Math.max(0, (out - 1) * s + k - size) / 2);
    let sum = 0;
    for (let o = 0; o < out; o++) for (let t = 0; t < k; t++) if (o * s + t - before >= 0 && o * s + t - before < size) sum++;
    return sum;
  };
  return along(0) * along(1) * from[2]! * layer.filters;
}
