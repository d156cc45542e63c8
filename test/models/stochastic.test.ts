/** Stochastic neurons, the relay and the leaky integrator. */
import { expect, test } from "vitest";
import { compile, Network, oneToOne } from "synfire";
import { escapeNoise, inhomogeneousPoisson, leakyIntegrator, parrot, poissonNeuron, staticSynapse, stochasticBinary } from "synfire/models";
import { intervals, run } from "./lifRun.ts";

const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
const variance = (x: readonly number[]): number => {
  const m = mean(x);
  return mean(x.map((v) => (v - m) ** 2));
};

test("counts of poissonNeuron have the mean rate·T and a variance of nearly the same, and its intervals a CV of nearly one", async () => {
  const neurons = 2000, T = 5, p = 20 * 1e-4;
  const { spikes } = await run(poissonNeuron, { neurons, duration: "5 s", values: { rate: "20 Hz" } });
  const counts = spikes.map((train) => train.length);
  // Bernoulli steps: variance p(1 − p) a step. Bounds are five standard errors.
  expect(Math.abs(mean(counts) - 20 * T)).toBeLessThan(5 * Math.sqrt((20 * T) / neurons));
  expect(Math.abs(variance(counts) / (20 * T * (1 - p)) - 1)).toBeLessThan(5 * Math.sqrt(2 / neurons));
  const isi = spikes.flatMap(intervals), cv = Math.sqrt(variance(isi)) / mean(isi);
  expect(cv).toBeGreaterThan(0.95);
  expect(cv).toBeLessThan(1.02);
});

test("poissonNeuron takes a rate of its own for each neuron", async () => {
  const rates = Array.from({ length: 400 }, (_, i) => (i % 4) * 25);
  const { spikes } = await run(poissonNeuron, { neurons: 400, duration: "10 s", values: { rate: { values: rates, unit: "Hz" } } });
  for (const k of [0, 1, 2, 3]) {
    const total = spikes.filter((_, i) => i % 4 === k).reduce((sum, train) => sum + train.length, 0), expected = 100 * 10 * 25 * k;
    expect(Math.abs(total - expected)).toBeLessThanOrEqual(5 * Math.sqrt(expected));
  }
});

test("inhomogeneousPoisson follows its rate through the period, and is silent where the rate would be negative", async () => {
  const neurons = 2000, bins = new Float64Array(20);
  const { spikes } = await run(inhomogeneousPoisson, { neurons, duration: "1 s", values: { rate_0: "40 Hz", depth: 2, frequency: "4 Hz" } });
  for (const train of spikes) for (const step of train) bins[Math.floor((((step - 0.5) % 2500) / 2500) * 20)]!++;
  bins.forEach((count, k) => {
    let expected = 0;
    for (let s = 0; s < 125; s++) {
      const phase = (k * 125 + s + 0.5) / 2500;
      expected -= 4 * neurons * Math.expm1(-1e-4 * Math.max(0, 40 * (1 + 2 * Math.sin(2 * Math.PI * phase))));
    }
    if (expected === 0) expect(count).toBe(0);
    else expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected) + 1);
  });
  expect(bins[15]).toBe(0);
});

test("the rate of inhomogeneousPoisson may be any expression of t, and arriving weights raise it", async () => {
  const neurons = 4000;
  const { spikes } = await run(inhomogeneousPoisson, {
    neurons, duration: "400 ms", values: { depth: 0, rate_0: "50*Hz*int(t > 100*ms and t < 200*ms)" },
    arrivals: [{ receptor: "rate", at: [0.3], weight: "100 Hz" }],
  });
  const count = (from: number, to: number): number => spikes.reduce((sum, train) => sum + train.filter((s) => s > from && s <= to).length, 0);
  expect(count(0, 1000)).toBe(0);
  expect(Math.abs(count(1002, 1999) - neurons * 50 * 0.0997)).toBeLessThan(5 * Math.sqrt(neurons * 5));
  expect(count(2001, 2999)).toBe(0);
  // The integral of 100 Hz · exp(−t/10 ms) is one spike; what arrives at 300 ms counts in the step that ends then.
  expect(Math.abs(count(2999, 4000) - neurons)).toBeLessThan(5 * Math.sqrt(neurons) + 0.01 * neurons);
});

test("escapeNoise at a constant voltage is a Poisson process with dead time: its intervals have that mean, CV and distribution", async () => {
  const values = { E_L: "-57 mV", v: "-57 mV", v_reset: "-57 mV", t_ref: "3 ms", rho_th: "200 Hz", delta_v: "2 mV" } as const;
  const { spikes, dt } = await run(escapeNoise, { neurons: 200, duration: "10 s", values });
  const hazard = 200 * Math.exp(-1), p = -Math.expm1(-hazard * dt), isi = spikes.flatMap(intervals);
  // Geometric number of steps after the 30 dead ones.
  const expected = 30 + 1 / p, spread = Math.sqrt(1 - p) / p;
  expect(isi.reduce((a, b) => Math.min(a, b))).toBe(31);
  expect(Math.abs(mean(isi) - expected)).toBeLessThan(5 * (spread / Math.sqrt(isi.length)) + 0.01 * expected);
  expect(Math.sqrt(variance(isi)) / mean(isi)).toBeCloseTo(spread / expected, 1);
  for (const t of [100, 200, 400]) {
    const survivors = isi.filter((x) => x > t).length / isi.length, theory = (1 - p) ** (t - 30);
    expect(Math.abs(survivors - theory)).toBeLessThan(5 * Math.sqrt((theory * (1 - theory)) / isi.length) + 0.002);
  }
});

