/** e-prop's gradients are those of backpropagation through time where spikes between neurons count as constants. */
import { neuron } from "synfire";
import { describe, expect, it } from "vitest";
import { cellFromModel } from "../../../../src/train/cells/fromModel.ts";
import { adaptive } from "../../../../src/train/cells/norse.ts";
import { leaky, synaptic } from "../../../../src/train/cells/snnTorch.ts";
import { dense, neurons } from "../../../../src/train/layers.ts";
import { Eprop } from "../../../../src/train/learners/eprop/eprop.ts";
import type { EpropOptions } from "../../../../src/train/learners/eprop/eprop.ts";
import { WeightUpdates } from "../../../../src/train/learners/online/weightUpdates.ts";
import { crossEntropy } from "../../../../src/train/losses.ts";
import { spikingModel } from "../../../../src/train/model.ts";
import type { Weights } from "../../../../src/train/modelData.ts";
import { sgd } from "../../../../src/train/optimizers.ts";
import { ReferenceEngine } from "../../../../src/train/reference/referenceEngine.ts";
import type { Sequence } from "../../../../src/train/sequence.ts";
import { lsnn, lsnnData, lsnnModel, readoutCell, stoppedGradients } from "./lsnn.ts";

/** Equations in continuous time; not linear. */
const adapting = neuron({
  name: "adapting", parameters: { tau_m: "5 ms", tau_w: "30 ms" }, state: { v: 0, w: 0 }, receptors: { v: "v" },
  equations: "dv/dt = (0.1*v^2 - v - w)/tau_m : 1 (unless refractory); dw/dt = (0.2*v - w)/tau_w : 1", threshold: "v > 1", reset: "v = 0; w += 0.1",
  refractory: "2 ms", method: "euler",
});

const squares: EpropOptions = { loss: { compare: "squares" } };
const sequence = (values: Float64Array, { batch, steps, inputs } = lsnn): Sequence => ({ batch, steps, constant: false, shape: [inputs], values });

/** |a − b|/|b| over all weights that both have. */
function distance(a: Weights, b: ReadonlyMap<string, Float64Array>): number {
  let difference = 0, size = 0;
  for (const [name, { values }] of a) b.get(name)!.forEach((x, k) => {
    difference += (values[k]! - x) ** 2;
    size += x ** 2;
  });
  return Math.sqrt(difference / size);
}

describe("e-prop with symmetric feedback", () => {
  const data = lsnnData(lsnn);

  it.each([
    ["adaptive neurons", {}, undefined], ["neurons without adaptation", { beta: 0 }, undefined],
    ["a readout without memory", { kappa: 0 }, undefined], ["a loss of firing rates", {}, { target: 10, strength: 1e-3 }],
  ] as const)("has the gradients of backpropagation with stopped recurrent spikes for %s", (_, changed, rates) => {
    const settings = { ...lsnn, ...changed }, eprop = new Eprop(lsnnModel(settings), { ...squares, ...(rates && { rates }) });
    const weights = eprop.initialWeights();
    const expected = stoppedGradients(settings, weights, data, rates);
    const found = eprop.gradients(weights, sequence(data.inputs), { values: data.wanted });
    expect(expected.spikes).toBeGreaterThan(40);
    expect(found.rates.reduce((a, b) => a + b) * lsnn.batch * lsnn.steps * 1e-3).toBeCloseTo(expected.spikes, 9);
    expect([...found.gradients.keys()].sort()).toEqual([...weights.keys()].sort());
    expect(distance(found.gradients, expected.gradient)).toBeLessThan(1e-12);
  });

  it.each([
    ["a reset by subtraction", leaky()], ["a reset to zero, one step late", leaky({ reset: "zero" })],
    ["a reset at once that gradients pass", leaky({ reset: "zero", resetDelay: false })], ["a synaptic current", synaptic()],
    ["adaptation that gradients pass", adaptive({ detachReset: false, beta: 0.3 })],
    ["a model of the simulator with two states and a refractory time", cellFromModel(adapting, { dt: "1 ms" })],
  ])("has the whole gradient where neurons do not send each other spikes: %s", (_, cell) => {
    const model = spikingModel({ input: { shape: [6], steps: 40 }, seed: 5 }, [
      dense(5, { name: "in", initializer: { type: "normal", mean: 0.3, deviation: 0.6, perFanIn: false } }), neurons(cell, { name: "hidden" }),
      dense(2, { name: "out" }), neurons(readoutCell(0.9), { name: "readout" }),
    ]);
    const eprop = new Eprop(model, { loss: { compare: "crossEntropy" } }), weights = eprop.initialWeights(), input = sequence(data.inputs);
    const labels = [1, 0], found = eprop.gradients(weights, input, { labels });
    const options = { loss: crossEntropy({ over: "steps" }), optimizer: sgd(1), regularizers: [] };
    const engine = new ReferenceEngine(model, options, "f64", weights);
    const expected = engine.gradients({ input, targets: { labels }, samples: [0, 1] });
    expect(found.rates.every((rate) => rate > 20)).toBe(true);
    expect(found.loss).toBeCloseTo(expected.result.loss, 10);
    expect(distance(found.gradients, new Map([...expected.gradients].map(([name, g]) => [name, Float64Array.from(g.values)])))).toBeLessThan(1e-10);
  });
});

describe("e-prop's feedback", () => {
  const data = lsnnData(lsnn), targets = { values: data.wanted };

  it("is fixed when random, and lowers the loss", () => {
    const eprop = new Eprop(lsnnModel(lsnn), { ...squares, feedback: { kind: "random", seed: 4 } }), weights = eprop.initialWeights();
    const before = weights.get("out/feedback")!.values.slice(), updates = new WeightUpdates(weights, sgd(1e-3));
    const first = eprop.gradients(weights, sequence(data.inputs), targets).loss;
    for (let k = 0; k < 60; k++) updates.apply(eprop.gradients(weights, sequence(data.inputs), targets).gradients);
    expect(weights.get("out/feedback")!.values).toEqual(before);
    expect(eprop.gradients(weights, sequence(data.inputs), targets).loss).toBeLessThan(0.9 * first);
  });

  it("comes to equal the readout's weights when adaptive", () => {
    const eprop = new Eprop(lsnnModel(lsnn), { ...squares, feedback: { kind: "adaptive", seed: 4, decay: 5 } }), weights = eprop.initialWeights();
    const angle = (): number => {
      const [a, b] = ["out/feedback", "out/kernel"].map((name) => Array.from(weights.get(name)!.values)) as [number[], number[]];
      const dot = (x: number[], y: number[]): number => x.reduce((sum, v, k) => sum + v * y[k]!, 0);
      return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    };
    expect(Math.abs(angle())).toBeLessThan(0.6);
    const updates = new WeightUpdates(weights, sgd(2e-3));
    for (let k = 0; k < 600; k++) updates.apply(eprop.gradients(weights, sequence(data.inputs), targets).gradients);
    expect(angle()).toBeGreaterThan(0.95);
  });

  it("has to be among the weights", () => {
    const model = lsnnModel(lsnn), weights = new Eprop(model, squares).initialWeights();
    const eprop = new Eprop(model, { ...squares, feedback: { kind: "random", seed: 4 } });
    expect(() => eprop.gradients(weights, sequence(data.inputs), targets)).toThrow('there are no weights "out/feedback"');
  });
});
