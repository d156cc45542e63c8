/** Mono-Forward, and the ensembles of layers that learn alone. */
import { expect, test } from "vitest";
import { initialWeights } from "../../../../src/train/initialWeights.ts";
import { dense, relu } from "../../../../src/train/layers.ts";
import { plainProducts } from "../../../../src/train/learners/contrastive/products.ts";
import { ensembles } from "../../../../src/train/learners/forwardForward/ensembles.ts";
import { MonoForwardLearner } from "../../../../src/train/learners/forwardForward/monoForwardLearner.ts";
import { spikingModel } from "../../../../src/train/model.ts";
import { adam, sgd } from "../../../../src/train/optimizers.ts";
import { patternSamples } from "../contrastiveTasks.ts";

const modelOf = (widths: readonly number[]) =>
  spikingModel({ input: { shape: [30], steps: 1, constant: true }, seed: 2 }, widths.flatMap((units) => [dense(units), relu()]));

test("two layers with projections of their own tell five noisy patterns, by the last one and by both", () => {
  const model = modelOf([40, 40]), weights = initialWeights(model, "f32");
  const learner = new MonoForwardLearner(model, weights, 5, { batch: 20, optimizer: adam(5e-3) });
  const train = patternSamples(model, 5, 300), test = patternSamples(model, 5, 100, { seed: 2 });
  const first = learner.epoch(train);
  for (let n = 1; n < 8; n++) learner.epoch(train);
  learner.epoch(train).forEach((loss, k) => expect(loss).toBeLessThan(first[k]! / 3));
  expect(learner.error(test, "last")).toBeLessThan(0.05);
  expect(learner.error(test, "sum")).toBeLessThan(0.05);
});

test("a step follows the gradient of the layer's own cross-entropy: central differences of the loss give the same change", () => {
  const model = modelOf([6, 4]), samples = patternSamples(model, 5, 10), rate = 0.01;
  const lossWith = (change: (kernel: Float64Array) => void, layer: number) => {
    const weights = initialWeights(model, "f64");
    change(weights.get(layer === 0 ? "dense/kernel" : "dense_2/kernel")!.values as Float64Array);
    const learner = new MonoForwardLearner(model, weights, 5, { batch: 10, optimizer: sgd(rate) }, plainProducts("f64"));
    return { loss: learner.epoch(samples)[layer]!, weights };
  };
  for (const [layer, name] of ["dense/kernel", "dense_2/kernel"].entries()) {
    const before = initialWeights(model, "f64").get(name)!.values, after = lossWith(() => {}, layer).weights.get(name)!.values;
    for (const k of [0, 3, 7, 11, 18, 23]) {
      const at = (h: number) => lossWith((kernel) => (kernel[k]! += h), layer).loss;
      expect((before[k]! - after[k]!) / rate).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 6);
    }
  }
});

test("ensembles hold the units whose mean activity in a class is above the threshold; overlap counts those that two share", () => {
  // Two samples of each of two classes; unit 0 answers to class 0, unit 1 to both, unit 2 to class 1, unit 3 to none.
  const found = ensembles([1, 1, 0, 0, 0.8, 1, 0, 0, 0, 1, 1, 0, 0, 1, 0.6, 0.1], [0, 0, 1, 1], 2, 0.2);
  expect(found.members).toEqual([[0, 1], [1, 2]]);
  expect(found.sizes).toEqual([0.5, 0.5]);
  expect(found.active).toEqual([0.5, 0.625]);
  expect(found.overlap).toEqual([[1, 1 / 3], [1 / 3, 1]]);
});

test("sparsity is 1 for one active unit, 0 for all alike, and a class without samples is refused", () => {
  expect(ensembles([0, 3, 0, 0], [0], 1).sparsity).toBeCloseTo(1, 12);
  expect(ensembles([2, 2, 2, 2], [0], 1).sparsity).toBeCloseTo(0, 12);
  expect(() => ensembles([1, 1], [0], 2)).toThrow("class 1 of 2 has no samples");
});
