import { expect, test } from "vitest";
import "../support/gpu.ts";
import { compile, Network, neuron } from "synfire";
import type { Simulation } from "synfire";
import { compileRates, RateNetwork } from "synfire/rate";
import type { RateSimulation } from "synfire/rate";
import { findGpu } from "../../src/backend/webgpu/gpu.ts";
import type { BackendName } from "../../src/engine/parts.ts";

/** A neuron that integrates a current and spikes; its rate is proportional to the current. */
const integrator = neuron({
  name: "integrator", parameters: { i_ext: "0 nA", charge: "0.01 nC" }, state: { v: 0, held: 0 },
  equations: "dv/dt = i_ext / charge : 1; held : 1",
  threshold: "v >= 1", reset: "v = v - 1",
});

/** Spikes of three neurons at known times. */
const times = [0.001, 0.004, 0.0101, 0.012, 0.019, 0.02, 0.0201, 0.029], indices = [0, 1, 0, 0, 2, 1, 1, 0];

async function listed(): Promise<{ net: Network; sim: Simulation; source: ReturnType<Network["spikeSource"]> }> {
  const net = new Network({ seed: 1 });
  const source = net.spikeSource("source", 3, { times, indices });
  return { net, source, sim: await compile(net, { dt: "0.1 ms" }) };
}

test("a spike at time t belongs to the update that ends the interval (t − every, t]: as a count, and as a rate", async () => {
  const { sim, source } = await listed();
  await using _ = sim;
  const rates = new RateNetwork({ every: "10 ms" });
  const counts = rates.spikes(source, { count: true, name: "counts" }), hertz = rates.spikes(source);
  const last = rates.spikes(source.slice(1, 3), { count: true, name: "last" });
  await using run = await compileRates(rates, { simulation: sim });
  const expected = [[1, 1, 0], [2, 1, 1], [1, 1, 0]];
  for (const row of expected) {
    await run.run("10 ms");
    expect([...run.rates(counts)]).toEqual(row);
    expect([...run.rates(last)]).toEqual(row.slice(1));
    expect([...run.rates(hertz)]).toEqual(row.map((n) => n * 100));
  }
});

test("a filtered rate is the sum of exp(−age/filter)/filter over the spikes so far", async () => {
  const { sim, source } = await listed();
  await using _ = sim;
  const rates = new RateNetwork({ every: "10 ms" });
  const filtered = rates.spikes(source, { filter: "8 ms" });
  await using run = await compileRates(rates, { simulation: sim, precision: "f64" });
  for (const now of [0.01, 0.02, 0.03, 0.04]) {
    await run.run("10 ms");
    const found = run.rates(filtered);
    for (let k = 0; k < 3; k++) {
      const sum = times.reduce((s, t, e) => (indices[e] === k && t < now + 1e-9 ? s + Math.exp((t - now) / 0.008) / 0.008 : s), 0);
      expect(found[k]!, `unit ${k} at ${now} s`).toBeCloseTo(sum, 9);
    }
  }
});

/** Poisson spikes → layer that learns → current of neurons and rate of a Poisson source. */
async function loop(where: { readonly threads?: number; readonly backend?: BackendName } = {}): Promise<Loop> {
  const net = new Network({ seed: 3 });
  const source = net.poissonSource("source", 20, { rate: "20*Hz + 4*Hz*i" });
  const cells = net.population("cells", 5, integrator);
  const echo = net.poissonSource("echo", 5, { rate: "0 Hz" });
  const monitor = net.spikeMonitor(cells, echo);
  const sim = await compile(net, { dt: "0.5 ms", ...where });
  const rates = new RateNetwork({ every: "10 ms" });
  const x = rates.spikes(source, { filter: "50 ms", traces: { mean: (m, rate) => m + 0.05 * (rate - m) } });
  const y = rates.layer("y", 5, { activation: (drive, rate, leak) => rate + leak * (Math.max(0, drive) - rate), with: { leak: 0.3 } });
  const back = rates.state(cells, "v");
  const weights = rates.connect(x, y, {
    weights: (i, j) => ((i + j) % 5 === 0 ? 0.05 : 0.01), rule: (w, pre, post, eta, mean) => w + eta * post * (pre - mean - post * w),
    with: { eta: 1e-6, mean: "pre.mean" },
  });
  rates.connect(back, y, { weights: 0.1 });
  rates.drive(y, cells, { into: "i_ext", scale: "0.1 nA", offset: "0.05 nA" });
  rates.drive(y, echo, { scale: "5 Hz" });
  const run = await compileRates(rates, { simulation: sim });
  return {
    run, sim,
    outcome: async () => [...(await run.weights(weights)), ...run.rates(y), ...run.trace(x, "mean"), ...monitor.times, ...monitor.indices],
  };
}

