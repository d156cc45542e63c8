// Unsupervised learning of handwritten digits (Diehl & Cook 2015) from a folder of IDX files: one pass, then the neurons vote on the test images.
// npx tsx examples/diehlCook.ts FOLDER [--neurons 100] [--train 60000] [--labelled 10000] [--test 10000] [--seed 1] [--out out/diehlCook]
import { mkdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import { loadImages, imagesBetween } from "synfire/data";
import { saveScene } from "synfire/io";
import { trainDiehlCook } from "../models/networks/diehlCook2015.ts";
import { fieldsPicture, progressLine, spread } from "./imageReport.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    neurons: { type: "string", default: "100" }, train: { type: "string", default: "60000" }, labelled: { type: "string", default: "10000" },
    test: { type: "string", default: "10000" }, seed: { type: "string", default: "1" }, out: { type: "string", default: "out/diehlCook" },
  },
});
const folder = positionals[0];
if (folder === undefined) throw new Error("Give the folder that holds train-images-idx3-ubyte.gz and the three other files of the data set.");
const [allTrain, allTest] = await Promise.all([
  loadImages(folder, "train", { expect: "mnist" }), loadImages(folder, "test", { expect: "mnist" }),
]);
const train = imagesBetween(allTrain, 0, Number(values.train)), test = imagesBetween(allTest, 0, Number(values.test));
const neurons = Number(values.neurons), start = performance.now();

const result = await trainDiehlCook(train, test, {
  neurons, seed: Number(values.seed), labelled: Number(values.labelled), onProgress: progressLine(),
});
const seconds = (performance.now() - start) / 1000;
const right = Math.round(result.accuracy * test.count), classes = [...result.classes];
console.log(`accuracy          ${(100 * result.accuracy).toFixed(2)} % (${right} of ${test.count} test images)`);
console.log(`by proportions    ${(100 * result.proportional).toFixed(2)} %`);
console.log(`trained on        ${train.count} images, ${result.presentations} presentations, ${neurons} neurons, seed ${values.seed}`);
console.log(`neurons a class   ${Array.from({ length: 10 }, (_, c) => classes.filter((k) => k === c).length).join(" ")}`);
console.log(`theta             ${spread(result.theta.map((x) => x * 1e3))} mV`);
console.log(`spikes a neuron   ${spread(result.spikes)} for the test images`);
console.log(`simulated         ${result.simulated.toFixed(0)} s in ${seconds.toFixed(0)} s of wall clock`);

await mkdir(values.out, { recursive: true });
const picture = `${values.out}/fields.png`;
const title = `Weights from the pixels, ${(100 * result.accuracy).toFixed(1)} %`;
await saveScene(picture, fieldsPicture(result.weights, neurons, train.rows, train.columns, title));
console.log(`wrote ${picture}`);
