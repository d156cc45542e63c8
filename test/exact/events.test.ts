import { expect, test } from "vitest";
import { allToAll, compile, explicit, fixedIndegree, Network, neuron, normal, oneToOne, stepCurrent } from "synfire";
import { lifAdaptiveThreshold, lifAlphaCurrent, lifDelta, lifExpCurrent, parrot, staticSynapse, stdpPair } from "synfire/models";

const exact = { engine: "exact" } as const;
const ms = (values: readonly number[]) => ({ values, unit: "ms" });

/** A recurrent network with delays and weights of their own, Poisson input and synapses that learn. */
function lively(seed = 3) {
  const net = new Network({ seed });
  const noise = net.poissonSource("noise", 20, { rate: "30 Hz" });
  const E = net.population("E", 80, lifExpCurrent, { v: "-70*mV + 15*mV*rand()", i_ext: "380 pA" });
  const I = net.population("I", 20, lifDelta, { v_rest: "0 mV", i_ext: "18 nA", v: "rand()*20*mV" });
  net.poissonInput(I, { receptor: "v", rate: "200 Hz", weight: "1 mV" });
  net.projection(noise, E, staticSynapse, { connect: fixedIndegree(5), receptor: "exc", weight: "150 pA", delay: "1.5 ms" });
  net.projection(E, I, staticSynapse, {
    connect: fixedIndegree(20), receptor: "v", weight: normal("0.3 mV", "0.1 mV"), delay: "0.7*ms + 2*ms*rand()",
  });
  const learning = net.projection(E, E, stdpPair, { connect: fixedIndegree(10), receptor: "exc", weight: "40 pA", w_max: "100 pA", delay: "1 ms" });
  net.projection(I, E, staticSynapse, { connect: fixedIndegree(5), receptor: "inh", weight: "-150 pA", delay: "0.8 ms" });
  return { net, E, I, learning };
}

test("a run in pieces, after a reset and with other monitors has the same spikes, bit for bit", async () => {
  const hash = async (pieces: readonly number[], monitored: boolean) => {
    const { net, E, I, learning } = lively();
    if (monitored) {
      net.stateMonitor(E, ["v", "i_exc"], { every: "0.37 ms" });
      net.rateMonitor(I, { every: "1 ms" });
      net.weightMonitor(learning, { every: "3 ms" });
    }
    await using sim = await compile(net, exact);
    for (const piece of pieces) await sim.run(`${piece} ms`);
    const first = sim.report();
    sim.reset();
    await sim.run("300 ms");
    expect(sim.report().spikeHash).toBe(first.spikeHash);
    expect(first.spikes).toBeGreaterThan(500);
    expect(first.engine).toBe("exact");
    return first.spikeHash;
  };
  const whole = await hash([300], false);
  expect(await hash([0.1, 99.9, 123.456, 300 - 100 - 123.456], true)).toBe(whole);
});

for (const [name, model, receptor, weight, i_ext] of [
  ["delta input", lifDelta, "v", "0.8 mV", "21 nA"], ["exponential currents", lifExpCurrent, "exc", "90 pA", "380 pA"],
] as const) {
  test(`compiled code delivers ${name} as the code for single neurons does`, async () => {
    const run = async (compiled: boolean) => {
      const net = new Network({ seed: 8 });
      const cells = net.population("cells", 300, model as typeof lifDelta, { i_ext } as object);
      const noise = net.poissonSource("noise", 200, { rate: "20 Hz" });
      net.projection(noise, cells.slice(0, 299), staticSynapse, {
        connect: fixedIndegree(20), receptor: receptor as "v", weight: `${weight.slice(0, -3)}*${weight.slice(-2)}*(1 + 0.2*randn())`, delay: "1 ms",
      });
      const spikes = net.spikeMonitor(cells);
      await using sim = await compile(net, exact);
      // Where a neuron is dead they are no longer alike, and each is dealt with by itself.
      if (!compiled) sim.lesion(cells.slice(299, 300));
      await sim.run("200 ms");
      const alive = [...spikes.indices].map((j, k) => [j, spikes.times[k]!] as const).filter(([j]) => j < 299);
      return alive.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    };
    const [all, single] = [await run(true), await run(false)];
    expect(all.length).toBeGreaterThan(1000);
    expect(single).toHaveLength(all.length);
    all.forEach(([j, t], k) => {
      expect(single[k]![0]).toBe(j);
      expect(Math.abs(single[k]![1] - t)).toBeLessThan(1e-12);
    });
  });
}

