import { expect, test } from "vitest";
import { allToAll, compile, explicit, fixedIndegree, growthDuring, growthRate, Network, oneToOne, uniform } from "synfire";
import type { GrowthCurve, Projection, Simulation, StructuralOptions, StructuralPlasticity, SynapticElementsOptions } from "synfire";
import { lifDelta, lifExpCurrent, staticSynapse, stdpPair } from "synfire/models";
import * as structuralGrowth from "../../models/networks/structuralGrowth.ts";

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

test("the gaussian growth curve is zero at eta and eps and highest, 1, in their middle", () => {
  for (const [eta, eps] of [[0, 0.05], [0.1, 0.7], [0.02, 0.2]] as const) {
    const curve = { curve: "gaussian", eta, eps } as const;
    expect(growthRate(curve, eta)).toBeCloseTo(0, 14);
    expect(growthRate(curve, eps)).toBeCloseTo(0, 14);
    expect(growthRate(curve, (eta + eps) / 2)).toBe(1);
    for (let k = 0; k <= 100; k++) expect(growthRate(curve, (k / 50) * eps)).toBeLessThanOrEqual(1);
    expect(growthRate(curve, 10 * eps)).toBeCloseTo(-1, 12);
  }
});

test("the linear curve is 1 without calcium and zero at eps; the sigmoid is zero at eps with a slope of -1/(2 psi)", () => {
  expect(growthRate({ curve: "linear", eps: 0.7 }, 0)).toBe(1);
  expect(growthRate({ curve: "linear", eps: 0.7 }, 0.7)).toBe(0);
  expect(growthRate({ curve: "linear", eps: 0.7 }, 1.4)).toBeCloseTo(-1, 14);
  const sigmoid = { curve: "sigmoid", eps: 0.7, psi: 0.1 } as const;
  expect(growthRate(sigmoid, 0.7)).toBe(0);
  expect((growthRate(sigmoid, 0.7 + 1e-5) - growthRate(sigmoid, 0.7 - 1e-5)) / 2e-5).toBeCloseTo(-5, 6);
  expect(growthRate(sigmoid, 5)).toBeCloseTo(-1, 12);
});

test("growth while calcium decays is the integral of the curve", () => {
  const curves: readonly GrowthCurve[] = [{ curve: "linear", eps: 0.05 }, { curve: "gaussian", eta: 0.01, eps: 0.05 },
    { curve: "sigmoid", eps: 0.05, psi: 0.01 }];
  for (const curve of curves) {
    for (const [calcium, duration] of [[0.2, 25], [0.06, 0.37], [0.04, 90], [0, 3]] as const) {
      // Midpoint rule in a million steps.
      const steps = 1e6, h = duration / steps;
      let sum = 0;
      for (let k = 0; k < steps; k++) sum += h * growthRate(curve, calcium * Math.exp((-(k + 0.5) * h) / 10));
      expect(Math.abs(growthDuring(curve, calcium, 10, duration) - sum)).toBeLessThan(1e-8 * duration);
    }
  }
});

/** Two neurons that repeat given spikes and grow axons and dendrites for each other. */
function pairOf(times: readonly number[], indices: readonly number[],
  elements: Partial<SynapticElementsOptions>): { net: Network; rule: StructuralPlasticity; projection: Projection } {
  const net = new Network();
  const source = net.spikeSource("source", 2, { times, indices });
  const cells = net.population("cells", 2, lifDelta);
  net.projection(source, cells, staticSynapse, { connect: oneToOne(), receptor: "v", weight: "100 mV" });
  const projection = net.projection(cells, cells, staticSynapse, { connect: explicit([], []), receptor: "v", weight: "0.001 mV", delay: "1 ms" });
  const curve = { population: cells, curve: "gaussian", eta: 0.001, eps: 0.01, rate: "1 Hz", ...elements } as unknown as SynapticElementsOptions;
  const rule = net.structuralPlasticity({
    every: "100 ms", elements: [{ ...curve, name: "axon" }, { ...curve, name: "dendrite" }],
    synapses: [{ axon: "axon", dendrite: "dendrite", projections: [projection] }],
  });
  return { net, rule, projection };
}

