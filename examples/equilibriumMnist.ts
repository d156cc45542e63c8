// Equilibrium propagation on handwritten digits (Scellier & Bengio 2017) from a folder of IDX files: errors epoch by epoch.
// npx tsx examples/equilibriumMnist.ts FOLDER [--epochs 3] [--hidden 1] [--units 500] [--train 60000] [--test 10000] [--seed 1]
//   [--spiking] with leaky integrate-and-fire neurons and traces of their spikes, in place of rates
import { parseArgs } from "node:util";
import { imagesBetween, loadImages } from "synfire/data";
import type { LabelledImages } from "synfire/data";
import {
  activation, dense, EquilibriumLearner, initialWeights, leaky, neurons, samplesOf, scellierBengio, SpikingEquilibriumLearner, spikingModel,
  wasmProducts,
} from "synfire/train";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    epochs: { type: "string", default: "3" }, hidden: { type: "string", default: "1" }, units: { type: "string", default: "500" },
    spiking: { type: "boolean", default: false }, train: { type: "string", default: "60000" },
    test: { type: "string", default: "10000" }, seed: { type: "string", default: "1" },
  },
});
const folder = positionals[0];
if (folder === undefined) throw new Error("Give the folder that holds train-images-idx3-ubyte.gz and the three other files of the data set.");
const hidden = Number(values.hidden) as 1 | 2 | 3;
const sizes = [...Array.from({ length: hidden }, () => Number(values.units)), 10];

const units = (size: number) =>
  [dense(size, { initializer: { type: "glorotUniform" } }), values.spiking ? neurons(leaky({ beta: 0.9 })) : activation({ type: "clip" })];
const model = spikingModel({ input: { shape: [784], steps: 1, constant: true }, seed: Number(values.seed) }, sizes.map(units));
const samples = async (set: "train" | "test"): Promise<LabelledImages> => imagesBetween(await loadImages(folder, set), 0, Number(values[set]));
const ready = ({ pixels, labels }: LabelledImages) => samplesOf(model, { inputs: Float32Array.from(pixels, (grey) => grey / 255), labels });
const train = ready(await samples("train")), test = ready(await samples("test"));

const weights = initialWeights(model, "f32"), products = await wasmProducts(), settings = scellierBengio(hidden);
const phases = { freeSteps: 100, nudgedSteps: 50, traceSteps: 15, beta: 0.3, rates: settings.rates, batch: settings.batch };
const learner = values.spiking ? await SpikingEquilibriumLearner.create(model, weights, phases, products)
  : new EquilibriumLearner(model, weights, settings, products);
const percent = (x: number) => `${(100 * x).toFixed(2)} %`;
for (let epoch = 1; epoch <= Number(values.epochs); epoch++) {
  const start = performance.now(), { error, cost } = learner.epoch(train, (done) => {
    if (process.stderr.isTTY && done % 1000 === 0) process.stderr.write(`\repoch ${epoch}: ${done} of ${train.count} `);
  });
  const took = (performance.now() - start) / 1000;
  const tested = percent(learner.error(test));
  console.log(`epoch ${epoch}: train error ${percent(error)}, cost ${cost.toFixed(4)}, test error ${tested}, ${took.toFixed(0)} s`);
}
