import { expect, test } from "vitest";
import { allToAll, compile, fixedIndegree, fixedProbability, Network, normal, oneToOne, uniform } from "synfire";
import type { Projection, RewiringOptions, Simulation } from "synfire";
import { lifDelta, lifExpCurrent, staticSynapse, stdpPair } from "synfire/models";
import { traceCorrelation } from "../../src/engine/spikeLog.ts";

/** 30 sources, 40 neurons, a tenth of the pairs joined by weights of both signs. */
function sparse(options: RewiringOptions,
  more: { readonly dale?: "excitatory" | "inhibitory"; readonly weight?: string } = {}): { net: Network; projection: Projection } {
  const net = new Network({ seed: 4 });
  const source = net.poissonSource("source", 30, { rate: "20 Hz" });
  const cells = net.population("cells", 40, lifExpCurrent);
  const projection = net.projection(source, cells, staticSynapse, {
    connect: fixedProbability(0.1), receptor: "exc", weight: normal("0 pA", "10 pA"), delay: "1 ms", ...more,
  });
  net.rewiring(projection, options);
  return { net, projection };
}

interface Listed {
  readonly key: number;
  readonly weight: number;
  readonly age: number;
}

const listOf = (sim: Simulation, projection: Projection): Listed[] => {
  const { pre, post, weights, ages } = sim.synapses(projection);
  return Array.from(pre, (i, e) => ({ key: i * 40 + post[e]!, weight: weights[e]!, age: ages[e]! }));
};

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

test("SET removes the smallest positive and the largest negative weights and keeps the number of synapses", async () => {
  const { net, projection } = sparse({ rule: "set", every: "10 ms", fraction: 0.3, weight: normal("0 pA", "10 pA") });
  await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
  const before = listOf(sim, projection);
  await sim.run("10 ms");
  const after = listOf(sim, projection);
  const kept = after.filter((s) => s.age > 0), made = after.filter((s) => s.age === 0);
  const positive = before.filter((s) => s.weight >= 0), negative = before.filter((s) => s.weight < 0);
  expect(after.length).toBe(before.length);
  expect(made.length).toBe(Math.floor(0.3 * positive.length) + Math.floor(0.3 * negative.length));
  expect(made.length).toBeGreaterThan(20);
  expect(kept.map((s) => s.key)).toEqual(before.filter((s) => kept.some((k) => k.key === s.key && k.weight === s.weight)).map((s) => s.key));
  const keptPositive = sorted(kept.filter((s) => s.weight >= 0).map((s) => s.weight)),
    keptNegative = sorted(kept.filter((s) => s.weight < 0).map((s) => s.weight));
  expect(keptPositive).toEqual(sorted(positive.map((s) => s.weight)).slice(Math.floor(0.3 * positive.length)));
  expect(keptNegative).toEqual(sorted(negative.map((s) => s.weight)).slice(0, negative.length - Math.floor(0.3 * negative.length)));
  // New weights are drawn anew, of both signs.
  expect(new Set(made.map((s) => s.weight)).size).toBe(made.length);
  expect(made.some((s) => s.weight < 0) && made.some((s) => s.weight > 0)).toBe(true);
});

for (const options of [
  { rule: "set", every: "0.1 ms" },
  { rule: "deepR", every: "0.1 ms", noise: "2 pA", drift: "0.1 pA" },
  { rule: "hebbian", every: "0.1 ms", fraction: 0.1, candidates: 3 },
] as const) {
  test(`1000 times rewired by ${options.rule}: the number of synapses is constant and no pair has two`, async () => {
    const { net, projection } = sparse(options);
    await using sim = await compile(net, { dt: "0.1 ms" });
    const before = listOf(sim, projection);
    const ever = new Set<number>();
    for (let k = 0; k < 20; k++) {
      await sim.run("5 ms");
      const now = listOf(sim, projection);
      expect(now.length).toBe(before.length);
      expect(new Set(now.map((s) => s.key)).size).toBe(now.length);
      for (const s of now) ever.add(s.key);
    }
    expect(ever.size).toBeGreaterThan(3 * before.length);
  });
}

