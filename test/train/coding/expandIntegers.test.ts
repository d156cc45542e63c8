import { expect, test } from "vitest";
import { compile } from "../../../src/engine/compile.ts";
import { collectOutput, expandInput, expandIntegers } from "../../../src/train/coding/expandIntegers.ts";
import { outputsOf } from "../../../src/train/convert/activationScale.ts";
import { initialWeights } from "../../../src/train/initialWeights.ts";
import { averagePool, conv2d, dense, flatten, integer, maxPool, relu } from "../../../src/train/layers.ts";
import { spikingModel } from "../../../src/train/model.ts";
import type { LayerData } from "../../../src/train/modelData.ts";
import { alignSpikes } from "../../../src/train/network/alignSpikes.ts";
import { toNetwork } from "../../../src/train/network/toNetwork.ts";
import type { Sequence } from "../../../src/train/sequence.ts";
import { sizeOf } from "../../../src/train/sequence.ts";

/** Weights that are whole sixty-fourths, so that every sum is exact. */
function exact(shape: readonly number[], steps: number, layers: readonly LayerData[], constant = false) {
  const model = spikingModel({ input: { shape, steps, constant }, seed: 6 }, layers), weights = initialWeights(model, "f64");
  for (const [name, { values }] of weights) values.forEach((w, k) => (values[k] = Math.round(w * 160 + (name.endsWith("kernel") ? 4 : 1)) / 64));
  const length = 3 * (constant ? 1 : steps) * sizeOf(shape), values = Float64Array.from({ length }, (_, k) => ((k * k * 7 + k) % 17) / 16);
  const input: Sequence = { batch: 3, steps: constant ? 1 : steps, constant, shape, values };
  return { model, weights, input };
}

const cases: readonly [string, readonly number[], readonly LayerData[]][] = [
  ["dense layers, D = 4", [7], [dense(12), integer(4), dense(9), integer(4), dense(6), integer(4), dense(3)]],
  ["dense layers, D = 8, integers last", [7], [dense(12), integer(8), dense(5), integer(8)]],
  ["one level", [7], [dense(12), integer(1), dense(9), integer(1), dense(3)]],
  ["convolutions and pools", [8, 8, 1], [conv2d(4, 3), integer(2), maxPool(2), conv2d(3, 2), integer(2), averagePool(2), flatten(), dense(4)]],
];
test.each(cases)("integers and their spikes give exactly the same outputs: %s", (_, shape, layers) => {
  for (const constant of [false, true]) {
    const { model, weights, input } = exact(shape, constant ? 1 : 5, layers, constant), expanded = expandIntegers({ model, weights });
    const integers = outputsOf(model, weights, input), spikes = outputsOf(expanded.model, expanded.weights, expandInput(input, expanded));
    const collected = collectOutput(spikes[spikes.length - 1]!, expanded);
    expect([...collected.values]).toEqual([...integers[integers.length - 1]!.values]);
    expect(new Set(integers[1]!.values).size).toBeGreaterThan(1);
  }
});

test("every integer of a layer is as many spikes, and only 0 and 1 are sent", () => {
  const { model, weights, input } = exact([7], 4, [dense(20), integer(4), dense(2)]), expanded = expandIntegers({ model, weights });
  const integers = outputsOf(model, weights, input)[1]!, spikes = outputsOf(expanded.model, expanded.weights, expandInput(input, expanded))[1]!;
  expect([...new Set(spikes.values)].sort()).toEqual([0, 1]);
  for (let b = 0; b < 3; b++) for (let t = 0; t < 4; t++) for (let u = 0; u < 20; u++) {
    let count = 0;
    for (let s = 0; s < 4; s++) count += spikes.values[(b * spikes.steps + expanded.latency + 4 * t + s) * 20 + u]!;
    expect(count).toBe(4 * integers.values[(b * 4 + t) * 20 + u]!);
  }
});

test("an expanded model runs in the simulator with the same spikes", async () => {
  const { model, weights, input } = exact([7], 3, [dense(12), integer(4), dense(9), integer(4), dense(3)]);
  const expanded = expandIntegers({ model, weights }), shown = expandInput(input, expanded);
  const made = toNetwork(expanded.model, expanded.weights, { input: shown }), monitor = made.network.spikeMonitor();
  await using simulation = await compile(made.network, { dt: made.dt, precision: "f64" });
  await simulation.run(made.duration);
  const aligned = alignSpikes(made, monitor), outputs = outputsOf(expanded.model, expanded.weights, shown);
  for (const k of [1, 3]) expect([...aligned.get(model.layers[k]!.name)!]).toEqual([...outputs[k]!.values]);
});

test("other units and unequal levels are refused by name", () => {
  const of = (layers: readonly LayerData[]) => () => expandIntegers(exact([7], 1, layers));
  expect(of([dense(3), relu("rates"), dense(2)])).toThrow('layer "rates" (activation) gives no integers');
  expect(of([dense(3), integer(4), dense(2), integer(2)])).toThrow("layers of integers have 4 and 2 levels");
  expect(of([dense(3)])).toThrow("the model has no layer of integers");
});
