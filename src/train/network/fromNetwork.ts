/** A layered network of the simulator as a trainable model. */
import { compile } from "../../engine/compile.ts";
import type { Simulation } from "../../engine/simulation.ts";
import { UnsupportedError } from "../../errors.ts";
import type { ProjectionData } from "../../network/data.ts";
import type { Network } from "../../network/network.ts";
import type { Population } from "../../network/population.ts";
import { dimensions } from "../../units/dimension.ts";
import { parseQuantity } from "../../units/quantity.ts";
import type { Quantity } from "../../units/quantity.ts";
import { cellFromModel } from "../cells/fromModel.ts";
import type { WeightedModel } from "../convert/foldBatchNorm.ts";
import type { CellsData, DenseData, LayerData, Weights } from "../modelData.ts";
import type { Surrogate } from "../surrogate.ts";
import { atan } from "../surrogates.ts";
import { layersOfNetwork } from "./layersOfNetwork.ts";
import type { NetworkRow } from "./layersOfNetwork.ts";

export interface FromNetworkOptions {
  /** The step of the model, and that with which the network is simulated. */
  readonly dt: Quantity;
  /** Steps of a sample. */
  readonly steps: number;
  /** Of all layers; arctan of slope 2 when absent. */
  readonly surrogate?: Surrogate;
  /** Parameters (or `initial:v`) that training changes, in the layers that have them. */
  readonly learn?: readonly string[];
}

/**
 * The model of the network's projections and populations: a source of spikes, then populations in a row, each of which receives one projection from
 * the one before and perhaps one from itself. Projections become dense layers (absent synapses weights of 0), delays beyond one step those of
 * synapses, populations cells of their neuron model with the values that its neurons have at the start. Random connections and values are
 * those of the network's seed. A layer's first step of a sample begins with these values, however far the layer is from the source; in the network
 * all populations have them at time 0.
 *
 * @throws {UnsupportedError} for what is not layered or has no counterpart in a model: names the projection, population or input
 */
export async function fromNetwork(net: Network, options: FromNetworkOptions): Promise<WeightedModel> {
  const rows = layersOfNetwork(net.data), { steps } = options, dt = parseQuantity(options.dt, dimensions.second, "fromNetwork: dt");
  await using simulation = await compile(net, { dt: options.dt, precision: "f64" });
  const weights: Weights = new Map(), layers: LayerData[] = [];
  for (const row of rows.layers) {
    const dense = denseOf(row, row.incoming, simulation, weights, dt);
    layers.push(dense, cellsOf(net, row, simulation, weights, dt, options));
  }
  return { model: { input: { shape: [rows.source.size], steps, constant: false }, dt, layers, seed: net.seed }, weights };
}

function denseOf({ before, population }: NetworkRow, { name }: ProjectionData, simulation: Simulation, weights: Weights, dt: number): DenseData {
  const inputs = before.size, units = population.size, { kernel, delays } = matrixOf(name, inputs, units, simulation, dt);
  const longest = delays.reduce((a, b) => Math.max(a, b), 0);
  const layer = layerName(name);
  weights.set(`${layer}/kernel`, { shape: [inputs, units], values: kernel });
  if (longest > 0) weights.set(`${layer}/delays`, { shape: [inputs, units], values: delays });
  return {
    kind: "dense", name: layer, units, bias: false, initializer: { type: "zeros" },
    ...(longest > 0 ? { delays: { longest, sigma: [longest / 2, 0.5], learn: false } } : {}),
  };
}

function cellsOf(
  net: Network, { population, incoming, recurrent }: NetworkRow, simulation: Simulation, weights: Weights, dt: number, options: FromNetworkOptions,
): CellsData {
  const { name, size: units, method } = population, group = net.group(name) as Population;
  const cell = cellFromModel(population.model, {
    dt, ...(incoming.receptor === undefined ? {} : { receptor: incoming.receptor }), ...(method === undefined ? {} : { method }),
  });
  const values: Record<string, number> = {}, perNeuron: string[] = [];
  const learn = (options.learn ?? []).filter((n) => cell.parameters.some((p) => p.name === n) || cell.state.some((s) => `initial:${s.name}` === n));
  const known = new Set(population.model.checked.variables.filter((v) => !v.impulse).map((v) => v.name));
  const states = cell.state.filter((s) => known.has(s.name)).map((s) => [s.name, `initial:${s.name}`] as const);
  for (const [own, named] of [...cell.parameters.map((p) => [p.name, p.name] as const), ...states]) {
    const each = simulation.get(group, own as never);
    if (!each.every((v) => v === each[0])) perNeuron.push(named);
    else if (!learn.includes(named)) values[named] = each[0]!;
    if (perNeuron.includes(named)) weights.set(`${name}/${named}`, { shape: [units], values: each });
    else if (learn.includes(named)) weights.set(`${name}/${named}`, { shape: [1], values: each.slice(0, 1) });
  }
  if (recurrent) {
    const { kernel, delays } = matrixOf(recurrent.name, units, units, simulation, dt);
    if (delays.some((d) => d > 0)) {
      const told = `projection ${recurrent.name}: a layer's own spikes arrive one step later, not more`;
      throw new UnsupportedError("not-layered", told, "Give it a delay of one step.");
    }
    weights.set(`${name}/recurrent`, { shape: [units, units], values: kernel });
  }
  return {
    kind: "cells", name, cell, surrogate: options.surrogate ?? atan(), learn, perNeuron, values,
    output: cell.threshold ? "spikes" : { state: cell.membrane },
    ...(recurrent ? { recurrent: { bias: false, initializer: { type: "zeros" } } } : {}),
  };
}

interface Matrix { readonly kernel: Float64Array; readonly delays: Float64Array }

/** Weights (SI) and delays beyond one step of all pairs; 0 where there is no synapse. */
function matrixOf(name: string, inputs: number, units: number, simulation: Simulation, dt: number): Matrix {
  const { pre, post, weights, delays: seconds } = simulation.synapses({ name } as never);
  const kernel = new Float64Array(inputs * units), delays = new Float64Array(kernel.length), seen = new Uint8Array(kernel.length);
  for (let k = 0; k < pre.length; k++) {
    const at = pre[k]! * units + post[k]!, delay = Math.round(seconds[k]! / dt) - 1;
    if (seen[at] && delays[at] !== delay) {
      const told = `projection ${name}: two synapses from neuron ${pre[k]} to ${post[k]} have different delays`;
      throw new UnsupportedError("not-layered", told, "A model has one weight and one delay a pair.");
    }
    [kernel[at], delays[at], seen[at]] = [kernel[at]! + weights[k]!, delay, 1];
  }
  return { kernel, delays };
}

/** A projection's name as that of a layer: "E→I" → "E to I". */
const layerName = (name: string): string => name.replaceAll("→", " to ");
