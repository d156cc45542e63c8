/** Forward-Forward: gradients of each layer's own loss, and that layers which learn alone tell classes together. */
import { expect, test } from "vitest";
import { initialWeights } from "../../../../src/train/initialWeights.ts";
import { leaky } from "../../../../src/train/cells/conventions.ts";
import { activation, dense, neurons, relu } from "../../../../src/train/layers.ts";
import { periodicPhases, runPhases } from "../../../../src/train/learners/contrastive/phases.ts";
import type { PhaseTiming } from "../../../../src/train/learners/contrastive/phases.ts";
import { wasmProducts } from "../../../../src/train/learners/contrastive/wasmProducts.ts";
import { ForwardForwardLearner } from "../../../../src/train/learners/forwardForward/forwardForwardLearner.ts";
import { ForwardForwardPhases } from "../../../../src/train/learners/forwardForward/forwardForwardPhases.ts";
import { hintonSettings } from "../../../../src/train/learners/forwardForward/forwardForwardSettings.ts";
import { goodnessLoss, normalise, PeerNormalisation } from "../../../../src/train/learners/forwardForward/goodness.ts";
import { otherClass, writeLabelled } from "../../../../src/train/learners/forwardForward/labelInput.ts";
import { LayerStack } from "../../../../src/train/learners/forwardForward/layerStack.ts";
import { crossEntropyInPlace } from "../../../../src/train/learners/forwardForward/softmaxReadout.ts";
import { spikingModel } from "../../../../src/train/model.ts";
import type { LayerData } from "../../../../src/train/modelData.ts";
import { adam, sgd } from "../../../../src/train/optimizers.ts";
import { patternSamples } from "../contrastiveTasks.ts";

const modelOf = (features: number, widths: readonly number[], seed = 5) =>
  spikingModel({ input: { shape: [features], steps: 1, constant: true }, seed }, widths.flatMap((units) => [dense(units), relu()]));

const spikingOf = (features: number, widths: readonly number[]) => spikingModel({ input: { shape: [features], steps: 8, constant: true }, seed: 5 },
  widths.flatMap((units) => [dense(units, { initializer: { type: "uniform", gain: 2 } }), neurons(leaky({ beta: 0.9 }))]));

/** d loss/d h[k] by central differences is what `fill` puts into d. */
function checkGradient(h: Float64Array, d: Float64Array, lossAt: () => number): void {
  h.forEach((held, k) => {
    h[k] = held + 1e-5;
    const above = lossAt();
    h[k] = held - 1e-5;
    const slope = (above - lossAt()) / 2e-5;
    h[k] = held;
    expect(d[k]).toBeCloseTo(slope, 7);
  });
}

test.each(["sum", "mean"] as const)("the gradient of the loss on %s goodness is that of central differences, for real rows and others", (of) => {
  const h = Float64Array.from({ length: 20 }, (_, k) => Math.abs(Math.sin(k + 1)) * 1.5), d = new Float64Array(20);
  const loss = () => goodnessLoss({ of, threshold: 3 }, new Float64Array(20), h, 4, 2, 5);
  goodnessLoss({ of, threshold: 3 }, d, h, 4, 2, 5);
  checkGradient(h, d, loss);
});

test("a layer that finds everything exactly at its threshold has the loss log 2", () => {
  expect(goodnessLoss({ of: "sum" }, new Float64Array(8), new Float64Array(8).fill(1), 2, 1, 4)).toBeCloseTo(Math.log(2), 12);
});

test("the gradient of peer normalisation is that of central differences of the running means", () => {
  const h = Float64Array.from({ length: 15 }, (_, k) => (k * 0.7) % 2), d = new Float64Array(15);
  const settings = { weight: 0.3, momentum: 0.9 };
  new PeerNormalisation(5, settings).addTo(d, h, 3);
  checkGradient(h, d, () => {
    const means = Array.from({ length: 5 }, (_, j) => 0.9 * 0.5 + (0.1 * (h[j]! + h[5 + j]! + h[10 + j]!)) / 3);
    const all = means.reduce((a, b) => a + b, 0) / 5;
    return (0.3 * means.reduce((sum, m) => sum + (all - m) ** 2, 0)) / 5;
  });
});

test("the gradient of the readout is that of central differences", () => {
  const logits = Float64Array.from({ length: 6 }, (_, k) => Math.cos(k)), d = logits.slice();
  crossEntropyInPlace(d, [2, 0], 2, 3);
  checkGradient(logits, d, () => crossEntropyInPlace(logits.slice(), [2, 0], 2, 3));
});

test("normalised rows have a root mean square, or a length, of 1, and a silent row stays 0", () => {
  const h = Float64Array.of(3, 4, 0, 0), into = new Float64Array(4);
  normalise(into, h, 2, 2, "rms");
  expect(Math.hypot(into[0]!, into[1]!) / Math.SQRT2).toBeCloseTo(1, 7);
  normalise(into, h, 2, 2, "length");
  expect([...into]).toEqual([expect.closeTo(0.6, 7), expect.closeTo(0.8, 7), 0, 0]);
});

