// Supervised learning with a symmetric rule (Hao et al. 2020) from a folder of IDX files: what the network must show, measured and judged.
// npx tsx examples/symStdp.ts FOLDER [--task fashion|digits] [--neurons 100] [--train 4000] [--test 2000] [--larger 0] [--order together]
//   [--ablation-train 4000] [--seed 1] [--out out/symStdp]; `--larger 400` repeats it with 400 neurons.
import { mkdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import { imagesBetween, loadImages } from "synfire/data";
import { saveScene } from "synfire/io";
import { fashionPresentation, fashionSettings, trainSymStdp } from "../models/networks/symStdp.ts";
import type { SymStdpOptions, SymStdpResult } from "../models/networks/symStdp.ts";
import { fieldsPicture, meanGrey, progressLine, prototypes, spread } from "./imageReport.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    task: { type: "string", default: "fashion" }, neurons: { type: "string", default: "100" }, train: { type: "string", default: "4000" },
    test: { type: "string", default: "2000" }, larger: { type: "string", default: "0" }, "ablation-train": { type: "string", default: "4000" },
    order: { type: "string", default: "together" }, seed: { type: "string", default: "1" }, out: { type: "string", default: "out/symStdp" },
  },
});
const folder = positionals[0];
if (folder === undefined) throw new Error("Give the folder that holds train-images-idx3-ubyte.gz and the three other files of the data set.");
const fashion = values.task === "fashion", expect = fashion ? "fashion-mnist" : "mnist";
const [allTrain, allTest] = await Promise.all([loadImages(folder, "train", { expect }), loadImages(folder, "test", { expect })]);
const train = imagesBetween(allTrain, 0, Number(values.train)), test = imagesBetween(allTest, 0, Number(values.test));
const order = values.order === "hidden-first" ? "hidden-first" : "together";

/** What a class receives in all: a tenth of w_max for each hidden neuron for digits, 20 times w_max for clothes, as in the authors' code. */
const optionsFor = (neurons: number): SymStdpOptions => ({
  seed: Number(values.seed), order, onProgress: progressLine(), neurons,
  ...(fashion ? { ...fashionSettings, presentation: fashionPresentation } : { sum_class: 0.8 * neurons }),
});
const percent = (x: number) => `${(100 * x).toFixed(1)} %`;

async function measure(neurons: number): Promise<SymStdpResult> {
  const start = performance.now(), result = await trainSymStdp(train, test, optionsFor(neurons));
  const took = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`${neurons} neurons, ${train.count} images, tested on ${test.count}: supervised ${percent(result.supervised)}, label vote ${
    percent(result.voted)}, silent ${percent(result.silent)}; theta ${spread(result.theta.map((x) => x * 1e3))} mV; spikes a neuron ${
    spread(result.spikes)}; ${result.simulated.toFixed(0)} s simulated in ${took} s`);
  return result;
}

const lines: string[] = [];
/** One line of the list of what must be seen. */
const judge = (what: string, seen: string, holds: boolean) => lines.push(`${holds ? "yes" : "NO "}  ${what}: ${seen}`);

const neurons = Number(values.neurons), result = await measure(neurons);
await mkdir(values.out, { recursive: true });
const title = `Weights from the pixels, ${percent(result.supervised)}`;
await saveScene(`${values.out}/fields.png`, fieldsPicture(result.weights, neurons, train.rows, train.columns, title));

const least = fashion ? 0.66 : 0.72;
judge(`supervised accuracy of at least ${percent(least)}`, percent(result.supervised), result.supervised >= least);
judge("supervised at least as good as the label vote, less 2 points", `${percent(result.supervised)} and ${percent(result.voted)}`,
  result.supervised >= result.voted - 0.02);
judge("few test images without an answer", percent(result.silent), result.silent < 0.02);
const alike = prototypes(result.weights, result.classes, train);
judge("weights resemble the mean image of the neuron's class more than the mean of all images, in most neurons", percent(alike), alike > 0.5);
const sorted = result.spikes.slice().sort(), most = sorted.at(-1)! / sorted[sorted.length >> 1]!;
judge("no neuron fires more than 5 times the median", `${most.toFixed(1)} times`, most <= 5);

const few = imagesBetween(train, 0, Number(values["ablation-train"]));
const unscaled = await trainSymStdp(few, imagesBetween(test, 0, 500), { ...optionsFor(neurons), scaling: false });
const firing = Array.from(unscaled.spikes.keys()).filter((j) => unscaled.spikes[j]! > 0);
const pixels = train.rows * train.columns;
// Pixels at the border are dark in nearly all images, and a synapse without spikes stays as it is.
const lit = Array.from({ length: pixels }, (_, p) => p).filter((p) => meanGrey(few, p) > 32);
const saturated = firing.map((j) => lit.filter((p) => unscaled.weights[p * neurons + j]! > 0.99).length / lit.length);
judge(`without scaling the classes are lost (${few.count} images)`, percent(unscaled.supervised), unscaled.supervised < 0.25);
const ended = saturated.reduce((a, b) => a + b, 0) / Math.max(1, firing.length);
judge("and weights of neurons that fire saturate", `${percent(ended)} of those from lit pixels at w_max in ${firing.length} neurons`, ended > 0.5);

const larger = Number(values.larger);
if (larger > 0) {
  const more = await measure(larger);
  const both = `${percent(more.supervised)} and ${percent(result.supervised)}`;
  judge(`${larger} neurons do better than ${neurons}`, both, more.supervised > result.supervised);
}
console.log(lines.join("\n"));
console.log(`wrote ${values.out}/fields.png`);
