// Between runs: what one reads, writes, records and asks of a simulation is the same however many threads it has.
import { expect, test } from "vitest";
import { compile, explicit, fixedIndegree, fixedProbability, models, Network } from "./built.mjs";
import type { Simulation } from "./built.mjs";
import { cases } from "./networks.ts";
import { outcomeAfter, outcomeOf } from "./outcome.ts";

const { lifDelta, staticSynapse, stdpPair } = models;
const counts = [1, 2, 3];

function make() {
  const net = new Network({ seed: 31 });
  const E = net.population("E", 100, lifDelta, { v: "rand() * v_th" }), I = net.population("I", 30, lifDelta);
  const S = net.spikeSource("S", 4, { times: [0, 0.012], indices: [3, 1] });
  for (const target of [E, I]) net.poissonInput(target, { receptor: "v", rate: "9 kHz", weight: "0.15 mV" });
  const P = net.projection(E, E, stdpPair, { connect: fixedProbability(0.2), receptor: "v", weight: "0.2*mV*(1 + rand())", w_max: "0.6 mV",
    a_plus: 0.03, delay: "1 ms" });
  const Q = net.projection(E, I, staticSynapse, { connect: fixedIndegree(10), receptor: "v", weight: "0.3*mV*rand()", delay: "0.5 ms" });
  const R = net.projection(I, E, staticSynapse, { connect: fixedProbability(0.3), receptor: "v", weight: "-0.5 mV", delay: "0.7 ms" });
  net.projection(S, E, staticSynapse, { connect: explicit([0, 1, 2, 3], [99, 40, 3, 70]), receptor: "v", weight: "25 mV", delay: "0.5 ms" });
  net.normalise(P, { incoming: "5 mV" });
  return { net, E, I, S, P, Q, R };
}

/** The same course of things on each number of threads; what it returns has to be equal. */
async function sameOnAll(course: (made: ReturnType<typeof make>, sim: Simulation) => Promise<unknown>,
  prepare: (made: ReturnType<typeof make>) => unknown = () => {}) {
  const results: unknown[] = [];
  for (const threads of counts) {
    const made = make();
    const prepared = prepare(made);
    await using sim = await compile(made.net, { dt: "0.1 ms", threads });
    expect(sim.threads).toBe(threads);
    const seen = await course(made, sim);
    results.push({ seen, prepared: typeof prepared === "function" ? (prepared as () => unknown)() : undefined, outcome: outcomeOf(made.net, sim) });
  }
  expect(results[1], "2 threads").toEqual(results[0]);
  expect(results[2], "3 threads").toEqual(results[0]);
  return results[0] as { readonly seen: never; readonly prepared: never };
}

test("what is read and set between runs", async () => {
  await sameOnAll(async ({ E, I, P, Q, R }, sim) => {
    const seen: unknown[] = [];
    await sim.run("10 ms");
    seen.push(sim.get(E, "v"), sim.get(E.slice(45, 52), "v"), sim.get(P, "w"), sim.get(P, "a_plus"), sim.weights(Q), sim.synapses(P),
      sim.synapses(R));
    sim.set(E.slice(30, 80), { v: "10*mV + 0.05*mV*i" });
    sim.set(I, { tau_m: "12 ms" });
    sim.set(E, { v_th: "20*mV + 0.01*mV*i" });
    await sim.run("10 ms");
    sim.set(P, { w: "0.1*mV*(1 + i/N_pre + j/N_post)", a_plus: 0.01 });
    seen.push(sim.get(P, "w"), sim.get(P, "a_plus"), sim.get(E, "v_th"));
    await sim.run("10 ms");
    sim.set(P, { w: { values: Array.from(sim.get(P, "w"), (w, k) => 1e3 * w * (k % 3)), unit: "mV" } });
    sim.setWeight(Q, "0.4 mV");
    sim.setWeight(P, "0.25 mV");
    seen.push(sim.weights(Q));
    await sim.run("10 ms");
    return seen;
  });
});

test("lesions, frozen weights, norms and spikes that are added", async () => {
  await sameOnAll(async ({ E, S, P }, sim) => {
    await sim.run("10 ms");
    sim.lesion(E.slice(10, 60));
    sim.setPlasticity(P, false);
    await sim.run("10 ms");
    S.add([0.0251, 0.03], [0, 2]);
    sim.setPlasticity(P, true);
    sim.normalise(P);
    await sim.run("20 ms");
    return [sim.get(P, "w")];
  });
});

test("a modulator that is changed by hand", async () => {
  const outcomes = [];
  for (const threads of counts) {
    const { net } = cases["modulators: by spikes, by a signal, and tonic"]!;
    const tonic = net();
    const extra = tonic.modulator("extra", { tau: "30 ms" });
    await using sim = await compile(tonic, { dt: "0.1 ms", threads });
    await sim.run("10 ms");
    sim.modulate(extra, 0.5);
    await sim.run("10.3 ms");
    sim.modulate(extra, 0.25);
    await sim.run("10 ms");
    outcomes.push({ value: sim.get(extra.population, "value"), all: outcomeOf(tonic, sim) });
  }
  expect(outcomes[0]!.value[0]).toBeGreaterThan(0.3);
  expect(outcomes.slice(1)).toEqual([outcomes[0], outcomes[0]]);
});

