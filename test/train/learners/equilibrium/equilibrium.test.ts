/** Equilibrium propagation: that activities go downhill, that its updates are gradients, and that it learns. */
import { expect, test } from "vitest";
import { initialWeights } from "../../../../src/train/initialWeights.ts";
import { activation, dense } from "../../../../src/train/layers.ts";
import { plainProducts } from "../../../../src/train/learners/contrastive/products.ts";
import { addContrast } from "../../../../src/train/learners/equilibrium/contrast.ts";
import { EnergyNetwork } from "../../../../src/train/learners/equilibrium/energyNetwork.ts";
import { EquilibriumLearner } from "../../../../src/train/learners/equilibrium/equilibriumLearner.ts";
import { scellierBengio } from "../../../../src/train/learners/equilibrium/equilibriumSettings.ts";
import { spikingModel } from "../../../../src/train/model.ts";
import { samplesOf } from "../../../../src/train/samples.ts";
import type { Reals } from "../../../../src/train/sequence.ts";
import { noisyPatterns, patternSamples } from "../contrastiveTasks.ts";

const glorot = { initializer: { type: "glorotUniform" } } as const;
const clip = () => activation({ type: "clip" });
const modelOf = (features: number, sizes: readonly number[], seed = 3) =>
  spikingModel({ input: { shape: [features], steps: 1, constant: true }, seed }, sizes.flatMap((units) => [dense(units, glorot), clip()]));

/** 20-10-5 with biases that keep most units between their bounds, four samples, at rest. */
function rested(sizes: readonly number[] = [10, 5]) {
  const model = modelOf(20, sizes), weights = initialWeights(model, "f64");
  for (const [name, { values }] of weights) if (name.endsWith("/bias")) values.fill(0.3);
  const network = new EnergyNetwork(model, weights, plainProducts("f64"));
  const state = network.activities(4), last = sizes[sizes.length - 1]!;
  state.input.set(noisyPatterns(4, 20, 4, { noise: 0.8 }).inputs);
  const targets = Float64Array.from({ length: 4 * last }, (_, k) => (k % last === Math.floor(k / last) ? 1 : 0));
  const rest = () => {
    network.clamp(state);
    network.relax(state, { steps: 400, stepSize: 0.5 });
  };
  rest();
  const cost = () => {
    rest();
    return Array.from(state.layers[sizes.length - 1]!).reduce((sum, s, k) => sum + (s - targets[k]!) ** 2, 0);
  };
  return { network, state, targets, cost, rest };
}

function estimate(net: ReturnType<typeof rested>, beta: number, sign: "positive" | "both") {
  const { network, state, targets, rest } = net;
  rest();
  const kernels = network.kernels.map((k) => new Float64Array(k.length)), biases = network.biases.map((b) => b && new Float64Array(b.length));
  addContrast(network, kernels, biases, state, network.activities(4), {
    nudgedSteps: 400, stepSize: 0.5, sign, beta, targets, gains: kernels.map(() => 1),
  });
  return [...kernels, ...biases.map((b) => b!)].flatMap((a) => [...a]);
}

