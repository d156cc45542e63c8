/** Handwritten digits, few of them, where the data set lies beside the repository. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { imagesBetween, loadImages } from "../../../../src/data/images.ts";
import { initialWeights } from "../../../../src/train/initialWeights.ts";
import { activation, dense, relu } from "../../../../src/train/layers.ts";
import { wasmProducts } from "../../../../src/train/learners/contrastive/wasmProducts.ts";
import { EquilibriumLearner } from "../../../../src/train/learners/equilibrium/equilibriumLearner.ts";
import { scellierBengio } from "../../../../src/train/learners/equilibrium/equilibriumSettings.ts";
import { ForwardForwardLearner } from "../../../../src/train/learners/forwardForward/forwardForwardLearner.ts";
import { hintonSettings } from "../../../../src/train/learners/forwardForward/forwardForwardSettings.ts";
import { MonoForwardLearner } from "../../../../src/train/learners/forwardForward/monoForwardLearner.ts";
import type { LayerData, ModelData } from "../../../../src/train/modelData.ts";
import { spikingModel } from "../../../../src/train/model.ts";
import { adam } from "../../../../src/train/optimizers.ts";
import { samplesOf } from "../../../../src/train/samples.ts";

const folder = fileURLToPath(new URL("../../../../../shared/data/mnist", import.meta.url)), here = existsSync(folder);
const why = here ? "" : " (skipped: no data in ../shared/data/mnist)";

const modelOf = (layers: LayerData[][]) => spikingModel({ input: { shape: [784], steps: 1, constant: true }, seed: 1 }, layers);
async function digits(model: ModelData, set: "train" | "test", count: number) {
  const { pixels, labels } = imagesBetween(await loadImages(folder, set), 0, count);
  return samplesOf(model, { inputs: Float32Array.from(pixels, (grey) => grey / 255), labels });
}

test.skipIf(!here)(`equilibrium propagation names more than 84 % of digits after two epochs of 3000${why}`, async () => {
  const model = modelOf([100, 10].map((n) => [dense(n, { initializer: { type: "glorotUniform" } }), activation({ type: "clip" })]));
  const learner = new EquilibriumLearner(model, initialWeights(model, "f32"), scellierBengio(1), await wasmProducts());
  const train = await digits(model, "train", 3000);
  for (let epoch = 0; epoch < 2; epoch++) learner.epoch(train);
  expect(learner.error(await digits(model, "test", 1000))).toBeLessThan(0.16);
});

test.skipIf(!here)(`after five epochs of 3000 digits Forward-Forward's readout names more than 75 %, Mono-Forward more than 85 %${why}`, async () => {
  const model = modelOf([100, 100].map((n) => [dense(n), relu()])), products = await wasmProducts();
  const train = await digits(model, "train", 3000), test = await digits(model, "test", 500);
  const settings = hintonSettings({ batch: 20, optimizer: adam(1e-3) });
  const forward = await ForwardForwardLearner.create(model, initialWeights(model, "f32"), 10, settings, products);
  const mono = new MonoForwardLearner(model, initialWeights(model, "f32"), 10, undefined, products);
  for (let epoch = 0; epoch < 5; epoch++) {
    forward.epoch(train);
    mono.epoch(train);
  }
  expect(forward.error(test, "readout")).toBeLessThan(0.25);
  expect(mono.error(test)).toBeLessThan(0.15);
});