interface Loop {
  readonly run: RateSimulation;
  readonly sim: Simulation;
  readonly outcome: () => Promise<number[]>;
}

test("a run in pieces, whether or not they end with an update, is the run in one go; and after reset it follows again", async () => {
  const whole = await loop(), pieces = await loop();
  await whole.run.run("400 ms");
  const expected = await whole.outcome();
  expect(expected.length).toBeGreaterThan(150);
  for (const piece of ["0 ms", "3.5 ms", "6.5 ms", "114.5 ms", "0.5 ms", "275 ms"] as const) await pieces.run.run(piece);
  expect(await pieces.outcome()).toEqual(expected);
  await pieces.run.reset();
  expect(pieces.run.time).toBe(0);
  await pieces.run.run("400 ms");
  expect(await pieces.outcome()).toEqual(expected);
  expect(whole.sim.report().spikeHash).toBe(pieces.sim.report().spikeHash);
  for (const { run, sim } of [whole, pieces]) {
    await run[Symbol.asyncDispose]();
    await sim[Symbol.asyncDispose]();
  }
});

test("layers beside two threads of neurons compute what they compute beside one", async () => {
  const one = await loop(), two = await loop({ threads: 2 });
  for (const { run } of [one, two]) await run.run("200 ms");
  expect(two.sim.threads).toBe(2);
  expect(await two.outcome()).toEqual(await one.outcome());
  for (const { run, sim } of [one, two]) {
    await run[Symbol.asyncDispose]();
    await sim[Symbol.asyncDispose]();
  }
});

test("layers beside neurons on a GPU compute what they compute beside neurons in WebAssembly", async ({ skip }) => {
  const found = await findGpu();
  if (!("gpu" in found)) skip(found.reason);
  // Compilers of cards may round products and sums at once, and one spike that differs changes what follows.
  else if (!found.gpu.software) skip(`spikes on ${found.gpu.name} need not be those of WebAssembly to the bit`);
  const here = await loop(), there = await loop({ backend: "webgpu" });
  for (const { run } of [here, there]) await run.run("200 ms");
  expect(there.sim.backend).toBe("webgpu");
  expect(await there.outcome()).toEqual(await here.outcome());
  for (const { run, sim } of [here, there]) {
    await run[Symbol.asyncDispose]();
    await sim[Symbol.asyncDispose]();
  }
});

test("a simulation tells each step's spikes of a part of a population, until nobody listens", async () => {
  const { sim, source } = await listed();
  await using _ = sim;
  const heard: (readonly [number, number[]])[] = [];
  const stop = sim.onSpikes(source.slice(1), (time, neurons) => heard.push([Number(time.toFixed(4)), [...neurons]]));
  await sim.run("20 ms");
  stop();
  await sim.run("20 ms");
  expect(heard).toEqual([[0.004, [0]], [0.019, [1]], [0.02, [0]]]);
});

