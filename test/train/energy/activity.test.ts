import { expect, test } from "vitest";
import { compile } from "../../../src/engine/compile.ts";
import { leaky } from "../../../src/train/cells/conventions.ts";
import { activityOf } from "../../../src/train/energy/activity.ts";
import { energyReport } from "../../../src/train/energy/energyReport.ts";
import { networkEnergy } from "../../../src/train/energy/networkEnergy.ts";
import { initialWeights } from "../../../src/train/initialWeights.ts";
import { averagePool, batchNorm, conv2d, dense, dropout, flatten, integer, maxPool, neurons, relu } from "../../../src/train/layers.ts";
import { spikingModel } from "../../../src/train/model.ts";
import type { LayerData } from "../../../src/train/modelData.ts";
import { alignSpikes } from "../../../src/train/network/alignSpikes.ts";
import { toNetwork } from "../../../src/train/network/toNetwork.ts";
import type { Sequence } from "../../../src/train/sequence.ts";
import { sizeOf } from "../../../src/train/sequence.ts";

const cell = leaky({ beta: 0.8 });
const made = (shape: readonly number[], layers: readonly LayerData[]) => {
  const model = spikingModel({ input: { shape, steps: 12 }, seed: 8 }, layers), weights = initialWeights(model, "f64");
  for (const [name, { values }] of weights) if (name.endsWith("/kernel")) values.forEach((w, k) => (values[k] = 3 * w + 0.05));
  const length = 12 * sizeOf(shape);
  const values = Float64Array.from({ length }, (_, k) => (Math.sin(k * k) > 0.3 ? 1 : 0));
  return { model, weights, input: { batch: 1, steps: 12, constant: false, shape, values } satisfies Sequence };
};

const cases: readonly [string, readonly number[], readonly LayerData[]][] = [
  ["dense and recurrent layers", [10],
    [dense(12, { bias: false }), neurons(cell, { recurrent: { bias: false } }), dense(5, { bias: false }), neurons(cell)]],
  ["convolutions and pools", [9, 8, 1],
    [conv2d(3, 3, { padding: "same", bias: false }), neurons(cell), averagePool(2), conv2d(4, 2, { bias: false }), neurons(cell), dropout(0.1),
      flatten(), dense(5, { bias: false }), neurons(cell)]],
];
test.each(cases)("the synaptic events of a model are those of its simulation, to the unit: %s", async (_, shape, layers) => {
  const { model, weights, input } = made(shape, layers), report = energyReport(model, activityOf(model, weights, input));
  const simulated = toNetwork(model, weights, { input }), { network, dt, duration } = simulated, monitor = network.spikeMonitor();
  await using simulation = await compile(network, { dt, precision: "f64" });
  await simulation.run(duration);
  const { data } = network;
  const synapses = data.projections.map(({ name, model: synapse }) => ({ name, pre: simulation.synapses({ name, model: synapse }).pre }));
  const steps = Math.round(simulation.time / simulation.dt);
  const all = networkEnergy(data, synapses, new Map(monitor.sources.map((group) => [group.name, monitor.counts(group)])), steps);
  // Neurons may go on spiking for as long as the layers behind them are late.
  const inSample = new Map([...alignSpikes(simulated, monitor)].map(([name, aligned]) => {
    const counts = new Float64Array(aligned.length / 12);
    aligned.forEach((spike, k) => (counts[k % counts.length]! += spike));
    return [name, counts] as const;
  }));
  const counted = networkEnergy(data, synapses, inSample, steps);
  expect(report.total.multiplications).toBe(0);
  expect(report.total.synapticEvents).toBeGreaterThan(100);
  expect(counted.synapticEvents).toBe(report.total.synapticEvents);
  expect(simulation.report().synapticEvents).toBe(all.synapticEvents);
});

test("the largest spike of a window is one event, and the integers of a layer are as many events as they say", () => {
  const pooled = made([4, 4, 1], [neurons(leaky({ beta: 0, reset: "none", threshold: 0.5 })), maxPool(2), flatten(), dense(3)]);
  const { inputs } = activityOf(pooled.model, pooled.weights, pooled.input), into = inputs.get("dense")!;
  const { values } = pooled.input, largest = new Float64Array(4);
  for (let t = 0; t < 12; t++) for (let place = 0; place < 4; place++) {
    const [row, column] = [2 * Math.floor(place / 2), 2 * (place % 2)];
    largest[place]! += Math.max(...[0, 1, 4, 5].map((k) => values[t * 16 + row * 4 + column + k]!));
  }
  expect(into).toEqual({ kind: "spikes", events: largest });
  const counts = made([6], [dense(4), integer(4), dense(2, { name: "last" })]);
  expect(activityOf(counts.model, counts.weights, counts.input).inputs.get("last")).toMatchObject({ kind: "spikes" });
  const rates = made([6], [dense(4), batchNorm(), relu(), dense(2, { name: "last" })]);
  expect(activityOf(rates.model, rates.weights, rates.input).inputs.get("last")).toEqual({ kind: "numbers", constant: false });
});