/** −dC/dθ by central differences of the cost at rest. */
function differences({ network, cost }: ReturnType<typeof rested>): number[] {
  const along = (values: Reals): number[] => Array.from(values.keys(), (k) => {
    const held = values[k]!, h = 1e-5;
    values[k] = held + h;
    const above = cost();
    values[k] = held - h;
    const below = cost();
    values[k] = held;
    return (below - above) / (2 * h);
  });
  return [...network.kernels, ...network.biases.map((b) => b!)].flatMap(along);
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, k) => sum + x * b[k]!, 0);
const cosine = (a: readonly number[], b: readonly number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
const apart = (a: readonly number[], b: readonly number[]) => Math.sqrt(dot(a.map((x, k) => x - b[k]!), a.map((x, k) => x - b[k]!)) / dot(b, b));

test("small steps never raise the energy", () => {
  const { network, state } = rested([10, 8, 5]);
  for (const layer of state.layers) layer.forEach((_, k) => (layer[k] = (k * 0.37) % 1));
  let before = network.energy(state);
  for (let n = 0; n < 60; n++) {
    network.relax(state, { steps: 1, stepSize: 0.1 });
    const after = network.energy(state);
    after.forEach((e, r) => expect(e).toBeLessThanOrEqual(before[r]! + 1e-12));
    before = after;
  }
});

test.each([[[10, 5]], [[10, 8, 5]]])("with a small nudge the update of a 20-%s network is minus the gradient of the cost at rest", (sizes) => {
  const net = rested(sizes), gradient = differences(net), update = estimate(net, 0.01, "positive");
  expect(cosine(update, gradient)).toBeGreaterThan(0.999);
  expect(apart(update, gradient)).toBeLessThan(0.1);
});

test("halving the nudge halves the bias of the update; with nudges of both signs it falls to a quarter", () => {
  const net = rested(), gradient = differences(net);
  const bias = (beta: number, sign: "positive" | "both") => apart(estimate(net, beta, sign), gradient);
  expect(Math.log2(bias(0.002, "positive") / bias(0.001, "positive"))).toBeCloseTo(1, 1);
  expect(Math.log2(bias(0.004, "both") / bias(0.002, "both"))).toBeCloseTo(2, 1);
});

test("ten epochs teach it five noisy patterns, and the error on new ones is below a tenth", () => {
  const model = modelOf(30, [20, 5]), weights = initialWeights(model, "f32");
  const learner = new EquilibriumLearner(model, weights, { ...scellierBengio(1), batch: 10 });
  const train = patternSamples(model, 5, 200), first = learner.epoch(train);
  for (let n = 1; n < 10; n++) learner.epoch(train);
  expect(first.error).toBeGreaterThan(0.2);
  expect(learner.error(patternSamples(model, 5, 100, { seed: 2 }))).toBeLessThan(0.1);
});

test("the same seed gives the same weights, bit for bit, and another seed others", () => {
  const trained = (seed: number) => {
    const model = modelOf(30, [20, 5], seed), weights = initialWeights(modelOf(30, [20, 5]), "f32");
    const learner = new EquilibriumLearner(model, weights, scellierBengio(1));
    learner.epoch(patternSamples(model, 5, 60));
    return [...weights.get("dense/kernel")!.values];
  };
  expect(trained(3)).toEqual(trained(3));
  expect(trained(3)).not.toEqual(trained(4));
});

test("units without bounds are refused by the name of their layer", () => {
  const model = spikingModel({ input: { shape: [4], steps: 1 } }, [dense(3), activation("relu", "middle"), dense(2), clip()]);
  expect(() => new EnergyNetwork(model, initialWeights(model, "f32"), plainProducts("f32"))).toThrow(
    'equilibrium propagation: layer "middle" is an activation "relu"\n  Use activation({ type: "clip" }).');
});

test("weights without units after them, missing weights and settings that cannot rest are refused", () => {
  const open = spikingModel({ input: { shape: [4], steps: 1 } }, [dense(3), clip(), dense(2, { name: "out" })]);
  expect(() => new EnergyNetwork(open, initialWeights(open, "f32"), plainProducts("f32"))).toThrow('layer "out" is without units');
  const model = modelOf(4, [3, 2]);
  expect(() => new EnergyNetwork(model, new Map(), plainProducts("f32"))).toThrow('there is no weight "dense/kernel"');
  const learner = (change: object) => () => new EquilibriumLearner(model, initialWeights(model, "f32"), { ...scellierBengio(1), ...change });
  expect(learner({ rates: [1] })).toThrow("1 rates for 2 layers of weights");
  expect(learner({ beta: 2 })).toThrow("a nudge of beta = 2 with steps of 0.5");
  expect(learner({ batch: 0 })).toThrow("batch of 0");
});

test("a label outside the classes and an input that changes are refused", () => {
  const model = modelOf(2, [3, 2]), learner = new EquilibriumLearner(model, initialWeights(model, "f32"), scellierBengio(1));
  const wrong = samplesOf(model, { inputs: [0, 0, 1, 1], labels: [0, 2] });
  expect(() => learner.epoch(wrong)).toThrow("sample 1 has the label 2\n  Labels are whole numbers from 0 to 1.");
  const moving = { ...model, input: { ...model.input, steps: 5, constant: false } };
  expect(() => new EquilibriumLearner(moving, initialWeights(model, "f32"), scellierBengio(1))).toThrow("the input changes over 5 steps");
});
