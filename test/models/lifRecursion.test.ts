/**
 * Current-based neurons in full operation (random input, spikes, resets, refractoriness) against the exact recursion written out by hand with
 * the propagators of Rotter & Diesmann (1999), as NEST's iaf_psc_exp, iaf_psc_alpha and mat2_psc_exp use it. Both sides share only the stimulus.
 */
import { expect, test } from "vitest";
import { compile, Network, neuron, oneToOne, stepCurrent } from "synfire";
import type { NeuronModel, Quantity } from "synfire";
import { lifAlphaCurrent, lifExpCurrent, multiTimescaleAdaptiveThreshold, staticSynapse } from "synfire/models";

const h = 0.1, steps = 10_000, C = 250;
/** Everything in ms, mV, pA, pF. Arrivals by step: what is added at the end of that step. */
interface Stimulus { readonly exc: Float64Array; readonly inh: Float64Array; readonly current: Float64Array }

/** Steps of spikes, and v at the end of each step: ours in volt, by hand in mV. */
interface Run { readonly v: Float64Array; readonly spikes: number[] }

/** About 1500 excitatory and 400 inhibitory spikes of a second, and a current in its middle. */
function stimulus(weight: number): Stimulus {
  const exc = new Float64Array(steps), inh = new Float64Array(steps), current = new Float64Array(steps);
  let state = 12345;
  const random = (): number => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  for (let k = 20; k < steps; k++) {
    if (random() < 0.15) exc[k] = weight;
    if (random() < 0.04) inh[k] = -weight;
    if (k >= 3000 && k < 7000) current[k] = 150;
  }
  return { exc, inh, current };
}

async function simulate(model: NeuronModel, values: Readonly<Record<string, Quantity>>, { exc, inh }: Stimulus, weight: number): Promise<Run> {
  const net = new Network();
  const cell = net.population("cell", 1, model, values);
  for (const [receptor, train, w] of [["exc", exc, weight], ["inh", inh, -weight]] as const) {
    // A spike at t with a delay of 0.1 ms is added at the end of the step that ends at t + 0.1 ms.
    const times = Array.from(train.keys()).filter((k) => train[k] !== 0).map((k) => k * h);
    const source = net.spikeSource(`to_${receptor}`, 1, { times: { values: times, unit: "ms" } });
    net.projection(source, cell, staticSynapse, { connect: oneToOne(), receptor: receptor as never, weight: `${w} pA`, delay: "0.1 ms" });
  }
  net.currentInput(cell, { into: "i_ext" as never, current: stepCurrent({ from: "300 ms", to: "700 ms", amplitude: "150 pA" }) });
  const trace = net.stateMonitor(cell, ["v"] as never[]), monitor = net.spikeMonitor(cell);
  await using simulation = await compile(net, { dt: "0.1 ms", precision: "f64" });
  await simulation.run("1 s");
  return { v: trace.trace("v" as never), spikes: Array.from(monitor.times, (t) => Math.round(t * 1e4)) };
}

function compare(ours: Run, theirs: Run, least: number): void {
  expect(theirs.spikes.length).toBeGreaterThan(least);
  expect(ours.spikes).toEqual(theirs.spikes);
  const worst = theirs.v.reduce((most, v, k) => Math.max(most, Math.abs(ours.v[k]! * 1e3 - v)), 0);
  expect(worst).toBeLessThan(1e-11);
}

/** Propagator of the membrane for an exponential current of time constant s. */
const p21 = (tau_m: number, s: number, c: number): number => (Math.exp(-h / tau_m) - Math.exp(-h / s)) / (c * (1 / s - 1 / tau_m));

for (const [tau_m, tau_exc, tau_inh] of [[10, 0.5, 2], [10, 2, 8], [20, 5, 10.5]] as const) {
  test(`lifExpCurrent with time constants of ${tau_m}, ${tau_exc} and ${tau_inh} ms follows the recursion through all its spikes`, async () => {
    const weight = 900 / tau_exc, s = stimulus(weight);
    const [E, th] = [-70, -55], theirs = { v: new Float64Array(steps), spikes: [] as number[] };
    let [v, e, i, refractory] = [0, 0, 0, 0];
    for (let k = 0; k < steps; k++) {
      if (refractory === 0) {
        const P30 = (tau_m / C) * (1 - Math.exp(-h / tau_m));
        v = v * Math.exp(-h / tau_m) + e * p21(tau_m, tau_exc, C) + i * p21(tau_m, tau_inh, C) + s.current[k]! * P30;
      } else refractory--;
      e = e * Math.exp(-h / tau_exc) + s.exc[k]!;
      i = i * Math.exp(-h / tau_inh) + s.inh[k]!;
      if (v >= th - E) {
        [v, refractory] = [0, 20];
        theirs.spikes.push(k + 1);
      }
      theirs.v[k] = v + E;
    }
    compare(await simulate(lifExpCurrent, { tau_m: `${tau_m} ms`, tau_exc: `${tau_exc} ms`, tau_inh: `${tau_inh} ms` }, s, weight), theirs, 10);
  });
}

