import { expect, test } from "vitest";
import { neuron } from "synfire";
import { adExCurrent, izhikevich, lifDelta, lifExpCurrent } from "synfire/models";
import { cellFromModel } from "../../../src/train/cells/fromModel.ts";
import { compile } from "../../../src/engine/compile.ts";
import { perfectIntegrator } from "../../../src/train/convert/integrateAndFire.ts";
import {
  adaptive, alpha, integrateAndFire, leaky, lif, norseLif, norseLsnn, parametricLif, spyTorch, synaptic,
} from "../../../src/train/cells/conventions.ts";
import type { Cell } from "../../../src/train/cells/cell.ts";
import { initialWeights } from "../../../src/train/initialWeights.ts";
import {
  activation, averagePool, batchNorm, conv2d, dense, dropout, flatten, maxPool, neurons,
} from "../../../src/train/layers.ts";
import { spikingModel } from "../../../src/train/model.ts";
import type { LayerData, ModelData, Weights } from "../../../src/train/modelData.ts";
import { alignSpikes } from "../../../src/train/network/alignSpikes.ts";
import { toNetwork } from "../../../src/train/network/toNetwork.ts";
import type { ToNetworkOptions } from "../../../src/train/network/toNetwork.ts";
import { operationsOf, runForward } from "../../../src/train/reference/forwardPass.ts";
import type { Sequence } from "../../../src/train/sequence.ts";
import { sizeOf } from "../../../src/train/sequence.ts";

const pass = { training: false, progress: 1, round: 0, samples: [0, 1, 2] };
const recorded = (model: ModelData, weights: Weights, input: Sequence): Map<string, Uint8Array> => {
  const outputs = runForward(operationsOf(model, weights), input, { ...pass, steps: model.input.steps });
  return new Map(model.layers.flatMap((layer, k) =>
    (layer.kind === "cells" || (layer.kind === "pool" && layer.operation === "max") ? [[layer.name, Uint8Array.from(outputs[k]!.values)]] : [])));
};

const noise = (k: number): number => { const x = Math.sin(k * 12.9898 + 4.1) * 43758.5453; return x - Math.floor(x); };
const spikesOf = (model: ModelData, batch: number, share: number): Sequence => ({
  batch, steps: model.input.steps, constant: false, shape: model.input.shape,
  values: Float64Array.from({ length: batch * model.input.steps * sizeOf(model.input.shape) }, (_, k) => (noise(k) < share ? 1 : 0)),
});

/** Weights that make neurons spike every few steps. */
function lively(model: ModelData): Weights {
  const weights = initialWeights(model, "f64");
  for (const [name, { values }] of weights) {
    if (name.endsWith("/kernel")) values.forEach((w, k) => (values[k] = w * 3 + 0.05));
    if (/\/(beta|threshold|initial:v)$/.test(name)) values.forEach((w, k) => (values[k] = w + 0.2 * noise(k + 1) - 0.1));
    if (name.endsWith("/gamma")) values.forEach((_, k) => (values[k] = 0.8 + 0.1 * noise(k)));
    if (name.endsWith("/beta") || name.endsWith("/movingMean")) values.forEach((_, k) => (values[k] = 0.2 * noise(k + 7)));
  }
  return weights;
}

async function expectSameSpikes(model: ModelData, input: Sequence, options: ToNetworkOptions = {}, weights = lively(model)): Promise<number> {
  const expected = recorded(model, weights, input);
  const made = toNetwork(model, weights, { input, ...options });
  const monitor = made.network.spikeMonitor();
  await using simulation = await compile(made.network, { dt: made.dt, precision: "f64" });
  await simulation.run(made.duration);
  const aligned = alignSpikes(made, monitor);
  let total = 0;
  for (const [name, spikes] of expected) {
    if (!made.layers.some((layer) => layer.name === name)) continue;
    expect([...aligned.get(name)!], name).toEqual([...spikes]);
    total += spikes.reduce((a, b) => a + b, 0);
  }
  return total;
}

const integrator = (name: string) => neurons(perfectIntegrator({ initial: 0.5 }), { name });
const image = { shape: [6, 6, 2], steps: 8 }, line = { shape: [12], steps: 20 };
const cases: readonly [string, typeof image, readonly LayerData[]][] = [
  ["dense layers with biases", line, [dense(9), integrator("a"), dense(5), integrator("b")]],
  ["neurons without a layer in front", line, [integrator("a"), dense(5, { bias: false }), integrator("b")]],
  ["weights of 4 bits", line, [dense(9, { bits: 4 }), integrator("a"), dense(5, { bits: 2 }), integrator("b")]],
  ["delays", line, [dense(9, { delays: { longest: 6 } }), integrator("a"), dense(5, { delays: { longest: 3 } }), integrator("b")]],
  ["recurrent connections", line, [dense(9), neurons(perfectIntegrator(), { name: "a", recurrent: true }), dense(5), integrator("b")]],
  ["a reset to zero", line, [dense(9), neurons(perfectIntegrator({ reset: "zero" }), { name: "a" }), dense(5), integrator("b")]],
  ["convolutions", image, [conv2d(4, 3), integrator("a"), conv2d(3, 3, { padding: "same", strides: 2 }), integrator("b")]],
  ["average pools", image, [conv2d(4, 3), integrator("a"), averagePool(2), flatten(), dense(4), integrator("b")]],
  ["max pools", image, [conv2d(4, 3), integrator("a"), maxPool(2, { name: "pool" }), flatten(), dense(4), integrator("b")]],
  ["max pools of sums", image,
    [conv2d(4, 3), maxPool(2, { strides: 1 }), integrator("a"), conv2d(4, 2), dropout(0.1), maxPool(2), integrator("b")]],
  ["dropout and batch normalisation", image,
    [conv2d(4, 3), batchNorm(), integrator("a"), dropout(0.5), flatten(), dense(4), batchNorm(), integrator("b")]],
];
test.each(cases)("a network gives the spikes of its model, spike for spike, with %s", async (_, input, layers) => {
  const model = spikingModel({ input, seed: 5 }, layers);
  expect(await expectSameSpikes(model, spikesOf(model, 2, 0.3))).toBeGreaterThan(20);
});

