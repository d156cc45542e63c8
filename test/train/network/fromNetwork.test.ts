import { expect, test } from "vitest";
import { allToAll, fixedProbability, Network } from "synfire";
import { lifDelta, lifExpCurrent, staticSynapse, stdpPair } from "synfire/models";
import { compile } from "../../../src/engine/compile.ts";
import { outputsOf } from "../../../src/train/convert/activationScale.ts";
import { alignSpikes } from "../../../src/train/network/alignSpikes.ts";
import { fromNetwork } from "../../../src/train/network/fromNetwork.ts";
import { toNetwork } from "../../../src/train/network/toNetwork.ts";
import type { Sequence } from "../../../src/train/sequence.ts";

const steps = 150, dt = "0.5 ms";
const input: Sequence = {
  batch: 1, steps, constant: false, shape: [20], values: Float64Array.from({ length: steps * 20 }, (_, k) => (Math.sin(k * k + 3) > 0.9 ? 1 : 0)),
};
const spikeTimes = (): { times: number[]; indices: number[] } => {
  const on = [...input.values.keys()].filter((k) => input.values[k] === 1);
  return { times: on.map((k) => (Math.floor(k / 20) + 1) * 0.5e-3), indices: on.map((k) => k % 20) };
};

function layered(v = "0 mV"): Network {
  const net = new Network({ seed: 11 });
  const source = net.spikeSource("source", 20, spikeTimes());
  const hidden = net.population("hidden", 15, lifDelta, { v, tau_m: "15*ms + 10*ms*rand()" });
  const last = net.population("last", 6, lifExpCurrent, { t_ref: "1 ms" });
  const mixed = { receptor: "v", weight: "2*mV + 4*mV*rand()", connect: fixedProbability(0.6) } as const;
  net.projection(source, hidden, staticSynapse, { ...mixed, delay: "0.5*ms + 3*ms*rand()" });
  net.projection(hidden, hidden, staticSynapse, { receptor: "v", weight: "-0.5 mV", connect: allToAll({ autapses: false }), name: "inhibition" });
  net.projection(hidden, last, staticSynapse, { receptor: "exc", weight: "600*pA + 400*pA*rand()", connect: fixedProbability(0.8), name: "out" });
  return net;
}

test("the model of a layered network gives the network's spikes, and so does the network made from it", async () => {
  const net = layered(), monitor = net.spikeMonitor();
  await using simulation = await compile(net, { dt, precision: "f64" });
  await simulation.run("80 ms");
  const { model, weights } = await fromNetwork(layered(), { dt, steps });
  expect(model.layers.map((l) => l.name)).toEqual(["source to hidden", "hidden", "out", "last"]);
  const outputs = outputsOf(model, weights, input), made = toNetwork(model, weights, { input }), again = made.network.spikeMonitor();
  await using second = await compile(made.network, { dt: made.dt, precision: "f64" });
  await second.run(made.duration);
  const aligned = alignSpikes(made, again), first = alignSpikes(made, monitor);
  for (const [k, name] of [[1, "hidden"], [3, "last"]] as const) {
    const expected = [...first.get(name)!];
    expect(expected.reduce((a, b) => a + b, 0)).toBeGreaterThan(15);
    expect([...outputs[k]!.values]).toEqual(expected);
    expect([...aligned.get(name)!]).toEqual(expected);
  }
});

test("initial values that differ between neurons become those of the cells", async () => {
  const { model, weights } = await fromNetwork(layered("10*mV*rand()"), { dt, steps }), hidden = model.layers[1]!;
  expect(hidden.kind === "cells" && hidden.perNeuron.includes("initial:v")).toBe(true);
  const { values } = weights.get("hidden/initial:v")!;
  expect(new Set(values).size).toBe(15);
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
});

test("parameters that are to be learned become weights of the layers that have them", async () => {
  const { model, weights } = await fromNetwork(layered(), { dt, steps, learn: ["tau_m", "t_ref"] });
  const hidden = model.layers[1]!, last = model.layers[3]!;
  expect([hidden, last].map((l) => (l.kind === "cells" ? l.learn : []))).toEqual([["tau_m", "t_ref"], ["tau_m", "t_ref"]]);
  expect(weights.get("hidden/tau_m")!.shape).toEqual([15]);
  expect([...weights.get("last/t_ref")!.values]).toEqual([1e-3]);
});

const refused: readonly [string, (net: Network) => void, RegExp][] = [
  ["a second way", (net) => net.projection(net.group("hidden"), net.population("other", 2, lifDelta), staticSynapse,
    { connect: allToAll(), receptor: "v", weight: "1 mV", name: "aside" }), /projection aside is the second that leaves "hidden"/],
  ["synapses that learn", (net) => net.projection(net.group("last"), net.population("other", 2, lifDelta), stdpPair,
    { connect: allToAll(), receptor: "v", weight: "1 mV", w_max: "2 mV", name: "plastic" }),
    /projection plastic has synapses of the model "stdp_pair"/],
  ["currents", (net) => net.poissonInput(net.group("hidden") as never, { receptor: "v", rate: "1 Hz", weight: "1 mV" } as never),
    /input "poisson 0 to hidden" drives/],
  ["a population apart", (net) => { net.population("apart", 3, lifDelta); }, /population "apart" is not reached from "source"/],
  ["a loop", (net) => net.projection(net.group("last"), net.group("hidden") as never, staticSynapse,
    { connect: allToAll(), receptor: "v", weight: "1 mV", name: "feedback" } as never), /projection feedback leads back to a layer before/],
];
test.each(refused)("%s: refused by name", async (_, change, message) => {
  const net = layered();
  change(net);
  await expect(fromNetwork(net, { dt, steps })).rejects.toThrow(message);
});
