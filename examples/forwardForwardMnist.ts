// Forward-Forward on handwritten digits (Hinton 2022) from a folder of IDX files: errors by labels and by readout, and ensembles of units.
// npx tsx examples/forwardForwardMnist.ts FOLDER [--epochs 7] [--widths 500,500] [--train 60000] [--test 10000] [--seed 1]
//   [--spiking 8] with neurons that spike for so many steps, in place of rates
import { parseArgs } from "node:util";
import { imagesBetween, loadImages } from "synfire/data";
import type { LabelledImages } from "synfire/data";
import {
  adam, dense, ensembles, ForwardForwardLearner, hintonSettings, initialWeights, leaky, neurons, relu, samplesOf, spikingModel, wasmProducts,
} from "synfire/train";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    epochs: { type: "string", default: "7" }, widths: { type: "string", default: "500,500" }, train: { type: "string", default: "60000" },
    test: { type: "string", default: "10000" }, seed: { type: "string", default: "1" },
    spiking: { type: "string", default: "0" },
  },
});
const folder = positionals[0];
if (folder === undefined) throw new Error("Give the folder that holds train-images-idx3-ubyte.gz and the three other files of the data set.");
const widths = values.widths.split(",").map(Number), steps = Number(values.spiking);

const units = (width: number) => (steps > 0 ? [dense(width, { initializer: { type: "uniform", gain: 3 } }), neurons(leaky({ beta: 0.9 }))]
  : [dense(width, { initializer: { type: "normal", mean: 0, deviation: 1 / Math.sqrt(width), perFanIn: false } }), relu()]);
// Neurons are told apart by counts of spikes, and learn with Adam, as few of them are near their threshold at first.
const settings = hintonSettings(
  steps > 0 ? { batch: 10, goodness: { of: "mean", threshold: 4 }, optimizer: adam(5e-4), readout: adam(5e-3) } : {});
const model = spikingModel({ input: { shape: [784], steps: Math.max(1, steps), constant: true }, seed: Number(values.seed) }, widths.map(units));
const samples = async (set: "train" | "test"): Promise<LabelledImages> => imagesBetween(await loadImages(folder, set), 0, Number(values[set]));
const ready = ({ pixels, labels }: LabelledImages) => samplesOf(model, { inputs: Float32Array.from(pixels, (grey) => grey / 255), labels });
const train = ready(await samples("train")), test = ready(await samples("test"));

const learner = await ForwardForwardLearner.create(model, initialWeights(model, "f32"), 10, settings, await wasmProducts());
const percent = (x: number) => `${(100 * x).toFixed(2)} %`;
for (let epoch = 1; epoch <= Number(values.epochs); epoch++) {
  const start = performance.now(), { losses } = learner.epoch(train, 1, (done) => {
    if (process.stderr.isTTY) process.stderr.write(`\repoch ${epoch}: ${done} of ${train.count} `);
  });
  const took = (performance.now() - start) / 1000, told = { readout: learner.error(test, "readout"), labels: learner.error(test, "labels") };
  console.log(`epoch ${epoch}: losses ${losses.map((l) => l.toFixed(3)).join(", ")}; test error by readout ${percent(told.readout)}, by labels ${
    percent(told.labels)}; ${took.toFixed(0)} s`);
}

const shown = ready(imagesBetween(await samples("test"), 0, 2000)), labels = (await samples("test")).labels.subarray(0, 2000);
for (const layer of widths.keys()) {
  const { sizes, active, overlap, sparsity } = ensembles(learner.activities(shown, layer, "own"), labels, 10);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const between = overlap.flatMap((row, c) => row.filter((_, d) => d !== c));
  console.log(`layer ${layer + 1}: ${percent(mean(active))} of the units active in a sample, ${percent(mean(sizes))} in a class's ensemble, ${
    percent(mean(between))} shared by two classes; sparsity ${sparsity.toFixed(2)}`);
}
