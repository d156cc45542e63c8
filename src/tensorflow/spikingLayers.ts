/** The layers that users put into models of TensorFlow.js. */
import type { layers, Shape } from "@tensorflow/tfjs";
import type { Cell } from "../train/cells/cell.ts";
import * as described from "../train/layers.ts";
import type { NeuronOptions, WeightedOptions } from "../train/layers.ts";
import type { ActivationFunction, DelayData, LayerData } from "../train/modelData.ts";
import { dimensions } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import { registerConv2d } from "./operations/conv2d.ts";
import { registerProduct } from "./operations/product.ts";
import { synfireLayerClass } from "./synfireLayer.ts";
import type { SynfireLayer } from "./synfireLayer.ts";
import type { TensorFlow } from "./tensorFlowPackages.ts";

export interface LayerOptions {
  readonly name?: string;
  /** For the first layer of a model: [steps, …features], or [features] with `steps`. */
  readonly inputShape?: Shape;
  /** The input has no axis of time, and holds for so many steps; products with it are computed once. */
  readonly steps?: number;
  /** What a step stands for; 1 ms when absent. */
  readonly dt?: Quantity;
  readonly seed?: number;
  readonly trainable?: boolean;
}

type Neurons = Omit<NeuronOptions, "name">;
type Weighted = Omit<WeightedOptions, "name">;
type Delays = Partial<DelayData> & { readonly longest: number };
type Pair = number | readonly [number, number];
type Convolution = Weighted & { readonly filters: number; readonly kernelSize: Pair; readonly strides?: Pair; readonly padding?: "valid" | "same" };
type Window = { readonly size?: Pair; readonly strides?: Pair; readonly operation?: "max" | "average" };

export interface SpikingLayers {
  /** Inputs times weights into neurons: [batch, steps, inputs] → [batch, steps, units]. */
  readonly spiking: (cell: Cell, options: LayerOptions & Neurons & Weighted & { readonly units: number; readonly delays?: Delays }) => SynfireLayer;
  /** The same, and each neuron's spikes reach all others one step later. */
  readonly spikingRecurrent: SpikingLayers["spiking"];
  /** Neurons alone, one for each feature; after rate layers, batch normalisation, convolutions of one's own. */
  readonly spikingNeurons: (cell: Cell, options?: LayerOptions & Neurons) => SynfireLayer;
  /** A convolution of every step's image into neurons: [batch, steps, height, width, channels]. */
  readonly spikingConv2d: (cell: Cell, options: LayerOptions & Neurons & Convolution) => SynfireLayer;
  /** Pools of every step's image; the largest spike, unless `operation` is "average". */
  readonly spikingPool: (options?: LayerOptions & Window) => SynfireLayer;
  /** Rate layers for sequences: what the layers of TensorFlow.js of these names do in a step. */
  readonly dense: (options: LayerOptions & Weighted & { readonly units: number; readonly delays?: Delays }) => SynfireLayer;
  readonly conv2d: (options: LayerOptions & Convolution) => SynfireLayer;
  readonly flatten: (options?: LayerOptions) => SynfireLayer;
  /** One mask for all steps of a sample. */
  readonly dropout: (options: LayerOptions & { readonly rate: number }) => SynfireLayer;
  /** Statistics over samples, steps and places together. */
  readonly batchNorm: (options?: LayerOptions & { readonly momentum?: number; readonly epsilon?: number }) => SynfireLayer;
  readonly activation: (options: LayerOptions & { readonly activation: ActivationFunction }) => SynfireLayer;
  /** Any described layers in a row (those of synfire/train) as one layer. */
  readonly layer: (data: LayerData | readonly LayerData[], options?: LayerOptions) => SynfireLayer;
}

export interface SpikingLayersOptions {
  /** false: plain operations of TensorFlow.js even where there are fused kernels. */
  readonly fused?: boolean;
}

/**
 * The layers for one TensorFlow.js, which also learns to load models that hold them.
 *
 * @example
 * const { tf } = await loadTensorFlow();
 * const { spiking, readout } = spikingLayers(tf);
 * const model = tf.sequential({ layers: [
 *   spiking(leaky({ beta: 0.95 }), { inputShape: [784], steps: 25, units: 1000 }),
 *   spiking(leaky({ beta: 0.95 }), { units: 10 }),
 *   readout({ over: "count" }),
 * ] });
 */
export function spikingLayers(tf: TensorFlow, { fused = true }: SpikingLayersOptions = {}): SpikingLayers {
  registerProduct(tf);
  registerConv2d(tf);
  const Synfire = synfireLayerClass(tf);
  tf.serialization.registerClass(Synfire);
  const make = (data: readonly LayerData[], options: LayerOptions = {}): SynfireLayer => {
    const { name, inputShape, steps, dt = "1 ms", seed = 0, trainable } = options;
    return new Synfire({
      described: data, dt: parseQuantity(dt, dimensions.second, "the step of a layer"), seed, fused,
      ...(name !== undefined && { name }), ...(steps !== undefined && { steps }), ...(inputShape !== undefined && { inputShape }),
      ...(trainable !== undefined && { trainable }),
    });
  };
  const unnamed = <T extends { readonly name?: string }>(options: T): Omit<T, "name"> => ({ ...options, name: "" });
  const spiking: SpikingLayers["spiking"] = (cell, options) =>
    make([described.dense(options.units, unnamed(options)), described.neurons(cell, unnamed(options))], options);
  return {
    spiking,
    spikingRecurrent: (cell, options) => spiking(cell, { recurrent: true, ...options }),
    spikingNeurons: (cell, options = {}) => make([described.neurons(cell, unnamed(options))], options),
    spikingConv2d: (cell, options) =>
      make([described.conv2d(options.filters, options.kernelSize, unnamed(options)), described.neurons(cell, unnamed(options))], options),
    spikingPool: (options = {}) => {
      const { size = 2, operation = "max" } = options;
      return make([(operation === "max" ? described.maxPool : described.averagePool)(size, unnamed(options))], options);
    },
    dense: (options) => make([described.dense(options.units, unnamed(options))], options),
    conv2d: (options) => make([described.conv2d(options.filters, options.kernelSize, unnamed(options))], options),
    flatten: (options) => make([described.flatten()], options),
    dropout: (options) => make([described.dropout(options.rate)], options),
    batchNorm: (options = {}) => make([described.batchNorm(unnamed(options))], options),
    activation: (options) => make([described.activation(options.activation)], options),
    layer: (data, options) => make(Array.isArray(data) ? (data as readonly LayerData[]) : [data as LayerData], options),
  };
}

/** A layer of TensorFlow.js, for signatures. */
export type TensorFlowLayer = layers.Layer;