test("neurons follow a layer: their current is offset + scale · rate from the next step on, and so are their spikes", async () => {
  const net = new Network({ seed: 1 });
  const cells = net.population("cells", 4, integrator);
  const counter = net.spikeCounter(cells);
  await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
  const rates = new RateNetwork({ every: "20 ms" });
  const x = rates.input("x", 2, { values: [1, 2] });
  const y = rates.layer("y", 2, { activation: (drive) => drive, initial: [5, 6] });
  rates.connect(x, y, { weights: [1, 0, 0, 1] });
  rates.drive(y, cells.slice(1, 3), { into: "i_ext", scale: "0.5 nA", offset: "0.25 nA" });
  rates.drive(y, cells.slice(0, 2), { into: "held", scale: 2 });
  await using run = await compileRates(rates, { simulation: sim });
  const nano = (): number[] => [...sim.get(cells, "i_ext")].map((i) => Math.round(i * 1e12) / 1e3);
  expect(nano()).toEqual([0, 2.75, 3.25, 0]);
  await run.run("20 ms");
  expect(nano()).toEqual([0, 0.75, 1.25, 0]);
  expect([...sim.get(cells, "held")]).toEqual([2, 4, 0, 0]);
  await run.run("1 s");
  // 5.5 and 6.5 charges in the first 20 ms, 75 and 125 in the second after.
  const counts = counter.counts(cells);
  expect([counts[0], counts[3]]).toEqual([0, 0]);
  expect(Math.abs(counts[1]! - 80.5)).toBeLessThan(1.6);
  expect(Math.abs(counts[2]! - 131.5)).toBeLessThan(1.6);
});

test("a Poisson source follows a layer: its spikes are as many as its rates say, within five standard deviations", async () => {
  const net = new Network({ seed: 7 });
  const source = net.poissonSource("source", 3, { rate: "0 Hz" });
  const counter = net.spikeCounter(source);
  await using sim = await compile(net, { dt: "0.1 ms" });
  const rates = new RateNetwork({ every: "10 ms" });
  const x = rates.input("x", 3, { values: (time) => [10, 40, time < 1 ? 0 : 100] });
  const y = rates.layer("y", 3, { activation: (drive) => drive });
  rates.connect(x, y, { weights: (i, j) => (i === j ? 1 : 0) });
  rates.drive(y, source);
  await using run = await compileRates(rates, { simulation: sim });
  await run.run("2 s");
  const counts = counter.counts(source);
  for (const [k, mean] of [20, 80, 100].entries()) expect(Math.abs(counts[k]! - mean), `source ${k}`).toBeLessThan(5 * Math.sqrt(mean));
});

test("weights that were read and put back, numbers that are set, and rules that are frozen have the effect they say", async () => {
  const rates = new RateNetwork({ every: "1 ms" });
  const x = rates.input("x", 2, { values: [1, 2] });
  const y = rates.layer("y", 1, { activation: (drive, _rate, gain) => gain * drive, with: { gain: 1 } });
  const c = rates.connect(x, y, { weights: 1, rule: (w, pre, _post, eta) => w + eta * pre, with: { eta: 0.5 } });
  await using run = await compileRates(rates);
  await run.run("1 ms");
  expect([...(await run.weights(c))]).toEqual([1.5, 2]);
  expect([...run.rates(y)]).toEqual([3]);
  const saved = await run.weights(c);
  run.set(c, { eta: 10 });
  run.set(y, { gain: -1 });
  await run.run("1 ms");
  expect([...(await run.weights(c))]).toEqual([11.5, 22]);
  expect([...run.rates(y)]).toEqual([-5.5]);
  await run.setWeights(c, saved);
  run.setPlasticity(c, false);
  await run.run("5 ms");
  expect([...(await run.weights(c))]).toEqual([1.5, 2]);
  run.setPlasticity(c, true);
  await run.reset();
  await run.run("1 ms");
  expect([...(await run.weights(c))]).toEqual([1.5, 2]);
  expect([...run.rates(y)]).toEqual([3]);
});

test("layers read those before them as of this update, and themselves and those after them as of the update before", async () => {
  const rates = new RateNetwork({ every: "1 ms" });
  const x = rates.input("x", 1, { values: (_t, update) => [update] });
  const a = rates.layer("a", 1, { activation: (drive) => drive }), b = rates.layer("b", 1, { activation: (drive) => drive });
  rates.connect(x, a, { weights: 1 });
  rates.connect(a, a, { weights: 10, name: "self" });
  rates.connect(b, a, { weights: 100 });
  rates.connect(a, b, { weights: 1 });
  await using run = await compileRates(rates);
  const seen: number[][] = [];
  for (let k = 0; k < 3; k++) {
    await run.run("1 ms");
    seen.push([run.rates(a)[0]!, run.rates(b)[0]!]);
  }
  expect(seen).toEqual([[1, 1], [112, 112], [12323, 12323]]);
});