test("calcium rises by beta at each spike and decays with its time constant; elements follow the curve exactly", async () => {
  const times = [0.01, 0.05, 0.3, 0.31], indices = [0, 0, 0, 0];
  const { net, rule } = pairOf(times, indices, { curve: "linear", eps: 0.005, vacantDecay: 0 } as Partial<SynapticElementsOptions>);
  await using sim = await compile(net, { dt: "0.1 ms" });
  await sim.run("950 ms");
  // A neuron spikes one step after its source.
  const spikes = times.map((t) => t + 1e-4);
  const at = (t: number) => spikes.filter((s) => s <= t + 1e-9).reduce((sum, s) => sum + 0.001 * Math.exp((s - t) / 10), 0);
  const state = sim.elements(rule);
  expect(state.calcium.get("cells")![0]).toBeCloseTo(at(0.95), 9);
  expect(state.calcium.get("cells")![1]).toBe(0);
  let z = 0;
  const steps = 95000;
  for (let k = 0; k < steps; k++) z += (0.95 / steps) * (1 - at((k + 0.5) * (0.95 / steps)) / 0.005);
  for (const { elements } of state.elements) {
    expect(elements[0]).toBeCloseTo(z, 4);
    expect(elements[1]).toBeCloseTo(0.95, 9);
  }
  expect(state.elements.map((e) => `${e.name} ${e.population}`)).toEqual(["axon cells", "dendrite cells"]);
});

test("vacant elements of two neurons pair once both have one, never with themselves, and decay while they wait", async () => {
  // Without calcium the linear curve grows one element a second.
  const { net, rule, projection } = pairOf([], [], { curve: "linear", eps: 0.01, vacantDecay: 0 } as Partial<SynapticElementsOptions>);
  await using sim = await compile(net, { dt: "0.1 ms" });
  await sim.run("0.95 s");
  expect(sim.synapses(projection).pre.length).toBe(0);
  await sim.run("8 s");
  const { pre, post } = sim.synapses(projection);
  // Every axon reaches the other neuron: 1 and 2 elements pair as soon as they are there, or wait for a luckier draw.
  expect(pre.every((i, e) => i !== post[e])).toBe(true);
  expect(pre.length).toBeGreaterThanOrEqual(12);
  const [axon, dendrite] = sim.elements(rule).elements;
  for (const side of [axon!, dendrite!]) side.connected.forEach((n, k) => expect(n).toBeLessThanOrEqual(Math.floor(side.elements[k]!)));
  expect([...axon!.connected]).toEqual([0, 1].map((k) => pre.filter((i) => i === k).length));
  expect([...dendrite!.connected]).toEqual([0, 1].map((k) => post.filter((j) => j === k).length));
});

test("vacant elements decay by their part at every update, connected ones do not", async () => {
  const net = new Network();
  const [a, b] = [net.population("a", 1, lifExpCurrent), net.population("b", 1, lifExpCurrent)];
  const projection = net.projection(a, b, staticSynapse, { connect: explicit([0, 0], [0, 0]), receptor: "exc", weight: "1 pA" });
  // At its target calcium, an element neither grows nor retracts; calcium that decays in 1e9 s stays there.
  const still = { curve: "linear", eps: 0.05, rate: "1 Hz" } as const;
  const rule = net.structuralPlasticity({
    every: "10 ms", calcium: { tau: "1e9 s", start: 0.05 },
    elements: [{ name: "axon", population: a, ...still, start: 8.5, vacantDecay: 0.5 }, { name: "dendrite", population: b, ...still, start: 0.5 }],
    synapses: [{ axon: "axon", dendrite: "dendrite", projections: [projection] }],
  });
  await using sim = await compile(net, { dt: "0.1 ms" });
  const z = () => sim.elements(rule).elements[0]!.elements[0]!;
  expect(z()).toBe(10.5);
  const course: number[] = [];
  for (let k = 0; k < 6; k++) {
    await sim.run("10 ms");
    course.push(z());
  }
  // floor(10.5) − 2 = 8 vacant, of which half go; then 6 − 2 = 4, 4 − 2 = 2, 3 − 2 = 1 (2.5 has none).
  const expected = [6.5, 4.5, 3.5, 3, 2.5, 2.5];
  course.forEach((value, k) => expect(value).toBeCloseTo(expected[k]!, 6));
  expect(sim.synapses(projection).pre.length).toBe(2);
});