test("another seed gives other spikes", async () => {
  const hashes = await Promise.all([3, 4].map(async (seed) => {
    await using sim = await compile(lively(seed).net, exact);
    await sim.run("100 ms");
    return sim.report().spikeHash;
  }));
  expect(hashes[0]).not.toBe(hashes[1]);
});

test("what arrives at one moment is summed before the threshold is tested, in whatever order it was described", async () => {
  // 25 mV and −10 mV at once leave the neuron below 20 mV; 25 mV alone would not.
  const spikes = async (order: readonly number[], delays: readonly string[]) => {
    const net = new Network();
    const source = net.spikeSource("source", 2, { times: ms([0.1, 0.15]), indices: [0, 1] });
    const cell = net.population("cell", 1, lifDelta);
    const weights = ["25 mV", "-10 mV"] as const;
    for (const k of order) {
      net.projection(source.slice(k, k + 1), cell, staticSynapse, {
        name: `of ${k}`, connect: allToAll(), receptor: "v", weight: weights[k]!, delay: delays[k] as "1 ms",
      });
    }
    const monitor = net.spikeMonitor(cell);
    await using sim = await compile(net, exact);
    await sim.run("50 ms");
    return { count: monitor.count, v: sim.get(cell, "v")[0] };
  };
  // 0.1 + 0.2 and 0.15 + 0.15 are not the same double, and one moment all the same.
  const [a, b] = [await spikes([0, 1], ["0.2 ms", "0.15 ms"]), await spikes([1, 0], ["0.2 ms", "0.15 ms"])];
  expect(a.count).toBe(0);
  expect(b).toEqual(a);
  expect((await spikes([0, 1], ["0.2 ms", "0.16 ms"])).count).toBe(1);
  expect((await spikes([0, 1], ["0.2 ms", "0.14 ms"])).count).toBe(0);
});

test("spikes of a source at one moment may be given in any order", async () => {
  const hash = async (order: readonly number[]) => {
    const net = new Network();
    const times = [5, 5, 5, 7, 7, 5], indices = [0, 1, 2, 0, 2, 3];
    const source = net.spikeSource("source", 4, { times: ms(order.map((k) => times[k]!)), indices: order.map((k) => indices[k]!) });
    const cells = net.population("cells", 10, lifExpCurrent, { i_ext: "300 pA" });
    net.projection(source, cells, staticSynapse, { connect: allToAll(), receptor: "exc", weight: normal("300 pA", "100 pA"), delay: "1 ms" });
    await using sim = await compile(net, exact);
    await sim.run("40 ms");
    expect(sim.report().spikes).toBeGreaterThan(6);
    return sim.report().spikeHash;
  };
  const [forth, back] = [await hash([0, 1, 2, 3, 4, 5]), await hash([5, 4, 3, 2, 1, 0])];
  expect(forth).toBe(back);
});

test("a refractory neuron loses what arrives at its membrane, and its currents go on", async () => {
  const net = new Network();
  const source = net.spikeSource("source", 1, { times: ms([1, 2.5, 3.0001, 9]), indices: [0, 0, 0, 0] });
  const delta = net.population("delta", 1, lifDelta, { v_reset: "0 mV" });
  const current = net.population("current", 1, lifExpCurrent, { v: "-55.0000001 mV", i_ext: "0 pA" });
  net.projection(source, delta, staticSynapse, { connect: allToAll(), receptor: "v", weight: "21 mV", delay: "0 ms" });
  net.projection(source, current, staticSynapse, { connect: allToAll(), receptor: "exc", weight: "4 nA", delay: "0 ms" });
  const spikes = net.spikeMonitor(delta), others = net.spikeMonitor(current);
  await using sim = await compile(net, exact);
  await sim.run("20 ms");
  // The second spike of the source falls into the 2 ms after the first one.
  [1, 3.0001, 9].forEach((t, k) => expect(spikes.times[k]).toBeCloseTo(t * 1e-3, 15));
  expect(spikes.count).toBe(3);
  // What is left of the current when refractoriness ends drives the neuron across the threshold again.
  const gaps = Array.from(others.times.subarray(1), (t, k) => t - others.times[k]!);
  expect(others.count).toBe(3);
  expect(Math.min(...gaps)).toBeGreaterThan(2e-3);
});

