// Learned delays: patterns that differ only in the intervals between spikes, told apart by synapses whose delays are learned with their weights
// (dilated convolutions with learnable spacings: Hammouamri, Khalfaoui-Hassani & Masquelier 2024, arXiv:2306.17670).
// npx synfire train examples/delays.ts [--set delays=false] [--epochs 15]
import { loadDataset } from "synfire/data";
import { adam, crossEntropy, dense, fastSigmoid, leaky, neurons, spikingModel, training, trialSamples } from "synfire/train";

export const settings = { delays: true, hidden: 32, rate: 2e-2, beta: 0, widest: 1.5, narrowest: 0.1, seed: 1 };

/** Steps of 10 ms, after which hidden neurons have forgotten everything; channels spike 15 ms apart. So all memory is in the delays. */
const steps = 26;

async function learnedDelays({ delays, hidden, rate, beta, widest, narrowest, seed }: typeof settings) {
  const { train, test, classes } = await loadDataset("temporal-patterns"), readout = leaky({ beta: 0.5, reset: "none" });
  const model = spikingModel({ input: { shape: [train.channels], steps }, dt: "10 ms", seed }, [
    dense(hidden, { name: "delayed", ...(delays ? { delays: { longest: 12, sigma: [widest, narrowest] } } : {}) }),
    neurons(leaky({ beta, reset: "zero" }), { name: "hidden", surrogate: fastSigmoid(5) }),
    dense(classes, { name: "readout" }), neurons(readout, { name: "classes", output: { state: readout.membrane } }),
  ]);
  return training({
    model, train: trialSamples(train, steps), test: trialSamples(test, steps), loss: crossEntropy({ of: "output", over: "mean" }),
    optimizer: adam(rate), batch: 40, epochs: 15, schedule: (progress) => (1 + Math.cos(Math.PI * progress)) / 2,
  });
}

export { learnedDelays as training };
