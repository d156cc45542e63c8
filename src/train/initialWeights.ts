/** Weights before training, each a function of the model's seed, the weight's name and its index. */
import { normalAt, seedOf, uniformAt } from "../math/random.ts";
import type { CellsData, Initializer, LayerData, ModelData, Shape, Weight, Weights } from "./modelData.ts";
import { shapesOf } from "./model.ts";
import { newReals, sizeOf } from "./sequence.ts";
import type { Precision } from "./sequence.ts";

/** All weights of a model in the order of its layers: `layer/kernel`, `layer/bias`, … (see modelData.ts for the weights of each kind of layer). */
export function initialWeights(model: ModelData, precision: Precision): Weights {
  const weights: Weights = new Map();
  const shapes = shapesOf(model);
  model.layers.forEach((layer, k) => {
    for (const { name, shape, fill } of weightsOf(layer, k === 0 ? model.input.shape : shapes[k - 1]!)) {
      const values = newReals(precision, sizeOf(shape));
      fill(values, draws(model.seed, `${layer.name}/${name}`), shape);
      weights.set(`${layer.name}/${name}`, { shape, values });
    }
  });
  return weights;
}

/** Whether training changes the weight. */
export function isLearned(model: ModelData, name: string): boolean {
  const cut = name.lastIndexOf("/");
  const layer = model.layers.find((l) => l.name === name.slice(0, cut)), weight = name.slice(cut + 1);
  if (!layer) return false;
  switch (layer.kind) {
    case "cells": return weight === "recurrent" || weight === "recurrentBias" || layer.learn.includes(weight);
    case "batchNorm": return weight === "gamma" || weight === "beta";
    case "dense": return weight !== "delays" || layer.delays?.learn === true;
    default: return true;
  }
}

/** The k-th uniform or normal number of a weight. */
interface Draws { readonly uniform: (k: number) => number; readonly normal: (k: number) => number }

function draws(seed: number, name: string): Draws {
  let stream = 2166136261;
  for (let k = 0; k < name.length; k++) stream = Math.imul(stream ^ name.charCodeAt(k), 16777619);
  const key = seedOf(seed);
  return { uniform: (k) => uniformAt(key, k, 0, stream >>> 0, 0), normal: (k) => normalAt(key, k, 0, stream >>> 0, 1) };
}

type Fill = (values: Weight["values"], random: Draws, shape: Shape) => void;
interface Made { readonly name: string; readonly shape: Shape; readonly fill: Fill }

function weightsOf(layer: LayerData, input: Shape): Made[] {
  switch (layer.kind) {
    case "dense": {
      const shape = [input[0]!, layer.units];
      const longest = layer.delays?.longest;
      return [
        { name: "kernel", shape, fill: fillWith(layer.initializer, input[0]!, layer.units) },
        ...(layer.bias ? [{ name: "bias", shape: [layer.units], fill: fillBias(layer.initializer, input[0]!) }] : []),
        ...(longest !== undefined ? [{ name: "delays", shape, fill: fillEach((random, k) => random.uniform(k) * longest) }] : []),
      ];
    }
    case "conv2d": {
      const [h, w] = layer.kernelSize, channels = input[2]!, fanIn = h * w * channels;
      return [
        { name: "kernel", shape: [h, w, channels, layer.filters], fill: fillWith(layer.initializer, fanIn, h * w * layer.filters) },
        ...(layer.bias ? [{ name: "bias", shape: [layer.filters], fill: fillBias(layer.initializer, fanIn) }] : []),
      ];
    }
    case "batchNorm": {
      const shape = [input[input.length - 1]!];
      return [
        { name: "gamma", shape, fill: fillValue(1) }, { name: "beta", shape, fill: fillValue(0) },
        { name: "movingMean", shape, fill: fillValue(0) }, { name: "movingVariance", shape, fill: fillValue(1) },
      ];
    }
    case "activation": return layer.activation.type === "qcfs" ? [{ name: "threshold", shape: [1], fill: fillValue(layer.activation.initial) }] : [];
    case "cells": return cellWeights(layer, sizeOf(input));
    case "pool": case "flatten": case "dropout": return [];
    default: return layer satisfies never;
  }
}

