/** Models in continuous time for tests: dense layers and neurons with one exponential current. */
import { lifExpCurrent } from "synfire/models";
import { neuron } from "synfire";
import type { Cell } from "../../../../src/train/cells/cell.ts";
import { name, number, div } from "../../../../src/ir/expr.ts";
import type { CellsData, DenseData, LayerData, ModelData } from "../../../../src/train/modelData.ts";
import type { LabelledEvents } from "../../../../src/train/learners/eventProp/events.ts";
import { seedOf, uniformAt } from "../../../../src/math/random.ts";

const millisecond = 1e-3;
const surrogate = { name: "none", derivative: number(0), parameters: {} };

/** As in the paper: threshold 1 above rest, and a weight of 1 adds a current that alone would take the membrane to 1. */
export const unitValues = {
  C_m: 1, tau_m: 20 * millisecond, E_L: 0, v_th: 1, v_reset: 0, t_ref: 0, tau_exc: 5 * millisecond, tau_inh: 5 * millisecond, i_ext: 0, v: 0,
};

export function lifCell(values: Partial<typeof unitValues> = {}): Cell {
  const all = { ...unitValues, ...values };
  return {
    name: "lif_exp_current", state: [{ name: "v", initial: all.v }],
    parameters: Object.entries(all).map(([n, value]) => ({ name: n, value })), step: [],
    threshold: { margin: name("v"), inclusive: true, scale: 1 }, reset: [], detachReset: true, membrane: "v", shown: "afterReset",
    simulated: {
      model: lifExpCurrent, receptor: "exc", values: Object.fromEntries(Object.keys(all).map((n) => [n, name(n)])),
      weight: div(name("C_m"), name("tau_m")),
    },
  };
}

export const leakyExpCurrent = neuron({
  name: "leaky_exp_current", parameters: { tau_m: "20 ms", tau_s: "5 ms", offset: "0 V" }, state: { v: "0 V", a: "0 V" }, receptors: { a: "a" },
  equations: "dv/dt = (offset + a - v)/tau_m : volt\n da/dt = -a/tau_s : volt",
});

export function leakyCell(offset = 0): Cell {
  return {
    name: "leaky_exp_current", state: [{ name: "v", initial: 0 }], parameters: [{ name: "offset", value: offset }], step: [], reset: [],
    detachReset: true, membrane: "v", shown: "afterReset",
    simulated: { model: leakyExpCurrent, receptor: "a", values: { offset: name("offset") }, weight: number(1) },
  };
}

export const denseLayer = (layer: string, units: number, mean: number, deviation: number): DenseData =>
  ({ kind: "dense", name: layer, units, bias: false, initializer: { type: "normal", mean, deviation, perFanIn: false } });
export const cellsLayer = (layer: string, cell: Cell): CellsData =>
  ({ kind: "cells", name: layer, cell, surrogate, learn: [], perNeuron: [], values: {}, output: cell.threshold ? "spikes" : { state: "v" } });

/** A trial lasts 60 ms. */
export const eventModel = (inputs: number, layers: readonly LayerData[], seed = 1): ModelData =>
  ({ input: { shape: [inputs], steps: 600, constant: false }, dt: 1e-4, layers, seed });

/** Random spikes of `inputs` channels in the first 40 ms. */
export function randomTrial(seed: number, events: number, inputs: number, label: number): LabelledEvents {
  const key = seedOf(seed);
  const times = Float64Array.from({ length: events }, (_, k) => 0.04 * uniformAt(key, k, 0, 0, 0)).sort();
  return { times, channels: Array.from({ length: events }, (_, k) => Math.floor(inputs * uniformAt(key, k, 0, 1, 0))), label };
}
