import type { LayersModel, Tensor } from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { neuron } from "synfire";
import { fastSigmoid, leaky } from "../../src/train/index.ts";
import { clipGradients, fromModelData, labelTensor, loadTensorFlow, modelDataOf, spikingLayers, watch } from "../../src/tensorflow/index.ts";
import type { SynfireLayer, TensorFlow } from "../../src/tensorflow/index.ts";

const load = async (prefer: "wasm" | "cpu") => (await loadTensorFlow({ prefer, say: () => undefined })).tf;
const surrogate = fastSigmoid(5);

/** Rate units, neurons with learned decays, recurrent ones and a readout; 2 classes. */
function mixed(tf: TensorFlow): LayersModel {
  const { spiking, spikingNeurons, batchNorm, dense, dropout, readout } = spikingLayers(tf);
  const model = tf.sequential({ layers: [
    tf.layers.dense({ units: 12, activation: "relu", inputShape: [6] }),
    spiking(leaky(), { units: 16, steps: 8, surrogate, learn: ["beta"], perNeuron: ["beta"], name: "hidden" }),
    dropout({ rate: 0.1 }), dense({ units: 10, name: "middle", bias: false }), batchNorm({ name: "norm" }),
    spikingNeurons(leaky(), { surrogate, recurrent: true, name: "second" }),
    spiking(leaky({ reset: "none" }), { units: 2, output: { state: "v" }, name: "membrane" }), readout({ over: "max" }), tf.layers.softmax(),
  ] });
  model.compile({ optimizer: clipGradients(tf, tf.train.adam(0.02), { norm: 10 }), loss: "categoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

/** Two classes of six values: which half is larger. */
function halves(tf: TensorFlow, count: number): { readonly xs: Tensor; readonly ys: Tensor } {
  const labels = Array.from({ length: count }, (_, k) => k % 2);
  const value = (label: number, k: number, i: number) => ((i < 3) === (label === 0) ? 0.8 + ((k * 7 + i) % 5) / 20 : ((k + i) % 4) / 10);
  const values = labels.flatMap((label, k) => Array.from({ length: 6 }, (_, i) => value(label, k, i)));
  return { xs: tf.tensor(values, [count, 6]), ys: labelTensor(tf, labels, 2) };
}

async function savedAndLoaded(tf: TensorFlow, model: LayersModel): Promise<LayersModel> {
  let artifacts: Parameters<Parameters<typeof tf.io.withSaveHandler>[0]>[0] | undefined;
  await model.save(tf.io.withSaveHandler(async (given) => {
    artifacts = JSON.parse(JSON.stringify(given)) as typeof given;
    artifacts.weightData = given.weightData!;
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
  }));
  return tf.loadLayersModel(tf.io.fromMemory(artifacts!));
}

const difference = (tf: TensorFlow, a: LayersModel, b: LayersModel, xs: Tensor): number =>
  tf.tidy(() => tf.max(tf.abs(tf.sub(a.predict(xs) as Tensor, b.predict(xs) as Tensor))).dataSync()[0]!);

describe.each(["wasm", "cpu"] as const)("on %s", (backend) => {
  test("a model of rate and spiking layers learns with model.fit, and is the same after saving and loading", async () => {
    const tf = await load(backend);
    const model = mixed(tf), { xs, ys } = halves(tf, 40);
    const { history } = await model.fit(xs, ys, { epochs: 15, batchSize: 20, verbose: 0, callbacks: watch(tf, model, { probe: xs }) });
    expect((history["acc"] as number[]).at(-1)).toBeGreaterThan(0.95);
    const loaded = await savedAndLoaded(tf, model);
    expect(difference(tf, model, loaded, xs)).toBe(0);
  });

  test("a described model and the one made from its description give the same activity", async () => {
    const tf = await load(backend);
    const model = mixed(tf), { xs } = halves(tf, 10);
    // Training may leave a factor of decay beyond its range; layers and descriptions use the nearest value in it.
    (model.getLayer("hidden") as SynfireLayer).weight("hidden/beta")!.write(tf.linspace(0.5, 1.3, 16));
    const { model: data, weights } = await modelDataOf(model);
    expect(Math.max(...weights.get("hidden/beta")!.values)).toBe(1);
    expect(data.layers.map(({ kind }) => kind)).toEqual(
      ["dense", "activation", "dense", "cells", "dropout", "dense", "batchNorm", "cells", "dense", "cells"]);
    expect(data.input).toEqual({ shape: [6], steps: 8, constant: true });
    const made = fromModelData(tf, data, weights);
    const membranes = tf.model({ inputs: model.inputs, outputs: model.getLayer("membrane").output as never });
    expect(difference(tf, membranes, made, xs)).toBeLessThan(1e-5);
  });

  test(`${backend === "wasm" ? 1000 : 100} steps of training leave no tensor behind`, async () => {
    const tf = await load(backend);
    const { spikingRecurrent, spiking, batchNorm, readout } = spikingLayers(tf);
    const model = tf.sequential({ layers: [
      spikingRecurrent(leaky(), { inputShape: [3], steps: 2, units: 5, learn: ["beta", "initial:v"], surrogate }), batchNorm(),
      spiking(leaky(), { units: 2, delays: { longest: 1 }, surrogate }), readout(), tf.layers.softmax(),
    ] });
    model.compile({ optimizer: clipGradients(tf, tf.train.adam(0.01), { norm: 1 }), loss: "categoricalCrossentropy" });
    const xs = tf.randomUniform([4, 3]), ys = labelTensor(tf, [0, 1, 0, 1], 2);
    await model.trainOnBatch(xs, ys);
    const before = tf.memory();
    for (let k = 0; k < (backend === "wasm" ? 1000 : 100); k++) await model.trainOnBatch(xs, ys);
    const after = tf.memory();
    expect([after.numTensors, after.numDataBuffers, after.numBytes]).toEqual([before.numTensors, before.numDataBuffers, before.numBytes]);
  });
});

test("a loss that is not finite ends training with the step and the layer", async () => {
  const tf = await load("wasm");
  const model = mixed(tf), { xs, ys } = halves(tf, 20);
  const kernel = model.getLayer("membrane").weights[0]!;
  kernel.write(tf.fill(kernel.shape as number[], NaN));
  const training = model.fit(xs, ys, { epochs: 2, verbose: 0, callbacks: watch(tf, model) });
  await expect(training).rejects.toThrow(
    /^(the loss is NaN|gradients are not finite) in training step 1: the weights of layer "\w+" \(.*\) are not finite\n {2}Use a smaller/);
});

test("gradients that explode end training, and clipped ones do not", async () => {
  const tf = await load("wasm");
  const { spiking } = spikingLayers(tf);
  const build = (norm?: number): LayersModel => {
    const model = tf.sequential({ layers: [
      spiking(leaky({ beta: 1, reset: "none" }), { inputShape: [30, 2], units: 3, output: { state: "v" }, name: "first" }),
    ] });
    const optimizer = tf.train.sgd(1e-6);
    model.compile({ optimizer: norm === undefined ? optimizer : clipGradients(tf, optimizer, { norm }), loss: "meanSquaredError" });
    return model;
  };
  const xs = tf.fill([4, 30, 2], 1e3), ys = tf.zeros([4, 30, 3]);
  const wild = build();
  await expect(wild.fit(xs, ys, { epochs: 1, verbose: 0, callbacks: watch(tf, wild) })).rejects.toThrow(
    /^gradients explode in training step 1: their length is .*, most of it in layer "first"\n {2}Use clipGradients/);
  const tame = build(1);
  await tame.fit(xs, ys, { epochs: 1, verbose: 0, callbacks: watch(tf, tame) });
});

test("a layer that never spikes is named after the epoch", async () => {
  const tf = await load("wasm");
  const { spiking, readout } = spikingLayers(tf);
  const model = tf.sequential({ layers: [
    spiking(leaky({ threshold: 1e6 }), { inputShape: [6], steps: 4, units: 5, name: "deaf" }), spiking(leaky(), { units: 2 }), readout(),
    tf.layers.softmax(),
  ] });
  model.compile({ optimizer: "sgd", loss: "categoricalCrossentropy" });
  const { xs, ys } = halves(tf, 8), said: string[] = [];
  await model.fit(xs, ys, { epochs: 1, verbose: 0, callbacks: watch(tf, model, { probe: xs, say: (sentence) => said.push(sentence) }) });
  expect(said[0]).toMatch(/^layer "deaf" never spikes after epoch 1, so nothing before it learns\n {2}Lower its threshold/);
  const strict = model.fit(xs, ys, { epochs: 1, verbose: 0, callbacks: watch(tf, model, { probe: xs, silent: "error" }) });
  await expect(strict).rejects.toThrow('layer "deaf" never spikes');
});

test("labels beyond the classes, inputs of the wrong shape and unknown settings are refused by name", async () => {
  const tf = await load("wasm");
  const { spiking, spikingConv2d, encoder, readout } = spikingLayers(tf);
  expect(() => labelTensor(tf, [0, 1, 4], 3)).toThrow("label 4 of sample 2 is not one of 3 classes, 0 to 2\n  Give classes from 0 on");
  const build = (layer: ReturnType<typeof spiking>) => tf.sequential({ layers: [layer] });
  expect(() => build(spiking(leaky(), { units: 3, inputShape: [6], name: "a" }))).toThrow(
    'layer "a" receives [batch, 6]\n  It takes [batch, steps, …features]; for an input without steps say steps: 25.');
  expect(() => build(spiking(leaky(), { units: 3, inputShape: [4, 6, 2], name: "b" }))).toThrow(
    /layer "b_dense" takes \[units\], but receives \[6, 2\]/);
  expect(() => build(spikingConv2d(leaky(), { filters: 2, kernelSize: 3, inputShape: [4, 6], name: "c" }))).toThrow(
    /takes \[height, width, channels\]/);
  expect(() => encoder({ code: "rat" as "rate", steps: 3 })).toThrow('there is no code "rat"\n  Use rate, poisson, latency, direct or population.');
  expect(() => readout({ over: "sum" as "count" })).toThrow('there is no readout "sum"\n  Use one of count, mean, max, last, steps, firstSpike.');
  expect(() => clipGradients(tf, tf.train.sgd(1), { norm: 0 })).toThrow("gradients cannot be clipped to the length 0");
});

test("a neuron model of one's own trains in a layer, and survives saving", async () => {
  const tf = await load("wasm");
  const { spiking, readout } = spikingLayers(tf);
  const own = neuron({
    name: "own", parameters: { tau: "10 ms", v_th: "1 mV" }, state: { v: "0 mV" }, receptors: { v: "v" },
    equations: "dv/dt = -v / tau : volt", threshold: "v > v_th", reset: "v = 0*mV",
  });
  const model = tf.sequential({ layers: [
    spiking(own, {
      inputShape: [6], steps: 10, units: 8, dt: "1 ms", learn: ["tau"], surrogate: fastSigmoid(1), initializer: { type: "uniform", gain: 2e-3 },
    }),
    readout({ classes: 2 }), tf.layers.softmax(),
  ] });
  model.compile({ optimizer: tf.train.adam(1e-4), loss: "categoricalCrossentropy", metrics: ["accuracy"] });
  const { xs, ys } = halves(tf, 40);
  const { history } = await model.fit(xs, ys, { epochs: 20, verbose: 0 });
  expect((history["acc"] as number[]).at(-1)).toBeGreaterThan(0.9);
  expect(difference(tf, model, await savedAndLoaded(tf, model), xs)).toBe(0);
});
