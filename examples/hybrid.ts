/**
 * Rate and spiking layers in one model of TensorFlow.js: trained with model.fit on spoken patterns, saved as a network of the simulator, and run
 * there on spikes. `npx tsx examples/hybrid.ts`
 */
import { compile } from "synfire";
import { loadDataset } from "synfire/data";
import type { SpikeTrials } from "synfire/data";
import { clipGradients, labelTensor, loadTensorFlow, modelDataOf, spikingLayers, watch } from "synfire/tensorflow";
import { alignSpikes, fastSigmoid, leaky, toNetwork } from "synfire/train";

const steps = 50, surrogate = fastSigmoid(25);
const { train, test, classes } = await loadDataset("spoken-patterns");
const { tf } = await loadTensorFlow();
const { dense, batchNorm, spiking, spikingNeurons, spikingRecurrent, dropout, readout } = spikingLayers(tf);

// A rate layer's product, normalised through time, drives the first neurons; a recurrent layer follows; spikes of the last one are counted.
const model = tf.sequential({ layers: [
  dense({ units: 128, inputShape: [steps, train.channels], bias: false }), batchNorm({ momentum: 0.9 }),
  spikingNeurons(leaky({ beta: 0.9 }), { surrogate }),
  dropout({ rate: 0.1 }), spikingRecurrent(leaky({ beta: 0.9 }), { units: 64, surrogate, learn: ["beta"], perNeuron: ["beta"] }),
  spiking(leaky({ beta: 0.9 }), { units: classes, surrogate, name: "out" }), readout({ over: "count" }), tf.layers.softmax(),
] });
model.compile({ optimizer: clipGradients(tf, tf.train.adam(2e-3), { norm: 5 }), loss: "categoricalCrossentropy", metrics: ["accuracy"] });

const [learnt, unseen] = [tensorsOf(train), tensorsOf(test)];
await model.fit(learnt.xs, learnt.ys, {
  epochs: 8, batchSize: 64, shuffle: true, verbose: 0, validationData: [unseen.xs, unseen.ys],
  callbacks: [watch(tf, model, { probe: learnt.xs.slice(0, 16) }), new tf.CustomCallback({
    onEpochEnd: (epoch, logs) => console.log(`epoch ${epoch + 1}: loss ${logs?.["loss"]?.toFixed(3)}, unseen ${percent(logs?.["val_acc"])}`),
  })],
});

// The same spikes, neuron for neuron, in the simulator.
const samples = 20, { model: data, weights } = await modelDataOf(model);
const values = Float32Array.from(await unseen.xs.slice(0, samples).data());
const made = toNetwork(data, weights, { input: { batch: samples, steps, constant: false, shape: [train.channels], values } });
const spikes = made.network.spikeMonitor(...made.layers.filter((layer) => layer.kind === "cells").map((layer) => layer.group));
await using sim = await compile(made.network, { dt: made.dt, precision: "f64" });
await sim.run(made.duration);
const simulated = alignSpikes(made, spikes).get("out")!;
const counts = tf.model({ inputs: model.inputs, outputs: model.getLayer("out").output }).predict(unseen.xs.slice(0, samples));
const trained = await (Array.isArray(counts) ? counts[0]! : counts).data();
const same = simulated.reduce((sum, spike, k) => sum + Number(spike === trained[k]), 0);
console.log(`simulated: ${same} of ${simulated.length} places in the raster of the last layer are those of TensorFlow.js`);

function tensorsOf(trials: SpikeTrials) {
  // Bins of the data set hold counts; a neuron of the network spikes once in a step.
  const values = trials.dense(steps).map((count) => Math.min(1, count));
  return { xs: tf.tensor3d(values, [trials.length, steps, trials.channels]), ys: labelTensor(tf, trials.labels, classes) };
}

function percent(share: number | undefined): string {
  return `${(100 * (share ?? 0)).toFixed(1)} %`;
}
