import fc from "fast-check";
import { expect, test } from "vitest";
import { compile } from "../../../src/engine/compile.ts";
import { outputsOf, percentileOf } from "../../../src/train/convert/activationScale.ts";
import { convert } from "../../../src/train/convert/convert.ts";
import type { ConvertOptions } from "../../../src/train/convert/convert.ts";
import { foldBatchNorm } from "../../../src/train/convert/foldBatchNorm.ts";
import { perfectIntegrator } from "../../../src/train/convert/integrateAndFire.ts";
import { initialWeights } from "../../../src/train/initialWeights.ts";
import {
  activation, averagePool, batchNorm, conv2d, dense, dropout, flatten, integer, maxPool, neurons, qcfs, relu,
} from "../../../src/train/layers.ts";
import { spikingModel } from "../../../src/train/model.ts";
import type { LayerData } from "../../../src/train/modelData.ts";
import { alignSpikes } from "../../../src/train/network/alignSpikes.ts";
import { toNetwork } from "../../../src/train/network/toNetwork.ts";
import type { Reals, Sequence } from "../../../src/train/sequence.ts";

const noise = (k: number): number => { const x = Math.sin(k * 78.233 + 1.7) * 43758.5453; return x - Math.floor(x); };
const once = (batch: number, shape: readonly number[]): Sequence => ({
  batch, steps: 1, constant: true, shape, values: Float64Array.from({ length: batch * shape.reduce((a, b) => a * b, 1) }, (_, k) => noise(k)),
});
const rateModel = (shape: readonly number[], layers: readonly LayerData[]) => {
  const model = spikingModel({ input: { shape, steps: 1, constant: true }, seed: 4 }, layers), weights = initialWeights(model, "f64");
  for (const [name, { values }] of weights) {
    if (name.endsWith("/kernel")) values.forEach((w, k) => (values[k] = 2 * w + 0.02));
    if (/\/(gamma|movingVariance)$/.test(name)) values.forEach((_, k) => (values[k] = 0.5 + noise(k + 9)));
    if (/\/(beta|movingMean)$/.test(name)) values.forEach((_, k) => (values[k] = 0.4 * noise(k + 5) - 0.1));
  }
  return { model, weights };
};

const sum = (values: Reals, of: (value: number, k: number) => number = (v) => v): number => {
  let total = 0;
  for (let k = 0; k < values.length; k++) total += of(values[k]!, k);
  return total;
};

/** The last layer's output, summed over the steps and divided by their number. */
function meanOutput({ values, batch, steps }: Sequence): Float64Array {
  const units = values.length / (batch * steps), mean = new Float64Array(batch * units);
  values.forEach((v, k) => (mean[Math.floor(k / (steps * units)) * units + (k % units)]! += v / steps));
  return mean;
}

test("a constant input makes as many spikes as its activation is worth: clip(⌊(z·T + v0)/λ⌋, 0, T)", () => {
  const upTo = (min: number, max: number) => fc.integer({ min, max });
  fc.assert(fc.property(upTo(-40, 90), upTo(1, 20), upTo(0, 3), (eighths, steps, quarter) => {
    const z = eighths / 8, threshold = 2.5, initial = quarter / 4;
    const model = spikingModel({ input: { shape: [1], steps, constant: true } }, [neurons(perfectIntegrator({ threshold, initial }))]);
    const [spikes] = outputsOf(model, new Map(), { ...once(1, [1]), values: Float64Array.of(z) });
    const expected = Math.min(steps, Math.max(0, Math.floor((z * steps + initial * threshold) / threshold)));
    expect(sum(spikes!.values)).toBe(expected);
  }), { numRuns: 40 });
});

test("a converted QCFS network of one hidden layer gives its outputs exactly when it has as many steps as levels", () => {
  const rates = rateModel([12], [dense(20), qcfs(8, { threshold: 1.5 }), dense(5)]), input = once(30, [12]);
  const spiking = convert(rates, { steps: 8 });
  const expected = outputsOf(rates.model, rates.weights, input)[2]!, given = outputsOf(spiking.model, spiking.weights, input)[2]!;
  meanOutput(given).forEach((v, k) => expect(v).toBeCloseTo(expected.values[k]!, 10));
});

test("units of integers 0 … D are converted exactly, too", () => {
  const rates = rateModel([12], [dense(20), integer(4), dense(5)]), input = once(30, [12]), spiking = convert(rates, { steps: 4 });
  const expected = outputsOf(rates.model, rates.weights, input)[2]!, given = outputsOf(spiking.model, spiking.weights, input)[2]!;
  meanOutput(given).forEach((v, k) => expect(v).toBeCloseTo(expected.values[k]!, 10));
});

