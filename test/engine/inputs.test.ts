import { describe, expect, test } from "vitest";
import { arrayCurrent, compile, explicit, Network, neuron, rampCurrent, sineCurrent } from "synfire";
import type { Current } from "synfire";
import { staticSynapse } from "synfire/models";

/** Adds up what arrives, and what flows in. */
const sum = neuron({
  name: "sum", parameters: { drive: "0 Hz" }, state: { v: 0, x: 0 }, receptors: { v: "v" }, equations: "dx/dt = drive : 1; v : 1",
});
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
const variance = (values: ArrayLike<number>) => mean(Array.from(values, (x) => (x - mean(values)) ** 2));

describe("Poisson input is exact: mean and variance of the counts equal rate × time", () => {
  const n = 4000;
  const cases: [string, (i: number) => number, unknown][] = [
    ["one slow rate", () => 20, "20 Hz"],
    ["one fast rate", () => 50_000, "50 kHz"],
    ["a rate for each neuron", (i) => 10 * (i % 7), "10*Hz * (i % 7)"],
    ["a rate that changes in time", () => 1000, "1*kHz * (1 + sin(2*pi*t/(50*ms)))"],
  ];
  test.each(cases)("%s", async (_, rate, written) => {
    const net = new Network({ seed: 5 });
    const P = net.population("P", n, sum);
    net.poissonInput(P, { receptor: "v", rate: written as "20 Hz", weight: 1 });
    await using sim = await compile(net, { dt: "0.1 ms" });
    await sim.run("200 ms");
    const counts = sim.get(P, "v");
    // Standardised: each neuron's count minus its mean, in standard deviations.
    const z = Array.from(counts, (c, i) => (c - rate(i) * 0.2) / Math.sqrt(Math.max(rate(i) * 0.2, 1e-9))).filter((_, i) => rate(i) > 0);
    expect(Math.abs(mean(z))).toBeLessThan(5 / Math.sqrt(z.length));
    expect(Math.abs(variance(z) - 1)).toBeLessThan(5 * Math.sqrt((2 + 1 / 2) / z.length));
    expect(counts.every((c, i) => Number.isInteger(c) && (rate(i) > 0 || c === 0))).toBe(true);
  });
});

test("two Poisson inputs of one population are independent, and one on a part leaves the rest alone", async () => {
  const net = new Network({ seed: 6 });
  const P = net.population("P", 2000, sum), Q = net.population("Q", 2000, sum);
  for (const target of [P, Q]) net.poissonInput(target, { receptor: "v", rate: "1 kHz", weight: 1 });
  net.poissonInput(P.slice(0, 1000), { receptor: "v", rate: "3 kHz", weight: 1 });
  await using sim = await compile(net, { dt: "0.1 ms" });
  await sim.run("100 ms");
  const p = sim.get(P, "v"), q = sim.get(Q, "v");
  expect(Math.abs(mean(p.subarray(0, 1000)) - 400)).toBeLessThan(5 * Math.sqrt(400 / 1000));
  expect(Math.abs(mean(p.subarray(1000)) - 100)).toBeLessThan(5 * Math.sqrt(100 / 1000));
  const covariance = mean(Array.from(p.subarray(1000), (x, i) => (x - 100) * (q[1000 + i]! - 100)));
  expect(Math.abs(covariance)).toBeLessThan((5 * 100) / Math.sqrt(1000));
});

test("Poisson sources fire at their rates, also when these depend on neuron and time", async () => {
  const net = new Network({ seed: 7 });
  const constant = net.poissonSource("constant", 500, { rate: "100 Hz" });
  const varying = net.poissonSource("varying", 500, { rate: "50*Hz * (1 + i/N) * int(t >= 0.5*second)" });
  const spikes = net.spikeCounter(constant, varying);
  await using sim = await compile(net, { dt: "0.1 ms" });
  await sim.run("500 ms");
  expect(spikes.counts(varying).every((c) => c === 0)).toBe(true);
  await sim.run("500 ms");
  expect(Math.abs(mean(spikes.counts(constant)) - 100)).toBeLessThan(5 * Math.sqrt(100 / 500));
  const late = spikes.counts(varying);
  expect(Math.abs(mean(late.subarray(0, 250)) - 25 * 1.25)).toBeLessThan(5 * Math.sqrt(31 / 250));
  expect(Math.abs(mean(late.subarray(250)) - 25 * 1.75)).toBeLessThan(5 * Math.sqrt(44 / 250));
});

async function integral(current: Current, size = 1): Promise<number[]> {
  const net = new Network();
  const P = net.population("P", size, sum);
  net.currentInput(P, { into: "drive", current });
  const trace = net.stateMonitor(P, ["x"], { every: "1 ms" });
  await using sim = await compile(net, { dt: "1 ms", precision: "f64" });
  await sim.run("10 ms");
  return [...trace.get("x")];
}

