/** The layers that users put into models of TensorFlow.js. */
import type { layers, serialization, Shape } from "@tensorflow/tfjs";
import * as described from "../train/layers.ts";
import type { WeightedOptions } from "../train/layers.ts";
import type { ActivationFunction, DelayData, LayerData } from "../train/modelData.ts";
import { dimensions } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import { given, neuronsOf } from "./neuronsOf.ts";
import type { Neuron, Neurons } from "./neuronsOf.ts";
import { registerConv2d } from "./operations/conv2d.ts";
import { registerProduct } from "./operations/product.ts";
import { encoderLayerClass, encoderText } from "./encoderLayer.ts";
import type { EncoderOptions } from "./encoderLayer.ts";
import { checkReadout, readoutLayerClass } from "./readoutLayer.ts";
import type { ReadoutOptions } from "./readoutLayer.ts";
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

type Weighted = Omit<WeightedOptions, "name">;
type Delays = Partial<DelayData> & { readonly longest: number };
type Pair = number | readonly [number, number];
type Dense = Weighted & { readonly units: number; readonly delays?: Delays };
type Convolution = Weighted & { readonly filters: number; readonly kernelSize: Pair; readonly strides?: Pair; readonly padding?: "valid" | "same" };
type Window = { readonly size?: Pair; readonly strides?: Pair; readonly operation?: "max" | "average" };

export interface SpikingLayers {
  /** Inputs times weights into neurons: [batch, steps, inputs] → [batch, steps, units]. */
  readonly spiking: (neuron: Neuron, options: LayerOptions & Neurons & Dense) => SynfireLayer;
  /** The same, and each neuron's spikes reach all others one step later. */
  readonly spikingRecurrent: SpikingLayers["spiking"];
  /** Neurons alone, one for each feature; after rate layers, batch normalisation, convolutions of one's own. */
  readonly spikingNeurons: (neuron: Neuron, options?: LayerOptions & Neurons) => SynfireLayer;
  /** A convolution of every step's image into neurons: [batch, steps, height, width, channels]. */
  readonly spikingConv2d: (neuron: Neuron, options: LayerOptions & Neurons & Convolution) => SynfireLayer;
  /** Pools of every step's image; the largest spike, unless `operation` is "average". */
  readonly spikingPool: (options?: LayerOptions & Window) => SynfireLayer;
  /** Rate layers for sequences: what the layers of TensorFlow.js of these names do in a step. */
  readonly dense: (options: LayerOptions & Dense) => SynfireLayer;
  readonly conv2d: (options: LayerOptions & Convolution) => SynfireLayer;
  readonly flatten: (options?: LayerOptions) => SynfireLayer;
  /** One mask for all steps of a sample. */
  readonly dropout: (options: LayerOptions & { readonly rate: number }) => SynfireLayer;
  /** Statistics over samples, steps and places together. */
  readonly batchNorm: (options?: LayerOptions & { readonly momentum?: number; readonly epsilon?: number }) => SynfireLayer;
  readonly activation: (options: LayerOptions & { readonly activation: ActivationFunction }) => SynfireLayer;
  /** Values between 0 and 1 become spikes: [batch, …features] → [batch, steps, …features]. */
  readonly encoder: (options: EncoderOptions) => layers.Layer;
  /** Activity over time becomes a number for each unit or class: [batch, steps, units] → [batch, classes]. */
  readonly readout: (options?: ReadoutOptions) => layers.Layer;
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
  const Synfire = synfireLayerClass(tf), Readout = readoutLayerClass(tf), Encoder = encoderLayerClass(tf);
  for (const made of [Synfire, Readout, Encoder]) tf.serialization.registerClass(made as serialization.SerializableConstructor<layers.Layer>);
  const make = (data: readonly LayerData[], options: LayerOptions = {}): SynfireLayer => {
    const { name, inputShape, steps, dt = "1 ms", seed = 0, trainable } = options;
    return new Synfire({
      described: data, dt: secondsOf(dt), seed, fused, ...given({ name, inputShape, steps, trainable }),
    });
  };
  const spiking: SpikingLayers["spiking"] = (neuron, options) =>
    make([described.dense(options.units, unnamed(options)), neuronsOf(neuron, options)], options);
  return {
    spiking,
    spikingRecurrent: (neuron, options) => spiking(neuron, { recurrent: true, ...options }),
    spikingNeurons: (neuron, options = {}) => make([neuronsOf(neuron, options)], options),
    spikingConv2d: (neuron, options) =>
      make([described.conv2d(options.filters, options.kernelSize, unnamed(options)), neuronsOf(neuron, options)], options),
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
    encoder: (options) => {
      const { name, inputShape, steps } = options;
      return new Encoder({ steps, encoder: { name: encoderText(options) }, ...given({ name, inputShape }) });
    },
    readout: ({ name, inputShape, over = "count", classes } = {}) =>
      new Readout({ over: { name: checkReadout(over) }, ...given({ name, inputShape, classes }) }),
    layer: (data, options) => make(Array.isArray(data) ? (data as readonly LayerData[]) : [data as LayerData], options),
  };
}

const secondsOf = (dt: Quantity): number => parseQuantity(dt, dimensions.second, "the step of a layer");
const unnamed = <T extends { readonly name?: string }>(options: T): Omit<T, "name"> & { readonly name: string } => ({ ...options, name: "" });
