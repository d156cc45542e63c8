/** What drives a trained model in the simulator: spikes as they are given, or the currents that its rate layers make of numbers. */
import { ArgumentError } from "../../errors.ts";
import type { Network } from "../../network/network.ts";
import type { SpikeSource } from "../../network/population.ts";
import type { LayerData, ModelData, Weights } from "../modelData.ts";
import { checkInput, operationsOf, runForward } from "../reference/forwardPass.ts";
import type { Sequence } from "../sequence.ts";
import { sizeOf } from "../sequence.ts";
import type { Clock } from "./clock.ts";
import type { Connections } from "./connections.ts";

export interface ModelInput {
  readonly source: SpikeSource;
  /** How many layers are behind the source: those that were computed as rates. */
  readonly from: number;
  /** Synapses to the first neurons, where the input is currents: one source for each step, which spikes once, with the step's currents as weights. */
  readonly connections?: Connections;
}

/** Whether an input can be given as spikes: nothing but 0 and 1, and no rate layer before the first neurons. */
export function isSpikes(model: ModelData, input: Sequence): boolean {
  return !rateLayers(model).some(isRate) && input.values.every((v) => v === 0 || v === 1);
}

/** A source of the input's spikes; with no input, one to which spikes can be added. */
export function spikeInput(net: Network, model: ModelData, name: string, input: Sequence | undefined, clock: Clock): ModelInput {
  const units = sizeOf(model.input.shape), times: number[] = [], indices: number[] = [];
  if (input) {
    checkInput(model, input);
    const given = input.constant ? 1 : clock.steps;
    for (let b = 0; b < input.batch; b++) for (let t = 0; t < clock.steps; t++) for (let u = 0; u < units; u++) {
      const value = input.values[(b * given + (input.constant ? 0 : t)) * units + u]!;
      if (value !== 0 && value !== 1) throw notSpikes(value, b, t);
      if (value === 0) continue;
      times.push(clock.spikeTime(b, t, 0));
      indices.push(u);
    }
  }
  return { source: net.spikeSource(name, units, { times, indices }), from: 0 };
}

/** A source for each step of each sample, or for each sample where all steps are alike; their synapses carry what the rate layers give. */
export function currentInput(net: Network, model: ModelData, weights: Weights, name: string, input: Sequence, clock: Clock): ModelInput {
  checkInput(model, input);
  const front = rateLayers(model), { steps } = clock;
  const samples = Array.from({ length: input.batch }, (_, k) => k), pass = { training: false, steps, progress: 1, round: 0, samples };
  const computed = runForward(operationsOf({ ...model, layers: front }, weights), input, pass);
  const { values, constant, shape } = computed[computed.length - 1] ?? input, units = sizeOf(shape), sources = values.length / units;
  const times: number[] = [], indices: number[] = [];
  for (let b = 0; b < input.batch; b++) for (let t = 0; t < steps; t++) {
    times.push(clock.spikeTime(b, t, 0));
    indices.push(constant ? b : b * steps + t);
  }
  const connections: Connections = {
    inputs: sources, outputs: units, weights: Float64Array.from(values), bias: new Float64Array(units),
    pre: Uint32Array.from(values, (_, k) => Math.floor(k / units)), post: Uint32Array.from(values, (_, k) => k % units),
  };
  return { source: net.spikeSource(name, sources, { times, indices }), from: front.length, connections };
}

/** The layers before the first neurons. */
function rateLayers({ layers }: ModelData): readonly LayerData[] {
  const first = layers.findIndex((layer) => layer.kind === "cells");
  return first < 0 ? layers : layers.slice(0, first);
}

const isRate = (layer: LayerData): boolean => layer.kind === "activation";

function notSpikes(value: number, sample: number, step: number): ArgumentError {
  const told = `the input of sample ${sample} is ${value} in step ${step}, which is no spike`;
  return new ArgumentError("input", told, 'Give 0 and 1, or inputAs: "currents".');
}
