/**
 * Learns the Yin-Yang data set by EventProp: exact gradients of spike times, in continuous time, without steps or surrogates. Run it with
 * `npx tsx examples/yinYang.ts [--hidden 200] [--epochs 100] [--seed 1]`.
 *
 * @source Wunderlich & Pehle (2021), Sci. Rep. 11:12829. doi:10.1038/s41598-021-91786-z
 */
import { parseArgs } from "node:util";
import { neuron } from "synfire";
import { loadDataset } from "synfire/data";
import type { SpikeTrials } from "synfire/data";
import { adam, cellFromModel, dense, initialWeights, neurons, spikingModel } from "synfire/train";
import { eventAccuracy, EventProp, trainEventEpoch, WeightUpdates } from "synfire/train";
import type { LabelledEvents } from "synfire/train";

const { values: options } = parseArgs({
  options: { hidden: { type: "string", default: "200" }, epochs: { type: "string", default: "100" }, seed: { type: "string", default: "1" } },
});
const [hidden, epochs, seed] = [options.hidden, options.epochs, options.seed].map(Number) as [number, number, number];

const lif = neuron({
  name: "lif", parameters: { tau_m: "20 ms", tau_s: "5 ms" }, state: { v: 0, current: 0 }, receptors: { current: "current" },
  equations: "dv/dt = (current - v)/tau_m : 1; dcurrent/dt = -current/tau_s : 1", threshold: "v >= 1", reset: "v = 0",
});

/** The four coordinates of a point and a constant as spikes between 0 and 30 ms. */
function trialsOf(set: SpikeTrials): LabelledEvents[] {
  return Array.from({ length: set.length }, (_, k) => {
    const { times, channels } = set.events(k);
    return { times: times.map((t) => (t - 5e-3) / 3), channels, label: set.labels[k]! };
  });
}

const cell = cellFromModel(lif, { dt: "0.1 ms" });
const weightsAround = (mean: number, deviation: number) => ({ type: "normal", mean, deviation, perFanIn: false } as const);
// A trial lasts 60 ms.
const model = spikingModel({ input: { shape: [5], steps: 600 }, dt: "0.1 ms", seed }, [
  dense(hidden, { bias: false, initializer: weightsAround(1.5, 0.78) }), neurons(cell, { name: "hidden" }),
  dense(3, { bias: false, initializer: weightsAround((0.93 * 200) / hidden, (0.1 * 200) / hidden) }), neurons(cell, { name: "output" }),
]);
const net = new EventProp(model, { kind: "firstSpike", softness: 0.5e-3, early: 6.4e-3, weight: 0.003, silent: 50 });
const updates = new WeightUpdates(initialWeights(model, "f64"), adam(5e-3));

const set = await loadDataset("yin-yang"), train = trialsOf(set.train), test = trialsOf(set.test);
const started = performance.now();
for (let epoch = 0; epoch < epochs; epoch++) {
  const { loss, accuracy, rates } = trainEventEpoch(net, updates, train, { batch: 32, epoch, seed, learningRate: 5e-3 * 0.95 ** epoch });
  if (epoch % 10 !== 9 && epoch !== epochs - 1) continue;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`, seconds = (performance.now() - started) / 1e3;
  console.log(`epoch ${epoch + 1}: loss ${loss.toFixed(3)}, ${percent(accuracy)} of the training trials right while learning, `
    + `${percent(eventAccuracy(net, updates, test))} of the test trials, ${rates[0]!.toFixed(2)} spikes a hidden neuron, ${seconds.toFixed(0)} s`);
}