test("a neuron that is too active loses as many synapses as it retracts elements, and its partners' elements become vacant", async () => {
  const net = new Network({ seed: 2 });
  const source = net.poissonSource("source", 1, { rate: "50 Hz" });
  const [a, b] = [net.population("a", 10, lifExpCurrent), net.population("b", 4, lifDelta)];
  // Only b is active.
  net.projection(source, b, staticSynapse, { connect: allToAll(), receptor: "v", weight: "100 mV" });
  const projection = net.projection(a, b, staticSynapse, { connect: fixedIndegree(20), receptor: "v", weight: "0.1 mV" });
  const rule = net.structuralPlasticity({
    every: "100 ms",
    elements: [
      { name: "axon", population: a, curve: "linear", eps: 1e9, rate: "1e-6 Hz", vacantDecay: 0 },
      { name: "dendrite", population: b, curve: "sigmoid", eps: 0.0005, psi: 0.0001, rate: "2 Hz", vacantDecay: 0 },
    ],
    synapses: [{ axon: "axon", dendrite: "dendrite", projections: [projection] }],
  });
  await using sim = await compile(net, { dt: "0.1 ms" });
  await sim.run("5.05 s");
  const [axon, dendrite] = sim.elements(rule).elements;
  const { post, pre } = sim.synapses(projection);
  expect(post.length).toBeGreaterThan(30);
  expect(post.length).toBeLessThan(50);
  // What is left is what the dendrites had at the last update, 50 ms ago; the axons keep elements for all that were there.
  dendrite!.connected.forEach((n, k) => expect(n - Math.floor(dendrite!.elements[k]! + 0.1)).toBeLessThanOrEqual(1));
  expect(axon!.elements.reduce((x, y) => x + Math.floor(y), 0)).toBe(80);
  expect(axon!.connected.reduce((x, y) => x + y, 0)).toBe(pre.length);
});

test("from no synapses, calcium comes within 10 % of its targets and the number of synapses to a plateau", async () => {
  const { settings, build } = structuralGrowth;
  const net = build(settings);
  await using sim = await compile(net, { dt: settings.dt });
  const rule = { name: "growth" };
  const total = () => sim.report().projections.reduce((sum, p) => sum + p.synapses, 0);
  expect(total()).toBe(0);
  await sim.run("120 s");
  const calcium = { E: [] as number[], I: [] as number[] }, counts: number[] = [];
  for (let k = 0; k < 16; k++) {
    await sim.run("5 s");
    const state = sim.elements(rule);
    calcium.E.push(mean(state.calcium.get("E")!));
    calcium.I.push(mean(state.calcium.get("I")!));
    counts.push(total());
  }
  for (const c of calcium.E) expect(Math.abs(c / settings.targetE - 1)).toBeLessThan(0.1);
  for (const c of calcium.I) expect(Math.abs(c / settings.targetI - 1)).toBeLessThan(0.1);
  expect(Math.min(...counts)).toBeGreaterThan(200);
  // The last half varies by a few percent about its mean, and its trend over 40 s is less.
  const last = counts.slice(8);
  for (const n of last) expect(Math.abs(n / mean(last) - 1)).toBeLessThan(0.05);
  expect(Math.abs(mean(counts.slice(12)) / mean(counts.slice(8, 12)) - 1)).toBeLessThan(0.05);
  // Elements that are connected were there to be connected.
  for (const { connected, elements } of sim.elements(rule).elements) connected.forEach((n, k) => expect(n).toBeLessThanOrEqual(elements[k]! + 1));
}, 120_000);