test("under SET weights that learn to be large stay, and small ones wander: sources that predict their targets keep their synapses", async () => {
  const net = new Network({ seed: 9 });
  // A common source drives targets and half of the inputs, 2 ms before them.
  const common = net.poissonSource("common", 1, { rate: "20 Hz" }), alone = net.poissonSource("alone", 20, { rate: "20 Hz" });
  const inputs = net.population("inputs", 40, lifDelta), cells = net.population("cells", 40, lifDelta);
  const drive = { receptor: "v", weight: "100 mV" } as const;
  net.projection(common, inputs.slice(0, 20), staticSynapse, { ...drive, connect: allToAll(), delay: "1 ms" });
  net.projection(alone, inputs.slice(20, 40), staticSynapse, { ...drive, connect: oneToOne(), delay: "1 ms" });
  net.projection(common, cells, staticSynapse, { ...drive, connect: allToAll(), delay: "5 ms" });
  const projection = net.projection(inputs, cells, stdpPair, {
    connect: fixedProbability(0.2), receptor: "v", weight: "0.0005 mV", w_max: "0.001 mV", delay: "1 ms", a_plus: 0.05, a_minus: 0.055,
    tau_plus: "10 ms", tau_minus: "40 ms",
  });
  net.rewiring(projection, { rule: "set", every: "1 s", fraction: 0.3 });
  await using sim = await compile(net, { dt: "0.1 ms" });
  const part = () => {
    const { pre } = sim.synapses(projection);
    return pre.filter((i) => i < 20).length / pre.length;
  };
  expect(part()).toBeGreaterThan(0.35);
  expect(part()).toBeLessThan(0.65);
  await sim.run("20.5 s");
  expect(part()).toBeGreaterThan(0.8);
});

test("deep rewiring: a parameter that crosses zero makes its synapse dormant and another takes its place; signs are kept", async () => {
  const { net, projection } = sparse({ rule: "deepR", every: "10 ms", drift: "2 pA", weight: "1 pA" });
  await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
  const before = listOf(sim, projection);
  await sim.run("10 ms");
  const after = listOf(sim, projection);
  expect(after.length).toBe(before.length);
  // Without noise, exactly those below the drift are gone, and the others moved by it towards zero.
  const strong = before.filter((s) => Math.abs(s.weight) >= 2e-12);
  const kept = after.filter((s) => s.age > 0), made = after.filter((s) => s.age === 0);
  expect(kept.map((s) => s.key)).toEqual(strong.map((s) => s.key));
  kept.forEach((s, k) => expect(s.weight).toBeCloseTo(strong[k]!.weight - Math.sign(strong[k]!.weight) * 2e-12, 20));
  expect(made.length).toBeGreaterThan(5);
  for (const s of made) expect(Math.abs(s.weight)).toBe(1e-12);
  expect(new Set(made.map((s) => Math.sign(s.weight)))).toEqual(new Set([1, -1]));
  // Those made at 1 pA are below the drift the next time.
  await sim.run("10 ms");
  const later = listOf(sim, projection);
  expect(later.filter((s) => s.age > 0.005 && s.age < 0.015)).toEqual([]);
});

test("deep rewiring gives a pair the same sign whenever it comes back, and noise alone never turns a sign", async () => {
  const { net, projection } = sparse({ rule: "deepR", every: "1 ms", noise: "5 pA" });
  await using sim = await compile(net, { dt: "0.1 ms" });
  const signs = new Map<number, number>();
  let returns = 0;
  for (let k = 0; k < 200; k++) {
    await sim.run("1 ms");
    for (const { key, weight, age } of listOf(sim, projection)) {
      if (weight === 0 || (k + 1) / 1000 - age < 1e-9) continue;
      if (signs.has(key)) returns++;
      expect(signs.get(key) ?? Math.sign(weight)).toBe(Math.sign(weight));
      signs.set(key, Math.sign(weight));
    }
  }
  expect(returns).toBeGreaterThan(1000);
  const positive = [...signs.values()].filter((s) => s > 0).length / signs.size;
  expect(Math.abs(positive - 0.5)).toBeLessThan(0.1);
});

