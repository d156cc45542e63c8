/** The neurons and plasticity rules of the networks that learn images, against their definitions. */
import { expect, test } from "vitest";
import { compile, Network } from "synfire";
import type { NeuronModel, Value } from "synfire";
import { diehlCookExcitatory, diehlCookInhibitory, diehlCookStdp, staticSynapse, symStdp, symStdpClass, symStdpHidden } from "synfire/models";
import { finalWeights, pairs } from "./synapses/protocols.ts";
import { intervals } from "./simulateOne.ts";

/** Spike times (ms) and states of one neuron that receives a weight at its excitatory receptor in every step. */
async function driven(model: NeuronModel, weight: number, duration: number, read: readonly string[], values: Readonly<Record<string, Value>> = {}) {
  const net = new Network({ seed: 3 });
  const cell = net.population("cell", 1, model, values);
  const steps = Array.from({ length: 2 * duration }, (_, k) => k / 2);
  const source = net.spikeSource("source", 1, { times: { values: steps, unit: "ms" } });
  net.projection(source, cell, staticSynapse, { connect: (i, j) => i === j, receptor: "excitatory", weight, delay: "0.5 ms" });
  const monitor = net.spikeMonitor(cell);
  await using sim = await compile(net, { dt: "0.5 ms", precision: "f64" });
  await sim.run(`${duration} ms`);
  return { times: Array.from(monitor.times, (t) => t * 1e3), state: read.map((name) => sim.get(cell, name)[0]!) };
}

test("the excitatory neuron never fires twice within 50 ms, however strongly it is driven, and each spike raises theta by 0.05 mV", async () => {
  const { times, state } = await driven(diehlCookExcitatory, 5, 600, ["theta"]);
  expect(times.length).toBeGreaterThan(8);
  expect(Math.min(...intervals(times))).toBeGreaterThan(49.9);
  expect(Math.min(...intervals(times))).toBeLessThan(52);
  // Theta falls by 6e-5 of itself in 0.6 s.
  expect((state[0]! * 1e3 - 20) / times.length).toBeCloseTo(0.05, 3);
});

test("theta falls to 1/e in tau_theta, and stays where it is when the neuron does not adapt", async () => {
  const falling = await driven(diehlCookExcitatory, 0, 1000, ["theta"], { tau_theta: "1 s" });
  expect(falling.state[0]! * 1e3).toBeCloseTo(20 / Math.E, 9);
  const frozen = await driven(diehlCookExcitatory, 5, 1000, ["theta"], { adapting: 0, tau_theta: "1 s" });
  expect(frozen.times.length).toBeGreaterThan(10);
  expect(frozen.state[0]! * 1e3).toBe(20);
});

test("one spike of its excitatory partner makes the inhibitory neuron fire once", async () => {
  const net = new Network();
  const cell = net.population("cell", 1, diehlCookInhibitory);
  const source = net.spikeSource("source", 1, { times: { values: [10, 60], unit: "ms" } });
  net.projection(source, cell, staticSynapse, { connect: (i, j) => i === j, receptor: "excitatory", weight: 10.4, delay: "0.5 ms" });
  const monitor = net.spikeMonitor(cell);
  await using sim = await compile(net, { dt: "0.5 ms", precision: "f64" });
  await sim.run("100 ms");
  const times = Array.from(monitor.times, (t) => t * 1e3);
  expect(times.length).toBe(2);
  expect(times[0]! - 10).toBeLessThan(2);
  expect(times[1]! - times[0]!).toBeCloseTo(50, 9);
});

test("theta of the hidden neuron rises by delta_theta * 10 mV / |theta - 10 mV| at every spike", async () => {
  const { times, state } = await driven(symStdpHidden, 5, 400, ["theta"], { tau_theta: "1e9 s" });
  expect(times.length).toBeGreaterThan(20);
  const expected = times.reduce((theta) => theta + 0.07 * (10 / Math.abs(theta - 10)), 20);
  expect(state[0]! * 1e3).toBeCloseTo(expected, 6);
});

test("a taught class neuron fires at its teacher's rate whatever arrives, and by itself only when it is not taught", async () => {
  const taught = await driven(symStdpClass, 5, 10_000, [], { taught: 1, rate: "200 Hz" });
  // 2000 spikes, less a twentieth for steps in which two would fall: sd of the binomial 42.
  expect(Math.abs(taught.times.length - 2000)).toBeLessThan(5 * 42);
  expect((await driven(symStdpClass, 5, 1000, [], { taught: 1 })).times.length).toBe(0);
  expect((await driven(symStdpClass, 0, 1000, [], { rate: "200 Hz" })).times.length).toBe(0);
  expect((await driven(symStdpClass, 5, 1000, [])).times.length).toBeGreaterThan(50);
});

test("Diehl and Cook's rule: the first postsynaptic spike teaches nothing, a second one pairs with the last presynaptic spike only", async () => {
  const options = { weight: 0.5, dt: 0.5 };
  const change = async (pre: readonly number[], post: readonly number[]) => (await finalWeights(diehlCookStdp, [{ pre, post }], options))[0]! - 0.5;
  expect(await change([100], [110])).toBeCloseTo(0, 12);
  // x was set to 1 at 130, y2 at 110.
  expect(await change([90, 130], [110, 140])).toBeCloseTo(0.01 * Math.exp(-10 / 20) * Math.exp(-30 / 40) - 0.0001 * Math.exp(-20 / 20), 12);
  // However many spikes came before, traces are 1 after each.
  expect(await change([60, 70, 80, 90], [91, 95])).toBeCloseTo(0.01 * Math.exp(-5 / 20) * Math.exp(-4 / 40), 12);
});

test("Diehl and Cook's rule keeps weights between 0 and w_max", async () => {
  const train = Array.from({ length: 40 }, (_, k) => 100 + 10 * k);
  const high = await finalWeights(diehlCookStdp, [{ pre: train, post: train.map((t) => t + 1) }], { weight: 0.98, dt: 0.5 });
  expect(high[0]).toBe(1);
  const depressing = { weight: 0.0002, dt: 0.5, values: { eta_plus: 0 } };
  expect((await finalWeights(diehlCookStdp, [{ pre: train, post: train.map((t) => t - 1) }], depressing))[0]).toBe(0);
});

test("the symmetric rule strengthens by the same amount whichever side comes first, and never weakens", async () => {
  const differences = [-60, -20, -5, -1, 1, 5, 20, 60];
  const changes = (await finalWeights(symStdp, pairs(differences), { weight: 0.5, dt: 0.5 })).map((w) => w - 0.5);
  differences.forEach((d, k) => expect(changes[k]).toBeCloseTo(0.005 * 0.1 * Math.exp(-Math.abs(d) / 20), 12));
});
