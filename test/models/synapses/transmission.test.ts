import { expect, test } from "vitest";
import { allToAll, compile, explicit, Network, neuron, oneToOne, stepCurrent } from "synfire";
import { gapJunction, gradedSynapse, hodgkinHuxley, lifNmda, nmda, rateNeuron, rateSynapse, staticSynapse } from "synfire/models";

/** A cell whose potential is clamped; what synapses inject is counted by i_ext, which nothing follows. */
const clamped = neuron({
  name: "clamped", parameters: { v: "0 mV", i_ext: "0 pA" }, state: { charge: "0 C" },
  equations: "dcharge/dt = i_ext : amp*second",
});

test("NMDA current against voltage: linear without magnesium, blocked at rest and largest near −27 mV with 1 mM (Jahr & Stevens)", async () => {
  const voltages = Array.from({ length: 31 }, (_, k) => -90 + 5 * k);
  const currents = async (Mg: number): Promise<number[]> => {
    const net = new Network({ seed: 1 });
    const cells = net.population("cells", voltages.length, clamped, { v: { values: voltages, unit: "mV" } });
    const source = net.spikeSource("source", 1, { times: [1e-3] });
    // Transmitter that stays opens the channels fully.
    net.projection(source, cells, nmda, { connect: allToAll(), weight: "1 nS", delay: "0.1 ms", tau_rise: "1000 s", tau_decay: "1000 s", Mg });
    await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
    await sim.run("100 ms");
    const before = Array.from(sim.get(cells, "charge"));
    await sim.run("1 ms");
    return Array.from(sim.get(cells, "charge"), (q, k) => (q - before[k]!) / 1e-3);
  };
  const [free, blocked] = [await currents(0), await currents(1)];
  for (const [k, v] of voltages.entries()) {
    expect(free[k]! * 1e12).toBeCloseTo(-v, 3);
    expect(blocked[k]! * 1e12).toBeCloseTo(-v / (1 + Math.exp(-0.062 * v) / 3.57), 3);
  }
  expect(voltages[blocked.indexOf(Math.max(...blocked))]).toBe(-25);
  // The slope is negative below: less current although the driving force is larger.
  expect(blocked[voltages.indexOf(-70)]! / blocked[voltages.indexOf(-25)]!).toBeLessThan(0.4);
});

test("channels of the synapse nmda open and saturate as a fine integration says", async () => {
  const times = [5, 15, 20, 22, 24, 26, 28, 30, 80];
  const net = new Network({ seed: 1 });
  const cell = net.population("cell", 1, clamped, { v: "-40 mV" });
  const source = net.spikeSource("source", 1, { times: { values: times, unit: "ms" } });
  const projection = net.projection(source, cell, nmda, { connect: allToAll(), weight: "1 nS", delay: "0.1 ms" });
  await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
  let x = 0, s = 0, largest = 0;
  const fine = 1e-4;
  for (let step = 0; step < 1000; step++) {
    await sim.run("0.1 ms");
    const got = sim.get(projection, "s")[0]!;
    // A spike at time t reaches the synapse at t + 0.1 ms.
    if (times.some((t) => Math.round(t * 10) === step)) x += 1;
    for (let k = 0; k < 1000; k++) {
      s += fine * (-s / 100 + 0.5 * x * (1 - s));
      x -= fine * (x / 2);
    }
    largest = Math.max(largest, Math.abs(got - s));
  }
  expect(s).toBeGreaterThan(0.5);
  expect(largest).toBeLessThan(0.01);
});

test("an NMDA conductance of lifNmda peaks at its weight, and depolarises a depolarised cell more than a resting one", async () => {
  const deflection = async (i_ext: "0 pA" | "375 pA"): Promise<{ peak: number; depolarisation: number }> => {
    const net = new Network({ seed: 1 });
    const cell = net.population("cell", 1, lifNmda, { i_ext, v_th: "100 mV" });
    const source = net.spikeSource("source", 1, { times: [0.2] });
    net.projection(source, cell, staticSynapse, { connect: allToAll(), receptor: "nmda", weight: "0.5 nS" });
    const monitor = net.stateMonitor(cell, ["v", "g_nmda"]);
    await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
    await sim.run("400 ms");
    const v = monitor.trace("v");
    return { peak: Math.max(...monitor.trace("g_nmda")), depolarisation: Math.max(...v.subarray(2000)) - v[1999]! };
  };
  const rest = await deflection("0 pA"), depolarised = await deflection("375 pA");
  expect(rest.peak * 1e9).toBeCloseTo(0.5, 3);
  expect(depolarised.depolarisation).toBeGreaterThan(1.5 * rest.depolarisation);
});

