/** EventProp's forward pass is the event-driven simulation of the same neurons, and it refuses what it cannot do. */
import { compile, explicit, Network } from "synfire";
import { lifExpCurrent, staticSynapse } from "synfire/models";
import { describe, expect, it } from "vitest";
import { cellFromModel } from "../../../../src/train/cells/fromModel.ts";
import { initialWeights } from "../../../../src/train/initialWeights.ts";
import { EventProp } from "../../../../src/train/learners/eventProp/eventProp.ts";
import { eventAccuracy, trainEventEpoch } from "../../../../src/train/learners/eventProp/trainEpoch.ts";
import { WeightUpdates } from "../../../../src/train/learners/online/weightUpdates.ts";
import { adam } from "../../../../src/train/optimizers.ts";
import { makeYinYang } from "../../../../src/data/made/yinYang.ts";
import { cellsLayer, denseLayer, eventModel, leakyCell, lifCell, randomTrial } from "./support.ts";

const loss = { kind: "firstSpike", softness: 0.5e-3, early: 6.4e-3, weight: 0.003 } as const;

describe("EventProp", () => {
  it("finds the spikes of the simulator's event-driven engine", async () => {
    const values = { C_m: "250 pF", tau_m: "20 ms", v_reset: "-72 mV", t_ref: "2 ms", tau_exc: "5 ms", i_ext: "100 pA" } as const;
    const cell = cellFromModel(lifExpCurrent, { dt: "0.1 ms", receptor: "exc", values });
    const model = eventModel(6, [denseLayer("in", 10, 0.3e-9, 0.4e-9), cellsLayer("hidden", cell)]);
    const weights = initialWeights(model, "f64"), kernel = weights.get("in/kernel")!.values, trial = randomTrial(9, 40, 6, 0);
    const [mine] = new EventProp(model, loss).spikes(weights, trial);

    const net = new Network({ seed: 1 });
    const source = net.spikeSource("source", 6, { times: Array.from(trial.times, (t) => t - 1e-6), indices: Array.from(trial.channels) });
    const target = net.population("target", 10, lifExpCurrent, values);
    const connect = explicit(Array.from(kernel, (_, k) => Math.floor(k / 10)), Array.from(kernel, (_, k) => k % 10));
    net.projection(source, target, staticSynapse, {
      connect, receptor: "exc", weight: { values: Array.from(kernel, (w) => w * 1e9), unit: "nA" }, delay: "1 us",
    });
    const spikes = net.spikeMonitor(target);
    await using sim = await compile(net, { engine: "exact" });
    await sim.run("60 ms");
    expect(mine!.times.length).toBeGreaterThan(20);
    expect(Array.from(mine!.channels)).toEqual(Array.from(spikes.indices));
    Array.from(mine!.times).forEach((t, k) => expect(spikes.times[k]!).toBeCloseTo(t, 12));
  });

  it.each([
    ["first spikes", loss, lifCell(), 0.93, 0.8],
    ["the largest membranes", { kind: "maximum", unit: 1 }, leakyCell(), 0, 0.7],
    ["sums of membranes weighted over time", { kind: "weightedSum", unit: 0.05, tau: 30e-3 }, leakyCell(), 0, 0.8],
  ] as const)("learns most of the Yin-Yang data set in a few epochs by %s", (_, judgedBy, cell, mean, wanted) => {
    const { train, test } = makeYinYang();
    const trials = (of: typeof train, count: number) => Array.from({ length: count }, (_x, k) => {
      const { times, channels } = of.events(k);
      return { times: times.map((t) => (t - 5e-3) / 3), channels, label: of.labels[k]! };
    });
    const [hidden, output] = [cellsLayer("hidden", lifCell()), cellsLayer("output", cell)];
    const model = eventModel(5, [denseLayer("in", 100, 1.5, 0.78), hidden, denseLayer("out", 3, mean, 0.1), output]);
    const net = new EventProp(model, judgedBy), updates = new WeightUpdates(initialWeights(model, "f64"), adam(5e-3)), seen = trials(train, 2500);
    for (let epoch = 0; epoch < 5; epoch++) trainEventEpoch(net, updates, seen, { batch: 32, epoch, seed: 1 });
    // A linear classifier reaches 64 %.
    expect(eventAccuracy(net, updates, trials(test, 500))).toBeGreaterThan(wanted);
  });

  const input = denseLayer("in", 2, 1, 0), output = cellsLayer("out", lifCell());
  it.each([
    ["a bias", [{ ...input, bias: true }, output], 'EventProp: layer "in" has a bias'],
    ["two dense layers in a row", [input, denseLayer("mid", 2, 1, 0)], 'EventProp: layer "in" is not followed by neurons'],
    ["neurons without weights before them", [output], 'EventProp: layer "out" is cells where dense is expected'],
    ["an output that never spikes", [input, cellsLayer("out", leakyCell())], 'layer "out" has no threshold and no layer reads it'],
    ["recurrent neurons", [input, { ...output, recurrent: { bias: false, initializer: { type: "zeros" } } }], '"lif_exp_current" is recurrent'],
    ["equal time constants", [input, cellsLayer("out", lifCell({ tau_exc: 20e-3 }))], "membrane and current both decay with 0.02 s"],
    ["a threshold below rest", [input, cellsLayer("out", lifCell({ v_th: -1 }))], "threshold -1 is not above where v starts (0)"],
    ["cells without equations", [input, { ...output, cell: withoutModel() }], "has no equations in continuous time"],
  ] as const)("refuses %s", (_, layers, message) => {
    expect(() => new EventProp(eventModel(2, layers), loss)).toThrow(message);
  });
});

function withoutModel(): ReturnType<typeof lifCell> {
  const { simulated: _, ...cell } = lifCell();
  return cell;
}