test("a reset that leaves a neuron above threshold fires it again when it may", async () => {
  const net = new Network();
  const cell = net.population("cell", 1, lifDelta, { v: "25 mV", v_reset: "30 mV", v_rest: "30 mV", t_ref: "3 ms" });
  const spikes = net.spikeMonitor(cell);
  await using sim = await compile(net, exact);
  await sim.run("10 ms");
  expect([...spikes.times].map((t) => Math.round(t * 1e9) / 1e6)).toEqual([0, 3, 6, 9]);
});

test("neurons that spike without end are an error that names one and the time", async () => {
  const net = new Network();
  net.population("quiet", 3, lifDelta);
  net.population("restless", 2, lifDelta, { v: "0 mV", v_reset: "30 mV", v_rest: "30 mV", t_ref: "0 ms" });
  await using sim = await compile(net, exact);
  await expect(sim.run("50 ms")).rejects.toThrow(/time stands still at t = 21\.97\d* ms: neuron 0 of population "restless" spikes without end/);
});

test("a threshold that moves with each spike is met where theory has it", async () => {
  const net = new Network();
  const cell = net.population("cell", 1, lifAdaptiveThreshold, { i_ext: "600 pA", t_ref: "0 ms" });
  const spikes = net.spikeMonitor(cell);
  await using sim = await compile(net, exact);
  await sim.run("300 ms");
  // Between spikes v = v∞ + (−70 − v∞)·exp(−t/10), θ = −55 + (θ₀ + 55)·exp(−t/100), in mV and ms; v∞ = −46.
  let theta = -55, last = 0;
  for (const seconds of spikes.times) {
    const t = seconds * 1e3 - last, v = -46 - 24 * Math.exp(-t / 10), at = -55 + (theta + 55) * Math.exp(-t / 100);
    expect(v).toBeCloseTo(at, 9);
    theta = at + 3;
    last = seconds * 1e3;
  }
  expect(spikes.count).toBeGreaterThan(10);
});

/** A membrane that overshoots: its variables drive each other. */
const resonator = neuron({
  name: "resonator", parameters: { omega: "300 Hz", damping: "60 Hz", v_th: "10 mV" }, state: { v: "0 mV", u: "0 mV" }, receptors: { u: "u" },
  equations: "dv/dt = -damping*v + omega*u : volt; du/dt = -omega*v - damping*u : volt", threshold: "v > v_th", reset: "v = 0*mV; u = 0*mV",
});

test("an oscillating membrane meets its threshold where theory has it", async () => {
  const net = new Network();
  const source = net.spikeSource("source", 2, { times: ms([1, 1]), indices: [0, 1] });
  const cells = net.population("cells", 2, resonator);
  const spikes = net.spikeMonitor(cells);
  // After a kick of u the membrane is w·exp(−60t)·sin(300t), whose first maximum is at tan(300t) = 5.
  const top = Math.atan(5) / 300, peak = Math.exp(-60 * top) * Math.sin(300 * top);
  net.projection(source, cells, staticSynapse, {
    connect: oneToOne(), receptor: "u", weight: { values: [20, (10 / peak) * (1 - 1e-9)], unit: "mV" }, delay: "0 ms",
  });
  await using sim = await compile(net, exact);
  await sim.run("100 ms");
  expect(spikes.count).toBe(1);
  const t = spikes.times[0]! - 1e-3;
  expect(20 * Math.exp(-60 * t) * Math.sin(300 * t)).toBeCloseTo(10, 10);
  expect(t).toBeLessThan(top);
});

/** Nothing leaks: there is no resting state. */
const integrator = neuron({
  name: "integrator", parameters: { slope: "2 V/s", v_th: "10 mV" }, state: { v: "0 mV" }, receptors: { v: "v" },
  equations: "dv/dt = slope : volt", threshold: "v >= v_th", reset: "v -= v_th",
});

test("a neuron without a leak fires at regular times, and again at once where its reset leaves enough", async () => {
  const net = new Network();
  const source = net.spikeSource("source", 1, { times: ms([12]), indices: [0] });
  const cell = net.population("cell", 1, integrator);
  const spikes = net.spikeMonitor(cell);
  net.projection(source, cell, staticSynapse, { connect: allToAll(), receptor: "v", weight: "20.5 mV", delay: "0 ms" });
  await using sim = await compile(net, exact);
  await sim.run("16 ms");
  // 4 mV after 12 ms, 24.5 mV with what arrives: two spikes at once, 4.5 mV left, which take 2.75 ms more.
  [5, 10, 12, 12, 14.75].forEach((t, k) => expect(spikes.times[k]).toBeCloseTo(t * 1e-3, 12));
  expect(spikes.count).toBe(5);
});

