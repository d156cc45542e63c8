// Handwritten digits or clothes: grey values are a constant current into leaky neurons, the same in every step; a leaky readout's mean membrane
// tells the class.
// npx synfire train examples/mnist.ts --set folder=FOLDER [--set hidden=800] [--set fashion=true] [--epochs 5]
// FOLDER holds the four files of the data set; where they are missing, they are fetched.
import { fetchDataset, imagesBetween, loadImages } from "synfire/data";
import { adam, crossEntropy, dense, directCurrent, encodedSamples, fastSigmoid, leaky, neurons, spikingModel, training } from "synfire/train";

export const settings = { folder: "mnist", fashion: false, hidden: 400, steps: 15, rate: 1e-3, count: 60_000, seed: 1 };

async function digits({ folder, fashion, hidden, steps, rate, count, seed }: typeof settings) {
  const name = fashion ? "fashion-mnist" : "mnist", load = (part: "train" | "test") => loadImages(folder, part, { expect: name });
  const [all, test] = await Promise.all([load("train"), load("test")]).catch(async (error: { code?: string }) => {
    if (error.code !== "images-missing") throw error;
    await fetchDataset(name, folder);
    return Promise.all([load("train"), load("test")]);
  });
  const train = imagesBetween(all, 0, count), pixels = train.rows * train.columns, readout = leaky({ beta: 0.9, reset: "none" });
  const model = spikingModel({ input: { shape: [pixels], steps, constant: true }, dt: "5 ms", seed }, [
    dense(hidden, { name: "input" }), neurons(leaky({ beta: 0.9 }), { name: "hidden", surrogate: fastSigmoid(10) }),
    dense(10, { name: "readout" }), neurons(readout, { name: "classes", output: { state: readout.membrane } }),
  ]);
  const samples = (images: typeof train) =>
    encodedSamples({ values: images.pixels, shape: [pixels], labels: images.labels }, (values) => directCurrent(values));
  return training({
    model, train: samples(train), test: samples(test), loss: crossEntropy({ of: "output", over: "mean" }),
    optimizer: adam(rate), batch: 128, epochs: 5, schedule: (progress) => (1 + Math.cos(Math.PI * progress)) / 2,
  });
}

export { digits as training };
