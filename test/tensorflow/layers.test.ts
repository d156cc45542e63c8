import { describe, expect, test } from "vitest";
import { leaky, synaptic, alpha } from "../../src/train/cells/index.ts";
import type { Cell } from "../../src/train/cells/cell.ts";
import * as layers from "../../src/train/layers.ts";
import { spikingModel } from "../../src/train/model.ts";
import type { LayerData, ModelData } from "../../src/train/modelData.ts";
import { fastSigmoid, triangular } from "../../src/train/surrogates.ts";
import { loadTensorFlow } from "../../src/tensorflow/loadTensorFlow.ts";
import { byReference, byTensorFlow, relativeDifference } from "./gradients.ts";

const { dense, neurons, conv2d, maxPool, averagePool, flatten, batchNorm, activation, relu, qcfs, integer } = layers;
const surrogate = fastSigmoid(5);
const small = (data: readonly (LayerData | readonly LayerData[])[], constant = false): ModelData =>
  spikingModel({ input: { shape: [6], steps: 7, constant }, seed: 3 }, data);
const images = (data: readonly LayerData[]): ModelData => spikingModel({ input: { shape: [6, 5, 2], steps: 3 }, seed: 3 }, data);
const membrane = neurons(leaky({ reset: "none" }), { output: { state: "v" }, surrogate });
const both = (cell: Cell): LayerData[] => [dense(9), neurons(cell, { surrogate }), dense(4), membrane];

const models: Readonly<Record<string, () => ModelData>> = {
  "leaky, late detached reset": () => small(both(leaky({ beta: 0.9 }))),
  "leaky, constant input": () => small(both(leaky({ beta: 0.9 })), true),
  "leaky, reset to zero at once, through which gradients pass": () => small(both(leaky({ beta: 0.9, reset: "zero", resetDelay: false }))),
  "leaky, late reset that gradients pass": () => small(both(leaky({ beta: 0.9, detachReset: false }))),
  synaptic: () => small(both(synaptic())),
  alpha: () => small(both(alpha())),
  "learned decay and threshold, one each": () => small([
    dense(9), neurons(leaky(), { surrogate, learn: ["beta", "threshold"], perNeuron: ["beta"] }), dense(3),
  ]),
  "learned initial state": () => small([
    dense(9), neurons(synaptic(), { surrogate, learn: ["initial:v", "initial:i", "alpha"], perNeuron: ["initial:v"] }), dense(3),
  ]),
  recurrent: () => small([dense(9), neurons(leaky({ beta: 0.8 }), { surrogate: triangular(), recurrent: true }), dense(3)]),
  "recurrent without bias, constant input": () => small([dense(9), neurons(synaptic(), { surrogate, recurrent: { bias: false } }), dense(3)], true),
  "membrane as output": () => small([dense(9), neurons(leaky(), { surrogate, output: { state: "v" } }), dense(3)]),
  "learned delays": () => small([dense(5, { delays: { longest: 3, sigma: [1.2, 0.5] } }), neurons(leaky(), { surrogate }), dense(3)]),
  "learned delays, constant input": () => small([dense(5, { delays: { longest: 3 }, bias: false }), neurons(leaky(), { surrogate }), dense(3)], true),
  "rounded weights": () => small([dense(9, { bits: 4 }), neurons(leaky(), { surrogate }), dense(3, { bits: 3 })]),
  "rate units before, between and after": () => small([
    dense(8), relu(), dense(8), neurons(leaky(), { surrogate }), dense(6), activation("tanh"), dense(6), activation("sigmoid"), dense(3),
    activation("softplus"),
  ]),
  "steps of rate units": () => small([dense(8), qcfs(4, { threshold: 0.5 }), dense(8), integer(3), dense(8), activation("clip")]),
  "batch normalisation through time": () => small([dense(8, { bias: false }), batchNorm(), neurons(leaky(), { surrogate }), batchNorm(), dense(3)]),
  "convolutions and pools": () => images([
    conv2d(3, 3, { padding: "same" }), neurons(leaky(), { surrogate }), maxPool(2), conv2d(4, 2), neurons(leaky({ beta: 0.5 }), { surrogate }),
    flatten(), dense(3),
  ]),
  "convolution with strides, average pool, batch normalisation": () => images([
    conv2d(3, [3, 2], { strides: 2, padding: "same", bits: 5, bias: false }), batchNorm(), neurons(leaky(), { surrogate }),
    averagePool(2, { strides: 1 }), flatten(), dense(3),
  ]),
};

const ways = (["wasm", "cpu"] as const).flatMap((backend) => ([["fused kernels", true], ["plain operations", false]] as const)
  .map(([what, fused]) => ({ backend, what, fused })));

describe.each(ways)("on $backend with $what", ({ backend, fused }) => {
  test.each(Object.keys(models))("values and gradients are those of the reference: %s", async (name) => {
    const { tf } = await loadTensorFlow({ prefer: backend, say: () => undefined });
    const model = models[name]!();
    const wanted = byReference(model, 4, 2), found = await byTensorFlow(tf, model, 4, 2, fused);
    expect(relativeDifference(found.output, wanted.output)).toBeLessThan(1e-5);
    expect([...found.gradients.keys()].sort()).toEqual([...wanted.gradients.keys()].sort());
    const largest = Math.max(...[...wanted.gradients.values()].flatMap((gradient) => Array.from(gradient, Math.abs)));
    for (const [weight, gradient] of wanted.gradients) {
      expect(relativeDifference(found.gradients.get(weight)!, gradient, largest), weight).toBeLessThan(1e-5);
    }
  });
});
