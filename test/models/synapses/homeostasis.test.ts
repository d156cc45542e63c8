import { expect, test } from "vitest";
import { allToAll, compile, explicit, Network, neuron } from "synfire";
import type { Projection, Quantity, SynapseModel } from "synfire";
import { heterosynaptic, intrinsicPlasticity, lifHomeostatic, rateSynapse, stdpPair, synapticScaling } from "synfire/models";
import { deviationOf, meanOf, poissonWeights } from "./poisson.ts";
import { finalWeights } from "./protocols.ts";

test("weights of a silenced neuron grow as exp(beta·a_goal·t + gamma·a_goal·t²/2), whatever they were", async () => {
  const net = new Network({ seed: 1 });
  const inputs = net.spikeSource("inputs", 3, { times: [] });
  const cell = net.population("cell", 1, lifHomeostatic, { a_goal: "20 Hz" });
  const projection = net.projection(inputs, cell, synapticScaling, {
    connect: allToAll(), receptor: "v", weight: { values: [0.1, 0.2, 0.7], unit: "mV" }, beta: 4e-4, gamma: "1e-5 1/s", w_max: "10 mV",
  });
  await using sim = await compile(net, { dt: "1 ms", precision: "f64" });
  await sim.run("60 s");
  const factor = Math.exp(4e-4 * 20 * 60 + (1e-5 * 20 * 60 ** 2) / 2);
  for (const [k, w] of sim.get(projection, "w").entries()) expect((w * 1e3) / [0.1, 0.2, 0.7][k]! / factor).toBeCloseTo(1, 2);
});

test("scaling brings neurons of unequal input to their goals and keeps the ratios of their weights (Turrigiano et al. 1998)", async () => {
  const goals = [5, 10, 20];
  const net = new Network({ seed: 3 });
  const inputs = net.poissonSource("inputs", 60, { rate: "30 Hz" });
  const cells = net.population("cells", 3, lifHomeostatic, { a_goal: { values: goals, unit: "Hz" }, tau_a: "5 s" });
  const projection = net.projection(inputs, cells, synapticScaling, {
    connect: allToAll(), receptor: "v", weight: "0.2*mV + 0.4*mV*rand()", beta: 4e-3, gamma: "1e-4 1/s", w_max: "10 mV",
  });
  const spikes = net.spikeMonitor(cells);
  await using sim = await compile(net, { dt: "1 ms", precision: "f64" });
  const { post, weights: before } = sim.synapses(projection);
  await sim.run("200 s");
  const after = sim.get(projection, "w");
  for (const [k, goal] of goals.entries()) {
    const rate = spikes.times.filter((t, n) => t > 100 && spikes.indices[n] === k).length / 100;
    expect(Math.abs(rate / goal - 1)).toBeLessThan(0.1);
    const ratios = Array.from(after, (w, e) => w / before[e]!).filter((_, e) => post[e] === k);
    expect(deviationOf(ratios) / meanOf(ratios)).toBeLessThan(1e-12);
  }
});

test("an adaptive threshold brings a neuron to its goal whatever its input", async () => {
  const net = new Network({ seed: 3 });
  const rates = [800, 1600, 3200];
  const cells = net.population("cells", 3, lifHomeostatic, { a_goal: "8 Hz", eta_theta: "0.1 mV" });
  net.poissonInput(cells, { receptor: "v", rate: { values: rates, unit: "Hz" }, weight: "0.7 mV" });
  const spikes = net.spikeMonitor(cells);
  await using sim = await compile(net, { dt: "0.5 ms" });
  await sim.run("100 s");
  const theta = sim.get(cells, "theta");
  expect(theta[2]! - theta[0]!).toBeGreaterThan(0.01);
  for (let k = 0; k < 3; k++) expect(Math.abs(spikes.times.filter((t, n) => t > 50 && spikes.indices[n] === k).length / 50 - 8)).toBeLessThan(0.8);
});

test("intrinsic plasticity makes the activity exponential with mean mu, whatever the input's mean and spread", async () => {
  const source = neuron({
    name: "gaussian", parameters: { mean: 0, sd: 1 }, state: { r: 0 }, equations: "dr/dt = (mean - r)/(50*ms) + sd*sqrt(2/(50*ms))*xi : 1",
  });
  const net = new Network({ seed: 5 });
  const inputs = net.population("inputs", 3, source, { mean: [0, 2, -1], sd: [1, 0.5, 2] });
  const cells = net.population("cells", 3, intrinsicPlasticity, { mu: 0.1, eta: "0.15 1/s" });
  net.projection(inputs, cells, rateSynapse, { connect: explicit([0, 1, 2], [0, 1, 2]), weight: 1 });
  const monitor = net.stateMonitor(cells, ["r"], { every: "10 ms" });
  await using sim = await compile(net, { dt: "1 ms", precision: "f64" });
  await sim.run("300 s");
  for (let k = 0; k < 3; k++) {
    const r = monitor.trace("r", k).slice(-20_000);
    expect(Math.abs(meanOf(r) / 0.1 - 1)).toBeLessThan(0.1);
    // Quantiles of the exponential distribution: mu·ln 2, mu·ln 10.
    const sorted = Array.from(r).sort((a, b) => a - b);
    expect(Math.abs(sorted[r.length / 2]! / (0.1 * Math.LN2) - 1)).toBeLessThan(0.15);
    expect(Math.abs(sorted[Math.round(r.length * 0.9)]! / (0.1 * Math.LN10) - 1)).toBeLessThan(0.15);
  }
});

