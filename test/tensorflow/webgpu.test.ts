import { describe, expect, test } from "vitest";
import { alpha, dense, fastSigmoid, leaky, neurons, spikingModel, synaptic } from "../../src/train/index.ts";
import { loadTensorFlow } from "../../src/tensorflow/index.ts";
import { canRunOnWebGpu } from "../../src/tensorflow/webgpu/webGpuCells.ts";
import { gpuSkipped, noGpu } from "../support/gpu.ts";
import { byReference, byTensorFlow, relativeDifference } from "./gradients.ts";

const surrogate = fastSigmoid(5);
const input = { shape: [6], steps: 5 };
const models = {
  "learned and recurrent, as plain operations": spikingModel({ input, seed: 3 }, [
    dense(7), neurons(leaky({ resetDelay: false, reset: "zero" }), { surrogate, learn: ["beta"], perNeuron: ["beta"] }),
    dense(5), neurons(synaptic(), { surrogate, recurrent: true }), dense(3),
  ]),
  "fixed, as compute shaders": spikingModel({ input, seed: 3 }, [
    dense(7), neurons(leaky({ resetDelay: false, reset: "zero" }), { surrogate }), dense(6), neurons(synaptic(), { surrogate }),
    dense(5), neurons(alpha(), { surrogate }), dense(3), neurons(leaky({ detachReset: false }), { surrogate, output: { state: "v" } }),
  ]),
  "constant input, as compute shaders": spikingModel({ input: { ...input, constant: true }, seed: 3 }, [
    dense(70), neurons(leaky(), { surrogate }), dense(3),
  ]),
};

describe.skipIf(noGpu)(`on WebGPU${gpuSkipped}`, () => {
  test.each(Object.keys(models) as (keyof typeof models)[])("values and gradients of layers are those of the reference: %s", async (name) => {
    const model = models[name];
    const { tf, choice } = await loadTensorFlow({ prefer: "webgpu", say: () => undefined });
    expect(choice).toBe("webgpu");
    const cells = model.layers.filter((layer) => layer.kind === "cells");
    expect(cells.every((layer) => canRunOnWebGpu(tf, layer))).toBe(name.endsWith("as compute shaders"));
    const wanted = byReference(model, 3, 2);
    const found = await byTensorFlow(tf, model, 3, 2, true);
    expect(relativeDifference(found.output, wanted.output)).toBeLessThan(1e-5);
    const largest = Math.max(...[...wanted.gradients.values()].flatMap((gradient) => Array.from(gradient, Math.abs)));
    for (const [weight, gradient] of wanted.gradients) {
      expect(relativeDifference(found.gradients.get(weight)!, gradient, largest), weight).toBeLessThan(1e-5);
    }
  });
});