test("a relay repeats each spike once, after its delay", async () => {
  const net = new Network();
  const source = net.spikeSource("source", 2, { times: ms([1, 2, 2]), indices: [0, 0, 1] });
  const relay = net.population("relay", 2, parrot);
  const spikes = net.spikeMonitor(relay);
  net.projection(source, relay, staticSynapse, { connect: oneToOne(), receptor: "spike", weight: 1, delay: "0.123456789 ms" });
  await using sim = await compile(net, exact);
  await sim.run("5 ms");
  expect([...spikes.indices]).toEqual([0, 0, 1]);
  [1, 2, 2].forEach((t, k) => expect(spikes.times[k]).toBeCloseTo((t + 0.123456789) * 1e-3, 15));
});

test("values set while paused, planned changes, lesions and currents act at their time", async () => {
  const net = new Network();
  const cells = net.population("cells", 4, lifDelta, { i_ext: "30 nA" });
  const spikes = net.spikeMonitor(cells);
  net.currentInput(cells.slice(1, 2), { into: "i_ext", current: stepCurrent({ amplitude: "-30 nA", from: "0 ms", to: "50 ms" }) });
  net.at("60 ms", { lesion: cells.slice(2, 3) });
  net.at("40 ms", (running) => running.set(cells.slice(3, 4), { v: "20 mV" }));
  await using sim = await compile(net, exact);
  await sim.run("10 ms");
  expect(sim.get(cells, "v")[0]).toBeCloseTo(30e-3 * (1 - Math.exp(-0.5)), 15);
  sim.set(cells.slice(0, 1), { i_ext: "0 nA" });
  await sim.run("190 ms");
  const of = (j: number) => [...spikes.times].filter((_, k) => spikes.indices[k] === j);
  expect(of(0)).toEqual([]);
  expect(of(1)[0]).toBeCloseTo(50e-3 + 20e-3 * Math.log(3), 14);
  expect(of(2).length).toBe(3);
  expect(of(3)).toContain(40e-3);
  expect(sim.get(cells, "v")[0]).toBeCloseTo(30e-3 * (1 - Math.exp(-0.5)) * Math.exp(-9.5), 15);
});

test("weights set to zero are heard no more, and spikes may be added as time goes on", async () => {
  const net = new Network();
  const source = net.spikeSource("source", 1, { times: ms([1]), indices: [0] });
  const cell = net.population("cell", 1, lifDelta);
  const synapses = net.projection(source, cell, staticSynapse, { connect: allToAll(), receptor: "v", weight: "5 mV", delay: "0 ms" });
  await using sim = await compile(net, exact);
  await sim.run("1 ms");
  expect(sim.get(cell, "v")[0]).toBe(5e-3);
  source.add([2e-3], [0]);
  sim.setWeight(synapses, "0 mV");
  await sim.run("1 ms");
  expect(sim.get(cell, "v")[0]).toBeCloseTo(5e-3 * Math.exp(-0.05), 15);
  expect(() => source.add([1.5e-3], [0])).toThrow(/lies in the past/);
});

test("state monitors sample the course between events", async () => {
  const net = new Network();
  const source = net.spikeSource("source", 1, { times: ms([2]), indices: [0] });
  const cell = net.population("cell", 1, lifAlphaCurrent);
  const trace = net.stateMonitor(cell, ["i_exc", "v"], { every: "0.5 ms" });
  net.projection(source, cell, staticSynapse, { connect: allToAll(), receptor: "exc", weight: "100 pA", delay: "0 ms" });
  await using sim = await compile(net, exact);
  await sim.run("20 ms");
  expect(trace.times).toHaveLength(40);
  trace.times.forEach((seconds, k) => {
    const t = seconds * 1e3 - 2;
    expect(trace.trace("i_exc")[k]! * 1e12).toBeCloseTo(t <= 0 ? 0 : (100 * Math.E * t * Math.exp(-t / 2)) / 2, 9);
  });
  expect(Math.max(...trace.trace("v"))).toBeGreaterThan(-70e-3);
});

