// What a user does with synapses that learn while a network runs, and what is said when it goes wrong.
import { expect, test } from "vitest";
import { compile, fixedIndegree, Network, neuron, oneToOne, synapse } from "synfire";
import type { Projection, Simulation, SynapseModel } from "synfire";
import { lifDelta, staticSynapse, stdpPair, stdpTriplet } from "synfire/models";

// Spikes when it is told to; what synapses send only adds up.
const obedient = neuron({
  name: "obedient",
  parameters: { gain: 1 },
  state: { command: 0, g: 0 },
  receptors: { command: "command", g: "g" },
  equations: "command : 1 (impulse); g : 1",
  threshold: "command > 0",
});

/** `size` sources and targets that spike at the given milliseconds. */
function pairNetwork(pre: readonly number[], post: readonly number[], size = 1) {
  const net = new Network({ seed: 3 });
  const train = (name: string, times: readonly number[], early: number) =>
    net.spikeSource(name, size, {
      times: { values: times.flatMap((t) => Array.from({ length: size }, () => t - early)), unit: "ms" },
      indices: times.flatMap(() => Array.from({ length: size }, (_, i) => i)),
    });
  const sources = train("sources", pre, 0),
    commands = train("commands", post, 1);
  const targets = net.population("targets", size, obedient);
  net.projection(commands, targets, staticSynapse, { connect: oneToOne(), receptor: "command", weight: 1, delay: "1 ms" });
  return { net, sources, targets };
}

async function weightAfter(net: Network, projection: Projection, time: "100 ms" | "200 ms" = "100 ms"): Promise<number> {
  await using sim = await compile(net, { dt: "1 ms", precision: "f64", deferPlasticity: true });
  await sim.run(time);
  return sim.get(projection, "w")[0]!;
}

test("a postsynaptic pathway's own delay takes the place of the dendritic one, and a presynaptic one's that of the delay", async () => {
  const counting = synapse({
    name: "counting",
    state: { pre_at: 0, post_at: 0 },
    equations: "pre_at : second; post_at : second",
    onPre: { transmit: "receptor += w", look: "pre_at = t" },
    onPost: { see: "post_at = t" },
  });
  const { net, sources, targets } = pairNetwork([10], [20]);
  const p = net.projection(sources, targets, counting, {
    connect: oneToOne(),
    receptor: "g",
    weight: 1,
    dendriticDelay: "2 ms",
    delay: { look: "7 ms", see: "5 ms" },
  });
  await using sim = await compile(net, { dt: "1 ms", precision: "f64" });
  await sim.run("50 ms");
  expect(sim.get(p, "pre_at")[0]).toBeCloseTo(0.017, 12);
  expect(sim.get(p, "post_at")[0]).toBeCloseTo(0.025, 12);
});

test.each([false, true])("weights that are frozen stay, and learn on as if nothing had happened in between (events wait: %s)", async (waits) => {
  const build = () => {
    const { net, sources, targets } = pairNetwork([10, 40, 70], [12, 42, 72]);
    return { net, p: net.projection(sources, targets, stdpPair, { connect: oneToOne(), receptor: "g", weight: 0.5, w_max: 1, delay: "1 ms" }) };
  };
  const run = async (frozen: boolean): Promise<number[]> => {
    const { net, p } = build();
    await using sim = await compile(net, { dt: "1 ms", precision: "f64", deferPlasticity: waits });
    const weights: number[] = [];
    for (const k of [0, 1, 2]) {
      if (frozen) sim.setPlasticity(p, k !== 1);
      await sim.run("30 ms");
      weights.push(sim.get(p, "w")[0]!);
    }
    return weights;
  };
  const [free, frozen] = [await run(false), await run(true)];
  expect(frozen[0]).toBe(free[0]);
  expect(frozen[1]).toBe(frozen[0]);
  // The traces went on all the time, so the last interval changes the weight by what it does without a pause (the rule is additive).
  expect(frozen[2]! - frozen[1]!).toBeCloseTo(free[2]! - free[1]!, 12);
});

