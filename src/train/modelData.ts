/**
 * A trainable model as plain data: layers in a row, from input to readout. Sequences are [batch, steps, …features]; a constant input is given
 * once and counts for every step. Whatever trains, converts, counts energy or simulates reads this description and `Weights`.
 */
import type { Cell } from "./cells/cell.ts";
import type { Surrogate } from "./surrogate.ts";

/** Features of a sample in a step: [units], or [height, width, channels]. */
export type Shape = readonly number[];

export interface ModelData {
  readonly input: InputData;
  /** Seconds that a step stands for; what time constants refer to. */
  readonly dt: number;
  readonly layers: readonly LayerData[];
  readonly seed: number;
}

export interface InputData {
  readonly shape: Shape;
  readonly steps: number;
  /** The same features in every step, given once. */
  readonly constant: boolean;
}

export type LayerData = DenseData | Conv2dData | PoolData | FlattenData | DropoutData | BatchNormData | ActivationData | CellsData;
export type LayerKind = LayerData["kind"];

interface Named { readonly name: string }

/** y = x·kernel + bias. Weights: kernel [inputs, units], bias [units]; with delays also delays [inputs, units] in steps. */
export interface DenseData extends Named {
  readonly kind: "dense";
  readonly units: number;
  readonly bias: boolean;
  readonly initializer: Initializer;
  readonly delays?: DelayData;
  /** Weights are rounded to this many bits (2 … 8), straight-through; absent: not rounded. */
  readonly bits?: number;
}

/** Delays that are learned: each synapse's kernel over time is a Gaussian of width sigma around its delay, normalised (DCLS). */
export interface DelayData {
  /** Longest delay, steps. */
  readonly longest: number;
  /** Width of the kernel at the start of training and at its end, steps; rounded delays are used for evaluation. */
  readonly sigma: readonly [from: number, to: number];
  readonly learn: boolean;
}

/** Weights: kernel [height, width, channels, filters], bias [filters]. */
export interface Conv2dData extends Named {
  readonly kind: "conv2d";
  readonly filters: number;
  readonly kernelSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: "valid" | "same";
  readonly bias: boolean;
  readonly initializer: Initializer;
  readonly bits?: number;
}

export interface PoolData extends Named {
  readonly kind: "pool";
  readonly operation: "max" | "average";
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
}

export interface FlattenData extends Named { readonly kind: "flatten" }

/** One mask for all steps of a sample. */
export interface DropoutData extends Named { readonly kind: "dropout"; readonly rate: number }

/** Statistics over batch and steps together. Weights: gamma, beta, movingMean, movingVariance [channels]. */
export interface BatchNormData extends Named {
  readonly kind: "batchNorm";
  readonly momentum: number;
  readonly epsilon: number;
}

/** Rate units. */
export interface ActivationData extends Named { readonly kind: "activation"; readonly activation: ActivationFunction }

export type ActivationFunction =
  /** clip(x) is x between 0 and 1, and the nearer of the two elsewhere. */
  | { readonly type: "relu" | "sigmoid" | "tanh" | "softplus" | "clip" }
  /** Quantisation-clip-floor-shift (Bu et al. 2022) with L levels; weight: threshold [1]. */
  | { readonly type: "qcfs"; readonly levels: number; readonly initial: number }
  /** Integers 0 … D divided by D, straight-through between: spikes are expanded to D binary ones in inference. */
  | { readonly type: "integer"; readonly levels: number };

/**
 * Neurons. Weights: those of `learn` and of `perNeuron` as [units] or [1]; recurrent: recurrent [units, units] (from, to) and
 * recurrentBias [units].
 */
export interface CellsData extends Named {
  readonly kind: "cells";
  readonly cell: Cell;
  readonly surrogate: Surrogate;
  /** Names of parameters, or `initial:v` for the initial value of a state variable, that training changes. */
  readonly learn: readonly string[];
  /** Those of the parameters and `initial:…` that have one value for each neuron. */
  readonly perNeuron: readonly string[];
  /** Values instead of the cell's own. */
  readonly values: Readonly<Record<string, number>>;
  readonly recurrent?: { readonly bias: boolean; readonly initializer: Initializer };
  /** What the next layer gets: spikes, or the membrane (or another state variable). */
  readonly output: "spikes" | { readonly state: string };
}

/**
 * uniform: U(−gain/√fanIn, gain/√fanIn), PyTorch's default at gain 1; glorotUniform as in Keras; normal with mean and standard deviation, the
 * latter divided by √fanIn where `perFanIn`.
 */
export type Initializer =
  | { readonly type: "uniform"; readonly gain: number }
  | { readonly type: "glorotUniform" }
  | { readonly type: "orthogonal"; readonly gain: number }
  | { readonly type: "normal"; readonly mean: number; readonly deviation: number; readonly perFanIn: boolean }
  | { readonly type: "zeros" };

/** Arrays of weights by `layer/weight`, e.g. "hidden/kernel"; row-major. */
export type Weights = Map<string, Weight>;
export interface Weight { readonly shape: Shape; readonly values: Float32Array | Float64Array }