test("folding batch normalisation changes nothing in evaluation", () => {
  const front = [conv2d(3, 3), batchNorm(), relu(), averagePool(2), flatten(), dropout(0.5)];
  const rates = rateModel([8, 8, 2], [...front, dense(6, { bias: false }), batchNorm()]);
  const folded = foldBatchNorm(rates), input = once(4, [8, 8, 2]);
  expect(folded.model.layers.map((l) => l.kind)).toEqual(["conv2d", "activation", "pool", "flatten", "dense"]);
  const [a, b] = [rates, folded].map(({ model, weights }) => outputsOf(model, weights, input).at(-1)!.values);
  b!.forEach((v, k) => expect(v).toBeCloseTo(a![k]!, 10));
});

const layersOfImages = [
  conv2d(4, 3), batchNorm(), relu(), averagePool(2), conv2d(4, 2, { padding: "same" }), relu(), flatten(), dense(10), relu(), dense(5),
];
const settings: readonly [string, Omit<ConvertOptions, "steps">][] = [
  ["max", { method: "max" }], ["percentile", { method: "percentile", percentile: 100 }], ["max per channel", { method: "max", per: "channel" }],
  ["balance", { method: "balance" }], ["weights", { method: "weights" }], ["max, initial 0", { method: "max", initial: 0 }],
];
test.each(settings)("sixteen times the steps bring the outputs of a converted network three times nearer to the rates: %s", (_, options) => {
  const rates = rateModel([10, 10, 1], layersOfImages), input = once(3, [10, 10, 1]);
  const expected = outputsOf(rates.model, rates.weights, input).at(-1)!.values;
  const scale = Math.sqrt(sum(expected, (v) => v * v));
  const error = [32, 512].map((steps) => {
    const spiking = convert(rates, { calibration: input, ...options, steps });
    const mean = meanOutput(outputsOf(spiking.model, spiking.weights, input).at(-1)!);
    return Math.sqrt(sum(mean, (v, k) => (v - expected[k]!) ** 2)) / scale;
  });
  expect(error[1]!).toBeLessThan(0.1);
  expect(error[1]!).toBeLessThan(error[0]! / 3);
});

test("a converted network runs in the simulator with the same spikes", async () => {
  const rates = rateModel([10, 10, 1], layersOfImages), input = once(2, [10, 10, 1]);
  const { model, weights } = convert(rates, { calibration: input, per: "channel", steps: 12 });
  const made = toNetwork(model, weights, { input }), monitor = made.network.spikeMonitor();
  await using simulation = await compile(made.network, { dt: made.dt, precision: "f64" });
  await simulation.run(made.duration);
  const aligned = alignSpikes(made, monitor), outputs = outputsOf(model, weights, input);
  model.layers.forEach((layer, k) => {
    if (layer.kind === "cells") expect([...aligned.get(layer.name)!]).toEqual([...outputs[k]!.values]);
  });
  const sums = simulation.get(made.layers.at(-1)!.group, "y" as never), last = outputs.at(-1)!.values.slice(12 * 5);
  for (let u = 0; u < 5; u++) expect(sums[u]).toBeCloseTo(sum(last, (v, k) => (k % 5 === u ? v : 0)), 10);
});

test("a percentile is interpolated between the values above zero", () => {
  const values = Float64Array.of(-1, 0, 1, 2, 3, 4, 5);
  expect([...percentileOf(values, 100, 1), ...percentileOf(values, 50, 1), ...percentileOf(values, 62.5, 1)]).toEqual([5, 3, 3.5]);
  expect([...percentileOf(Float64Array.of(1, -1, 3, -2), 100, 2)]).toEqual([3, 1]);
});

const refused: readonly [string, readonly LayerData[], object, RegExp][] = [
  ["max pools", [conv2d(2, 3), relu(), maxPool(2, { name: "largest" })], {}, /layer "largest" takes maxima of rates/],
  ["sigmoid units", [dense(3), activation("sigmoid", "soft")], {}, /layer "soft": units of sigmoid have no spiking counterpart/],
  ["neurons", [dense(3), neurons(perfectIntegrator(), { name: "cells" })], {}, /layer "cells" spikes already/],
  ["calibration that is missing", [dense(3), relu()], {}, /method "percentile" without calibration/],
  ["an unknown method", [dense(3), relu()], { method: "percentil" }, /no method "percentil"\n {2}Use "percentile"/],
  ["batch normalisation of nothing", [batchNorm({ name: "norm" }), dense(3)], {}, /layer "norm" \(batchNorm\) follows the input/],
];
test.each(refused)("%s: refused by name", (_, layers, options, message) => {
  const shape = layers[0]!.kind === "conv2d" ? [6, 6, 1] : [4], rates = rateModel(shape, layers);
  expect(() => convert(rates, { steps: 4, ...options })).toThrow(message);
});