/** A passive cell. */
const passive = neuron({
  name: "passive", parameters: { C: "100 pF", g_L: "10 nS", E_L: "-65 mV", i_ext: "0 pA" }, state: { v: "-65 mV" },
  equations: "dv/dt = (g_L*(E_L - v) + i_ext)/C : volt",
});

test("the coupling coefficient of two passive cells is g/(g + g_L)", async () => {
  const strengths = [1, 2.5, 10];
  const size = strengths.length;
  const net = new Network({ seed: 1 });
  const a = net.population("a", size, passive), b = net.population("b", size, passive);
  const weight = { values: strengths, unit: "nS" } as const;
  net.projection(a, b, gapJunction, { connect: oneToOne(), weight });
  net.projection(b, a, gapJunction, { connect: oneToOne(), weight });
  net.currentInput(a, { into: "i_ext", current: stepCurrent({ amplitude: "50 pA" }) });
  await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
  await sim.run("500 ms");
  const [va, vb] = [sim.get(a, "v"), sim.get(b, "v")];
  for (const [k, g] of strengths.entries()) {
    expect((vb[k]! + 0.065) / (va[k]! + 0.065)).toBeCloseTo(g / (g + 10), 6);
    // The input resistance falls with the coupling as two resistors say.
    expect((va[k]! + 0.065) * 1e3).toBeCloseTo(50 / (10 + (10 * g) / (10 + g)), 5);
  }
});

/** A Hodgkin–Huxley membrane of one square centimetre, so that currents are in amperes. */
const cell = neuron({
  name: "cell",
  parameters: { ...hodgkinHuxley.parameters, area: "1e-4 cm^2", i_ext: "0 nA", i_bias: "1 nA" },
  state: hodgkinHuxley.state,
  equations: hodgkinHuxley.equations.replace(/i_ext/g, "(i_ext + i_bias)/area"),
  threshold: "v >= 0*mV", refractory: "v > -20*mV",
});

test("a gap junction synchronises two Hodgkin–Huxley cells that begin at different phases; without it they stay apart", async () => {
  const lastGap = async (weight: "0 nS" | "5 nS"): Promise<number> => {
    const net = new Network({ seed: 1 });
    const pair = net.population("pair", 2, cell, { v: { values: [-65, -30], unit: "mV" } });
    net.projection(pair, pair, gapJunction, { connect: explicit([0, 1], [1, 0]), weight });
    const spikes = net.spikeMonitor(pair);
    await using sim = await compile(net, { dt: "0.05 ms", precision: "f64" });
    await sim.run("500 ms");
    const [first, second] = [0, 1].map((k) => spikes.times.filter((_, n) => spikes.indices[n] === k));
    expect(first!.length).toBeGreaterThan(20);
    const last = first!.at(-3)!;
    return Math.min(...Array.from(second!, (t) => Math.abs(t - last))) * 1e3;
  };
  expect(await lastGap("0 nS")).toBeGreaterThan(1);
  expect(await lastGap("5 nS")).toBeLessThan(0.11);
});

test("a graded synapse passes w/(1 + exp((theta − v)/k))·(E_syn − v_post), and follows with its time constant", async () => {
  const voltages = [-60, -46, -44, -42, -20];
  for (const tau of [0, 20]) {
    const net = new Network({ seed: 1 });
    const pre = net.population("pre", voltages.length, clamped, { v: { values: voltages, unit: "mV" } });
    const post = net.population("post", voltages.length, clamped, { v: "-50 mV" });
    const projection = net.projection(pre, post, gradedSynapse, { connect: oneToOne(), weight: "2 nS", tau: `${tau} ms` });
    await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
    const open = voltages.map((v) => 1 / (1 + Math.exp((-44 - v) / 2)));
    await sim.run("5 ms");
    const early = Array.from(sim.get(projection, "s"));
    await sim.run("20 ms");
    const s = Array.from(sim.get(projection, "s"));
    for (const [k, end] of open.entries()) expect(s[k]!).toBeCloseTo(tau === 0 ? end : end - (end - early[k]!) / Math.E, 10);
    if (tau > 0) continue;
    const before = Array.from(sim.get(post, "charge"));
    await sim.run("1 ms");
    for (const [k, q] of sim.get(post, "charge").entries()) expect(((q - before[k]!) / 1e-3) * 1e12).toBeCloseTo(2 * s[k]! * -30, 5);
  }
});

