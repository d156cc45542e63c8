import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { saveRaster } from "synfire/io";
import { stdpPair } from "synfire/models";
import { compile } from "../../../src/engine/compile.ts";
import { leaky } from "../../../src/train/cells/conventions.ts";
import { perfectIntegrator } from "../../../src/train/convert/integrateAndFire.ts";
import { initialWeights } from "../../../src/train/initialWeights.ts";
import { activation, dense, maxPool, neurons, conv2d, flatten } from "../../../src/train/layers.ts";
import { spikingModel } from "../../../src/train/model.ts";
import type { LayerData, ModelData, Weights } from "../../../src/train/modelData.ts";
import { alignSpikes } from "../../../src/train/network/alignSpikes.ts";
import { populationOf, toNetwork } from "../../../src/train/network/toNetwork.ts";
import type { Sequence } from "../../../src/train/sequence.ts";

const input: Sequence = {
  batch: 2, steps: 30, constant: false, shape: [10], values: Float64Array.from({ length: 600 }, (_, k) => (Math.sin(k * k) > 0.2 ? 1 : 0)),
};
const cell = leaky({ resetDelay: false, beta: 0.8 });
const layers = [dense(8), neurons(cell, { name: "a" }), dense(4), neurons(cell, { name: "b" })];
const model = spikingModel({ input: { shape: [10], steps: 30 }, seed: 3 }, layers);

/** Weights above 0 that never make a neuron cross its threshold twice in a step, so that the order of simultaneous arrivals is of no matter. */
function positiveWeights(of: ModelData): Weights {
  const weights = initialWeights(of, "f64");
  for (const { values } of weights.values()) values.forEach((w, k) => (values[k] = Math.abs(w) / 2 + 0.02));
  return weights;
}

test("a trained network gives the same spikes on every engine and back-end", async () => {
  const weights = positiveWeights(model), counts: Uint8Array[] = [];
  const options = [{ precision: "f64" }, { backend: "interpreter" }, { precision: "f64", threads: 2 }] as const;
  for (const option of options) {
    const made = toNetwork(model, weights, { input }), monitor = made.network.spikeMonitor();
    await using simulation = await compile(made.network, { dt: made.dt, ...option });
    await simulation.run(made.duration);
    counts.push(alignSpikes(made, monitor).get("b")!);
  }
  const made = toNetwork(model, weights, { input }), monitor = made.network.spikeMonitor();
  await using exact = await compile(made.network, { engine: "exact" });
  await exact.run(made.duration);
  counts.push(alignSpikes(made, monitor).get("b")!);
  expect(counts[0]!.reduce((a, b) => a + b, 0)).toBeGreaterThan(10);
  for (const other of counts.slice(1)) expect([...other]).toEqual([...counts[0]!]);
});

test("a projection of a trained network goes on learning by STDP, from the trained weights, and spikes as before until it has learned", async () => {
  const weights = positiveWeights(model);
  const plastic = { "dense_2": { model: stdpPair, options: { a_plus: 0.05, a_minus: 0.01, tau_plus: "5 ms", w_max: 3 } } };
  const made = toNetwork(model, weights, { input, plastic }), learning = made.projections.get("dense_2")!;
  const fixed = toNetwork(model, weights, { input }), plain = fixed.network.spikeMonitor(), monitor = made.network.spikeMonitor();
  await using simulation = await compile(made.network, { dt: made.dt, precision: "f64" });
  await using reference = await compile(fixed.network, { dt: fixed.dt, precision: "f64" });
  const before = simulation.get(learning, "w").slice();
  weights.get("dense_2/kernel")!.values.forEach((w, k) => expect(before[k]).toBeCloseTo(w, 12));
  await simulation.run(made.duration);
  await reference.run(made.duration);
  const after = simulation.get(learning, "w");
  expect(after.reduce((sum, w, k) => sum + (w - before[k]!), 0)).toBeGreaterThan(0.5);
  const [hidden, same] = [alignSpikes(made, monitor), alignSpikes(fixed, plain)];
  expect([...hidden.get("a")!]).toEqual([...same.get("a")!]);
  const spikes = (all: Map<string, Uint8Array>): number => all.get("b")!.reduce((a, b) => a + b, 0);
  expect(spikes(hidden)).toBeGreaterThan(spikes(same));
});

test("without an input, spikes are added to the source while the network runs", async () => {
  const made = toNetwork(model, positiveWeights(model)), monitor = made.network.spikeMonitor(populationOf(made, "b"));
  await using simulation = await compile(made.network, { dt: made.dt });
  const source = made.network.group("input");
  const each = Array.from({ length: 80 }, (_, k) => k);
  if ("add" in source) source.add(each.map((k) => 0.002 + 0.001 * Math.floor(k / 10)), each.map((k) => k % 10));
  await simulation.run("20 ms");
  expect(monitor.count).toBeGreaterThan(0);
});

test("a trained network's raster is a picture like any other", async () => {
  const folder = mkdtempSync(join(tmpdir(), "synfire-trained-")), made = toNetwork(model, positiveWeights(model), { input });
  const monitor = made.network.spikeMonitor();
  await using simulation = await compile(made.network, { dt: made.dt });
  await simulation.run(made.duration);
  await saveRaster(join(folder, "raster.svg"), monitor);
  expect(existsSync(join(folder, "raster.svg"))).toBe(true);
  rmSync(folder, { recursive: true });
});

const integrator = neurons(perfectIntegrator(), { name: "a" });
const refused: readonly [string, readonly LayerData[], RegExp][] = [
  ["a rate layer behind spikes", [dense(4), integrator, dense(3), activation("relu", "rates"), neurons(cell)],
    /layer "rates" is a rate layer behind the input/],
  ["a membrane that goes on", [dense(4), neurons(cell, { name: "m", output: { state: "v" } }), dense(2, { name: "d" })],
    /layer "d" receives numbers from layer "m"/],
  ["a computation with a maximum of sums", [conv2d(2, 1), maxPool(1, { name: "p" }), flatten(), dense(2, { name: "d" }), integrator],
    /layer "d" computes with the maximum of sums \("conv2d", "p"\)/],
];
test.each(refused)("%s is refused by its name", (_, layers, message) => {
  const of = spikingModel({ input: { shape: [2, 5, 1], steps: 30 } }, [...(layers[0]!.kind === "dense" ? [flatten()] : []), ...layers]);
  expect(() => toNetwork(of, initialWeights(of, "f64"))).toThrow(message);
});

test("wrong names and inputs are refused by name", () => {
  const weights = positiveWeights(model);
  expect(() => toNetwork(model, weights, { plastic: { dens: { model: stdpPair } } }))
    .toThrow(/no projection with "dens"\n {2}Known: dense, a bias, dense_2/);
  expect(() => toNetwork(model, weights, { inputAs: "currents" })).toThrow(/inputAs "currents" without an input/);
  expect(() => toNetwork(model, weights, { input: { ...input, values: input.values.map((v) => v / 2) as Float64Array }, inputAs: "spikes" }))
    .toThrow("the input of sample 0 is 0.5 in step 0, which is no spike");
  expect(() => populationOf(toNetwork(model, weights), "c")).toThrow(/no layer "c"\n {2}Known: input, a, b/);
});
