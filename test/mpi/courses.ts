/** Courses of things that every rank goes through: what it reads, records and is told has to be what one process reads, records and is told. */
import { createHash } from "node:crypto";
import { compile, explicit, fixedIndegree, fixedProbability, models, Network, neuron, synapse } from "../threads/built.mjs";
import type { CompileOptions, Simulation } from "../threads/built.mjs";
import { outcomeOf } from "../threads/outcome.ts";

export type Course = (options: Omit<CompileOptions, "dt">, rank: number) => Promise<unknown>;

const { lifDelta, staticSynapse, stdpPair } = models;

const hashOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): string =>
  createHash("sha256").update(new Uint8Array(buffer, byteOffset, byteLength)).digest("hex").slice(0, 16);

const digest = (value: unknown): unknown =>
  ArrayBuffer.isView(value)
    ? `${value.byteLength} bytes ${hashOf(value)}`
    : Array.isArray(value) ? value.map(digest)
      : typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).map(([name, of]) => [name, digest(of)])) : value;

function make() {
  const net = new Network({ seed: 31 });
  const E = net.population("E", 100, lifDelta, { v: "rand() * v_th" }), I = net.population("I", 30, lifDelta);
  const S = net.spikeSource("S", 4, { times: [0, 0.012], indices: [3, 1] });
  for (const target of [E, I]) net.poissonInput(target, { receptor: "v", rate: "9 kHz", weight: "0.15 mV" });
  const P = net.projection(E, E, stdpPair, {
    connect: fixedProbability(0.2), receptor: "v", weight: "0.2*mV*(1 + rand())", w_max: "0.6 mV", a_plus: 0.03, delay: "1 ms",
  });
  const Q = net.projection(E, I, staticSynapse, { connect: fixedIndegree(10), receptor: "v", weight: "0.3*mV*rand()", delay: "0.5 ms" });
  const R = net.projection(I, E, staticSynapse, { connect: fixedProbability(0.3), receptor: "v", weight: "-0.5 mV", delay: "0.7 ms", store: false });
  net.projection(S, E, staticSynapse, { connect: explicit([0, 1, 2, 3], [99, 40, 3, 70]), receptor: "v", weight: "25 mV", delay: "0.5 ms" });
  net.normalise(P, { incoming: "5 mV" });
  return { net, E, I, S, P, Q, R };
}

/** A simulation of that network which a neuron or a synapse ends; what every process is told then, and what it knows of the time before. */
async function untilItFails(net: Network, options: Omit<CompileOptions, "dt">): Promise<unknown> {
  const spikes = net.spikeMonitor(...net.data.populations.flatMap(({ name }) => (name === "E" ? [handles.get(net)!] : [])));
  await using sim = await compile(net, { dt: "0.1 ms", ...options });
  const message = await sim.run("100 ms").then(() => "no failure", (error: Error) => `${error.name}: ${error.message}`);
  return digest({ message, time: sim.time, hash: sim.report().spikeHash, times: spikes.times, indices: spikes.indices });
}
const handles = new WeakMap<Network, ReturnType<typeof make>["E"]>();