test("a label replaces the first features by the largest feature at its place, or a share for every class", () => {
  const into = new Float64Array(12), inputs = Float64Array.of(0.1, 0.2, 0.3, 0.8, 0, 0, 0, 0.5);
  writeLabelled(into, 1, inputs, 2, 4, 2, (r) => (r === 0 ? 1 : undefined));
  expect([...into]).toEqual([0, 0, 0, 0, 0, 0.8, 0.3, 0.8, 0.25, 0.25, 0, 0.5]);
  for (let k = 0; k < 40; k++) expect([0, 1, 3, 4]).toContain(otherClass(2, 5, k / 40));
});

test("two layers that each learn alone tell five noisy patterns in both ways", async () => {
  const model = modelOf(40, [60, 60]), weights = initialWeights(model, "f32");
  const learner = await ForwardForwardLearner.create(model, weights, 5, hintonSettings({
    batch: 20, optimizer: sgd({ learningRate: 0.02, momentum: 0.9 }), readout: sgd({ learningRate: 0.05, momentum: 0.9 }),
  }));
  const train = patternSamples(model, 5, 300), test = patternSamples(model, 5, 100, { seed: 2 });
  const first = learner.epoch(train);
  let last = first;
  for (let n = 1; n < 15; n++) last = learner.epoch(train);
  last.losses.forEach((loss, k) => expect(loss).toBeLessThan(first.losses[k]! * 0.6));
  expect(learner.error(test, "labels")).toBeLessThan(0.1);
  expect(learner.error(test, "readout")).toBeLessThan(0.1);
});

test.each([["rectified", modelOf], ["spiking", spikingOf]])("what the second %s layer learns changes nothing in the first", async (_, modelOf) => {
  const trained = async (widths: number[]) => {
    const model = modelOf(20, widths), weights = initialWeights(model, "f32");
    (await ForwardForwardLearner.create(model, weights, 5, hintonSettings({ batch: 20 }))).epoch(patternSamples(model, 5, 60));
    return [...weights.get("dense/kernel")!.values];
  };
  expect(await trained([10, 10])).toEqual(await trained([10]));
});

test("layers that are not rectified, neurons that learn by themselves and more classes than features are refused", async () => {
  const refused = (layers: LayerData[], classes: number) => {
    const model = spikingModel({ input: { shape: [4], steps: 1 } }, layers);
    return expect(ForwardForwardLearner.create(model, initialWeights(model, "f32"), classes, hintonSettings())).rejects;
  };
  await refused([dense(3), activation("tanh", "bent")], 2).toThrow(
    'forward-forward: layer "bent" is an activation "tanh"\n  Use relu() or neurons(…).');
  await refused([dense(3), neurons(leaky(), { name: "lif", learn: ["beta"] })], 2).toThrow('layer "lif" learns beta');
  await refused([dense(3), neurons(leaky(), { name: "lif", recurrent: true })], 2).toThrow('layer "lif" is recurrent');
  await refused([dense(3), relu()], 5).toThrow("5 classes and 4 features");
});

test("two layers of spiking neurons that each learn alone tell five noisy patterns in both ways", async () => {
  const model = spikingOf(40, [60, 60]), weights = initialWeights(model, "f32");
  const learner = await ForwardForwardLearner.create(model, weights, 5, hintonSettings({
    batch: 20, optimizer: adam(3e-3), readout: adam(1e-2), goodness: { of: "mean", threshold: 2 },
  }));
  const train = patternSamples(model, 5, 300), test = patternSamples(model, 5, 100, { seed: 2 });
  const first = learner.epoch(train);
  for (let n = 1; n < 12; n++) learner.epoch(train);
  learner.epoch(train).losses.forEach((loss, k) => expect(loss).toBeLessThan(first.losses[k]! / 2));
  expect(learner.error(test, "labels")).toBeLessThan(0.1);
  expect(learner.error(test, "readout")).toBeLessThan(0.1);
  const counts = learner.activities(test, 1, "own");
  expect(counts.every((n) => Number.isInteger(n) && n >= 0 && n <= 8)).toBe(true);
});

test("with small steps phases of any order, ratio and length average out: layers tell the patterns", async () => {
  const model = modelOf(40, [60, 60]), train = patternSamples(model, 5, 300), test = patternSamples(model, 5, 100, { seed: 2 });
  const settings = hintonSettings({ batch: 20, optimizer: sgd(0.02) }), products = await wasmProducts(2 ** 24);
  const errorAfter = async (timing: Partial<PhaseTiming>) => {
    const weights = initialWeights(model, "f32"), stack = await LayerStack.create(model, weights, 5, settings, products);
    const system = new ForwardForwardPhases(stack, train, { batch: 20, seed: 1 });
    runPhases(system, periodicPhases({ settle: 0, ...timing }), { phases: 800, seed: 1 });
    stack.saveTo(weights);
    return (await ForwardForwardLearner.create(model, weights, 5, settings)).error(test, "labels");
  };
  for (const timing of [{}, { order: "random" }, { ratio: 3 }, { lengths: "geometric", positive: 2, negative: 2 }] as const) {
    expect(await errorAfter(timing)).toBeLessThan(0.1);
  }
});
