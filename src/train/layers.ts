/** Layers of a model, as a user writes them: each function gives the description of one layer. */
import type { Cell } from "./cells/cell.ts";
import type {
  ActivationData, ActivationFunction, BatchNormData, CellsData, Conv2dData, DelayData, DenseData, DropoutData, FlattenData, Initializer, PoolData,
} from "./modelData.ts";
import type { Surrogate } from "./surrogate.ts";
import { atan } from "./surrogates.ts";

/** What layers of weights share. The name is made from the kind of layer when absent ("dense", "dense_2", …). */
export interface WeightedOptions {
  readonly name?: string;
  readonly bias?: boolean;
  /** U(−1/√inputs, 1/√inputs) when absent. */
  readonly initializer?: Initializer;
  /** Round weights to so many bits, 2 to 8, with straight-through gradients. */
  readonly bits?: number;
}

const uniform: Initializer = { type: "uniform", gain: 1 };

/** All inputs to all units. With `delays`, each synapse has a delay of its own. */
export function dense(
  units: number, options: WeightedOptions & { readonly delays?: Partial<DelayData> & { readonly longest: number } } = {},
): DenseData {
  const { name = "", bias = true, initializer = uniform, bits, delays } = options;
  return {
    kind: "dense", name, units, bias, initializer, ...(bits !== undefined && { bits }),
    ...(delays && { delays: { longest: delays.longest, sigma: delays.sigma ?? [delays.longest / 2, 0.5], learn: delays.learn ?? true } }),
  };
}

type Pair = number | readonly [number, number];
const pair = (value: Pair): readonly [number, number] => (typeof value === "number" ? [value, value] : value);

export function conv2d(
  filters: number, kernelSize: Pair, options: WeightedOptions & { readonly strides?: Pair; readonly padding?: "valid" | "same" } = {},
): Conv2dData {
  const { name = "", bias = true, initializer = uniform, bits, strides = 1, padding = "valid" } = options;
  return {
    kind: "conv2d", name, filters, kernelSize: pair(kernelSize), strides: pair(strides), padding, bias, initializer,
    ...(bits !== undefined && { bits }),
  };
}

export const maxPool = (size: Pair = 2, options: { readonly name?: string; readonly strides?: Pair } = {}): PoolData =>
  ({ kind: "pool", name: options.name ?? "", operation: "max", size: pair(size), strides: pair(options.strides ?? size) });

export const averagePool = (size: Pair = 2, options: { readonly name?: string; readonly strides?: Pair } = {}): PoolData =>
  ({ kind: "pool", name: options.name ?? "", operation: "average", size: pair(size), strides: pair(options.strides ?? size) });

export const flatten = (options: { readonly name?: string } = {}): FlattenData => ({ kind: "flatten", name: options.name ?? "" });

export const dropout = (rate: number, options: { readonly name?: string } = {}): DropoutData => ({ kind: "dropout", name: options.name ?? "", rate });

export const batchNorm = (options: { readonly name?: string; readonly momentum?: number; readonly epsilon?: number } = {}): BatchNormData =>
  ({ kind: "batchNorm", name: options.name ?? "", momentum: options.momentum ?? 0.99, epsilon: options.epsilon ?? 1e-3 });

type PlainActivation = "relu" | "sigmoid" | "tanh" | "softplus" | "clip";

/** Rate units. */
export const activation = (of: ActivationFunction | PlainActivation, name = ""): ActivationData =>
  ({ kind: "activation", name, activation: typeof of === "string" ? { type: of } : of });

export const relu = (name = ""): ActivationData => activation("relu", name);
/** Quantisation-clip-floor-shift with `levels` levels and a learned threshold. Source: Bu et al. (2022), arXiv:2303.04347. */
export const qcfs = (levels: number, options: { readonly name?: string; readonly threshold?: number } = {}): ActivationData =>
  activation({ type: "qcfs", levels, initial: options.threshold ?? 8 }, options.name);
/** Activations 0, 1/D … 1, which inference expands to D binary spikes. */
export const integer = (levels: number, name = ""): ActivationData => activation({ type: "integer", levels }, name);

export interface NeuronOptions {
  readonly name?: string;
  /** Arctan of slope 2 when absent. */
  readonly surrogate?: Surrogate;
  readonly learn?: readonly string[];
  readonly perNeuron?: readonly string[];
  readonly values?: Readonly<Record<string, number>>;
  /** Each neuron's spikes reach all others of the layer one step later. */
  readonly recurrent?: boolean | { readonly bias?: boolean; readonly initializer?: Initializer };
  readonly output?: "spikes" | { readonly state: string };
}

/** Neurons, one for each feature of the layer before, which is the sum of what they receive in a step. */
export function neurons(cell: Cell, options: NeuronOptions = {}): CellsData {
  const { name = "", surrogate = atan(), learn = [], perNeuron = [], values = {}, recurrent = false } = options;
  const settings = recurrent === true ? {} : recurrent;
  return {
    kind: "cells", name, cell, surrogate, learn, perNeuron, values, output: options.output ?? (cell.threshold ? "spikes" : { state: cell.membrane }),
    ...(settings && { recurrent: { bias: settings.bias ?? true, initializer: settings.initializer ?? uniform } }),
  };
}