/** Thalamic cell with a postinhibitory rebound current, of 1 cm²: Wang & Rinzel (1992). */
const rebound = neuron({
  name: "rebound",
  parameters: { C: "1 uF", g_pir: "0.3 mS", V_pir: "120 mV", g_L: "0.1 mS", V_L: "-60 mV", phi: 3, i_ext: "0 uA" },
  state: { v: "-60 mV", h: 0.3 },
  equations: `
    m = 1/(1 + exp(-(v + 65*mV)/(7.8*mV))) : 1
    h_inf = 1/(1 + exp((v + 81*mV)/(11*mV))) : 1
    tau_h = h_inf*exp((v + 162.3*mV)/(17.8*mV))*ms : second
    dv/dt = (g_pir*m^3*h*(V_pir - v) + g_L*(V_L - v) + i_ext)/C : volt
    dh/dt = phi*(h_inf - h)/tau_h : 1`,
  method: "rk4",
});

test("two cells with postinhibitory rebound that inhibit each other by graded synapses alternate; neither does alone (Wang & Rinzel)", async () => {
  const traces = async (weight: "0 mS" | "0.3 mS"): Promise<readonly [Float64Array, Float64Array]> => {
    const net = new Network({ seed: 1 });
    const cells = net.population("cells", 2, rebound, { v: { values: [-40, -80], unit: "mV" } });
    net.projection(cells, cells, gradedSynapse, { connect: explicit([0, 1], [1, 0]), weight });
    const monitor = net.stateMonitor(cells, ["v"], { every: "1 ms" });
    await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
    await sim.run("2 s");
    return [0, 1].map((k) => monitor.trace("v", k).slice(1000)) as [Float64Array, Float64Array];
  };
  const [a, b] = await traces("0.3 mS");
  const span = (v: Float64Array): number => Math.max(...v) - Math.min(...v);
  expect(span(a)).toBeGreaterThan(0.03);
  expect(span(b)).toBeGreaterThan(0.03);
  const active = (v: Float64Array): boolean[] => Array.from(v, (x) => x > -0.044);
  const [up, other] = [active(a), active(b)];
  expect(up.filter((x, k) => x && other[k]).length).toBeLessThan(0.05 * up.length);
  expect(up.filter((x, k) => x && !up[k - 1]).length).toBeGreaterThan(2);
  const [alone] = await traces("0 mS");
  expect(span(alone)).toBeLessThan(1e-4);
});

test("rates pass a chain of linear neurons by the product of the weights, and a recurrent pair settles at (1 − W)⁻¹ of its input", async () => {
  const net = new Network({ seed: 1 });
  const cells = net.population("cells", 5, rateNeuron, { i_ext: [2, 0, 0, 1, -0.5], ...rateNeuron.presets.linear });
  net.projection(cells, cells, rateSynapse, { connect: explicit([0, 1, 3, 4], [1, 2, 4, 3]), weight: [0.5, -3, 0.8, -0.6] });
  await using sim = await compile(net, { dt: "1 ms", precision: "f64" });
  await sim.run("1 s");
  const r = sim.get(cells, "r");
  expect(r[2]!).toBeCloseTo(2 * 0.5 * -3, 6);
  // r3 = 1 − 0.6 r4, r4 = −0.5 + 0.8 r3
  expect(r[3]!).toBeCloseTo((1 + 0.6 * 0.5) / (1 + 0.48), 6);
  expect(r[4]!).toBeCloseTo((-0.5 + 0.8) / (1 + 0.48), 6);
});