function cellWeights(layer: CellsData, units: number): Made[] {
  const made: Made[] = [];
  for (const name of new Set([...layer.learn, ...layer.perNeuron])) {
    made.push({ name, shape: [layer.perNeuron.includes(name) ? units : 1], fill: fillValue(valueOf(layer, name)) });
  }
  if (layer.recurrent) {
    made.push({ name: "recurrent", shape: [units, units], fill: fillWith(layer.recurrent.initializer, units, units) });
    if (layer.recurrent.bias) made.push({ name: "recurrentBias", shape: [units], fill: fillBias(layer.recurrent.initializer, units) });
  }
  return made;
}

/** The value of a parameter, or with the name `initial:v` of a state variable, that holds for all neurons of a layer before training. */
export function valueOf({ cell, values }: CellsData, name: string): number {
  const given = values[name];
  if (given !== undefined) return given;
  const state = name.startsWith("initial:") ? cell.state.find((s) => s.name === name.slice("initial:".length)) : undefined;
  return state ? state.initial : cell.parameters.find((p) => p.name === name)!.value;
}

const fillValue = (value: number): Fill => (values) => values.fill(value);
const fillEach = (value: (random: Draws, k: number) => number): Fill => (values, random) => values.forEach((_, k) => (values[k] = value(random, k)));

function fillWith(initializer: Initializer, fanIn: number, fanOut: number): Fill {
  switch (initializer.type) {
    case "uniform": return fillEach((random, k) => (initializer.gain * (2 * random.uniform(k) - 1)) / Math.sqrt(fanIn));
    case "glorotUniform": return fillEach((random, k) => (2 * random.uniform(k) - 1) * Math.sqrt(6 / (fanIn + fanOut)));
    case "normal": {
      const deviation = initializer.deviation / (initializer.perFanIn ? Math.sqrt(fanIn) : 1);
      return fillEach((random, k) => initializer.mean + deviation * random.normal(k));
    }
    case "orthogonal":
      return (values, random, shape) => fillOrthogonal(values, random, sizeOf(shape.slice(0, -1)), shape[shape.length - 1]!, initializer.gain);
    case "zeros": return fillValue(0);
    default: return initializer satisfies never;
  }
}

/** Biases begin like the weights where those are uniform as PyTorch's are, else at 0. */
const fillBias = (initializer: Initializer, fanIn: number): Fill => (initializer.type === "uniform" ? fillWith(initializer, fanIn, 1) : fillValue(0));

/** Orthonormal rows or columns, whichever are fewer, by Gram and Schmidt on normal numbers. Source: Saxe et al. (2014), arXiv:1312.6120. */
function fillOrthogonal(values: Weight["values"], random: Draws, rows: number, columns: number, gain: number): void {
  const flip = rows > columns, count = Math.min(rows, columns), length = Math.max(rows, columns);
  const vectors = Array.from({ length: count }, (_, v) => Float64Array.from({ length }, (_, e) => random.normal(v * length + e)));
  vectors.forEach((vector, v) => {
    // Twice is enough for orthogonality to rounding.
    for (let turn = 0; turn < 2; turn++) for (let u = 0; u < v; u++) {
      const along = vectors[u]!.reduce((sum, x, e) => sum + x * vector[e]!, 0);
      vector.forEach((x, e) => (vector[e] = x - along * vectors[u]![e]!));
    }
    const norm = Math.hypot(...vector);
    vector.forEach((x, e) => (vector[e] = x / norm));
  });
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) values[r * columns + c] = gain * (flip ? vectors[c]![r]! : vectors[r]![c]!);
}
