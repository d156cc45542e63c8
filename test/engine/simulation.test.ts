import { describe, expect, test } from "vitest";
import { compile, explicit, fixedIndegree, fixedProbability, Network, neuron, normal, stepCurrent, uniform } from "synfire";
import type { CompileOptions } from "synfire";
import { lifDelta, staticSynapse } from "synfire/models";

/** A small network with everything random: wiring, weights, delays, Poisson input, start values. */
function randomNetwork(seed = 3): Network {
  const net = new Network({ seed });
  const cell = { tau_m: "20 ms", v_reset: "0 mV", v: "rand() * v_th" };
  const E = net.population("E", 80, lifDelta, cell),
    I = net.population("I", 21, lifDelta, { ...cell, tau_m: uniform("15 ms", "25 ms") });
  for (const target of [E, I]) {
    net.projection(E, target, staticSynapse, {
      connect: fixedProbability(0.1),
      receptor: "v",
      weight: normal("0.5 mV", "0.1 mV"),
      delay: uniform("0.4 ms", "3 ms"),
    });
    net.projection(I, target, staticSynapse, { connect: fixedIndegree(5), receptor: "v", weight: "-1 mV", delay: "0.8 ms" });
    net.poissonInput(target, { receptor: "v", rate: "12 kHz", weight: "0.1 mV" });
  }
  net.spikeMonitor();
  return net;
}

async function hashOf(net: Network, options: Partial<CompileOptions> = {}, duration = "100 ms" as const): Promise<string> {
  await using sim = await compile(net, { dt: "0.1 ms", ...options });
  await sim.run(duration);
  expect(sim.report().spikes).toBeGreaterThan(50);
  return sim.report().spikeHash;
}

test("the same seed gives the same spikes, another seed others", async () => {
  const first = await hashOf(randomNetwork());
  expect(await hashOf(randomNetwork())).toBe(first);
  expect(await hashOf(randomNetwork(4))).not.toBe(first);
  expect(await hashOf(randomNetwork(), { seed: 4 })).not.toBe(first);
});

test("WebAssembly in f64 gives the spikes of the interpreter", async () => {
  expect(await hashOf(randomNetwork(), { precision: "f64" })).toBe(await hashOf(randomNetwork(), { backend: "interpreter" }));
}, 120_000);

test("windows of the shortest delay give the spikes of single steps", async () => {
  const sampled = randomNetwork();
  const E = sampled.group("E");
  // A monitor of every step makes every window one step long.
  sampled.stateMonitor(E as never, ["v"] as never);
  expect(await hashOf(sampled)).toBe(await hashOf(randomNetwork()));
});

test("a run in pieces is the same as in one go, and reset repeats it", async () => {
  await using sim = await compile(randomNetwork(), { dt: "0.1 ms" });
  for (let k = 0; k < 10; k++) await sim.run("10 ms");
  const pieces = sim.report().spikeHash;
  expect(pieces).toBe(await hashOf(randomNetwork()));
  sim.reset();
  expect(sim.time).toBe(0);
  await sim.run("100 ms");
  expect(sim.report().spikeHash).toBe(pieces);
});

test("a network from JSON has the same synapses and spikes", async () => {
  const net = randomNetwork();
  const copy = Network.fromJSON(JSON.parse(JSON.stringify(net)));
  expect(await hashOf(copy)).toBe(await hashOf(net));
});

describe("the order of events in a step", () => {
  const step = neuron({
    name: "counter",
    parameters: { v_th: 0.9 },
    state: { v: 0 },
    receptors: { v: "v" },
    equations: "v : 1",
    threshold: "v > v_th",
    reset: "v = 0",
  });

  test("a spike of a source at t arrives after the delay and is seen by the threshold of that step", async () => {
    const net = new Network();
    const source = net.spikeSource("source", 1, { times: { values: [20.2], unit: "ms" }, indices: [0] });
    const target = net.population("target", 1, step);
    net.projection(source, target, staticSynapse, { connect: explicit([0], [0]), receptor: "v", weight: 1, delay: "1 ms" });
    const spikes = net.spikeMonitor(target);
    await using sim = await compile(net, { dt: "0.1 ms" });
    await sim.run("30 ms");
    expect([...spikes.times].map((t) => t.toFixed(6))).toEqual([(0.0212).toFixed(6)]);
  });

  test("without a delay a spike arrives in the next step, along a chain one step a neuron", async () => {
    const net = new Network();
    const source = net.spikeSource("source", 1, { times: [0.001], indices: [0] });
    const chain = net.population("chain", 5, step);
    net.projection(source, chain, staticSynapse, { connect: explicit([0], [0]), receptor: "v", weight: 1 });
    net.projection(chain, chain, staticSynapse, { connect: explicit([0, 1, 2, 3], [1, 2, 3, 4]), receptor: "v", weight: 1 });
    const spikes = net.spikeMonitor(chain);
    await using sim = await compile(net, { dt: "1 ms" });
    await sim.run("20 ms");
    expect([...spikes.times].map((t) => Math.round(t * 1e3))).toEqual([2, 3, 4, 5, 6]);
    expect([...spikes.indices]).toEqual([0, 1, 2, 3, 4]);
  });

  test("a spike at time 0 arrives after its delay", async () => {
    const net = new Network();
    const source = net.spikeSource("source", 2, { times: [0, 0], indices: [1, 0] });
    const target = net.population("target", 2, step);
    net.projection(source, target, staticSynapse, { connect: explicit([0, 1], [0, 1]), receptor: "v", weight: 1, delay: "3 ms" });
    const spikes = net.spikeMonitor(target);
    await using sim = await compile(net, { dt: "1 ms" });
    await sim.run("10 ms");
    expect([...spikes.times]).toEqual([0.003, 0.003]);
  });
});