test("the hazard of escapeNoise grows by e for each delta_v of voltage", async () => {
  const E_L = [-59, -57, -55];
  const { spikes } = await run(escapeNoise, {
    neurons: 600, duration: "10 s",
    values: { E_L: { values: Array.from({ length: 600 }, (_, i) => E_L[i % 3]!), unit: "mV" },
      v: "E_L", v_reset: "E_L", t_ref: "0 ms", rho_th: "50 Hz" },
  });
  const rate = (k: number): number => spikes.filter((_, i) => i % 3 === k).reduce((sum, train) => sum + train.length, 0) / 2000;
  [50 * Math.exp(-2), 50 * Math.exp(-1), 50].forEach((expected, k) => {
    const inSteps = -Math.expm1(-expected * 1e-4) / 1e-4;
    expect(Math.abs(rate(k) - inSteps)).toBeLessThan(5 * Math.sqrt(inSteps / 2000));
  });
});

test("escapeNoise with a small delta_v is the neuron with a sharp threshold", async () => {
  const { spikes, dt } = await run(escapeNoise, { duration: "1 s", values: { delta_v: "0.001 mV", rho_th: "1e6 Hz", i_ext: "500 pA" } });
  const climb = Math.ceil((10e-3 * Math.log(20 / (20 - 15))) / dt) + 20;
  for (const isi of intervals(spikes[0]!)) expect(Math.abs(isi - climb)).toBeLessThanOrEqual(1);
  expect(spikes[0]!.length).toBeGreaterThan(50);
});

test("stochasticBinary is on with the probability 1/(1 + exp(−bias)), at any step (Buesing et al. 2011, eq. 3)", async () => {
  const biases = [-3, -1, 0, 1, 3], neurons = 500;
  for (const dt of ["1 ms", "0.1 ms"] as const) {
    const { spikes } = await run(stochasticBinary, {
      neurons, duration: "20 s", dt, values: { bias: { values: Array.from({ length: neurons }, (_, i) => biases[i % 5]!), unit: "1" } },
    });
    biases.forEach((bias, k) => {
      // Each spike means 20 ms of being on.
      const on = (spikes.filter((_, i) => i % 5 === k).reduce((sum, train) => sum + train.length, 0) * 0.02) / 100 / 20;
      expect(Math.abs(on - 1 / (1 + Math.exp(-bias)))).toBeLessThan(0.006);
    });
  }
});

test("parrot repeats what it receives in the step of its arrival, and several spikes of one step once", async () => {
  const net = new Network();
  const source = net.spikeSource("source", 2, { times: { values: [1, 2.5, 2.5, 7, 7.1], unit: "ms" }, indices: [0, 0, 1, 1, 0] });
  const relay = net.population("relay", 2, parrot), second = net.population("second", 1, parrot);
  net.projection(source, relay, staticSynapse, { connect: oneToOne(), receptor: "spike", weight: 1, delay: "1 ms" });
  net.projection(source, second, staticSynapse, { connect: (i, j) => i >= 0 && j === 0, receptor: "spike", weight: 0.25, delay: "0.5 ms" });
  const first = net.spikeMonitor(relay), both = net.spikeMonitor(second);
  await using simulation = await compile(net, { dt: "0.1 ms" });
  await simulation.run("10 ms");
  const inSteps = (times: Float64Array): number[] => Array.from(times, (t) => Math.round(t / 1e-4));
  expect(inSteps(first.times)).toEqual([20, 35, 35, 80, 81]);
  expect([...first.indices]).toEqual([0, 0, 1, 1, 0]);
  expect(inSteps(both.times)).toEqual([15, 30, 75, 76]);
});

test("leakyIntegrator rises to R·I with tau_m, adds what arrives, and never spikes", async () => {
  const { trace, spikes } = await run(leakyIntegrator, {
    duration: "100 ms", record: ["v"], values: { i_ext: "5 nA" }, arrivals: [{ receptor: "v", at: [0.05], weight: "500 mV" }],
  });
  trace("v").forEach((v, k) => {
    const t = (k + 1) * 1e-4;
    const expected = 5e-3 * -Math.expm1(-t / 20e-3) + (k + 1 >= 500 ? 0.5 * Math.exp(-(t - 0.05) / 20e-3) : 0);
    expect(Math.abs(v - expected)).toBeLessThan(1e-14);
  });
  expect(spikes[0]).toEqual([]);
});
