/** Learning online, with presynaptic traces and errors of the step. */
import { describe, expect, it } from "vitest";
import { adaptive } from "../../../../src/train/cells/norse.ts";
import { leaky, synaptic } from "../../../../src/train/cells/snnTorch.ts";
import type { Cell } from "../../../../src/train/cells/cell.ts";
import { dense, neurons } from "../../../../src/train/layers.ts";
import { OnlineLearner } from "../../../../src/train/learners/online/onlineLearner.ts";
import { WeightUpdates } from "../../../../src/train/learners/online/weightUpdates.ts";
import { crossEntropy } from "../../../../src/train/losses.ts";
import { spikingModel } from "../../../../src/train/model.ts";
import type { ModelData, Weights } from "../../../../src/train/modelData.ts";
import { adam, sgd } from "../../../../src/train/optimizers.ts";
import { ReferenceEngine } from "../../../../src/train/reference/referenceEngine.ts";
import type { Sequence } from "../../../../src/train/sequence.ts";
import { sigmoid } from "../../../../src/train/surrogates.ts";
import { seedOf, uniformAt } from "../../../../src/math/random.ts";

const inputs = 20, steps = 30, entropy = { compare: "crossEntropy" } as const;
const initializer = { type: "normal", mean: 0.3, deviation: 1.5, perFanIn: true } as const;

function model(cell: Cell, hidden: readonly number[], length = steps): ModelData {
  const layers = hidden.flatMap((units, k) =>
    [dense(units, { name: `dense${k}`, initializer }), neurons(cell, { name: `hidden${k}`, surrogate: sigmoid(4) })]);
  return spikingModel({ input: { shape: [inputs], steps: length }, seed: 2 }, [...layers, dense(3, { name: "out" })]);
}

/** Three kinds of noise: each class makes a third of the inputs spike more often. */
function noise(batch: number, seed: number, length = steps): { readonly input: Sequence; readonly labels: Uint8Array } {
  const labels = Uint8Array.from({ length: batch }, (_, b) => b % 3);
  const values = Float64Array.from({ length: batch * length * inputs }, (_, k) => {
    const sample = Math.floor(k / (length * inputs)), preferred = (k % inputs) % 3 === labels[sample];
    return Number(uniformAt(seedOf(seed), k, 0, 0, 0) < (preferred ? 0.16 : 0.1));
  });
  return { input: { batch, steps: length, constant: false, shape: [inputs], values }, labels };
}

/** Gradients of backpropagation through time. */
function backpropagated(of: ModelData, weights: Weights, input: Sequence, labels: ArrayLike<number>): Weights {
  const engine = new ReferenceEngine(of, { loss: crossEntropy({ over: "steps" }), optimizer: sgd(1), regularizers: [] }, "f64", weights);
  return engine.gradients({ input, targets: { labels }, samples: labels }).gradients;
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let k = 0; k < a.length; k++) [ab, aa, bb] = [ab + a[k]! * b[k]!, aa + a[k]! ** 2, bb + b[k]! ** 2];
  return ab / Math.sqrt(aa * bb);
}

describe("online learning", () => {
  const { input, labels } = noise(3, 1);

  it.each([["leaky", leaky()], ["synaptic", synaptic()]])("has the gradient of backpropagation for one hidden layer of %s cells", (_, cell) => {
    const of = model(cell, [12]), learner = new OnlineLearner(of, entropy), weights = learner.initialWeights();
    const found = learner.gradients(weights, input, { labels }), expected = backpropagated(of, weights, input, labels);
    expect([...found.gradients.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, { values }] of expected) values.forEach((g, k) => expect(found.gradients.get(name)!.values[k]).toBeCloseTo(g, 10));
  });

  it("points as backpropagation does in three hidden layers, less the lower the layer is", () => {
    const of = model(leaky({ beta: 0.7 }), [24, 24, 24]), learner = new OnlineLearner(of, entropy), weights = learner.initialWeights();
    const found = learner.gradients(weights, input, { labels }).gradients, expected = backpropagated(of, weights, input, labels);
    const directions = [0, 1, 2].map((k) => cosine(found.get(`dense${k}/kernel`)!.values, expected.get(`dense${k}/kernel`)!.values));
    expect(directions[2]).toBeCloseTo(1, 9);
    expect(directions[1]).toBeGreaterThan(0.8);
    expect(directions[0]).toBeGreaterThan(0.6);
  });

  it("needs no more memory for 40 000 steps than for one", () => {
    const endless: ModelData = { ...model(leaky(), [30]), input: { shape: [inputs], steps: 40_000, constant: true } };
    const learner = new OnlineLearner(endless, entropy), weights = learner.initialWeights();
    const few = noise(1, 1, 10), long = { ...few.input, constant: true, steps: 1, values: few.input.values.slice(0, inputs) };
    new OnlineLearner(model(leaky(), [30], 10), entropy).gradients(weights, few.input, few);
    const before = process.memoryUsage().arrayBuffers;
    learner.gradients(weights, long, { labels: [1] });
    // 30 membranes of 40 000 steps would be 9.6 MB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6);
  });

  it("learns with an update in every step", () => {
    const of = model(leaky(), [30]), learner = new OnlineLearner(of, entropy), updates = new WeightUpdates(learner.initialWeights(), adam(1e-3));
    for (let epoch = 0; epoch < 6; epoch++) {
      const batch = noise(60, 100 + epoch);
      learner.learn(updates, batch.input, batch);
    }
    const test = noise(150, 5), { predictions } = learner.gradients(updates.weights, test.input, test);
    expect(predictions.reduce((right, p, k) => right + Number(p === test.labels[k]), 0) / 150).toBeGreaterThan(0.8);
  });

  it.each([
    ["a reset that changes the decay", model(leaky({ reset: "zero" }), [4]), "v does not decay at one constant rate"],
    ["parameters that are learned", spikingModel({ input: { shape: [inputs], steps } },
      [dense(3), neurons(leaky(), { name: "hidden", learn: ["beta"] }), dense(2)]), 'layer "hidden" learns beta'],
    ["a readout that spikes", spikingModel({ input: { shape: [inputs], steps } }, [dense(3), neurons(adaptive(), { name: "last" })]),
      'layer "last": cell "adaptive_lif" spikes, and outputs have to be graded'],
  ])("refuses %s", (_, of, message) => {
    expect(() => new OnlineLearner(of, entropy)).toThrow(message);
  });

  it("names weights that are missing and losses that are not finite", () => {
    const learner = new OnlineLearner(model(leaky(), [4]), entropy), weights = learner.initialWeights();
    weights.get("out/kernel")!.values[0] = NaN;
    expect(() => learner.gradients(weights, input, { labels })).toThrow("the loss of sample 0 is NaN");
    weights.delete("dense0/kernel");
    expect(() => learner.gradients(weights, input, { labels })).toThrow('weights "dense0/kernel" have no values, and the model\'s are 20×4');
    expect(() => learner.gradients(weights, { ...input, steps: 5 }, { labels })).toThrow("the model takes 30 steps");
  });
});
