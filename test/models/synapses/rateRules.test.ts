import { eigs } from "mathjs";
import { expect, test } from "vitest";
import { allToAll, arrayCurrent, compile, Network, oneToOne, sineCurrent } from "synfire";
import type { Population } from "synfire";
import { bcm, covariance, hebbRate, oja, rateNeuron, sangerLayer } from "synfire/models";

/** Neurons that follow their input at once. */
const linear = { tau: "0.1 ms", ...rateNeuron.presets.linear } as const;
/** The output is late by one of the 20 steps of a pattern, in which it has nothing to do with it: so much is missing of what it learns from. */
const inTime = 1 - 1 / 20;

/** Input units that show one pattern after the other, each for 20 steps of 1 ms. */
function showing(net: Network, patterns: readonly (readonly number[])[], order: readonly number[]): Population<typeof rateNeuron> {
  const inputs = net.population("inputs", patterns[0]!.length, rateNeuron, linear);
  const values = Float64Array.from(order.flatMap((k) => [...patterns[k]!]));
  net.currentInput(inputs, { into: "i_ext", current: arrayCurrent({ values, every: "20 ms", perNeuron: true }) });
  return inputs;
}

/** Numbers of mean 0 that look random: a linear congruential generator. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** 100 patterns of 6 correlated inputs of zero mean, and the principal components of these very patterns, largest first. */
function correlatedPatterns(): { patterns: number[][]; components: number[][]; variances: number[] } {
  const draw = generator(7), size = 6, count = 100;
  const mixing = Array.from({ length: size }, () => [1.2, 0.7, 0.4, 0.1, 0.1, 0.1].map((scale) => scale * draw()));
  const raw = Array.from({ length: count }, () => {
    const sources = Array.from({ length: size }, () => draw() + draw() + draw());
    return mixing.map((row) => row.reduce((sum, a, k) => sum + a * sources[k]!, 0));
  });
  const means = raw[0]!.map((_, j) => raw.reduce((sum, p) => sum + p[j]!, 0) / count);
  const patterns = raw.map((p) => p.map((x, j) => x - means[j]!));
  const matrix = means.map((_, j) => means.map((__, k) => patterns.reduce((sum, p) => sum + p[j]! * p[k]!, 0) / count));
  const found = eigs(matrix).eigenvectors.map(({ value, vector }) => ({ value: value as number, vector: vector as number[] }));
  found.sort((a, b) => b.value - a.value);
  return { patterns, components: found.map((f) => f.vector), variances: found.map((f) => f.value) };
}

const length = (v: ArrayLike<number>): number => Math.sqrt(Array.from(v, (x) => x * x).reduce((a, b) => a + b, 0));
const alignment = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.abs(Array.from(a, (x, k) => x * b[k]!).reduce((s, x) => s + x, 0)) / (length(a) * length(b));

/** Every pattern once in each round, in an order that changes. */
function rounds(count: number, patterns: number): number[] {
  const draw = generator(3);
  return Array.from({ length: count }, () => {
    const keyed = Array.from({ length: patterns }, (_, k) => [draw(), k] as const).sort((a, b) => a[0] - b[0]);
    return keyed.map(([, k]) => k);
  }).flat();
}

test("Hebb: weights grow along the input at the rate eta·|x|², and stop at their bounds", async () => {
  const x = [1, -0.5, 0.25];
  const net = new Network({ seed: 1 });
  const inputs = net.population("inputs", 3, rateNeuron, { ...linear, i_ext: x, r: x });
  const output = net.population("output", 1, rateNeuron, linear);
  const projection = net.projection(inputs, output, hebbRate, {
    connect: allToAll(), weight: x.map((v) => v * 1e-3), eta: "1 1/s", w_max: 0.5, w_min: -0.1,
  });
  await using sim = await compile(net, { dt: "1 ms", precision: "f64" });
  await sim.run("1 s");
  const early = sim.get(projection, "w");
  await sim.run("2 s");
  const late = sim.get(projection, "w");
  // The output is late by a step, which slows the growth by the factor 1/(1 + rate·lag).
  const rate = 1 + 0.25 + 0.0625;
  for (const [k] of x.entries()) expect(Math.log(late[k]! / early[k]!) / 2 / rate).toBeCloseTo(1, 2);
  await sim.run("10 s");
  const [up, down] = sim.get(projection, "w");
  expect(up!).toBeGreaterThanOrEqual(0.5);
  expect(up!).toBeLessThan(0.502);
  expect(down!).toBeLessThanOrEqual(-0.1);
  expect(down!).toBeGreaterThan(-0.102);
});

test("Oja: the weights become the first principal component of the inputs, of length 1/√alpha, within 1 %", async () => {
  const { patterns, components, variances } = correlatedPatterns();
  expect(variances[1]! / variances[0]!).toBeLessThan(0.7);
  for (const alpha of [1, 4]) {
    const net = new Network({ seed: 1 });
    const inputs = showing(net, patterns, rounds(60, 100));
    const output = net.population("output", 1, rateNeuron, linear);
    const projection = net.projection(inputs, output, oja, { connect: allToAll(), weight: [0.1, 0.1, -0.1, 0.1, 0.1, 0.1], eta: "0.1 1/s", alpha });
    await using sim = await compile(net, { dt: "1 ms", precision: "f64" });
    await sim.run("120 s");
    const w = sim.get(projection, "w");
    expect(alignment(w, components[0]!)).toBeGreaterThan(0.9995);
    expect(Math.abs(length(w) * Math.sqrt(alpha / inTime) - 1)).toBeLessThan(0.01);
  }
});