test("weights are up to date whenever they are read, whatever was read before", async () => {
  const build = (monitored: boolean) => {
    const net = new Network({ seed: 5 });
    const sources = net.poissonSource("sources", 40, { rate: "60 Hz" });
    const cells = net.population("cells", 10, lifDelta, { v: "rand() * v_th" });
    net.poissonInput(cells, { receptor: "v", rate: "4 kHz", weight: "0.3 mV" });
    const p = net.projection(sources, cells, stdpTriplet, {
      connect: fixedIndegree(20),
      receptor: "v",
      weight: "0.5 mV",
      w_ref: "0.5 mV",
      w_max: "2 mV",
      delay: "2 ms",
    });
    const monitor = monitored ? net.weightMonitor(p, { every: "5 ms" }) : undefined;
    return { net, p, monitor };
  };
  const steady = build(false),
    watched = build(true),
    asked = build(false);
  await using a = await compile(steady.net, { dt: "1 ms", deferPlasticity: true });
  await using b = await compile(watched.net, { dt: "1 ms", deferPlasticity: true });
  await using c = await compile(asked.net, { dt: "1 ms", deferPlasticity: true });
  await a.run("1 s");
  await b.run("1 s");
  for (let k = 0; k < 100; k++) {
    await c.run("10 ms");
    c.get(asked.p, "w");
  }
  const final = [...a.get(steady.p, "w")];
  expect(new Set(final.map((w) => w.toFixed(7))).size).toBeGreaterThan(10);
  const near = (other: Float64Array) => other.forEach((w, e) => expect(w / final[e]!).toBeCloseTo(1, 5));
  near(b.get(watched.p, "w"));
  near(c.get(asked.p, "w"));
  near(watched.monitor!.weights.slice(-final.length));
});

test("more spikes of a target than can wait change nothing", async () => {
  const count = 90;
  const pre = [5, 5 + count + 10],
    post = Array.from({ length: count }, (_, k) => 8 + k);
  const { net, sources, targets } = pairNetwork(pre, post);
  const w = await weightAfter(
    net,
    net.projection(sources, targets, stdpPair, {
      connect: oneToOne(),
      receptor: "g",
      weight: 0,
      w_max: 1,
      a_minus: 0,
      delay: "1 ms",
    }),
    "200 ms",
  );
  // Each spike at t finds exp(-(t - 6)/20) of the first presynaptic spike, which arrived at 6 ms.
  const expected = post.reduce((sum, t) => sum + 0.01 * Math.exp(-(t - 6) / 20), 0);
  expect(w).toBeCloseTo(expected, 12);
});

test("what a spike source sends at time 0 counts", async () => {
  const { net, sources, targets } = pairNetwork([0], [5]);
  const w = await weightAfter(
    net,
    net.projection(sources, targets, stdpPair, {
      connect: oneToOne(),
      receptor: "g",
      weight: 0.5,
      w_max: 1,
      delay: "2 ms",
    }),
  );
  expect(w).toBeCloseTo(0.5 + 0.01 * Math.exp(-3 / 20), 12);
});

test("synapses that know a parameter of their neurons hear of its changes", async () => {
  const reading = synapse({ name: "reading", state: { seen: 0 }, equations: "seen : 1", onPre: "seen = gain_post" });
  const { net, sources, targets } = pairNetwork([10, 30], []);
  const p = net.projection(sources, targets, reading, { connect: oneToOne(), weight: 0 });
  await using sim = await compile(net, { dt: "1 ms" });
  await sim.run("20 ms");
  expect(sim.get(p, "seen")[0]).toBe(1);
  sim.set(targets, { gain: 3 });
  await sim.run("20 ms");
  expect(sim.get(p, "seen")[0]).toBe(3);
});

async function failure(model: SynapseModel, options: Record<string, unknown>, change?: (sim: Simulation, p: Projection) => void): Promise<string> {
  const { net, sources, targets } = pairNetwork([10, 20, 30], [11, 21, 31], 3);
  const p = net.projection(sources, targets, model, {
    connect: oneToOne(),
    receptor: "g",
    weight: 0.5,
    delay: "1 ms",
    name: "p",
    ...options,
  } as never);
  try {
    await using sim = await compile(net, { dt: "1 ms", precision: "f64" });
    change?.(sim, p);
    await sim.run("100 ms");
    return "nothing was wrong";
  } catch (error) {
    return (error as Error).message;
  }
}

test("a weight that is no number is named with its synapse and time", async () => {
  const root = synapse({ name: "root", equations: "w : 1", onPre: "w = sqrt(w - 0.4*i)" });
  expect(await failure(root, {})).toMatch(/projection p: w of synapse 2 → 2 became NaN at t = 11 ms.*clip\(x, low, high\)/s);
});

test("a weight beyond its limits is named with both", async () => {
  const growing = synapse({ name: "growing", equations: "w : 1", onPre: "w += 0.1", onPost: "w += 0.1" });
  expect(await failure(growing, { limits: [0, 0.85] })).toMatch(
    /projection p: w of synapse 0 → 0 became 0.9 at t = 21 ms, outside its limits 0 to 0.85/,
  );
  expect(await failure(growing, { limits: [0, 5] }, (sim, p) => sim.set(p, { w: [1, 2, 6] }))).toMatch(
    /the weight 6 of synapse 2 is outside the limits 0 to 5/,
  );
});

