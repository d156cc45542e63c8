// Spoken digits (Free Spoken Digit Dataset): recordings become spikes of a cochlea, a layer of leaky neurons tells them apart. Test samples are
// recordings 0 to 4 of every speaker and digit, as the authors of the data set define.
// npx synfire train examples/spokenDigits.ts --set folder=FOLDER [--set hidden=128] [--epochs 20]
// FOLDER: git clone https://github.com/Jakobovski/free-spoken-digit-dataset
import { loadSpokenDigits } from "synfire/data";
import { adam, crossEntropy, dense, fastSigmoid, leaky, neurons, spikingModel, training, trialSamples } from "synfire/train";

export const settings = { folder: "fsdd", hidden: 128, steps: 50, rate: 2e-3, seed: 1 };

async function spokenDigits({ folder, hidden, steps, rate, seed }: typeof settings) {
  const { train, test, classes } = await loadSpokenDigits(folder, { duration: 0.75 });
  // The readout integrates and does not spike; the class whose membrane is highest on average wins.
  const readout = leaky({ beta: 0.95, reset: "none" });
  const model = spikingModel({ input: { shape: [train.channels], steps }, dt: "15 ms", seed }, [
    dense(hidden, { name: "input" }),
    neurons(leaky({ beta: 0.9 }), { name: "hidden", surrogate: fastSigmoid(10), learn: ["beta"], perNeuron: ["beta"] }),
    dense(classes, { name: "readout" }), neurons(readout, { name: "classes", output: { state: readout.membrane } }),
  ]);
  return training({
    model, train: trialSamples(train, steps), test: trialSamples(test, steps), loss: crossEntropy({ of: "output", over: "mean" }),
    optimizer: adam(rate), batch: 64, epochs: 20, schedule: (progress) => (1 + Math.cos(Math.PI * progress)) / 2,
  });
}

export { spokenDigits as training };