test("Sanger: three outputs learn the first three principal components, in order", async () => {
  const { patterns, components } = correlatedPatterns();
  const net = new Network({ seed: 1 });
  const inputs = showing(net, patterns, rounds(150, 100));
  const layer = sangerLayer(net, "component", inputs, { count: 3, size: 6, eta: "0.3 1/s", weight: [0.1, 0.05, -0.1, 0.1, 0.2, 0.1], tau: "0.1 ms" });
  await using sim = await compile(net, { dt: "1 ms", precision: "f64" });
  await sim.run("300 s");
  for (const [k, projection] of layer.weights.entries()) {
    const w = sim.get(projection, "w");
    expect(alignment(w, components[k]!)).toBeGreaterThan(0.9995);
    expect(Math.abs(length(w) / Math.sqrt(inTime) - 1)).toBeLessThan(0.01);
  }
});

test("BCM: the neuron becomes selective for one of K patterns, responds to it with K·r_0 and to no other: selectivity 1 − 1/K", async () => {
  for (const [K, start] of [[4, [0.3, 0.28, 0.29, 0.31]], [3, [0.2, 0.35, 0.3]]] as const) {
    const patterns = Array.from({ length: K }, (_, k) => Array.from({ length: K }, (__, j) => (j === k ? 1 : 0.2)));
    const net = new Network({ seed: 1 });
    const inputs = showing(net, patterns, rounds(4000, K));
    const output = net.population("output", 1, rateNeuron, { tau: "0.1 ms", tau_mean: "1 s" });
    const projection = net.projection(inputs, output, bcm, { connect: allToAll(), weight: [...start], eta: "0.2 1/s" });
    await using sim = await compile(net, { dt: "1 ms", precision: "f64" });
    await sim.run(`${0.02 * 4000 * K} s`);
    const w = Array.from(sim.get(projection, "w"));
    const answers = patterns.map((p) => Math.max(p.reduce((sum, x, j) => sum + x * w[j]!, 0), 0));
    const largest = Math.max(...answers), mean = answers.reduce((a, b) => a + b, 0) / K;
    expect(Math.abs(1 - mean / largest - (1 - 1 / K))).toBeLessThan(0.03);
    expect(Math.abs(largest / K - 1)).toBeLessThan(0.05);
  }
});

test("covariance: sinusoidal activities change the weight at the rate eta·A·B·cos(phase)/2, whatever their means", async () => {
  const phases = [0, Math.PI / 3, Math.PI / 2, Math.PI];
  const net = new Network({ seed: 1 });
  const values = { tau: "0.1 ms", tau_mean: "1 s", r_mean: 3, r: 3 } as const;
  const inputs = net.population("inputs", 1, rateNeuron, values);
  const outputs = net.population("outputs", phases.length, rateNeuron, values);
  const drive = (amplitude: number, phase: number) => sineCurrent({ amplitude, frequency: "10 Hz", offset: 3, phase });
  net.currentInput(inputs, { into: "i_ext", current: drive(2, 0) });
  for (const [k, phase] of phases.entries()) net.currentInput(outputs.slice(k, k + 1), { into: "i_ext", current: drive(0.5, phase) });
  const projection = net.projection(inputs, outputs, covariance, { connect: allToAll(), weight: 0, eta: "0.02 1/s" });
  await using sim = await compile(net, { dt: "1 ms", precision: "f64" });
  await sim.run("1 s");
  const before = sim.get(projection, "w");
  await sim.run("5 s");
  const after = sim.get(projection, "w");
  // w is still too small for what it transmits to matter.
  const scale = (0.02 * 2 * 0.5) / 2;
  for (const [k, phase] of phases.entries()) {
    expect(Math.abs((after[k]! - before[k]!) / 5 - scale * Math.cos(phase))).toBeLessThan(0.05 * scale + Math.abs(after[k]!) * scale * 2);
  }
});

test("covariance: independent means leave the weight alone where Hebb's rule would grow", async () => {
  const net = new Network({ seed: 1 });
  const steady = { tau: "1 ms", i_ext: 3, r: 3, r_mean: 3 } as const;
  const a = net.population("a", 1, rateNeuron, steady), b = net.population("b", 1, rateNeuron, steady);
  const quiet = net.projection(a, b, covariance, { connect: oneToOne(), weight: 0, eta: "1 1/s" });
  const loud = net.projection(a, b, hebbRate, { connect: oneToOne(), weight: 0, eta: "1 1/s", w_max: 0.1 });
  await using sim = await compile(net, { dt: "1 ms", precision: "f64" });
  await sim.run("100 ms");
  expect(Math.abs(sim.get(quiet, "w")[0]!)).toBeLessThan(0.02);
  expect(sim.get(loud, "w")[0]!).toBeGreaterThanOrEqual(0.1);
});