test("under Dale's law learning stops at zero, and weights of the other sign are refused", async () => {
  const falling = synapse({ name: "falling", equations: "w : 1", onPre: "w -= 0.2" });
  const { net, sources, targets } = pairNetwork([10, 20, 30, 40], []);
  const p = net.projection(sources, targets, falling, { connect: oneToOne(), receptor: "g", weight: 0.5, dale: "excitatory" } as never);
  expect(await weightAfter(net, p)).toBe(0);
  expect(await failure(falling, { dale: "excitatory" }, (sim, q) => sim.set(q, { w: -1 }))).toMatch(
    /the weight -1 .* has the wrong sign for an excitatory projection/,
  );
});

test("what makes no sense without a dendritic delay is refused, with the reason", async () => {
  expect(await failure(stdpPair as never, { w_max: 1, dendriticDelay: "0 ms", coincident: "simultaneous" })).toMatch(
    /coincident is "simultaneous", but there is no dendritic delay/,
  );
  expect(await failure(stdpPair as never, { w_max: 1, delay: "0 ms" })).toMatch(/what pathway pre sends has no delay at all/);
  expect(await failure(stdpPair as never, { w_max: 1, dendriticDelay: "0.2 ms" })).toMatch(/dendriticDelay 0.2 ms is shorter than the step 1 ms/);
});

test("a modulator that nothing drives is a warning, until somebody does", async () => {
  const modulated = synapse({ name: "modulated", equations: "w : 1", modulators: ["reward"], onPre: "w += reward" });
  const build = () => {
    const { net, sources, targets } = pairNetwork([10, 20], []);
    const reward = net.modulator("reward", { tau: "20 ms" });
    const p = net.projection(sources, targets, modulated, { connect: oneToOne(), weight: 0.5, modulators: { reward } } as never);
    return { net, reward, p };
  };
  const idle = build();
  await using sim = await compile(idle.net, { dt: "1 ms" });
  await sim.run("30 ms");
  expect(sim.report().warnings).toEqual(['modulator "reward" was never driven: its value stayed 0']);
  const driven = build();
  await using other = await compile(driven.net, { dt: "1 ms", precision: "f64" });
  other.modulate(driven.reward, 1);
  await other.run("30 ms");
  expect(other.report().warnings).toEqual([]);
  // It jumps in the first step, to 1 at 1 ms; without a dendritic delay the spike that arrives at 11 ms reads the value of 10 ms.
  expect(other.get(driven.p, "w")[0]).toBeCloseTo(0.5 + Math.exp(-9 / 20) + Math.exp(-19 / 20), 12);
});

test("reset brings weights, parameters and learning back, and the same run follows", async () => {
  const { net, sources, targets } = pairNetwork([10, 30], [12, 31]);
  const p = net.projection(sources, targets, stdpPair, { connect: oneToOne(), receptor: "g", weight: 0.5, w_max: 1, delay: "1 ms" });
  await using sim = await compile(net, { dt: "1 ms", precision: "f64" });
  await sim.run("50 ms");
  const first = sim.get(p, "w")[0]!;
  sim.set(p, { a_plus: 0.2 });
  sim.setPlasticity(p, false);
  sim.reset();
  expect(sim.get(p, "w")[0]).toBe(0.5);
  await sim.run("50 ms");
  expect(sim.get(p, "w")[0]).toBe(first);
});

test("a default in units of the weight is refused where it would be a volt", () => {
  const net = new Network();
  const source = net.spikeSource("source", 1), cells = net.population("cells", 1, lifDelta);
  expect(() => net.projection(source, cells, stdpPair, { connect: oneToOne(), receptor: "v", weight: "0.1 mV" })).toThrow(
    /w_max of synapse "stdp_pair" is in units of the weight, and its default is 1 V here[\s\S]*Give it, e.g. w_max: "1 mV"/,
  );
});

test.each([false, true])("a trace that is set while the network runs counts from then on (events wait: %s)", async (waits) => {
  const { net, sources, targets } = pairNetwork([10], [20, 60]);
  const p = net.projection(sources, targets, stdpPair, { connect: oneToOne(), receptor: "g", weight: 0.5, w_max: 1, delay: "1 ms" });
  await using sim = await compile(net, { dt: "1 ms", precision: "f64", deferPlasticity: waits });
  await sim.run("40 ms");
  sim.set(p, { x: 3 });
  await sim.run("40 ms");
  expect(sim.get(p, "w")[0]).toBeCloseTo(0.5 + 0.01 * Math.exp(-9 / 20) + 0.01 * 3 * Math.exp(-20 / 20), 12);
});

test("a trace of sources whose synapses have delays of their own cannot be set while the network runs", async () => {
  const { net, sources, targets } = pairNetwork([10], [20], 2);
  const p = net.projection(sources, targets, stdpPair, {
    connect: oneToOne(), receptor: "g", weight: 0.5, w_max: 1, delay: { values: [1, 3], unit: "ms" },
  });
  await using sim = await compile(net, { dt: "1 ms" });
  expect(() => sim.set(p, { x: 1 })).toThrow(/x belongs to the sources and reaches each synapse with its own delay/);
});