test("lifAlphaCurrent follows the recursion through spikes and refractoriness", async () => {
  const weight = 250, s = stimulus(weight), theirs = { v: new Float64Array(steps), spikes: [] as number[] };
  const tau_m = 10, taus = [2, 3.5], state = [[0, 0], [0, 0]];
  let [v, refractory] = [0, 0];
  for (let k = 0; k < steps; k++) {
    if (refractory === 0) {
      let next = v * Math.exp(-h / tau_m) + s.current[k]! * (tau_m / C) * (1 - Math.exp(-h / tau_m));
      taus.forEach((tau, n) => {
        const [slope, current] = state[n] as [number, number];
        // exp(−h/tau) / C times the integral of s·exp(…), for a slope given in pA/ms.
        const d = 1 / tau - 1 / tau_m, P31 = (Math.exp(-h / tau_m) - Math.exp(-h / tau) * (1 + d * h)) / (C * d * d);
        next += P31 * slope + p21(tau_m, tau, C) * current;
      });
      v = next;
    } else refractory--;
    taus.forEach((tau, n) => {
      const [slope, current] = state[n] as [number, number], decay = Math.exp(-h / tau);
      state[n] = [slope * decay + (Math.E / tau) * (n === 0 ? s.exc[k]! : s.inh[k]!), (current + h * slope) * decay];
    });
    if (v >= 15) {
      [v, refractory] = [0, 20];
      theirs.spikes.push(k + 1);
    }
    theirs.v[k] = v - 70;
  }
  compare(await simulate(lifAlphaCurrent, { tau_exc: "2 ms", tau_inh: "3.5 ms" }, s, weight), theirs, 10);
});

test("multiTimescaleAdaptiveThreshold follows the recursion, with a threshold that its spikes raise and no reset", async () => {
  const weight = 400, s = stimulus(weight), theirs = { v: new Float64Array(steps), spikes: [] as number[] };
  let [v, e, i, h1, h2, refractory] = [0, 0, 0, 0, 0, 0];
  for (let k = 0; k < steps; k++) {
    v = v * Math.exp(-h / 5) + e * p21(5, 1, 100) + i * p21(5, 3, 100) + s.current[k]! * (5 / 100) * (1 - Math.exp(-h / 5));
    [h1, h2] = [h1 * Math.exp(-h / 10), h2 * Math.exp(-h / 200)];
    e = e * Math.exp(-h / 1) + s.exc[k]!;
    i = i * Math.exp(-h / 3) + s.inh[k]!;
    if (refractory > 0) refractory--;
    else if (v >= 19 + h1 + h2) {
      [h1, h2, refractory] = [h1 + 37, h2 + 2, 20];
      theirs.spikes.push(k + 1);
    }
    theirs.v[k] = v - 70;
  }
  compare(await simulate(multiTimescaleAdaptiveThreshold, {}, s, weight), theirs, 10);
});

test("a user's own equations are integrated as exactly: a current that rises, decays and adapts, written in another form", async () => {
  // Second-order form of the alpha current: i'' = −2i'/tau − i/tau², and conductance instead of a time constant.
  const own = neuron({
    name: "own_alpha",
    parameters: { C: "250 pF", g: "25 nS", E: "-70 mV", tau: "2 ms", i_ext: "0 pA" },
    state: { v: "-70 mV", i_exc: "0 pA", j_exc: "0 pA", i_inh: "0 pA", j_inh: "0 pA" },
    receptors: { exc: "j_exc", inh: "j_inh" },
    // j is tau·di/dt / e: a unit of it makes a current with a peak of one.
    equations: `
      dv/dt = (g*(E - v) + e*(i_exc + i_inh) + i_ext)/C : volt (unless refractory)
      di_exc/dt = j_exc/tau : amp
      dj_exc/dt = (-2*j_exc - i_exc)/tau : amp
      di_inh/dt = j_inh/tau : amp
      dj_inh/dt = (-2*j_inh - i_inh)/tau : amp`,
    threshold: "v >= -55*mV", reset: "v = E", refractory: "2 ms",
  });
  const weight = 250, s = stimulus(weight);
  const mine = await simulate(own, {}, s, weight), library = await simulate(lifAlphaCurrent, { tau_inh: "2 ms" }, s, weight);
  compare(mine, { v: library.v.map((v) => v * 1e3), spikes: library.spikes }, 10);
});
