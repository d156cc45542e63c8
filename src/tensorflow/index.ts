/** Spiking layers for TensorFlow.js, which is loaded when it is needed. */
export { clipGradients } from "./clipGradients.ts";
export type { EncoderCode, EncoderOptions } from "./encoderLayer.ts";
export { labelTensor } from "./labelTensor.ts";
export { loadTensorFlow } from "./loadTensorFlow.ts";
export type { LoadedTensorFlow, LoadTensorFlowOptions } from "./loadTensorFlow.ts";
export { fromModelData, modelDataOf } from "./modelDataOf.ts";
export type { DescribedModel } from "./modelDataOf.ts";
export { spikingLayers } from "./spikingLayers.ts";
export type { ReadoutOptions } from "./readoutLayer.ts";
export type { Neuron } from "./neuronsOf.ts";
export type { LayerOptions, SpikingLayers, SpikingLayersOptions } from "./spikingLayers.ts";
export type { SynfireLayer, SynfireLayerConfig } from "./synfireLayer.ts";
export type { TensorFlow, TensorFlowChoice } from "./tensorFlowPackages.ts";
export { watch } from "./watch.ts";
export type { WatchOptions } from "./watch.ts";
export type { Surrogate } from "../train/surrogate.ts";