test("heterosynaptic plasticity: each term as in the equation", async () => {
  const values = { a_plus: 0.01, a_minus: 0.02, beta: 0.05, w_0: 0.2, delta: 0.003 };
  const protocols = [{ pre: [100], post: [] }, { pre: [110], post: [100] }, { pre: [100], post: [105, 110] }, { pre: [], post: [100, 105, 110] }];
  const weights = await finalWeights(heterosynaptic, protocols, { weight: 0.5, values });
  const [alone, depressed, triplet, burst] = [...weights] as [number, number, number, number];
  expect(alone).toBeCloseTo(0.503, 12);
  expect(depressed).toBeCloseTo(0.503 - 0.02 * Math.exp(-0.5), 12);
  const y = Math.exp(-0.25);
  expect(triplet).toBeCloseTo(0.503 + 0.01 * Math.exp(-0.5) * Math.exp(-0.05) - 0.05 * 0.303 * y ** 3, 12);
  const second = 0.5 - 0.05 * 0.3 * y ** 3;
  expect(burst).toBeCloseTo(second - 0.05 * (second - 0.2) * (y * (1 + y)) ** 3, 12);
});

test("under Poisson spikes the weight settles where Hebbian growth and the heterosynaptic pull balance; without the pull it runs away", async () => {
  const [pre, post] = [20, 50], values = { a_plus: 1e-5, a_minus: 1e-5, w_0: 0.1, delta: 2e-7 };
  const run = (beta: number, duration: Quantity) => poissonWeights(heterosynaptic, {
    synapses: 200, preRate: `${pre} Hz`, postRate: `${post} Hz`, duration, weight: 0.1, values: { ...values, beta },
  });
  // Means of traces of spikes with probability rate·dt in each step, of 1 ms, before a spike of their own side (or, x, after one of the other).
  const sum = (tau: number): number => 1e-3 / (Math.exp(1e-3 / tau) - 1);
  const growth = pre * post * (1e-5 * (sum(0.02) + 1e-3) * post * sum(0.1) - 1e-5 * sum(0.02)) + pre * 2e-7;
  // Third moment of y from its cumulants.
  const p = post * 1e-3, m = post * sum(0.02);
  const variance = (p * (1 - p)) / (Math.exp(0.1) - 1), skew = (p * (1 - p) * (1 - 2 * p)) / (Math.exp(0.15) - 1);
  const pull = 5e-4 * post * (skew + 3 * variance * m + m ** 3);
  expect(Math.abs((meanOf(await run(5e-4, "80 s")) - 0.1) / (growth / pull) - 1)).toBeLessThan(0.05);
  const free = (meanOf(await run(0, "80 s")) - 0.1) / (growth * 80);
  expect(Math.abs(free - 1)).toBeLessThan(0.05);
  expect(growth * 80).toBeGreaterThan(5 * (growth / pull));
});

type NormalisationOptions = Parameters<Network["normalise"]>[1];

/** Weights of 3 sources onto 2 neurons, in storage order (by source), after `net.normalise`. */
async function normalised(options: NormalisationOptions, dale?: "excitatory"): Promise<readonly number[]> {
  const net = new Network({ seed: 1 });
  const source = net.spikeSource("source", 3, { times: [] });
  const cells = net.population("cells", 2, lifHomeostatic);
  const projection = net.projection(source, cells, stdpPair, {
    connect: allToAll(), receptor: "v", weight: { values: [1, 2, 3, 4, 5, 6], unit: "mV" }, w_max: "10 mV", ...(dale ? { dale } : {}),
  });
  net.normalise(projection as unknown as Projection<SynapseModel>, options);
  await using sim = await compile(net, { dt: "1 ms", precision: "f64" });
  if (options.every === undefined) sim.normalise(projection as unknown as Projection<SynapseModel>);
  else await sim.run("20 ms");
  return Array.from(sim.get(projection, "w"), (w) => Math.round(w * 1e12) / 1e9 + 0);
}

test("normalisation: the weights onto, or from, each neuron reach the sum or the L2 norm asked for", async () => {
  const target = "18 mV" as Quantity;
  // Onto neuron 0: 1, 3, 5 mV; onto neuron 1: 2, 4, 6 mV.
  expect(await normalised({ incoming: target })).toEqual([2, 3, 6, 6, 10, 9]);
  expect(await normalised({ incoming: target, every: "10 ms" })).toEqual([2, 3, 6, 6, 10, 9]);
  // From the sources: 1, 2; 3, 4; 5, 6 mV.
  expect(await normalised({ outgoing: "33 mV" })).toEqual([11, 22, 99 / 7, 132 / 7, 15, 18].map((w) => Math.round(w * 1e9) / 1e9));
  const [a, b] = [Math.sqrt(35), Math.sqrt(56)];
  const unit = [1 / a, 2 / b, 3 / a, 4 / b, 5 / a, 6 / b];
  expect(await normalised({ incoming: "1 mV", norm: "L2" })).toEqual(unit.map((w) => Math.round(w * 1e9) / 1e9));
  expect(await normalised({ outgoing: "5 mV", norm: "L2" })).toEqual(
    [[1, 2], [3, 4], [5, 6]].flatMap(([x, y]) => [x!, y!].map((w) => Math.round((5 * w * 1e9) / Math.hypot(x!, y!)) / 1e9)));
});

test("subtractive normalisation moves all weights of a neuron by one amount, and stops at zero where Dale's law holds", async () => {
  expect(await normalised({ incoming: "6 mV", mode: "subtractive" })).toEqual([0, 0, 2, 2, 4, 4]);
  expect(await normalised({ incoming: "3 mV", mode: "subtractive" })).toEqual([-1, -1, 1, 1, 3, 3]);
  expect(await normalised({ incoming: "3 mV", mode: "subtractive" }, "excitatory")).toEqual([0, 0, 1, 1, 3, 3]);
});
