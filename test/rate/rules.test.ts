import { eigs } from "mathjs";
import { expect, test } from "vitest";
import { compileRates, RateNetwork } from "synfire/rate";
import { dot, generator, length, mixedPatterns, secondMoments } from "./patterns.ts";

/** Principal components, that of the largest variance first. */
function componentsOf(patterns: readonly (readonly number[])[]): number[][] {
  const found = eigs(secondMoments(patterns)).eigenvectors.map(({ value, vector }) => ({ value: value as number, vector: vector as number[] }));
  return found.sort((a, b) => b.value - a.value).map((f) => f.vector);
}

/** Patterns in an order that changes from round to round. */
function shuffled<T>(patterns: readonly T[], seed: number): (time: number, update: number) => T {
  const draw = generator(seed);
  let order: readonly T[] = [];
  return (_time, update) => {
    const k = (update - 1) % patterns.length;
    if (k === 0) order = patterns.map((p) => [draw(), p] as const).sort((a, b) => a[0] - b[0]).map(([, p]) => p);
    return order[k]!;
  };
}

/** One unit's weights out of a matrix [pre × post]. */
const ofUnit = (weights: Float64Array, units: number, unit: number): Float64Array => weights.filter((_, k) => k % units === unit);

test("Oja (doi:10.1007/BF00275687): the weights become the first principal component, of length 1", async () => {
  const patterns = mixedPatterns(100, [1.2, 0.7, 0.4, 0.1, 0.1, 0.1]);
  const rates = new RateNetwork({ every: "10 ms" });
  const x = rates.input("x", 6, { values: shuffled(patterns, 3) });
  const y = rates.layer("y", 1, { activation: (drive) => drive });
  const c = rates.connect(x, y, {
    weights: [0.1, 0.1, -0.1, 0.1, 0.1, 0.1], rule: (w, pre, post, eta) => w + eta * post * (pre - post * w), with: { eta: 0.002 },
  });
  await using run = await compileRates(rates);
  await run.run("60 s");
  const w = await run.weights(c);
  expect(Math.abs(dot(w, componentsOf(patterns)[0]!)) / length(w)).toBeGreaterThan(0.9995);
  expect(length(w)).toBeCloseTo(1, 2);
});

test("BCM (doi:10.1523/JNEUROSCI.02-01-00032.1982): a unit answers one of K patterns with K, others with 0", async () => {
  const K = 4;
  const patterns = Array.from({ length: K }, (_, k) => Array.from({ length: K }, (__, j) => (j === k ? 1 : 0.2)));
  const rates = new RateNetwork({ every: "10 ms" });
  const x = rates.input("x", K, { values: shuffled(patterns, 5) });
  const y = rates.layer("y", 1, { activation: (drive) => Math.max(0, drive), traces: { square: (s, rate) => s + 0.02 * (rate * rate - s) } });
  const c = rates.connect(x, y, {
    weights: [0.3, 0.28, 0.29, 0.31], rule: (w, pre, post, theta) => w + 0.004 * pre * post * (post - theta), with: { theta: "post.square" },
  });
  await using run = await compileRates(rates);
  await run.run("200 s");
  const w = await run.weights(c);
  const answers = patterns.map((p) => Math.max(0, dot(w, p))).sort((a, b) => b - a);
  expect(answers[0]!).toBeGreaterThan(0.9 * K);
  expect(answers[0]!).toBeLessThan(1.1 * K);
  expect(answers[1]!).toBeLessThan(0.1);
});

test("covariance (doi:10.1007/BF00275079): weights grow with the covariance of the rates, whatever their means", async () => {
  // Rates that vary in time as sines: the covariance of amplitude A and B with a phase φ is A·B·cos(φ)/2.
  const eta = 1e-4, phases = [0, Math.PI / 3, Math.PI / 2, Math.PI], updates = 8000, period = 200;
  const wave = (update: number, phase: number): number => Math.sin((2 * Math.PI * update) / period + phase);
  const rates = new RateNetwork({ every: "10 ms" });
  const mean = (m: number, rate: number): number => m + 0.001 * (rate - m);
  const values = (_time: number, update: number): number[] => phases.map((phase, k) => 5 + k + wave(update, phase));
  const x = rates.input("x", 4, { values, traces: { mean: { initial: 6.5, update: mean } } });
  const z = rates.input("z", 1, { values: (_t, u) => [3 + 2 * wave(u, 0)] });
  const y = rates.layer("y", 1, { activation: (drive) => drive, traces: { mean: { initial: 3, update: mean } } });
  rates.connect(z, y, { weights: 1 });
  const c = rates.connect(x, y, {
    weights: 0, rule: (w, pre, post, meanPre, meanPost) => w + 1e-4 * (pre - meanPre) * (post - meanPost),
    with: { meanPre: "pre.mean", meanPost: "post.mean" },
  });
  await using run = await compileRates(rates, { precision: "f64" });
  run.setPlasticity(c, false);
  await run.run("80 s");
  // The means are known now.
  run.setPlasticity(c, true);
  let grown = await run.weights(c);
  expect([...grown]).toEqual([0, 0, 0, 0]);
  for (let k = 0; k < updates / period; k++) {
    await run.run(`${period * 10} ms`);
    const w = await run.weights(c);
    grown = grown.map((g, i) => g + w[i]!);
    // So that the output stays that of z.
    await run.setWeights(c, [0, 0, 0, 0]);
  }
  for (const [k, phase] of phases.entries()) expect(grown[k]! / (eta * updates)).toBeCloseTo(Math.cos(phase), 1);
});

test("Hebb and anti-Hebb (Földiák 1989, doi:10.1109/IJCNN.1989.118615): outputs span the principal components and are not correlated", async () => {
  const patterns = mixedPatterns(100, [1.2, 0.9, 0.6, 0.1, 0.1, 0.1]);
  const rates = new RateNetwork({ every: "10 ms" });
  const outputs = 3;
  const x = rates.input("x", 6, { values: shuffled(patterns, 3) });
  const y = rates.layer("y", outputs, { activation: (drive) => drive, settle: 30 });
  const draw = generator(9);
  const q = rates.connect(x, y, { weights: () => 0.2 * draw(), rule: (w, pre, post) => w + 0.002 * post * (pre - post * w) });
  const lateral = rates.connect(y, y, {
    weights: 0, autapses: false, rule: (w, pre, post) => Math.max(-0.4, Math.min(0.4, w - 0.004 * pre * post)),
  });
  await using run = await compileRates(rates);
  await run.run("200 s");
  run.setPlasticity(q, false);
  run.setPlasticity(lateral, false);
  const learnt = await run.weights(q);
  const answers: Float64Array[] = [];
  for (let k = 0; k < patterns.length; k++) {
    await run.run("10 ms");
    answers.push(run.rates(y));
  }
  const moments = secondMoments(answers);
  for (let i = 0; i < outputs; i++) {
    for (let j = 0; j < i; j++) expect(Math.abs(moments[i]![j]!) / Math.sqrt(moments[i]![i]! * moments[j]![j]!)).toBeLessThan(0.1);
    // Each output's weights lie in the space of the first components.
    const w = ofUnit(learnt, outputs, i);
    const inside = componentsOf(patterns).slice(0, outputs).map((component) => dot(w, component));
    expect(length(inside) / length(w)).toBeGreaterThan(0.99);
  }
});