async function wired(sim: Simulation, projections: readonly Projection[]): Promise<unknown> {
  return projections.map((p) => sim.synapses(p));
}

test("growth survives JSON, and runs the same in pieces, on both back-ends and after a reset", async () => {
  const { settings, build } = structuralGrowth;
  const small = { ...settings, scale: 0.0375, rate: 20, background: "12 kHz" as const };
  const net = build(small), text = JSON.stringify(net), read = Network.fromJSON(text);
  expect(JSON.stringify(read)).toBe(text);
  const projections = ["E→E", "E→I", "I→E", "I→I"].map((name) => ({ name }) as Projection);
  await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
  await sim.run("3 s");
  const [first, hash] = [await wired(sim, projections), sim.report().spikeHash];
  expect(sim.report().synapses).toBeGreaterThan(50);
  await using again = await compile(read, { dt: "0.1 ms", precision: "f64" });
  for (const piece of ["0.25 s", "1.0003 s", "0.7497 s", "1 s"] as const) {
    await again.run(piece);
    // Looking changes nothing.
    again.elements({ name: "growth" });
  }
  expect(again.report().spikeHash).toBe(hash);
  expect(await wired(again, projections)).toEqual(first);
  again.reset();
  expect(again.report().synapses).toBe(0);
  await again.run("3 s");
  expect(again.report().spikeHash).toBe(hash);
  expect(await wired(again, projections)).toEqual(first);
  await using slow = await compile(read, { dt: "0.1 ms", backend: "interpreter" });
  await slow.run("0.5 s");
  await using fast = await compile(read, { dt: "0.1 ms", precision: "f64" });
  await fast.run("0.5 s");
  expect(slow.report().synapses).toBeGreaterThan(0);
  expect(await wired(slow, projections)).toEqual(await wired(fast, projections));
});

test("synapses that learn grow too, with the start values of their state", async () => {
  const net = new Network({ seed: 6 });
  const [a, b] = [net.population("a", 20, lifExpCurrent), net.population("b", 20, lifExpCurrent)];
  for (const target of [a, b]) net.poissonInput(target, { receptor: "exc", rate: "12 kHz", weight: "40 pA" });
  const projection = net.projection(a, b, stdpPair, { connect: explicit([0], [0]), receptor: "exc", weight: "10 pA", w_max: "20 pA", delay: "1 ms" });
  // The first synapse keeps its place; it is looked at just after others were made and all moved to larger arrays.
  const monitor = net.stateMonitor(projection, ["w", "x", "y"], { every: "20 ms" });
  const growing = { curve: "linear", eps: 1, rate: "20 Hz" } as const;
  net.structuralPlasticity({
    every: "20 ms", elements: [{ name: "axon", population: a, ...growing }, { name: "dendrite", population: b, ...growing }],
    synapses: [{ axon: "axon", dendrite: "dendrite", projections: [projection] }],
  });
  await using sim = await compile(net, { dt: "0.1 ms" });
  let made = 1;
  for (let k = 0; k < 50; k++) {
    await sim.run("20 ms");
    const { weights, ages } = sim.synapses(projection);
    // Synapses made in this very step have the start weight; older ones have learned.
    const young = weights.filter((_, e) => ages[e] === 0);
    made += young.length;
    for (const w of young) expect(w).toBe(Math.fround(10e-12));
    for (const name of ["w", "x", "y"] as const) expect(monitor.trace(name, 0)[k]).toBe(sim.get(projection, name)[0]);
  }
  const { weights, ages } = sim.synapses(projection);
  expect(made).toBeGreaterThan(200);
  expect(weights.length).toBe(made);
  const old = weights.filter((_, e) => ages[e]! > 0.3);
  expect(old.filter((w) => w !== Math.fround(10e-12)).length).toBeGreaterThan(0.9 * old.length);
  for (const w of weights) expect(w >= 0 && w <= Math.fround(20e-12)).toBe(true);
});