export const courses: Readonly<Record<string, Course>> = {
  "reads, changes and monitors": async (options) => {
    const { net, E, I, S, P, Q, R } = make();
    const spikes = net.spikeMonitor(E.slice(20, 90), I), rate = net.rateMonitor(E, { every: "2 ms" });
    const trace = net.stateMonitor(E, ["v"], { every: "0.7 ms", sample: 9 }), part = net.stateMonitor(E.slice(40, 70), ["v"], { every: "1 ms" });
    const weights = net.weightMonitor(P, { every: "5 ms", sample: 11 }), all = net.stateMonitor(P, ["w"], { every: "9 ms" });
    const hooks: unknown[] = [];
    net.at("23 ms", (sim) => hooks.push(spikes.times.length, sim.get(E, "v")));
    await using sim = await compile(net, { dt: "0.1 ms", ...options });
    const seen: unknown[] = [];
    await sim.run("10 ms");
    seen.push(sim.get(E, "v"), sim.get(P, "w"), sim.get(P, "a_plus"), sim.weights(Q), sim.synapses(P), sim.synapses(R), sim.report().spikeHash);
    sim.set(E.slice(30, 80), { v: "10*mV + 0.05*mV*i" });
    sim.set(E, { v_th: "20*mV + 0.01*mV*i" });
    sim.set(P, { w: "0.1*mV*(1 + i/N_pre + j/N_post)", a_plus: 0.01 });
    await sim.run("10 ms");
    sim.set(P, { w: { values: Array.from(sim.get(P, "w"), (w, k) => 1e3 * w * (k % 3)), unit: "mV" } });
    sim.setWeight(Q, "0.4 mV");
    S.add([0.0251, 0.03], [0, 2]);
    sim.normalise(P);
    await sim.run("10 ms");
    sim.lesion(E.slice(10, 60));
    sim.setPlasticity(P, false);
    for await (const { from, to, times, indices } of sim.stream("12 ms", { every: "5.3 ms" })) seen.push([from, to, times, indices]);
    const outcome = outcomeOf(net, sim);
    const recorded = {
      spikes: [spikes.times, spikes.indices, spikes.populations], rate: [rate.times, rate.rate], trace: [trace.times, trace.get("v")],
      part: part.get("v"), weights: weights.weights, all: all.get("w"),
    };
    sim.reset();
    await sim.run("8 ms");
    return digest({ seen, hooks, recorded, outcome, again: outcomeOf(net, sim) });
  },
  "a modulator that is changed by hand": async (options) => {
    const net = new Network({ seed: 8 });
    const E = net.population("E", 60, lifDelta, { v: "rand() * v_th" });
    net.poissonInput(E, { receptor: "v", rate: "9 kHz", weight: "0.15 mV" });
    const dopamine = net.modulator("dopamine", { tau: "30 ms", from: E.slice(0, 4), amount: 0.1 });
    net.projection(E, E, models.stdpDopamine, {
      connect: fixedProbability(0.3), receptor: "v", weight: "0.2 mV", w_max: "1 mV", a_plus: "0.1 mV", a_minus: "0.15 mV", delay: "1 ms",
      modulators: { dopamine },
    });
    await using sim = await compile(net, { dt: "0.1 ms", ...options });
    for (const amount of [0.5, 0.25, 0]) {
      await sim.run("10.3 ms");
      sim.modulate(dopamine, amount);
    }
    await sim.run("10 ms");
    return digest({ value: sim.get(dopamine.population, "value"), outcome: outcomeOf(net, sim) });
  },
  "a neuron whose potential becomes infinite": async (options) => {
    const { net, E } = make();
    handles.set(net, E);
    const wild = neuron({
      name: "wild", parameters: { k: "0 Hz" }, state: { x: 1 }, equations: "dx/dt = k*x**3 : 1", threshold: "x < 0", reset: "x = 1",
    });
    net.population("wild", 70, wild, { k: "200*Hz*int(i == 55)" });
    return await untilItFails(net, options);
  },
  "a synapse that leaves its limits": async (options) => {
    const { net, E } = make();
    handles.set(net, E);
    const growing = synapse({ name: "growing", parameters: { step: 0.1 }, onPre: "receptor += 0*w; w = w*(1 + step)" });
    net.projection(E, E.slice(80, 90), growing, {
      connect: fixedIndegree(3), receptor: "v", weight: "0.1 mV", delay: "1 ms", limits: ["0 mV", "0.15 mV"],
    });
    return await untilItFails(net, options);
  },
  "a weight of the wrong sign": async (options) => {
    const { net, E, I } = make();
    net.projection(E, I, staticSynapse, {
      connect: fixedProbability(0.5), receptor: "v", weight: "0.1*mV*(29.5 - j)", delay: "1 ms", dale: "excitatory",
    });
    net.projection(E, I, staticSynapse, {
      connect: fixedProbability(0.5), receptor: "v", weight: "0.1*mV*(28.5 - j)", delay: "1 ms", dale: "excitatory",
    });
    return await compile(net, { dt: "0.1 ms", ...options }).then(() => "no failure", (error: Error) => `${error.name}: ${error.message}`);
  },
};

/** Courses that have no counterpart in one process. */
export const coursesOfRanks: Readonly<Record<string, Course>> = {
  "one rank builds another network": async (options, rank) => {
    const { net, E } = make();
    net.poissonInput(E, { receptor: "v", rate: `${1000 + rank} Hz`, weight: "0.1 mV" });
    return await compile(net, { dt: "0.1 ms", ...options }).then(() => "no failure", (error: Error) => `${error.name}: ${error.message}`);
  },
  "one rank is asked to stop, and goes on later": async (options, rank) => {
    const { net } = make();
    await using sim: Simulation = await compile(net, { dt: "0.1 ms", ...options });
    const stop = new AbortController();
    if (rank === 1) setTimeout(() => stop.abort(), 150);
    const ended = await sim.run("1000 s", { signal: stop.signal }).then(() => "no end", (error: Error) => error.name);
    const { time } = sim;
    await sim.run("10 ms");
    return { ended, time, early: time > 0 && time < 1000, went: sim.time - time, hash: sim.report().spikeHash };
  },
  "two halves that hardly know each other, and one whole": async (options) => {
    const sent = async (connect: ReturnType<typeof fixedProbability>, halves: boolean) => {
      const net = new Network({ seed: 5 });
      const E = net.population("E", 320, lifDelta, { v: "rand() * v_th" });
      net.poissonInput(E, { receptor: "v", rate: "9 kHz", weight: "0.15 mV" });
      const wire = { connect, receptor: "v", weight: "0.1 mV", delay: "1.5 ms" } as const;
      if (halves) for (const [from, to] of [[0, 160], [160, 320]] as const) net.projection(E.slice(from, to), E.slice(from, to), staticSynapse, wire);
      else net.projection(E, E, staticSynapse, wire);
      net.projection(E.slice(0, 10), E.slice(310, 320), staticSynapse, wire);
      await using sim = await compile(net, { dt: "0.1 ms", ...options });
      await sim.run("30 ms");
      return { kind: sim.report().exchange!.kind, bytes: sim.report().exchange!.bytes, hash: sim.report().spikeHash };
    };
    return { halves: await sent(fixedProbability(0.3), true), whole: await sent(fixedProbability(0.3), false) };
  },
  "monitors of the own neurons": async (options) => {
    const { net, E, S } = make();
    const own = net.spikeMonitor(E, S);
    await using sim = await compile(net, { dt: "0.1 ms", ...options, monitors: "own" });
    await sim.run("40 ms");
    const { populations, spikeHash: hash } = sim.report();
    return { times: [...own.times], indices: [...own.indices], spikes: populations.map(({ spikes }) => spikes), hash };
  },
};