test("deep rewiring keeps to Dale's law", async () => {
  const { net, projection } = sparse({ rule: "deepR", every: "1 ms", noise: "3 pA", weight: "1 pA" }, { dale: "inhibitory", weight: "-5*pA*rand()" });
  await using sim = await compile(net, { dt: "0.1 ms" });
  await sim.run("50 ms");
  const now = listOf(sim, projection);
  expect(now.some((s) => s.age < 0.04)).toBe(true);
  expect(now.every((s) => s.weight <= 0)).toBe(true);
});

test("correlation-driven rewiring finds correlated pairs more often than chance", async () => {
  const groups = 5, size = 50;
  const net = new Network({ seed: 3 });
  const events = net.poissonSource("events", groups, { rate: "10 Hz" });
  const noise = [net.poissonSource("noise1", size, { rate: "5 Hz" }), net.poissonSource("noise2", size, { rate: "5 Hz" })];
  const [inputs, cells] = [net.population("inputs", size, lifDelta), net.population("cells", size, lifDelta)];
  [inputs, cells].forEach((population, k) => {
    const drive = { receptor: "v", weight: "100 mV" } as const;
    net.projection(events, population, staticSynapse, { ...drive, connect: (i, j) => j % groups === i, delay: k === 0 ? "1 ms" : "4 ms" });
    net.projection(noise[k]!, population, staticSynapse, { ...drive, connect: oneToOne() });
  });
  const projection = net.projection(inputs, cells, staticSynapse,
    { connect: fixedIndegree(5, { multapses: false }), receptor: "v", weight: "0.001*mV*rand()", delay: "1 ms" });
  net.rewiring(projection, { rule: "hebbian", every: "1 s", fraction: 0.2, candidates: 10, weight: "0.001*mV*(1 + rand())" });
  await using sim = await compile(net, { dt: "0.1 ms" });
  const within = (young: boolean) => {
    const { pre, post, ages } = sim.synapses(projection);
    const of = [...pre.keys()].filter((e) => ages[e]! < sim.time === young);
    return of.filter((e) => pre[e]! % groups === post[e]! % groups).length / of.length;
  };
  expect(within(false)).toBeLessThan(0.3);
  await sim.run("4 s");
  // Ten candidates for each synapse hold two correlated pairs on average, so nearly all that are made are.
  expect(within(true)).toBeGreaterThan(0.9);
});

test("the correlation of two spike trains is that of their traces, integrated step by step", () => {
  const roll = (seed: number) => {
    let state = seed;
    return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  };
  const random = roll(7), duration = 20000, tau = 200;
  const a: number[] = [], b: number[] = [];
  for (let t = 0; t < duration; t++) {
    const both = random() < 0.002;
    if (both || random() < 0.002) a.push(t);
    if (both || random() < 0.002) b.push(t);
  }
  const trace = (train: readonly number[]) => {
    const spikes = new Set(train), values: number[] = [];
    let x = 0;
    // The mean of a step's exponential.
    for (let t = 0; t < duration; t++) {
      if (spikes.has(t)) x += 1;
      values.push(x);
      x *= Math.exp(-1 / tau);
    }
    return values;
  };
  const [x, y] = [trace(a), trace(b)];
  const mean = (values: readonly number[]) => values.reduce((p, q) => p + q, 0) / values.length;
  const covariance = (p: readonly number[], q: readonly number[]) => mean(p.map((v, k) => v * q[k]!)) - mean(p) * mean(q);
  const stepwise = covariance(x, y) / Math.sqrt(covariance(x, x) * covariance(y, y));
  expect(stepwise).toBeGreaterThan(0.3);
  expect(Math.abs(traceCorrelation(Float64Array.from(a), Float64Array.from(b), tau, duration) - stepwise)).toBeLessThan(0.02);
  expect(traceCorrelation(Float64Array.from(a), Float64Array.from(a), tau, duration)).toBeCloseTo(1, 12);
  expect(traceCorrelation(Float64Array.from(a), new Float64Array(0), tau, duration)).toBe(0);
});

