/** Rate networks as spiking ones whose firing rates are the activations. */
import { ArgumentError, UnsupportedError, didYouMean } from "../../errors.ts";
import { shapesOf } from "../model.ts";
import type { ActivationData, CellsData, LayerData, ModelData, Weights } from "../modelData.ts";
import { sizeOf } from "../sequence.ts";
import type { Reals, Sequence } from "../sequence.ts";
import { boxcar } from "../surrogates.ts";
import { largestPossibleInput, outputsOf, percentileOf } from "./activationScale.ts";
import { foldBatchNorm } from "./foldBatchNorm.ts";
import type { WeightedModel } from "./foldBatchNorm.ts";
import { perfectIntegrator } from "./integrateAndFire.ts";

/**
 * What the threshold of a layer of rectified units becomes; units of `qcfs` and `integer` have theirs from training.
 *
 * | method | threshold | needs |
 * | --- | --- | --- |
 * | percentile | a percentile of the layer's activations above 0: robust normalisation (Rueckauer et al. 2017) | calibration |
 * | max | the largest activation: data-based normalisation (Diehl et al. 2015) | calibration |
 * | balance | the largest input of a step once the layers before it spike: threshold balancing (Sengupta et al. 2019) | calibration |
 * | weights | the largest sum of positive weights: model-based normalisation (Diehl et al. 2015) | |
 * | fixed | 1 | |
 */
export const conversionMethods = ["percentile", "max", "balance", "weights", "fixed"] as const;
export type ConversionMethod = (typeof conversionMethods)[number];

export interface ConvertOptions {
  /** Steps of the spiking model; an input is shown in all of them. */
  readonly steps: number;
  readonly method?: ConversionMethod;
  /** Of "percentile"; 99.9 when absent. */
  readonly percentile?: number;
  /** One threshold a layer, or one for each channel (percentile, max). */
  readonly per?: "layer" | "channel";
  /** Samples whose activations count. */
  readonly calibration?: Sequence;
  /** `subtract` keeps what is above threshold; `zero` loses it. */
  readonly reset?: "subtract" | "zero";
  /** The membrane at the start, as a share of the threshold: ½ rounds activations, 0 rounds them down. */
  readonly initial?: number;
  /**
   * The largest spike of a window in each step takes the place of the largest rate, which is more than it where spikes of a window alternate; refused
   * unless allowed here.
   */
  readonly maxPool?: "spikes";
  /** Seconds of a step; that of the model when absent. */
  readonly dt?: number;
}

/**
 * The spiking model: each rate layer becomes perfect integrators with a threshold λ, whose spikes count λ in the next layer's weights; batch
 * normalisation is folded and dropout left out. A last layer of weights stays: its sum over the steps is steps times the rate model's output.
 *
 * @throws {UnsupportedError} for rate units without a spiking counterpart and for max pools, by name
 * @throws {ArgumentError} for a method without what it needs
 * @source Rueckauer et al. (2017), doi:10.3389/fnins.2017.00682; Diehl et al. (2015), doi:10.1109/IJCNN.2015.7280696;
 *   Sengupta et al. (2019), doi:10.3389/fnins.2019.00095; Bu et al. (2022), doi:10.48550/arXiv.2303.04347 (qcfs, initial ½)
 */
export function convert(rates: WeightedModel, options: ConvertOptions): WeightedModel {
  check(rates.model, options);
  const { model, weights } = foldBatchNorm(rates), converted: Weights = new Map(weights), layers: LayerData[] = [...model.layers];
  const spiking: ModelData = { ...model, input: { ...model.input, steps: options.steps, constant: true }, dt: options.dt ?? model.dt, layers };
  const shapes = shapesOf(model), thresholds = thresholdsBy(options, { model, weights }, { model: spiking, weights: converted });
  model.layers.forEach((layer, k) => {
    if (layer.kind !== "activation") return;
    const scale = trainedScale(layer, weights) ?? thresholds(layers, k, shapes[k]!);
    layers[k] = spikingLayer(layer, scale, sizeOf(shapes[k]!), options, converted);
    scaleInputs(layers.slice(k + 1), scale, converted);
  });
  return { model: spiking, weights: converted };
}

/** λ of units that were trained with one. */
function trainedScale({ name, activation }: ActivationData, weights: Weights): Float64Array | undefined {
  switch (activation.type) {
    case "relu": return undefined;
    case "qcfs": return Float64Array.from(weights.get(`${name}/threshold`)!.values);
    case "integer": return Float64Array.of(1);
    default:
      throw new UnsupportedError("rate-unit", `layer "${name}": units of ${activation.type} have no spiking counterpart`,
        "Train the model with relu, qcfs or integer units.");
  }
}

type Thresholds = (layers: readonly LayerData[], position: number, shape: readonly number[]) => Float64Array;