describe("currents", () => {
  test("a ramp is linear between its ends and zero outside", async () => {
    const x = await integral(rampCurrent({ start: "0 kHz", end: "4 kHz", from: "2 ms", to: "6 ms" }));
    [0, 0, 0, 1, 3, 6, 6, 6, 6, 6].forEach((expected, k) => expect(x[k]).toBeCloseTo(expected, 12));
  });

  test("a sine has its amplitude, offset, frequency and phase", async () => {
    const x = await integral(sineCurrent({ amplitude: "1 kHz", offset: "2 kHz", frequency: "125 Hz", phase: Math.PI / 2 }));
    let sum_ = 0;
    x.forEach((value, k) => {
      sum_ += 2 + Math.cos((2 * Math.PI * k) / 8);
      expect(value).toBeCloseTo(sum_, 12);
    });
  });

  test("an array holds each sample for its time, for all neurons or for each", async () => {
    const shared = await integral(arrayCurrent({ values: { values: [1, -2, 5], unit: "kHz" }, every: "2 ms", from: "1 ms" }));
    [0, 1, 2, 0, -2, 3, 8, 8, 8, 8].forEach((expected, k) => expect(shared[k]).toBeCloseTo(expected, 12));
    const each = await integral(arrayCurrent({ values: { values: [1, 10, 2, 20], unit: "kHz" }, every: "3 ms", from: "1 ms", perNeuron: true }), 2);
    [0, 0, 1, 10, 2, 20, 3, 30, 5, 50, 7, 70, 9, 90, 9, 90, 9, 90, 9, 90].forEach((expected, k) => expect(each[k]).toBeCloseTo(expected, 12));
  });
});

test("Gaussian noise has its mean and variance, and is held for its interval", async () => {
  const net = new Network({ seed: 8 });
  const P = net.population("P", 2000, sum), Q = net.population("Q", 2000, sum);
  net.noiseInput(P, { into: "drive", mean: "1 kHz", std: "2 kHz" });
  net.noiseInput(Q, { into: "drive", mean: "0 kHz", std: "2 kHz", every: "5 ms" });
  await using sim = await compile(net, { dt: "1 ms" });
  await sim.run("100 ms");
  const p = sim.get(P, "x"), q = sim.get(Q, "x");
  expect(Math.abs(mean(p) - 100)).toBeLessThan((5 * 20) / Math.sqrt(2000));
  expect(Math.abs(variance(p) / 400 - 1)).toBeLessThan(5 * Math.sqrt(2 / 2000)); // 100 independent steps of (2·1)²
  expect(Math.abs(variance(q) / 2000 - 1)).toBeLessThan(5 * Math.sqrt(2 / 2000)); // 20 intervals of (2·5)²
});

test("a weight monitor follows a change of weight, a rate monitor the rate", async () => {
  const net = new Network();
  const source = net.spikeSource("source", 4, { times: { values: [1, 2, 3, 4, 5, 6, 7, 8], unit: "ms" }, indices: [0, 1, 2, 3, 0, 1, 2, 3] });
  const P = net.population("P", 4, sum);
  const projection = net.projection(source, P, staticSynapse, { connect: explicit([0, 1, 2, 3], [0, 1, 2, 3]), receptor: "v", weight: 2 });
  net.at("4 ms", { projection, weight: 5 });
  const weights = net.weightMonitor(projection, { every: "2 ms", sample: 1 });
  const rate = net.rateMonitor(source, { every: "4 ms" });
  await using sim = await compile(net, { dt: "1 ms" });
  await sim.run("12 ms");
  expect([...weights.weights]).toEqual([2, 2, 5, 5, 5, 5]);
  expect([...rate.rate].map(Math.round)).toEqual([250, 250, 0]);
  // Spikes of 1–3 ms are delivered with weight 2; that of 4 ms is emitted in the last step before the change.
  expect(mean(sim.get(P, "v")) * 4).toBe(2 * 4 + 5 * 4);
});

test("rates and weights stream out of a run as they stand in the monitors", async () => {
  const record = async (streamed: boolean) => {
    const net = new Network({ seed: 9 });
    const source = net.poissonSource("source", 50, { rate: "80 Hz" });
    const P = net.population("P", 50, sum);
    const projection = net.projection(source, P, staticSynapse, { connect: explicit([0, 1], [2, 3]), receptor: "v", weight: [1, 2] });
    const monitors = [net.rateMonitor(source, { every: "1 ms" }), net.weightMonitor(projection, { every: "2 ms" })] as const;
    const sent = monitors.map(() => ({ times: [] as number[], values: [] as number[] }));
    if (streamed) {
      monitors.forEach((monitor, k) => monitor.streamTo({
        append: (times, values) => {
          sent[k]!.times.push(...times);
          for (const column of values.values()) sent[k]!.values.push(...column);
        },
      }));
    }
    await using sim = await compile(net, { dt: "0.1 ms" });
    await sim.run("20.5 ms");
    await sim.run("19.5 ms");
    const [rate, weights] = monitors;
    const held = [{ times: [...rate.times], values: [...rate.rate] }, { times: [...weights.times], values: [...weights.weights] }];
    return { sent, held };
  };
  const streamed = await record(true), kept = await record(false);
  expect(streamed.sent).toEqual(kept.held);
  expect(kept.held[0]!.times.length).toBe(40);
  expect(streamed.held.every(({ times }) => times.length === 0)).toBe(true);
});