test("rules for synapses survive JSON, and run the same in pieces, again, and after a reset", async () => {
  for (const options of [
    { rule: "set", every: "10 ms", fraction: 0.25, weight: uniform("1 pA", "20 pA") },
    { rule: "deepR", every: "7 ms", noise: "2 pA", drift: "0.1 pA" },
    { rule: "hebbian", every: "20 ms", fraction: 0.1, tau: "10 ms" },
  ] as const) {
    const { net, projection } = sparse(options);
    const text = JSON.stringify(net), read = Network.fromJSON(text);
    expect(JSON.stringify(read)).toBe(text);
    await using sim = await compile(net, { dt: "0.1 ms" });
    await sim.run("100 ms");
    const first = sim.synapses(projection);
    await using again = await compile(read, { dt: "0.1 ms" });
    for (let k = 0; k < 10; k++) await again.run("10 ms");
    expect(again.synapses(projection)).toEqual(first);
    expect(again.report().spikeHash).toBe(sim.report().spikeHash);
    again.reset();
    await again.run("100 ms");
    expect(again.synapses(projection)).toEqual(first);
  }
});

test("a rule that cannot be says why", async () => {
  const { net, projection } = sparse({ rule: "set", every: "10 ms" });
  const source = net.group("source"), cells = net.population("more", 5, lifExpCurrent);
  const wire = { connect: allToAll(), receptor: "exc", delay: "1 ms" } as const;
  const one = net.projection(source, cells, staticSynapse, { ...wire, weight: "1 pA" });
  const cases: readonly (readonly [() => void, RegExp])[] = [
    [() => net.rewiring(projection, { rule: "set", every: "1 s" }), /two rules would make and remove the synapses of projection source→cells/],
    [() => net.rewiring(one, { rule: "sett" as "set", every: "1 s" }), /rule "sett".*\n.*set/],
    [() => net.rewiring(one, { rule: "set", every: "1 s", noise: "1 pA" } as never), /option "noise"/],
    [() => net.rewiring(one, { rule: "set", every: "1 s", fraction: 1.5 }), /1.5 is not a part of the synapses/],
    [() => net.rewiring(one, { rule: "deepR", every: "1 s", drift: "-1 pA" }), /drift -1 pA is negative/],
    [() => net.rewiring(one, { rule: "deepR", every: "1 s", drift: "1 mV" }), /volt/],
    [() => net.rewiring(one, { rule: "set", every: "0 s" }), /every/],
    [() => net.rewiring(one, { rule: "hebbian", every: "1 s", candidates: 0 }), /0 candidates for each new synapse/],
    [() => net.rewiring(one, { rule: "set", every: "1 s", weight: { values: [1, 2], unit: "pA" } }),
      /an array cannot give the weights of synapses yet to be made/],
  ];
  for (const [act, message] of cases) expect(act).toThrow(message);
  net.rewiring(one, { rule: "set", every: "1 s" });
  const compiled = compile(net, { dt: "0.1 ms" });
  await expect(compiled).rejects.toThrow(/rewiring of source→more: all its synapses have one weight, so none is smaller than another/);
  const multiple = new Network();
  const [a, b] = [multiple.poissonSource("a", 5, { rate: "1 Hz" }), multiple.population("b", 5, lifExpCurrent)];
  const twice = multiple.projection(a, b, staticSynapse, { connect: fixedIndegree(20), receptor: "exc", weight: uniform("1 pA", "2 pA") });
  multiple.rewiring(twice, { rule: "deepR", every: "1 ms" });
  await using sim = await compile(multiple, { dt: "0.1 ms" });
  const message = /some pairs have several synapses, and deep rewiring gives each pair one sign\n {2}Connect with \{ multapses: false \}/;
  await expect(sim.run("2 ms")).rejects.toThrow(message);
});
