// The cortical microcircuit against the tables of its paper, and what its synapses and neurons really get of them.
import { compile, coefficientsOfVariation, fanoFactorOfCounts, populationCounts, Projection } from "synfire";
import type { Population, Simulation } from "synfire";
import { expect, test } from "vitest";
import * as microcircuit from "../../models/networks/microcircuit.ts";
import tenth from "../../models/networks/microcircuit_0.1.json" with { type: "json" };
import whole from "../../models/networks/microcircuit_1.json" with { type: "json" };

/** Potjans & Diesmann (2014), table 5: neurons; connection probability [target][source]; external inputs of each neuron. doi:10.1093/cercor/bhs358 */
const neurons = [20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948];
const probability = [
  [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0, 0.0076, 0],
  [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0, 0.0042, 0],
  [0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0],
  [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0, 0.1057, 0],
  [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0],
  [0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0],
  [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
  [0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443],
];
const external = [1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100];

/** Pairs are drawn with replacement, so a pair stays unconnected with (1 − 1/pairs)^K: the K that leaves a share `c` connected (their eq. 1). */
const synapsesOf = (c: number, pairs: number): number => (c === 0 ? 0 : Math.log(1 - c) / Math.log1p(-1 / pairs));

/** Amplitude (pA) of an exponential current, tau 0.5 ms, whose potential peaks at `peak` mV: the double exponential at the time of its maximum. */
function amplitude(peak: number, C = 250, tau = 10, tauSyn = 0.5): number {
  const at = (Math.log(tau / tauSyn) * tau * tauSyn) / (tau - tauSyn);
  return peak / ((tau * tauSyn) / (C * (tau - tauSyn)) * (Math.exp(-at / tau) - Math.exp(-at / tauSyn)));
}

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);
const mean = (values: ArrayLike<number>): number => sum(values) / values.length;
function sd(values: ArrayLike<number>): number {
  const middle = mean(values);
  return Math.sqrt(mean(Array.from(values, (x) => (x - middle) ** 2)));
}

test("the whole circuit has the 77 169 neurons and 298.9 million synapses that the table of connection probabilities gives", () => {
  expect(whole.N).toEqual(neurons);
  expect(sum(whole.N)).toBe(77_169);
  whole.K.forEach((row, t) => row.forEach((count, s) => {
    expect(Math.abs(count - synapsesOf(probability[t]![s]!, neurons[t]! * neurons[s]!)), `${s} to ${t}`).toBeLessThan(0.55);
  }));
  expect(sum(whole.K.flat())).toBe(298_880_968);
  // The network that is built has them all.
  const data = microcircuit.build({ ...microcircuit.settings, scale: 1 }).data;
  expect(data.populations.map(({ size }) => size)).toEqual(neurons);
  const made = data.projections.map(({ connect }) => (connect.rule === "fixedTotalNumber" ? connect.count : Number.NaN));
  expect(sum(made)).toBe(298_880_968);
  expect(data.projections.length).toBe(probability.flat().filter((c) => c > 0).length);
});

test("a synapse makes a potential of 0.15 mV, four times as much downwards from inhibitory neurons, twice as much from L4E to L23E", () => {
  const one = amplitude(0.15);
  expect(one).toBeCloseTo(87.8, 1);
  whole.W.forEach((row, t) => row.forEach((weight, s) => {
    const times = s % 2 === 1 ? -4 : t === 0 && s === 2 ? 2 : 1;
    expect(weight / one).toBeCloseTo(times, 10);
  }));
  expect(whole.w_ext / one).toBeCloseTo(1, 10);
  expect(whole.ext_rate).toEqual(external.map((count) => 8 * count));
  expect(whole.DC).toEqual(neurons.map(() => 0));
});

test("a tenth of the circuit has a tenth of the synapses of each neuron, and keeps mean and variance of their input", () => {
  const k = 0.1;
  tenth.N.forEach((n, p) => expect(Math.abs(n - k * neurons[p]!)).toBeLessThanOrEqual(0.5));
  tenth.K.forEach((row, t) => row.forEach((count, s) => {
    expect(Math.abs(count - k * k * synapsesOf(probability[t]![s]!, neurons[t]! * neurons[s]!)), `${s} to ${t}`).toBeLessThan(0.55);
  }));
  expect(tenth.ext_rate).toEqual(whole.ext_rate.map((rate) => k * rate));
  // Variance: k K (J/√k)² = K J².
  tenth.W.flat().forEach((weight, e) => expect(weight).toBeCloseTo(whole.W.flat()[e]! / Math.sqrt(k), 8));
  expect(tenth.w_ext).toBeCloseTo(whole.w_ext / Math.sqrt(k), 8);
  // Mean: what (1 − √k) of the full input at the full circuit's rates carries, as a constant current (van Albada et al. 2015, eq. 12).
  const rates = [0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829];
  tenth.DC.forEach((current, t) => {
    const recurrent = sum(rates.map((rate, s) => (whole.W[t]![s]! * whole.K[t]![s]! / neurons[t]!) * rate));
    expect(current).toBeCloseTo(0.5e-3 * (1 - Math.sqrt(k)) * (recurrent + whole.w_ext * whole.ext_rate[t]!), 3);
  });
});