const conventions: readonly [string, () => Cell][] = [
  ["leaky", () => leaky()], ["leaky, reset to zero", () => leaky({ reset: "zero" })], ["leaky, reset at once", () => leaky({ resetDelay: false })],
  ["leaky, no reset", () => leaky({ reset: "none", beta: 0.5 })], ["leaky, inclusive, initial value", () => leaky({ inclusive: true, initial: 0.7 })],
  ["synaptic", () => synaptic({ alpha: 0.5, beta: 0.7 })], ["alpha", () => alpha({ alpha: 0.8, beta: 0.5 })],
  ["integrateAndFire", () => integrateAndFire()], ["lif", () => lif()], ["parametricLif", () => parametricLif()], ["adaptive", () => adaptive()],
  ["norseLif", () => norseLif()], ["norseLsnn", () => norseLsnn()], ["spyTorch", () => spyTorch()],
];
test.each(conventions)("a network gives the spikes of its model, spike for spike, with cells of the convention %s", async (_, convention) => {
  const cell = convention();
  const layers = [dense(16), neurons(cell, { name: "a", recurrent: { bias: true } }), dense(8), neurons(cell, { name: "b" })];
  const model = spikingModel({ input: { shape: [12], steps: 60 }, seed: 5 }, layers);
  expect(await expectSameSpikes(model, spikesOf(model, 2, 0.3))).toBeGreaterThan(20);
});

/** Models with units, and what a weight of one stands for. */
const models: readonly [string, () => Cell, number][] = [
  ["lifDelta", () => cellFromModel(lifDelta, { dt: "1 ms" }), 15e-3],
  ["lifExpCurrent", () => cellFromModel(lifExpCurrent, { dt: "1 ms", receptor: "exc" }), 4e-9],
  ["adExCurrent, Heun", () => cellFromModel(neuron({ ...adExCurrent, method: "heun" }), { dt: "1 ms", receptor: "ex" }), 4e-10],
  ["izhikevich", () => cellFromModel(izhikevich, { dt: "1 ms", receptor: "v" }), 15e-3],
];
test.each(models)("a network gives the spikes of its model, spike for spike, with neurons of the model %s", async (_, make, unit) => {
  const cell = make(), scaled = (weights: Weights): Weights => {
    for (const [name, { values }] of weights) if (/\/(kernel|bias|recurrent)$/.test(name)) values.forEach((w, k) => (values[k] = w * unit));
    return weights;
  };
  const layers = [dense(10), neurons(cell, { name: "a", recurrent: { bias: false } }), dense(6), neurons(cell, { name: "b" })];
  const model = spikingModel({ input: { shape: [12], steps: 60 }, seed: 5 }, layers);
  expect(await expectSameSpikes(model, spikesOf(model, 2, 0.3), {}, scaled(lively(model)))).toBeGreaterThan(20);
});

test("learned decays, thresholds and initial states of each neuron are those of the population", async () => {
  const heterogeneous = { learn: ["threshold", "beta", "initial:v"], perNeuron: ["beta", "threshold", "initial:v"] };
  const layers = [dense(16), neurons(leaky(), { name: "a", ...heterogeneous }), dense(8), neurons(leaky(), { name: "b", values: { beta: 0.7 } })];
  const model = spikingModel({ input: { shape: [12], steps: 30 }, seed: 5 }, layers);
  expect(await expectSameSpikes(model, spikesOf(model, 2, 0.3))).toBeGreaterThan(20);
});

test("numbers go through rate layers to the first neurons as currents", async () => {
  const layers = [conv2d(4, 3), batchNorm(), activation("relu"), maxPool(2), integrator("a"), flatten(), dense(4), integrator("b")];
  const model = spikingModel({ input: image, seed: 2 }, layers), input = spikesOf(model, 2, 0.5);
  expect(await expectSameSpikes(model, { ...input, values: input.values.map((v, k) => v * noise(k + 3)) as Float64Array })).toBeGreaterThan(20);
});

test("a constant input of numbers is one current a sample", async () => {
  const model = spikingModel({ input: { ...line, constant: true }, seed: 2 }, [dense(9), integrator("a"), dense(4), integrator("b")]);
  const input: Sequence = { batch: 3, steps: 1, constant: true, shape: [12], values: Float64Array.from({ length: 36 }, (_, k) => noise(k)) };
  expect(await expectSameSpikes(model, input)).toBeGreaterThan(20);
});
