import type { Tensor } from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { latencySpikes, leaky, populationValues } from "../../src/train/index.ts";
import { readOut, readOutBackward, readouts } from "../../src/train/readout.ts";
import { loadTensorFlow, modelDataOf, spikingLayers } from "../../src/tensorflow/index.ts";
import { pseudo } from "./gradients.ts";

const { tf } = await loadTensorFlow({ prefer: "wasm", say: () => undefined });
const { encoder, readout } = spikingLayers(tf);
const size = { batch: 3, steps: 5, units: 6, classes: 3 };

test.each(readouts)("the readout %s and its gradient are those of the reference, for spikes and for membranes, with two units a class", (over) => {
  const membranes = Float32Array.from(pseudo(90, 1), (x) => 2 * x - 1);
  for (const values of [membranes, Float32Array.from(membranes, (x) => (x > 0.4 ? 1 : 0))]) {
    const x = tf.tensor(values, [3, 5, 6]), layer = readout({ over, classes: 3 });
    const y = layer.apply(x) as Tensor;
    const incoming = Float32Array.from(pseudo(y.size, 2));
    const dx = tf.grad((input) => layer.apply(input) as Tensor)(x, tf.tensor(incoming, y.shape));
    const wanted = readOut(over, values, size), back = readOutBackward(over, values, incoming, size);
    y.dataSync().forEach((v, k) => expect(v).toBeCloseTo(wanted[k]!, 5));
    dx.dataSync().forEach((v, k) => expect(v).toBeCloseTo(back[k]!, 5));
  }
});

test("latency and population codes are those of the encoders for data sets", () => {
  const values = Float32Array.from([0, 0.005, 0.2, 0.51, 0.9, 1]), x = tf.tensor(values, [2, 3]);
  const latency = encoder({ code: "latency", steps: 8 }).apply(x) as Tensor;
  expect([...latency.dataSync()]).toEqual([...latencySpikes({ values, shape: [3] }, { steps: 8 }).values]);
  const population = encoder({ code: "population", neurons: 5, steps: 2 }).apply(x) as Tensor;
  expect(population.shape).toEqual([2, 2, 3, 5]);
  const wanted = populationValues({ values, shape: [3] }, { neurons: 5 }).values;
  const first = tf.slice(population, [0, 1], [2, 1]).dataSync();
  first.forEach((v, k) => expect(v).toBeCloseTo(wanted[k]!, 5));
});

test("a model behind an encoder is described from its spikes on", async () => {
  const { spiking } = spikingLayers(tf);
  const model = tf.sequential({ layers: [encoder({ code: "latency", steps: 4, inputShape: [3] }), spiking(leaky(), { units: 2, name: "hidden" })] });
  const { model: data } = await modelDataOf(model);
  expect(data.input).toEqual({ shape: [3], steps: 4, constant: false });
  expect(data.layers.map(({ name }) => name)).toEqual(["hidden_dense", "hidden"]);
});

test("rate and Poisson codes spike as often as they should", () => {
  const x = tf.tensor([0, 0.25, 1], [1, 3]), steps = 4000;
  const rate = (tf.mean(encoder({ code: "rate", steps }).apply(x) as Tensor, 1)).dataSync();
  const poisson = (tf.mean(encoder({ code: "poisson", rate: 200, dt: 1e-3, steps }).apply(x) as Tensor, 1)).dataSync();
  [0, 0.25, 1].forEach((p, k) => {
    // Five standard deviations of the mean.
    const chance = 1 - Math.exp(-0.2 * p);
    expect(Math.abs(rate[k]! - p)).toBeLessThanOrEqual(5 * Math.sqrt((p * (1 - p)) / steps));
    expect(Math.abs(poisson[k]! - chance)).toBeLessThanOrEqual(5 * Math.sqrt((chance * (1 - chance)) / steps));
  });
});
