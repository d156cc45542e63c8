import { expect, test } from "vitest";
import { allToAll, compile, explicit, Network, oneToOne, synapse, uniform } from "synfire";
import type { CompileOptions, Projection, Rewiring, Simulation, SynapseModel } from "synfire";
import { lifDelta, lifExpCurrent, parrot, staticSynapse, stdpPair } from "synfire/models";

/** Pair rule with a trace of its own in each synapse, which is what a visit has to advance. */
const eligible = synapse({
  name: "eligible",
  parameters: { tau: "20 ms", tau_c: "50 ms" },
  state: { x: 0, y: 0, c: 0 },
  equations: `
    dx/dt = -x/tau : 1 (event-driven)
    dy/dt = -y/tau : 1 (event-driven)
    dc/dt = -c/tau_c : 1 (event-driven)`,
  onPre: "receptor += w; x += 1; c += y; w = w * (1 + 0.01*c)",
  onPost: "y += 1; c -= x; w = w * (1 - 0.005*c)",
});

interface Listed {
  pre: number;
  post: number;
  weight: number;
}

/** Numbers in [0, n), the same in every run. */
function dice(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

function network(model: SynapseModel, list: readonly Listed[], size = 40): { net: Network; projection: ReturnType<Network["projection"]> } {
  const net = new Network({ seed: 5 });
  const cells = net.population("cells", size, lifExpCurrent, { v: "E_L + rand()*(v_th - E_L)" });
  net.poissonInput(cells, { receptor: "exc", rate: "12 kHz", weight: "40 pA" });
  const projection = net.projection(cells, cells, model, {
    connect: explicit(list.map((s) => s.pre), list.map((s) => s.post)),
    receptor: "exc", weight: { values: list.map((s) => s.weight), unit: "A" }, delay: "1.5 ms",
    ...(model.name === "stdp_pair" ? { w_max: "100 pA" } : {}),
  });
  return { net, projection };
}

const start = (roll: (n: number) => number, size: number, count: number): Listed[] => {
  const list = Array.from({ length: count }, () => ({ pre: roll(size), post: roll(size), weight: (10 + roll(50)) * 1e-12 }));
  return list.sort((a, b) => a.pre - b.pre);
};

/** One random change, made to the simulation and to the list. */
function change(list: Listed[], size: number, roll: (n: number) => number, most: number): { list: Listed[]; change: Rewiring } {
  const remove = new Set(Array.from({ length: list.length === 0 ? 0 : roll(most) }, () => roll(list.length)));
  const add = Array.from({ length: roll(most) }, () => ({ pre: roll(size), post: roll(size), weight: (10 + roll(50)) * 1e-12 }));
  const kept = list.filter((_, e) => !remove.has(e));
  // A stable sort by source puts new synapses at the end of their row.
  return {
    list: [...kept, ...add].sort((a, b) => a.pre - b.pre),
    change: { remove: [...remove], add: { pre: add.map((s) => s.pre), post: add.map((s) => s.post), weight: add.map((s) => s.weight) } },
  };
}

const listed = (sim: Simulation, projection: ReturnType<Network["projection"]>): Listed[] => {
  const { pre, post, weights } = sim.synapses(projection);
  return Array.from(pre, (i, e) => ({ pre: i, post: post[e]!, weight: weights[e]! }));
};

const variants: readonly { readonly model: SynapseModel; readonly options: Omit<CompileOptions, "dt"> }[] = [
  { model: staticSynapse, options: { precision: "f64" } },
  { model: stdpPair, options: { precision: "f64" } },
  { model: stdpPair, options: { precision: "f64", deferPlasticity: true } },
  { model: eligible, options: { precision: "f64" } },
  { model: eligible, options: { backend: "interpreter" } },
];
for (const { model, options } of variants) {
  const kind = `${model.name} synapses (${options.backend ?? "wasm"}${options.deferPlasticity ? ", where events wait" : ""})`;
  test(`after 1000 random rewirings, ${kind} are and run like those of a network made with the same list`, async () => {
    const roll = dice(11), size = 40;
    let list = start(roll, size, 300);
    const { net, projection } = network(model, list, size);
    await using sim = await compile(net, { dt: "0.1 ms", ...options });
    for (let k = 0; k < 1000; k++) {
      const next = change(list, size, roll, 12);
      sim.rewire(projection, next.change);
      list = next.list;
    }
    const now = listed(sim, projection);
    expect(now).toEqual(list);
    const fresh = network(model, list, size);
    await using again = await compile(fresh.net, { dt: "0.1 ms", ...options });
    const time = options.backend === "interpreter" ? "30 ms" : "300 ms";
    await sim.run(time);
    await again.run(time);
    expect(sim.report().spikes).toBeGreaterThan(10);
    expect(sim.report().spikeHash).toBe(again.report().spikeHash);
    expect(listed(sim, projection)).toEqual(listed(again, fresh.projection));
  });
}

/** Releases nothing half the time, and learns. */
const fickle = synapse({
  name: "fickle",
  parameters: { tau: "20 ms" },
  state: { y: 0 },
  equations: "dy/dt = -y/tau : 1 (event-driven)",
  onPre: "receptor += w * int(rand() < 0.5); w = w * (1 - 0.1*y*rand())",
  onPost: "y += 1; w = w * (1 + 0.02*rand())",
});

for (const model of [eligible, fickle, stdpPair]) {
  test(`rows and columns of ${model.name} synapses that outgrow all there was run like those of a network made with them`, async () => {
    const roll = dice(21), size = 40;
    const full = Array.from({ length: size * size }, (_, k) => ({ pre: Math.floor(k / size), post: k % size, weight: (1 + roll(5)) * 1e-12 }));
    const made = network(model, [{ pre: 3, post: 4, weight: 0 }], size), fresh = network(model, full, size);
    await using sim = await compile(made.net, { dt: "0.1 ms", precision: "f64" });
    await using again = await compile(fresh.net, { dt: "0.1 ms", precision: "f64" });
    // In three goes, the last of which finds the arrays too small again.
    let begun = false;
    for (const part of [full.slice(0, 100), full.slice(100, 700), full.slice(700)]) {
      const weight = part.map((s) => s.weight);
      sim.rewire(made.projection, { remove: begun ? [] : [0], add: { pre: part.map((s) => s.pre), post: part.map((s) => s.post), weight } });
      begun = true;
      await sim.run("0 ms");
    }
    await sim.run("200 ms");
    await again.run("200 ms");
    expect(sim.report().plasticEvents).toBeGreaterThan(10_000);
    expect(sim.report().spikeHash).toBe(again.report().spikeHash);
    expect(listed(sim, made.projection)).toEqual(listed(again, fresh.projection));
  });
}

/** Neurons that repeat given spikes, with synapses between them too weak to matter. */
function driven(list: readonly Listed[], model: SynapseModel): { net: Network; projection: ReturnType<Network["projection"]> } {
  const net = new Network();
  const size = 12, times: number[] = [], indices: number[] = [];
  const roll = dice(3);
  for (let t = 0.001; t < 0.2; t += 0.0007) {
    times.push(t);
    indices.push(roll(size));
  }
  const source = net.spikeSource("source", size, { times, indices });
  const cells = net.population("cells", size, lifDelta);
  net.projection(source, cells, staticSynapse, { connect: oneToOne(), receptor: "v", weight: "100 mV" });
  const projection = net.projection(cells, cells, model, {
    connect: explicit(list.map((s) => s.pre), list.map((s) => s.post)),
    receptor: "v", weight: { values: list.map((s) => s.weight), unit: "V" }, delay: "1 ms",
    ...(model.name === "stdp_pair" ? { w_max: "1e-7 mV" } : {}),
  });
  return { net, projection };
}

for (const [model, names, backend] of [
  [eligible, ["w", "c", "x", "y"], "wasm"], [eligible, ["w", "c", "x", "y"], "interpreter"],
  [stdpPair, ["w", "x", "y"], "wasm"], [stdpPair, ["w", "x", "y"], "interpreter"],
] as const) {
  test(`a new ${model.name} synapse learns as one that was set to that state then, and others do not notice (${backend})`, async () => {
    const roll = dice(8), first = start(roll, 12, 60), added = start(roll, 12, 300);
    // The control has all synapses from the beginning, those to be made at the end of their rows.
    const union = [...first.map((s) => ({ ...s, late: false })), ...added.map((s) => ({ ...s, late: true }))].sort((a, b) => a.pre - b.pre);
    const made = driven(first, model), control = driven(union, model);
    await using sim = await compile(made.net, { dt: "0.1 ms", precision: "f64", backend });
    await using all = await compile(control.net, { dt: "0.1 ms", precision: "f64", backend });
    await sim.run("80 ms");
    await all.run("80 ms");
    expect(sim.report().spikeHash).toBe(all.report().spikeHash);
    expect(sim.report().spikes).toBeGreaterThan(100);
    sim.rewire(made.projection, { add: { pre: added.map((s) => s.pre), post: added.map((s) => s.post), weight: added.map((s) => s.weight) } });
    for (const name of names.filter((n) => n === "w" || n === "c")) {
      const now = all.get(control.projection, name);
      const unit = name === "w" ? "V" : "";
      const values = union.map((s, e) => (!s.late ? now[e]! : name === "w" ? s.weight : 0));
      all.set(control.projection, { [name]: unit === "" ? values : { values, unit } });
    }
    // Read at once, before the code is made again.
    for (const name of names) expect(sim.get(made.projection, name)).toEqual(all.get(control.projection, name));
    await sim.run("100 ms");
    await all.run("100 ms");
    for (const name of names) expect(sim.get(made.projection, name)).toEqual(all.get(control.projection, name));
    const { ages } = sim.synapses(made.projection);
    expect([...ages].map((age) => Math.round(age * 1e4))).toEqual(union.map((s) => (s.late ? 1000 : 1800)));
    // Those made late go again: what is left is as if they had never been.
    sim.rewire(made.projection, { remove: [...union.keys()].filter((e) => union[e]!.late) });
    const left = all.get(control.projection, "w").filter((_, e) => !union[e]!.late);
    expect(sim.weights(made.projection)).toEqual(left);
  });
}

test("a projection may begin without synapses and be rewired with one weight for all", async () => {
  const net = new Network();
  const source = net.spikeSource("source", 3, { times: [0.001, 0.002, 0.003], indices: [0, 1, 2] });
  const cells = net.population("cells", 200, parrot);
  const projection = net.projection(source, cells, staticSynapse, { connect: explicit([], []), receptor: "spike", weight: 1, delay: "1 ms" });
  await using sim = await compile(net, { dt: "0.1 ms" });
  expect(sim.synapses(projection).pre.length).toBe(0);
  const post = Array.from({ length: 150 }, (_, j) => j);
  sim.rewire(projection, { add: { pre: post.map((j) => (j < 50 ? 2 : 1)), post } });
  expect(sim.report().projections[0]!.synapses).toBe(150);
  await sim.run("2.5 ms");
  expect(sim.report().synapticEvents).toBe(100);
  // The spike of source 1 has been sent; that of source 2 comes after its synapses are gone.
  sim.rewire(projection, { remove: [...sim.synapses(projection).pre.keys()] });
  await sim.run("10 ms");
  expect(sim.report().populations[1]!.spikes).toBe(100);
});

test("a reset brings the first synapses back, and the same run follows", async () => {
  const roll = dice(5), list = start(roll, 40, 300);
  const { net, projection } = network(stdpPair, list);
  await using sim = await compile(net, { dt: "0.1 ms" });
  const before = sim.synapses(projection);
  await sim.run("200 ms");
  const [hash, weights] = [sim.report().spikeHash, sim.weights(projection)];
  const { change: more } = change(list, 40, roll, 400);
  sim.rewire(projection, more);
  await sim.run("100 ms");
  sim.reset();
  expect(sim.synapses(projection)).toEqual(before);
  await sim.run("200 ms");
  expect(sim.report().spikeHash).toBe(hash);
  expect(sim.weights(projection)).toEqual(weights);
});

test("a monitor of synapses keeps to its places; a place without a synapse is NaN", async () => {
  const { net, projection } = network(stdpPair, start(dice(5), 40, 30));
  const monitor = net.weightMonitor(projection, { every: "1 ms" });
  await using sim = await compile(net, { dt: "0.1 ms" });
  await sim.run("1 ms");
  sim.rewire(projection, { remove: [0, 1, 2] });
  await sim.run("1 ms");
  expect(monitor.weights.length).toBe(60);
  expect(monitor.weights.slice(0, 30).some(Number.isNaN)).toBe(false);
  expect(Array.from(monitor.weights.slice(30), Number.isNaN)).toEqual(Array.from({ length: 30 }, (_, e) => e >= 27));
});

test("rewiring that cannot be says which synapse, and how to put it right", async () => {
  const net = new Network();
  const cells = net.population("cells", 4, lifExpCurrent);
  const wire = { receptor: "exc", delay: "1 ms" } as const;
  const one = net.projection(cells, cells, staticSynapse, { ...wire, name: "one", connect: allToAll({ autapses: false }), weight: "10 pA" });
  const own = net.projection(cells, cells, staticSynapse,
    { ...wire, name: "own", connect: oneToOne(), weight: uniform("1 pA", "2 pA"), dale: "excitatory", limits: ["0 pA", "5 pA"] });
  const late = net.projection(cells, cells, staticSynapse,
    { ...wire, name: "late", connect: oneToOne(), weight: "1 pA", delay: uniform("1 ms", "3 ms") });
  const traced = net.projection(cells, cells, eligible, { ...wire, name: "traced", connect: oneToOne(), weight: "1 pA", c: uniform(0, 1) });
  await using sim = await compile(net, { dt: "0.1 ms" });
  const messages: readonly (readonly [Projection, Rewiring, RegExp])[] = [
    [late, { remove: [0] }, /projection late: each of its synapses has a delay of its own\n {2}Give the projection one delay/],
    [one, { remove: [12] }, /projection one: there is no synapse 12 to remove\n {2}Synapses are numbered from 0 to 11/],
    [one, { remove: [1, 1] }, /synapse 1 is to be removed twice/],
    [one, { add: { pre: [0], post: [] } }, /1 sources but 0 targets/],
    [one, { add: { pre: [4], post: [0] } }, /source 4 of new synapse 0 does not exist\n {2}Neurons are numbered from 0 to 3/],
    [one, { add: { pre: [1], post: [1.5] } }, /target 1.5 of new synapse 0 does not exist/],
    [one, { add: { pre: [2], post: [2] } }, /new synapse 0 leads from neuron 2 to itself/],
    [one, { add: { pre: [2], post: [3] } }, /there is a synapse from neuron 2 to 3 already/],
    [one, { add: { pre: [], post: [], weight: "1 pA" } }, /its synapses do not hold a weight of their own/],
    [own, { add: { pre: [0], post: [1] } }, /w of the new synapses is not known, since it differs between those there are\n {2}Give add.weight/],
    [own, { add: { pre: [0], post: [1], weight: [1, 2] } }, /2 values of w for 1 new synapses/],
    [own, { add: { pre: [0], post: [1], weight: [NaN] } }, /w of new synapse 0 is NaN/],
    [own, { add: { pre: [0], post: [1], weight: "1 mV" } }, /volt/],
    [own, { add: { pre: [0], post: [1], weight: "-1 pA" } }, /the weight -1 pA of new synapse 0 has the wrong sign for an excitatory projection/],
    [own, { add: { pre: [0], post: [1], weight: "6 pA" } }, /the weight 6 pA of new synapse 0 is outside the limits 0 pA to 5 pA/],
    [traced, { add: { pre: [0], post: [1] } }, /c of the new synapses is not known.*\n {2}Give add.values: \{ c: … \}/],
    [traced, { add: { pre: [0], post: [1], values: { c: 0, tau: "20 ms" } } }, /its synapses do not hold a tau of their own\n {2}Each holds: w, c/],
  ];
  for (const [projection, change, message] of messages) expect(() => sim.rewire(projection, change)).toThrow(message);
  // What was refused changed nothing; a pair that is removed may be made again in the same change.
  expect(sim.synapses(one).pre.length).toBe(12);
  const gone = [...sim.synapses(one).pre.keys()].find((e) => sim.synapses(one).pre[e] === 2 && sim.synapses(one).post[e] === 3)!;
  sim.rewire(one, { remove: [gone], add: { pre: [2], post: [3] } });
  expect(sim.synapses(one).pre.length).toBe(12);
});

test("synapses change at a time of the description as they do when the simulation is paused then", async () => {
  const roll = dice(13), list = start(roll, 40, 200), next = change(list, 40, roll, 300);
  const planned = network(stdpPair, list), paused = network(stdpPair, list);
  planned.net.at("50 ms", (sim) => sim.rewire(planned.projection, next.change));
  await using one = await compile(planned.net, { dt: "0.1 ms" });
  await using other = await compile(paused.net, { dt: "0.1 ms" });
  await one.run("120 ms");
  await other.run("50 ms");
  other.rewire(paused.projection, next.change);
  await other.run("70 ms");
  expect(one.synapses(planned.projection)).toEqual(other.synapses(paused.projection));
  expect(one.report().spikeHash).toBe(other.report().spikeHash);
  expect(new Set(one.synapses(planned.projection).ages.map((age) => Math.round(age * 1e3)))).toEqual(new Set([120, 70]));
});
