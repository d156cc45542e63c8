import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { imagesBetween, loadImages } from "synfire/data";
import type { LabelledImages } from "synfire/data";
import { adam, convert, crossEntropy, dense, outputsOf, qcfs, ReferenceEngine, relu, samplesOf, spikingModel, Trainer } from "synfire/train";
import type { LayerData, Sequence, WeightedModel } from "synfire/train";

const folder = fileURLToPath(new URL("../../../../shared/data/mnist", import.meta.url));
const why = existsSync(folder) ? "" : " (skipped: no data in ../shared/data/mnist)";
const grey = ({ pixels }: LabelledImages): Float32Array => Float32Array.from(pixels, (p) => p / 255);
const sequence = (images: LabelledImages): Sequence => ({ batch: images.count, steps: 1, constant: true, shape: [784], values: grey(images) });

async function trained(train: LabelledImages, units: () => LayerData): Promise<WeightedModel> {
  const model = spikingModel({ input: { shape: [784], steps: 1, constant: true }, seed: 1 }, [dense(64), units(), dense(32), units(), dense(10)]);
  const engine = new ReferenceEngine(model, { loss: crossEntropy({ of: "output", over: "last" }), optimizer: adam(3e-3), regularizers: [] }, "f32");
  const trainer = new Trainer(engine, samplesOf(model, { inputs: grey(train), labels: train.labels }), { batch: 64, epochs: 3, learningRate: 3e-3 });
  while (!trainer.done) await trainer.trainEpoch();
  return { model, weights: engine.weights() };
}

/** Share of the images whose class has the largest output, summed over the steps. */
function accuracy({ model, weights }: WeightedModel, images: LabelledImages): number {
  const outputs = outputsOf(model, weights, sequence(images)), { values } = outputs[outputs.length - 1]!, steps = values.length / images.count / 10;
  let right = 0;
  for (let b = 0; b < images.count; b++) {
    const sum = new Float64Array(10);
    for (let k = 0; k < 10 * steps; k++) sum[k % 10]! += values[b * 10 * steps + k]!;
    if (sum.indexOf(Math.max(...sum)) === images.labels[b]) right++;
  }
  return right / images.count;
}

test.skipIf(why !== "")(`converted digit classifiers are within 1.5 points of their rate networks at T = 16, QCFS at T = 4${why}`, async () => {
  const train = imagesBetween(await loadImages(folder, "train"), 0, 3000), test = imagesBetween(await loadImages(folder, "test"), 0, 1000);
  const rectified = await trained(train, () => relu()), clipped = await trained(train, () => qcfs(4, { threshold: 2 }));
  const calibration = sequence(imagesBetween(train, 0, 300)), [rates, levels] = [accuracy(rectified, test), accuracy(clipped, test)];
  expect(Math.min(rates, levels)).toBeGreaterThan(0.85);
  expect(accuracy(convert(rectified, { steps: 16, calibration }), test)).toBeGreaterThan(rates - 0.015);
  expect(accuracy(convert(rectified, { steps: 8, calibration }), test)).toBeGreaterThan(rates - 0.03);
  expect(accuracy(convert(clipped, { steps: 4 }), test)).toBeGreaterThan(levels - 0.015);
  // Without normalisation the membranes of units above the threshold run away.
  expect(accuracy(convert(rectified, { steps: 1, calibration, initial: 0 }), test)).toBeLessThan(0.5);
});