interface Made {
  readonly projection: Projection;
  readonly target: number;
  readonly source: number;
}

async function connected(use: (sim: Simulation, made: readonly Made[]) => void): Promise<void> {
  const net = microcircuit.build(microcircuit.settings);
  await using sim = await compile(net, { dt: "0.1 ms" });
  const index = (name: string) => microcircuit.names.indexOf(name as (typeof microcircuit.names)[number]);
  use(sim, net.data.projections.map(({ name, model, pre, post }) => (
    { projection: new Projection(name, model), target: index(post.population), source: index(pre.population) })));
}

test("weights spread by a tenth around their means and none has the wrong sign", () => connected((sim, made) => {
  expect(made.length).toBe(55);
  for (const { projection, target, source } of made) {
    const { name } = projection;
    const weights = sim.weights(projection).map((w) => w * 1e12), expected = tenth.W[target]![source]!;
    expect(weights.every((w) => Math.sign(w) === Math.sign(expected)), name).toBe(true);
    // Five standard errors.
    expect(Math.abs(mean(weights) / expected - 1), name).toBeLessThan(0.5 / Math.sqrt(weights.length));
    if (weights.length > 100) expect(Math.abs(sd(weights) / Math.abs(expected) - 0.1), name).toBeLessThan(0.4 / Math.sqrt(weights.length));
  }
}));

test("delays are normal, 1.5 ± 0.75 ms from excitatory and 0.75 ± 0.375 ms from inhibitory neurons, in whole steps, and none is below one", () =>
  connected((sim, made) => {
    for (const side of [0, 1]) {
      const [m, s] = side === 0 ? [15, 7.5] : [7.5, 3.75];
      const largest = made.filter(({ source }) => source % 2 === side).sort((a, b) => count(b) - count(a)).slice(0, 3);
      for (const { projection } of largest) {
        const steps = sim.synapses(projection).delays.map((d) => d * 1e4);
        expect(steps.every((d) => Math.abs(d - Math.round(d)) < 1e-6 && d > 0.5)).toBe(true);
        // Shares of synapses with at most d steps, as the normal distribution has them; what lies below one step is one step.
        for (const d of [1, 3, 6, 10, 15, 20, 30]) {
          const share = steps.filter((x) => x < d + 0.5).length / steps.length;
          expect(Math.abs(share - normalShare((d + 0.5 - m) / s)), `${projection.name}: ${d} steps`).toBeLessThan(2.5 / Math.sqrt(steps.length));
        }
      }
    }
    function count({ target, source }: Made): number {
      return tenth.K[target]![source]!;
    }
  }));

test("membrane potentials start normally distributed with the mean and spread given for each population", async () => {
  const net = microcircuit.build(microcircuit.settings);
  const { sources } = net.spikeMonitor();
  await using sim = await compile(net, { dt: "0.1 ms" });
  sources.forEach((population, k) => {
    const v = sim.get(population as Population, "v").map((x) => x * 1e3), n = v.length;
    expect(Math.abs(mean(v) - tenth.V0m[k]!), population.name).toBeLessThan((4 * tenth.V0s[k]!) / Math.sqrt(n));
    expect(Math.abs(sd(v) / tenth.V0s[k]! - 1), population.name).toBeLessThan(3.5 / Math.sqrt(n));
  });
});

test("at scale 0.1 every population fires irregularly, excitatory L5 the most synchronously, L5I and L6I hardly more than chance", async () => {
  const net = microcircuit.build(microcircuit.settings);
  const spikes = net.spikeMonitor();
  await using sim = await compile(net, { dt: "0.1 ms" });
  await sim.run("5.5 s");
  const found = spikes.populations.map((population) => {
    const cvs = coefficientsOfVariation(spikes, population).filter((cv) => Number.isFinite(cv));
    // The variance of counts over their mean grows with the number of neurons counted.
    const { times, indices, duration, dt } = spikes, sample = { ...population, size: 100 };
    const counts = populationCounts({ times, indices, duration, dt, populations: [sample] }, sample, { bin: 3e-3, from: 0.5 });
    return { name: population.name, cv: mean(cvs), synchrony: fanoFactorOfCounts(counts) };
  });
  // Over short recordings a CV of 0.8 to 0.95 reads lower where rates are low.
  for (const { name, cv } of found) expect(cv, name).toBeGreaterThan(0.6);
  const synchrony = Object.fromEntries(found.map(({ name, synchrony: value }) => [name, value]));
  for (const { name, synchrony: value } of found) if (name !== "L5E") expect(value, name).toBeLessThan(synchrony["L5E"]!);
  for (const name of ["L5I", "L6I"]) expect(Math.abs(synchrony[name]! - 1.2), name).toBeLessThan(0.3);
});

/** Φ, by Abramowitz & Stegun 7.1.26 (error below 1.5e-7). */
function normalShare(z: number): number {
  const x = Math.abs(z) / Math.SQRT2, t = 1 / (1 + 0.3275911 * x);
  const tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * Math.exp(-x * x);
  return z > 0 ? 1 - tail / 2 : tail / 2;
}