test("delays per synapse arrive when they should, each at its own time", async () => {
  const net = new Network();
  const source = net.spikeSource("source", 1, { times: [0.001], indices: [0] });
  const counter = neuron({ name: "counter", state: { v: 0 }, receptors: { v: "v" }, equations: "v : 1", threshold: "v > 0.5", reset: "v = 0" });
  const target = net.population("target", 30, counter);
  const delays = Array.from({ length: 30 }, (_, j) => ((j * 7) % 30) + 1);
  net.projection(source, target, staticSynapse, {
    connect: explicit(
      new Array(30).fill(0),
      delays.map((_, j) => j),
    ),
    receptor: "v",
    weight: 1,
    delay: { values: delays, unit: "ms" },
  });
  const spikes = net.spikeMonitor(target);
  await using sim = await compile(net, { dt: "1 ms" });
  await sim.run("50 ms");
  const arrival = new Map([...spikes.indices].map((j, k) => [j, Math.round(spikes.times[k]! * 1e3)]));
  expect(delays.map((_, j) => arrival.get(j))).toEqual(delays.map((d) => 1 + d));
});

test("a step current acts in the steps that start within it", async () => {
  const integrator = neuron({ name: "integrator", parameters: { i_ext: "0 Hz" }, state: { v: 0 }, equations: "dv/dt = i_ext : 1" });
  const net = new Network();
  const P = net.population("P", 3, integrator);
  net.currentInput(P.slice(1, 3), { into: "i_ext", current: stepCurrent({ from: "2 ms", to: "5 ms", amplitude: "1 kHz" }) });
  const trace = net.stateMonitor(P, ["v"]);
  await using sim = await compile(net, { dt: "1 ms" });
  await sim.run("7 ms");
  expect([...trace.trace("v", 1)]).toEqual([0, 0, 1, 2, 3, 3, 3]);
  expect([...trace.trace("v", 0)]).toEqual([0, 0, 0, 0, 0, 0, 0]);
});

test("changes while running take effect at their time: parameters, lesions, weights, functions", async () => {
  const clock = neuron({
    name: "clock",
    parameters: { rate: "1 kHz" },
    state: { v: 0 },
    equations: "dv/dt = rate : 1",
    threshold: "v > 0.99",
    reset: "v = 0",
  });
  const net = new Network();
  const P = net.population("P", 4, clock);
  net.at("10 ms", { target: P.slice(0, 1), set: { rate: "0.5 kHz" } });
  net.at("10 ms", { lesion: P.slice(1, 2) });
  net.at("10 ms", (sim) => sim.set(P.slice(2, 3), { rate: "0 Hz" }));
  const spikes = net.spikeMonitor(P);
  await using sim = await compile(net, { dt: "1 ms" });
  await sim.run("20 ms");
  expect([...spikes.counts()]).toEqual([15, 10, 10, 20]);
  sim.reset();
  await sim.run("20 ms");
  expect([...spikes.counts()]).toEqual([15, 10, 10, 20]);
});

test("an aborted run keeps what it recorded", async () => {
  const net = randomNetwork();
  const monitor = net.monitors[0] as unknown as { count: number };
  await using sim = await compile(net, { dt: "0.1 ms" });
  const controller = new AbortController();
  await expect(sim.run("1000 s", { signal: controller.signal, onProgress: (p) => p.time > 0 && controller.abort() })).rejects.toThrow(/abort/i);
  expect(sim.time).toBeGreaterThan(0);
  expect(monitor.count).toBe(sim.report().spikes);
});

test("a state that becomes infinite stops the run and names population, neuron, variable and last value", async () => {
  const blowUp = neuron({
    name: "blow_up",
    parameters: { k: "1 kHz" },
    state: { v: 1, w: 0 },
    equations: "dv/dt = k*v*v : 1; dw/dt = k : 1",
    method: "euler",
  });
  const net = new Network();
  net.population("P", 20, blowUp, { v: "int(i == 17) * 3" });
  await using sim = await compile(net, { dt: "1 ms" });
  await expect(sim.run("1 s")).rejects.toThrow(/population "P": v became .* in neuron 17 at t = \d+ ms; its last finite value was/);
});

test("streaming yields every spike once, in order", async () => {
  const net = randomNetwork();
  await using sim = await compile(net, { dt: "0.1 ms" });
  let count = 0,
    last = 0;
  for await (const chunk of sim.stream("100 ms", { every: "7 ms" })) {
    expect(chunk.from).toBeCloseTo(last, 9);
    last = chunk.to;
    count += chunk.times.length;
    expect([...chunk.times].every((t) => t > chunk.from - 1e-9 && t <= chunk.to + 1e-9)).toBe(true);
  }
  expect(count).toBe(sim.report().spikes);
  expect(sim.report().spikeHash).toBe(await hashOf(randomNetwork()));
});