/** How rectified units get their λ, [1] or [channels]. */
function thresholdsBy(options: ConvertOptions, rates: WeightedModel, spiking: WeightedModel): Thresholds {
  const { method = "percentile", percentile = 99.9, per } = options;
  const calibration = (): Sequence => {
    if (options.calibration) return options.calibration;
    throw new ArgumentError("calibration", `convert: method "${method}" without calibration`, "Give some hundred samples as calibration.");
  };
  let measured: Sequence[] | undefined;
  return (layers, position, shape) => {
    switch (method) {
      case "fixed": return Float64Array.of(1);
      case "weights": return Float64Array.of(largestPossibleInput(spiking.model, spiking.weights, lastWeights(layers, position)));
      case "max":
      case "percentile":
        measured ??= outputsOf(rates.model, rates.weights, calibration());
        return percentileOf(measured[position]!.values, method === "max" ? 100 : percentile, per === "channel" ? shape[shape.length - 1]! : 1);
      case "balance": {
        const input: Sequence = { ...calibration(), steps: 1, constant: true };
        const received = outputsOf({ ...spiking.model, layers: layers.slice(0, position) }, spiking.weights, input);
        return percentileOf((received[received.length - 1] ?? input).values, 100, 1);
      }
      default:
        return method satisfies never;
    }
  };
}

function lastWeights(layers: readonly LayerData[], position: number): number {
  for (let k = position - 1; k >= 0; k--) if (layers[k]!.kind === "dense" || layers[k]!.kind === "conv2d") return k;
  throw new ArgumentError("method", `layer "${layers[position]!.name}" has no layer of weights in front of it`, 'Use method "max" or "percentile".');
}

function spikingLayer({ name }: ActivationData, scale: Float64Array, units: number, options: ConvertOptions, weights: Weights): CellsData {
  const { reset = "subtract", initial = 0.5 } = options;
  weights.delete(`${name}/threshold`);
  const each = scale.length > 1;
  if (each) {
    const perUnit = (factor: number): Float64Array => Float64Array.from({ length: units }, (_, k) => factor * scale[k % scale.length]!);
    weights.set(`${name}/threshold`, { shape: [units], values: perUnit(1) }).set(`${name}/initial:v`, { shape: [units], values: perUnit(initial) });
  }
  return {
    kind: "cells", name, cell: perfectIntegrator({ threshold: each ? 1 : scale[0]!, reset, initial }), surrogate: boxcar(), learn: [],
    perNeuron: each ? ["threshold", "initial:v"] : [], values: {}, output: "spikes",
  };
}

/** Multiplies the next layer's weights with what a spike of each channel stands for. */
function scaleInputs(following: readonly LayerData[], scale: Float64Array, weights: Weights): void {
  const next = following.find((layer) => layer.kind === "dense" || layer.kind === "conv2d");
  if (next?.kind !== "dense" && next?.kind !== "conv2d") return;
  const key = `${next.name}/kernel`, { shape, values } = weights.get(key)!, outputs = shape[shape.length - 1]!, scaled = values.slice();
  for (let k = 0; k < values.length; k++) scaled[k] = values[k]! * scale[Math.floor(k / outputs) % scale.length]!;
  weights.set(key, { shape, values: scaled as Reals });
}

function check({ input, layers }: ModelData, { method, steps, maxPool: allowed, percentile = 99.9 }: ConvertOptions): void {
  if (!input.constant && input.steps !== 1) {
    const told = `convert: the rate model's input has ${input.steps} steps`;
    throw new ArgumentError("input", told, "Convert a model of one step, or of constant input.");
  }
  for (const layer of layers) {
    if (layer.kind === "pool" && layer.operation === "max" && allowed === undefined) throw maxPool(layer.name);
    if (layer.kind === "cells") throw alreadySpiking(layer.name);
  }
  if (!(Number.isInteger(steps) && steps > 0)) throw new ArgumentError("steps", `convert: ${steps} steps`, "Give a whole number, at least 1.");
  if (!(percentile > 0 && percentile <= 100)) {
    throw new ArgumentError("value", `convert: percentile ${percentile}`, "Give a number above 0, at most 100, e.g. 99.9.");
  }
  if (method !== undefined && !conversionMethods.includes(method)) {
    const near = didYouMean(String(method), conversionMethods);
    throw new ArgumentError("method", `convert: there is no method "${String(method)}"`, `Use ${near ? `"${near}"` : conversionMethods.join(", ")}.`);
  }
}

const maxPool = (name: string): UnsupportedError =>
  new UnsupportedError("max-pool", `layer "${name}" takes maxima of rates, which spikes of single steps do not have`,
    'Train with averagePool, or allow the largest spike of each step with maxPool: "spikes".');

const alreadySpiking = (name: string): UnsupportedError =>
  new UnsupportedError("spiking", `layer "${name}" spikes already`, "Convert models of rate layers only.");