test("Poisson input and sources have the rates they were given, and intervals as irregular as chance", async () => {
  const net = new Network({ seed: 11 });
  const source = net.poissonSource("source", 50, { rate: "(i + 1)*2*Hz" });
  const cells = net.population("cells", 10, parrot);
  net.poissonInput(cells, { receptor: "spike", rate: "80 Hz", weight: 1 });
  const spikes = net.spikeMonitor(source, cells);
  await using sim = await compile(net, exact);
  await sim.run("40 s");
  const counts = spikes.counts(source);
  counts.forEach((n, i) => expect(Math.abs(n - (i + 1) * 80)).toBeLessThan(5 * Math.sqrt((i + 1) * 80)));
  expect(Math.abs(spikes.rate(cells) - 80)).toBeLessThan(5 * Math.sqrt(80 / 400));
  expect(spikes.cv(cells)).toBeGreaterThan(0.95);
  expect(spikes.cv(cells)).toBeLessThan(1.05);
});

test("synapses are the same pairs with the same weights and delays as on the grid", async () => {
  const describe = async (engine: "exact" | "grid") => {
    const { net, learning } = lively();
    const found = [learning, ...net.data.projections.filter((p) => p.name !== learning.name).map(({ name }) => ({ ...learning, name }))];
    await using sim = await (engine === "exact" ? compile(net, exact) : compile(net, { dt: "0.01 ms", precision: "f64" }));
    return found.map((projection) => {
      const { pre, post, weights, delays } = sim.synapses(projection as typeof learning);
      return Array.from(pre, (i, e) => [i, post[e]!, weights[e]!, delays[e]!]).sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]! || a[2]! - b[2]!);
    });
  };
  const [here, there] = [await describe("exact"), await describe("grid")];
  here.forEach((synapses, k) => {
    expect(synapses).toHaveLength(there[k]!.length);
    synapses.forEach(([i, j, w, d], e) => {
      const [i2, j2, w2, d2] = there[k]![e]!;
      expect([i, j, w]).toEqual([i2, j2, w2]);
      expect(Math.abs(d! - d2!)).toBeLessThan(0.50001e-5);
    });
  });
});

test("a simulation that is disposed of frees its neurons, and what was recorded stays", async () => {
  const net = new Network();
  const source = net.spikeSource("source", 2, { times: ms([1, 2]), indices: [0, 1] });
  const cells = net.population("cells", 2, lifDelta, { i_ext: "30 nA" });
  net.projection(source, cells, staticSynapse, { connect: oneToOne(), receptor: "v", weight: "1 mV", delay: "0.5 ms" });
  const spikes = net.spikeMonitor(source, cells);
  const sim = await compile(net, exact);
  sim.lesion(source.slice(1, 2));
  await sim.run("50 ms");
  expect(spikes.counts(source)).toEqual(Uint32Array.of(1, 0));
  sim.reset();
  await sim.run("50 ms");
  expect(spikes.counts(source)).toEqual(Uint32Array.of(1, 1));
  const { spikeHash } = sim.report();
  await sim[Symbol.asyncDispose]();
  expect(sim.report().spikeHash).toBe(spikeHash);
  expect(spikes.count).toBeGreaterThan(4);
  expect(() => sim.get(cells, "v")).toThrow(/disposed/);
  await expect(sim.run("1 ms")).rejects.toThrow(/disposed/);
});

test("a run can be aborted and goes on from where it stopped", async () => {
  const { net } = lively();
  await using sim = await compile(net, exact);
  const controller = new AbortController();
  await expect(sim.run("1000 s", { signal: controller.signal, onProgress: () => controller.abort() })).rejects.toThrow(/abort/i);
  const stopped = sim.time;
  expect(stopped).toBeGreaterThan(0);
  await sim.run("1 ms");
  expect(sim.time).toBeCloseTo(stopped + 1e-3, 12);
});

test("spikes stream interval by interval, and explicit synapses carry them", async () => {
  const net = new Network();
  const source = net.spikeSource("source", 2, { times: ms([1, 12, 13]), indices: [0, 1, 0] });
  const relay = net.population("relay", 3, parrot);
  net.projection(source, relay, staticSynapse, { connect: explicit([0, 1], [2, 1]), receptor: "spike", weight: 1, delay: "0.5 ms" });
  await using sim = await compile(net, exact);
  const seen: number[][] = [];
  for await (const { from, to, indices } of sim.stream("20 ms", { every: "10 ms" }))
    seen.push([Math.round(from * 1e3), Math.round(to * 1e3), ...indices]);
  expect(seen).toEqual([[0, 10, 0, 4], [10, 20, 1, 3, 0, 4]]);
});
