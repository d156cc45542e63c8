/** Training: models of spiking and rate layers, surrogate gradients, and what else learns. */
export * from "./cells/index.ts";
export * from "./encode/index.ts";
export type { Batch, BatchResult, EngineOptions, Evaluation, LayerSpikes, OptimizerState, TrainingEngine } from "./engine.ts";
export { FastEngine } from "./fast/fastEngine.ts";
export { initialWeights } from "./initialWeights.ts";
export { activation, averagePool, batchNorm, conv2d, dense, dropout, flatten, integer, maxPool, neurons, qcfs, relu } from "./layers.ts";
export type { NeuronOptions, WeightedOptions } from "./layers.ts";
export { crossEntropy, meanSquares } from "./losses.ts";
export type { LossData, Targets } from "./losses.ts";
export { shapesOf, spikingModel } from "./model.ts";
export type { ModelOptions } from "./model.ts";
export type {
  ActivationData, ActivationFunction, BatchNormData, CellsData, Conv2dData, DelayData, DenseData, DropoutData, FlattenData, Initializer, InputData,
  LayerData, LayerKind, ModelData, PoolData, Shape, Weight, Weights,
} from "./modelData.ts";
export { adam, sgd } from "./optimizers.ts";
export type { OptimizerData } from "./optimizers.ts";
export type { ReadoutOver } from "./readout.ts";
export { ReferenceEngine } from "./reference/referenceEngine.ts";
export type { Regularizer } from "./regularizers.ts";
export { samplesOf } from "./samples.ts";
export type { ArraySamples, Samples } from "./samples.ts";
export type { Precision, Reals, Sequence } from "./sequence.ts";
export type { Surrogate } from "./surrogate.ts";
export * from "./surrogates.ts";
export { Trainer } from "./trainer.ts";
export type { EpochResult, TestResult, TrainerOptions, TrainingState } from "./trainer.ts";
export { engineOptionsOf, training } from "./training.ts";
export type { Training, TrainingOptions } from "./training.ts";
export * from "./learners/contrastive/index.ts";
export * from "./learners/eprop/index.ts";
export * from "./learners/eventProp/index.ts";
export * from "./learners/online/index.ts";
export * from "./learners/perturbation/index.ts";
export * from "./coding/index.ts";
export * from "./convert/index.ts";
export * from "./energy/index.ts";
export * from "./network/index.ts";
export * from "./quantise/index.ts";
