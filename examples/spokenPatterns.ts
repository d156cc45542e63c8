// Twenty spoken-like patterns, which come with the package: a plain network of leaky neurons. `synfire train examples/spokenPatterns.ts`
import { loadDataset } from "synfire/data";
import { adam, crossEntropy, dense, leaky, neurons, spikingModel, training, trialSamples } from "synfire/train";

const { train, test } = await loadDataset("spoken-patterns"), steps = 70;

const model = spikingModel({ input: { shape: [train.channels], steps }, dt: "10 ms", seed: 1 }, [
  dense(256), neurons(leaky({ beta: 0.9 }), { name: "hidden" }),
  dense(20), neurons(leaky({ beta: 0.9 }), { name: "output" }),
]);

const spokenPatterns = training({
  model, train: trialSamples(train, steps), test: trialSamples(test, steps), batch: 32, epochs: 15,
  loss: crossEntropy({ of: "membrane", over: "mean" }), optimizer: adam(3e-3),
});

export { spokenPatterns as training };
