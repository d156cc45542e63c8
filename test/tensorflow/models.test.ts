import { expect, test } from "vitest";
import { adExCurrent, izhikevich, lifAdaptiveThreshold, lifAlphaCurrent, lifExpCurrent } from "synfire/models";
import { cellFromModel } from "../../src/train/cells/fromModel.ts";
import { dense, fastSigmoid, neurons, spikingModel } from "../../src/train/index.ts";
import type { ModelData } from "../../src/train/index.ts";
import { loadTensorFlow } from "../../src/tensorflow/index.ts";
import type { NeuronModel } from "../../src/index.ts";
import { byTensorFlow, relativeDifference } from "./gradients.ts";

/** A model, its receptor, how large weights have to be for spikes, and a parameter that is learned. */
const models: Readonly<Record<string, readonly [NeuronModel, string, number, string]>> = {
  lifExpCurrent: [lifExpCurrent, "exc", 4e-9, "tau_m"],
  lifAlphaCurrent: [lifAlphaCurrent, "exc", 4e-9, "tau_m"],
  lifAdaptiveThreshold: [lifAdaptiveThreshold, "v", 0.05, "tau_m"],
  izhikevich: [izhikevich, "v", 0.05, "d"],
  adExCurrent: [adExCurrent, "ex", 4e-9, "g_L"],
};

function modelOf(name: string): ModelData {
  const [model, receptor, weight, learned] = models[name]!;
  // Inner steps that depend on the state cannot be trained through.
  const cell = cellFromModel(model, { dt: "0.5 ms", receptor, parameters: [learned], ...(model.method === "rkf45" && { method: "rk4" }) });
  const large = { type: "uniform", gain: weight } as const;
  return spikingModel({ input: { shape: [6], steps: 20 }, dt: "0.5 ms", seed: 5 }, [
    dense(12, { initializer: large }), neurons(cell, { surrogate: fastSigmoid(5), learn: [learned], perNeuron: [learned] }), dense(3),
  ]);
}

test.each(Object.keys(models))("the fused kernel of %s has the values and gradients of plain operations", async (name) => {
  const { tf } = await loadTensorFlow({ prefer: "wasm", say: () => undefined });
  const model = modelOf(name);
  const plain = await byTensorFlow(tf, model, 3, 1, false), fused = await byTensorFlow(tf, model, 3, 1, true);
  expect(new Set(Array.from(plain.output)).size).toBeGreaterThan(10);
  expect(relativeDifference(fused.output, plain.output)).toBeLessThan(1e-5);
  for (const [weight, gradient] of plain.gradients) {
    expect(relativeDifference(fused.gradients.get(weight)!, gradient, 1e-30), weight).toBeLessThan(1e-4);
  }
});
