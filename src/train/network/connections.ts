/** Layers without memory as synapses: which feature reaches which, with what weight and delay. */
import { UnsupportedError } from "../../errors.ts";
import { firstOffset } from "../energy/fanOut.ts";
import { shapeAfter } from "../model.ts";
import type { Conv2dData, DenseData, LayerData, PoolData, Shape, Weights } from "../modelData.ts";
import { quantised } from "../quantise/straightThrough.ts";
import type { Reals } from "../sequence.ts";
import { sizeOf } from "../sequence.ts";

/** y_j(t) = bias_j + Σ weight · x_i(t − delay) over the synapses i → j, which lie source by source. */
export interface Connections {
  readonly inputs: number;
  readonly outputs: number;
  readonly pre: Uint32Array;
  readonly post: Uint32Array;
  readonly weights: Float64Array;
  /** Steps; absent where all are 0. */
  readonly delays?: Uint32Array;
  /** [outputs] */
  readonly bias: Float64Array;
}

/**
 * The synapses of a layer in evaluation; batch normalisation with its gathered statistics, dropout as nothing.
 *
 * @param shape features of the layer's input
 * @returns undefined for layers that only pass on what they get
 * @throws {UnsupportedError} for layers that are not linear, naming the layer
 */
export function connectionsOf(layer: LayerData, shape: Shape, weights: Weights): Connections | undefined {
  switch (layer.kind) {
    case "flatten":
    case "dropout":
      return undefined;
    case "dense":
      return denseConnections(layer, sizeOf(shape), weights);
    case "conv2d":
      return windowConnections(layer, shape, channelMix(kernelOf(layer, weights), shape[2]!, layer.filters), biasOf(layer, weights));
    case "pool":
      if (layer.operation === "average") return windowConnections(layer, shape, averaging(layer), undefined);
      break;
    case "batchNorm":
      return normalising(layer.name, layer.epsilon, sizeOf(shape), weights);
    case "activation":
    case "cells":
      break;
    default:
      layer satisfies never;
  }
  throw new UnsupportedError("not-linear", `layer "${layer.name}" (${layer.kind}) is no sum of weighted inputs`, "Only sums become synapses.");
}

/** The weights that a layer multiplies with: rounded where it has few bits. */
export function kernelOf(layer: DenseData | Conv2dData, weights: Weights): Reals {
  const { values } = weights.get(`${layer.name}/kernel`)!;
  return layer.bits === undefined ? values : quantised(values, layer.bits);
}

const biasOf = (layer: DenseData | Conv2dData, weights: Weights): Reals | undefined =>
  (layer.bias ? weights.get(`${layer.name}/bias`)!.values : undefined);

function denseConnections(layer: DenseData, inputs: number, weights: Weights): Connections {
  const { units } = layer, count = inputs * units, bias = new Float64Array(units), given = biasOf(layer, weights);
  if (given) bias.set(given);
  const longest = layer.delays?.longest;
  return {
    inputs, outputs: units, bias,
    pre: Uint32Array.from({ length: count }, (_, k) => Math.floor(k / units)),
    post: Uint32Array.from({ length: count }, (_, k) => k % units),
    weights: Float64Array.from(kernelOf(layer, weights)),
    ...(longest === undefined ? {} : {
      delays: Uint32Array.from(weights.get(`${layer.name}/delays`)!.values, (delay) => Math.round(Math.min(longest, Math.max(0, delay)))),
    }),
  };
}

/** The synapses from one place of each window of a pool, place after place: every output has one of each. */
export function placesOf(layer: PoolData, shape: Shape): Connections[] {
  return Array.from({ length: layer.size[0] * layer.size[1] }, (_, chosen) =>
    windowConnections(layer, shape, (place, channel, give) => { if (place === chosen) give(channel, 1); }, undefined));
}

/** What a value of one channel gives to the outputs of a window, at one place of the window. */
type Mix = (place: number, channel: number, give: (filter: number, weight: number) => void) => void;

const channelMix = (kernel: Reals, channels: number, filters: number): Mix => (place, channel, give) => {
  for (let f = 0; f < filters; f++) give(f, kernel[(place * channels + channel) * filters + f]!);
};

const averaging = ({ size }: PoolData): Mix => (_, channel, give) => give(channel, 1 / (size[0] * size[1]));

function windowConnections(layer: Conv2dData | PoolData, shape: Shape, mix: Mix, bias: Reals | undefined): Connections {
  const size = layer.kind === "pool" ? layer.size : layer.kernelSize, padding = layer.kind === "pool" ? "valid" : layer.padding;
  const [rows, columns, filters] = shapeAfter(layer, shape) as readonly [number, number, number];
  const [height, width, channels] = shape as readonly [number, number, number];
  const [sh, sw] = layer.strides, [kh, kw] = size;
  const top = firstOffset(height, rows, kh, sh, padding), left = firstOffset(width, columns, kw, sw, padding);
  const pre: number[] = [], post: number[] = [], weights: number[] = [];
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) for (let c = 0; c < channels; c++) {
    for (let i = 0; i < kh; i++) for (let j = 0; j < kw; j++) {
      const row = (y + top - i) / sh, column = (x + left - j) / sw;
      if (!(Number.isInteger(row) && Number.isInteger(column) && row >= 0 && row < rows && column >= 0 && column < columns)) continue;
      mix(i * kw + j, c, (filter, weight) => {
        pre.push((y * width + x) * channels + c);
        post.push((row * columns + column) * filters + filter);
        weights.push(weight);
      });
    }
  }
  const outputs = rows * columns * filters;
  return {
    inputs: sizeOf(shape), outputs, pre: Uint32Array.from(pre), post: Uint32Array.from(post), weights: Float64Array.from(weights),
    bias: Float64Array.from({ length: outputs }, (_, k) => bias?.[k % filters] ?? 0),
  };
}

function normalising(name: string, epsilon: number, size: number, weights: Weights): Connections {
  const [gamma, beta, mean, variance] = ["gamma", "beta", "movingMean", "movingVariance"].map((w) => weights.get(`${name}/${w}`)!.values) as
    [Reals, Reals, Reals, Reals];
  const channels = gamma.length, each = Uint32Array.from({ length: size }, (_, k) => k);
  const factor = Float64Array.from(gamma, (g, c) => g / Math.sqrt(variance[c]! + epsilon));
  return {
    inputs: size, outputs: size, pre: each, post: each,
    weights: Float64Array.from(each, (k) => factor[k % channels]!),
    bias: Float64Array.from(each, (k) => beta[k % channels]! - mean[k % channels]! * factor[k % channels]!),
  };
}