test("growth that cannot be says why", () => {
  const net = new Network();
  const [a, b] = [net.population("a", 3, lifExpCurrent), net.population("b", 3, lifExpCurrent)];
  const wire = { connect: explicit([], []), receptor: "exc", weight: "1 pA" } as const;
  const ab = net.projection(a, b, staticSynapse, wire), ba = net.projection(b, a, staticSynapse, wire);
  const axon = { name: "axon", population: a, curve: "gaussian", eta: 0, eps: 0.05 } as const,
    dendrite = { ...axon, name: "dendrite", population: b } as const;
  const synapses = [{ axon: "axon", dendrite: "dendrite", projections: [ab] }];
  const good: StructuralOptions = { every: "1 s", elements: [axon, dendrite], synapses };
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ every: "0 ms" }, /structural plasticity "structural plasticity 1": every/],
    [{ calcium: { beta: 0 } }, /calcium rises by 0 with a spike/],
    [{ calcium: { tau: "-1 s" } }, /tau/],
    [{ calcium: { start: -1 } }, /calcium begins at -1/],
    [{ elements: [{ ...axon, curve: "gauss" }, dendrite] }, /elements "axon" of "a".*growth curve "gauss"/],
    [{ elements: [{ ...axon, eta: 0.1 }, dendrite] }, /eta 0.1 is not below eps 0.05/],
    [{ elements: [{ ...axon, curve: "sigmoid" }, dendrite] }, /psi is undefined\n {2}A sigmoid curve needs eps and psi/],
    [{ elements: [{ ...axon, rate: "0 Hz" }, dendrite] }, /the rate of growth is 0 Hz/],
    [{ elements: [{ ...axon, vacantDecay: 2 }, dendrite] }, /vacantDecay 2 is not a part/],
    [{ elements: [{ ...axon, start: -1 }, dendrite] }, /-1 elements at the start/],
    [{ elements: [axon] }, /elements "dendrite"/],
    [{ elements: [axon, axon, dendrite] }, /"a" has elements "axon" twice/],
    [{ elements: [axon, dendrite, { ...axon, name: "bud" }] }, /no synapse is made of elements "bud"/],
    [{ elements: [axon, dendrite, { ...dendrite, population: a }] },
      /0 of the projections lead from a to a\n {2}Give one projection for each pair of populations/],
    [{ synapses: [{ axon: "axon", dendrite: "dendrite", projections: [ab, ba] }] }, /projection b→a does not lead from axon to dendrite/],
    [{ synapses: [...synapses, ...synapses] }, /projection a→b is named twice/],
  ];
  for (const [change, message] of cases) expect(() => net.structuralPlasticity({ ...good, ...change })).toThrow(message);
  net.structuralPlasticity(good);
  expect(() => net.structuralPlasticity(good)).toThrow(/two rules would make and remove the synapses of projection a→b/);
  expect(() => net.rewiring(ab, { rule: "set", every: "1 s" })).toThrow(/two rules would make and remove/);
});

test("growing synapses need one delay", async () => {
  const { net } = (() => {
    const made = new Network();
    const [a, b] = [made.population("a", 3, lifExpCurrent), made.population("b", 3, lifExpCurrent)];
    const late = made.projection(a, b, staticSynapse, { connect: oneToOne(), receptor: "exc", weight: "1 pA", delay: uniform("1 ms", "2 ms") });
    const curve = { curve: "linear", eps: 0.05 } as const;
    made.structuralPlasticity({ every: "1 s", elements: [{ name: "x", population: a, ...curve }, { name: "y", population: b, ...curve }],
      synapses: [{ axon: "x", dendrite: "y", projections: [late] }] });
    return { net: made };
  })();
  await expect(compile(net, { dt: "0.1 ms" })).rejects.toThrow(/each synapse of a→b has a delay of its own\n {2}Give the projection one delay/);
});
