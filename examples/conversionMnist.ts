// A rate network of 784-256-128-10 units learns handwritten digits and becomes a spiking one: accuracy of the spiking network after T steps, for
// several ways to choose its thresholds (the table of docs/conversion.md).
// npx tsx examples/conversionMnist.ts FOLDER [--epochs 4] [--train 60000] [--test 10000] [--levels 4] [--seed 1]
import { parseArgs } from "node:util";
import { loadImages, imagesBetween } from "synfire/data";
import type { LabelledImages } from "synfire/data";
import {
  activityOf, adam, convert, crossEntropy, dense, energyReport, outputsOf, qcfs, ReferenceEngine, relu, samplesOf, spikingModel, Trainer,
} from "synfire/train";
import type { ConvertOptions, LayerData, ModelData, Sequence, WeightedModel } from "synfire/train";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    epochs: { type: "string", default: "4" }, train: { type: "string", default: "60000" }, test: { type: "string", default: "10000" },
    levels: { type: "string", default: "4" }, seed: { type: "string", default: "1" },
  },
});
const folder = positionals[0];
if (folder === undefined) throw new Error("Give the folder that holds train-images-idx3-ubyte.gz and the three other files of the data set.");
const [allTrain, allTest] = await Promise.all([loadImages(folder, "train"), loadImages(folder, "test")]);
const train = imagesBetween(allTrain, 0, Number(values.train)), test = imagesBetween(allTest, 0, Number(values.test));
const levels = Number(values.levels), epochs = Number(values.epochs), seed = Number(values.seed), steps = 64;
const shown = [1, 2, 4, 8, 16, 32, 64];

const grey = ({ pixels }: LabelledImages): Float32Array => Float32Array.from(pixels, (p) => p / 255);
const sequence = (images: LabelledImages): Sequence => ({ batch: images.count, steps: 1, constant: true, shape: [784], values: grey(images) });

async function trained(name: string, units: () => LayerData): Promise<WeightedModel> {
  const layers = [dense(256), units(), dense(128), units(), dense(10)];
  const model = spikingModel({ input: { shape: [784], steps: 1, constant: true }, seed }, layers);
  const options = { loss: crossEntropy({ of: "output", over: "last" }), optimizer: adam(1e-3), regularizers: [] };
  const engine = new ReferenceEngine(model, options, "f32");
  const trainer = new Trainer(engine, samplesOf(model, { inputs: grey(train), labels: train.labels }), { batch: 128, epochs, learningRate: 1e-3 });
  while (!trainer.done) {
    const result = await trainer.trainEpoch();
    console.error(`${name}: epoch ${result!.epoch + 1}, loss ${result!.loss.toFixed(4)}, accuracy ${(100 * result!.accuracy!).toFixed(2)} %`);
  }
  const tested = trainer.test(samplesOf(model, { inputs: grey(test), labels: test.labels }));
  console.log(`${name.padEnd(34)} ${(100 * tested.accuracy!).toFixed(2)} %`);
  return { model, weights: engine.weights() };
}

/** Accuracy after each number of steps, and spikes a neuron and step. */
function accuracies({ model, weights }: WeightedModel): { readonly accuracy: readonly number[]; readonly rate: number } {
  const right = new Float64Array(shown.length), chunk = 200;
  let spikes = 0;
  for (let from = 0; from < test.count; from += chunk) {
    const some = imagesBetween(test, from, from + chunk), outputs = outputsOf(model, weights, sequence(some)), output = outputs[outputs.length - 1]!;
    for (const [k, layer] of model.layers.entries()) {
      if (layer.kind === "cells") spikes += (outputs[k]!.values as Float32Array).reduce((a, b) => a + b, 0);
    }
    for (let b = 0; b < some.count; b++) {
      const sum = new Float64Array(10);
      for (let t = 0; t < steps; t++) {
        for (let c = 0; c < 10; c++) sum[c]! += output.values[(b * steps + t) * 10 + c]!;
        const at = shown.indexOf(t + 1);
        if (at >= 0 && sum.indexOf(Math.max(...sum)) === some.labels[b]) right[at]!++;
      }
    }
  }
  return { accuracy: [...right].map((r) => r / test.count), rate: spikes / (test.count * steps * 384) };
}

const rectified = await trained("ANN of rectified units", () => relu());
const clipped = await trained(`ANN of QCFS units, L = ${levels}`, () => qcfs(levels, { threshold: 2 }));
const calibration = sequence(imagesBetween(train, 0, 1000));
const ways: readonly [string, WeightedModel, Omit<ConvertOptions, "steps">][] = [
  ["threshold 1, reset to zero", rectified, { method: "fixed", reset: "zero", initial: 0 }],
  ["threshold 1", rectified, { method: "fixed", initial: 0 }],
  ["largest activation", rectified, { method: "max", calibration, initial: 0 }], ["99.9th percentile", rectified, { calibration, initial: 0 }],
  ["99.9th percentile, v0 = λ/2", rectified, { calibration }], ["99.9th percentile a channel, λ/2", rectified, { calibration, per: "channel" }],
  ["99.9th percentile, reset to zero", rectified, { calibration, initial: 0, reset: "zero" }],
  ["balanced thresholds, λ/2", rectified, { method: "balance", calibration: sequence(imagesBetween(train, 0, 100)) }],
  ["sum of positive weights, λ/2", rectified, { method: "weights" }], ["QCFS, v0 = λ/2", clipped, {}], ["QCFS, v0 = 0", clipped, { initial: 0 }],
];
console.log(`${"T".padEnd(34)} ${shown.map((t) => String(t).padStart(6)).join("")}  spikes a neuron and step`);
for (const [name, rates, options] of ways) {
  const { accuracy, rate } = accuracies(convert(rates, { ...options, steps }));
  console.log(`${name.padEnd(34)} ${accuracy.map((a) => (100 * a).toFixed(1).padStart(6)).join("")}  ${rate.toFixed(3)}`);
}

const spiking = convert(clipped, { steps: levels }), some = sequence(imagesBetween(test, 0, 200));
const nanojoule = (model: ModelData, weights: WeightedModel["weights"]) => energyReport(model, activityOf(model, weights, some)).energy;
const energy = nanojoule(spiking.model, spiking.weights);
const [own, dense32] = [energy.synapses, energy.ann].map((picojoules) => (picojoules / 1000).toFixed(0));
console.log(`energy of an inference at T = ${levels}: ${own} nJ of arithmetic, ${dense32} nJ as an ANN in FP32`);