test("monitors of spikes, rates, state and synapses", async () => {
  const { prepared } = await sameOnAll((_, sim) => sim.run("40 ms"), ({ net, E, I, P, Q }) => {
    const spikes = net.spikeMonitor(E.slice(20, 90), I), rate = net.rateMonitor(E, { every: "2 ms" });
    const trace = net.stateMonitor(E, ["v"], { every: "0.7 ms", sample: 9 }), part = net.stateMonitor(E.slice(40, 70), ["v"], { every: "1 ms" });
    const weights = net.weightMonitor(P, { every: "5 ms", sample: 11 }), all = net.stateMonitor(P, ["w"], { every: "9 ms" });
    const fixed = net.weightMonitor(Q, { every: "20 ms" });
    return () => ({
      spikes: [spikes.times, spikes.indices, spikes.populations], rate: rate.times, trace: [trace.times, trace.get("v")], part: part.get("v"),
      weights: weights.weights, all: all.get("w"), fixed: fixed.weights,
    });
  });
  expect((prepared as { trace: [Float64Array, Float32Array] }).trace[1].length).toBeGreaterThan(100);
});

test("streams of spikes", async () => {
  const { seen } = await sameOnAll(async (_, sim) => {
    const chunks: unknown[] = [];
    for await (const { from, to, times, indices } of sim.stream("40 ms", { every: "7.3 ms" })) chunks.push([from, to, times, indices]);
    return chunks;
  });
  expect((seen as unknown[]).length).toBe(6);
});

test("a simulation that is reset does the same once more", async () => {
  await sameOnAll(async ({ net, E, P }, sim) => {
    await sim.run("30 ms");
    const first = outcomeOf(net, sim);
    sim.set(E, { tau_m: "12 ms" });
    sim.lesion(E.slice(40, 50));
    sim.setWeight(P, "0 mV");
    await sim.run("10 ms");
    sim.reset();
    await sim.run("30 ms");
    expect(outcomeOf(net, sim)).toEqual(first);
    return first;
  });
});

test("the report of several threads differs from that of one in their number, times and bytes alone", async () => {
  const reports = [];
  for (const threads of [1, 3]) {
    const { net } = make();
    await using sim = await compile(net, { dt: "0.1 ms", threads });
    await sim.run("20 ms");
    const { buildMs: _, compileMs: __, simulateMs: ___, cpuMs: ____, bytes, threads: used, projections, ...rest } = sim.report();
    expect(used).toBe(threads);
    reports.push({ ...rest, synapses: projections.map((p) => ({ ...p, bytes: 0 })), atLeast: bytes.synapses > 10_000 });
  }
  expect(reports[1]).toEqual(reports[0]);
});

// What cannot be divided

const undividable: Readonly<Record<string, { readonly net: () => Network; readonly why: RegExp; readonly backend?: "wasm" | "interpreter" }>> = {
  "the interpreter": { net: () => make().net, why: /one thread instead of 2: the interpreter has one thread/, backend: "interpreter" },
  "synapses that come and go": {
    net: () => {
      const { net, E } = make();
      const p = net.projection(E, E, staticSynapse, { name: "moving", connect: fixedIndegree(3), receptor: "v", weight: "0.1*mV*rand()",
        delay: "1 ms" });
      net.rewiring(p, { rule: "set", every: "10 ms", fraction: 0.1, weight: "0.1 mV" });
      return net;
    },
    why: /one thread instead of 2: synapses of projection moving come and go/,
  },
  "synapses that draw random numbers": {
    net: () => {
      const { net, E } = make();
      net.projection(E, E, models.stochasticRelease, { name: "drawing", connect: fixedIndegree(3), receptor: "v", weight: "0.2 mV", delay: "1 ms" });
      return net;
    },
    why: /one thread instead of 2: synapses of projection drawing draw random numbers/,
  },
  "outgoing norms": {
    net: () => {
      const { net, P } = make();
      net.normalise(P, { outgoing: "5 mV" });
      return net;
    },
    why: /one thread instead of 2: outgoing weights of projection E→E are brought to a norm/,
  },
};
test.each(Object.entries(undividable))("%s: one thread runs it, and says why", async (_, { net, why, backend = "wasm" }) => {
  const warnings: string[] = [];
  await using sim = await compile(net(), { engine: "grid", dt: "0.1 ms", threads: 2, backend, onWarning: (text) => warnings.push(text) });
  expect(sim.threads).toBe(1);
  expect(warnings).toEqual([expect.stringMatching(why)]);
  await sim.run("5 ms");
  // Whoever leaves the number to Synfire does not want to hear of it.
  await using quiet = await compile(net(), { dt: "0.1 ms", threads: "auto", backend, onWarning: (text) => warnings.push(text) });
  expect([quiet.threads, warnings.length]).toEqual([1, 1]);
});

test("synapses of a divided simulation cannot be moved by hand, and it runs on", async () => {
  const { net, P } = make();
  await using sim = await compile(net, { dt: "0.1 ms", threads: 2 });
  await sim.run("5 ms");
  expect(() => sim.rewire(P, { remove: [0] })).toThrow(
    "projection E→E: its synapses are divided among threads or processes and cannot come and go\n"
      + "  Compile with { threads: 1 } and without processes.");
  await sim.run("5 ms");
  expect(outcomeOf(net, sim)).toEqual(await outcomeAfter(make().net, { dt: "0.1 ms" }, "10 ms"));
});

const wrong: [string, unknown][] = [["zero", 0], ["one and a half", 1.5], ["many", 1000], ["a word", "all"], ["a negative number", -1], ["NaN", NaN]];
test.each(wrong)("%s threads are refused", async (_, threads) => {
  await expect(compile(make().net, { dt: "0.1 ms",
    threads: threads as number })).rejects.toThrow(/compile: threads is .*\n {2}Use a whole number from 1 to 256/);
});

test("a small network gets one thread when the number is left to Synfire", async () => {
  await using sim = await compile(make().net, { dt: "0.1 ms", threads: "auto", onWarning: (text) => { throw new Error(text); } });
  expect(sim.threads).toBe(1);
});

