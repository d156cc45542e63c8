/**
 * NEST's hh_psc_alpha as a user would write it from its documentation, against the same equations by Runge–Kutta in steps of 1 µs.
 * @source nest-simulator.readthedocs.io, model hh_psc_alpha: Hodgkin & Huxley (1952) with currents of alpha shape whose peak is the weight.
 */
import { expect, test } from "vitest";
import { compile, Network, neuron, oneToOne, stepCurrent } from "synfire";
import { staticSynapse } from "synfire/models";
import { rungeKutta } from "../models/rungeKutta.ts";

const hhPscAlpha = neuron({
  name: "hh_psc_alpha",
  method: "rkf45",
  parameters: {
    C_m: "100 pF", g_Na: "12000 nS", g_K: "3600 nS", g_L: "30 nS", E_Na: "50 mV", E_K: "-77 mV", E_L: "-54.402 mV",
    tau_ex: "0.2 ms", tau_in: "2 ms", t_ref: "2 ms", I_e: "0 pA",
  },
  state: { v: "-65 mV", m: 0.0529324852572496, h: 0.5961207535084603, n: 0.3176769140606974, i_ex: "0 pA", y_ex: "0 pA", i_in: "0 pA", y_in: "0 pA" },
  receptors: { ex: "y_ex", in: "y_in" },
  equations: `
    alpha_n = 0.1/exprel(-(v + 55*mV)/(10*mV))/ms : hertz
    beta_n = 0.125*exp(-(v + 65*mV)/(80*mV))/ms : hertz
    alpha_m = 1/exprel(-(v + 40*mV)/(10*mV))/ms : hertz
    beta_m = 4*exp(-(v + 65*mV)/(18*mV))/ms : hertz
    alpha_h = 0.07*exp(-(v + 65*mV)/(20*mV))/ms : hertz
    beta_h = 1/(1 + exp(-(v + 35*mV)/(10*mV)))/ms : hertz
    slope = (g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v) + g_L*(E_L - v) + i_ex + i_in + I_e)/C_m : volt/second
    dv/dt = slope : volt
    dm/dt = alpha_m*(1 - m) - beta_m*m : 1
    dh/dt = alpha_h*(1 - h) - beta_h*h : 1
    dn/dt = alpha_n*(1 - n) - beta_n*n : 1
    di_ex/dt = (e*y_ex - i_ex)/tau_ex : amp
    dy_ex/dt = -y_ex/tau_ex : amp
    di_in/dt = (e*y_in - i_in)/tau_in : amp
    dy_in/dt = -y_in/tau_in : amp`,
  // NEST reports the step after the maximum of an upstroke above 0 mV.
  threshold: "v >= 0*mV and slope < 0*mV/ms",
  refractory: "t_ref",
});

interface Train { readonly times: readonly number[]; readonly weight: number }

/** The same in mV, ms and pA, by Runge–Kutta; spikes as NEST reports them with steps of 0.1 ms. */
function finely(
  excitation: Train, inhibition: Train, current: (ms: number) => number, duration: number,
): { readonly v: number[]; readonly spikes: number[] } {
  const vtrap = (x: number, y: number): number => (Math.abs(x / y) < 1e-6 ? y * (1 - x / y / 2) : x / (Math.exp(x / y) - 1));
  const slope = (t: number, [v, m, h, n, ie, ye, ii, yi]: readonly number[]): number[] => {
    const am = 0.1 * vtrap(-(v! + 40), 10), bm = 4 * Math.exp(-(v! + 65) / 18);
    const ah = 0.07 * Math.exp(-(v! + 65) / 20), bh = 1 / (1 + Math.exp(-(v! + 35) / 10));
    const an = 0.01 * vtrap(-(v! + 55), 10), bn = 0.125 * Math.exp(-(v! + 65) / 80);
    const total = 12000 * m! ** 3 * h! * (50 - v!) + 3600 * n! ** 4 * (-77 - v!) + 30 * (-54.402 - v!) + ie! + ii! + current(t);
    return [
      total / 100, am * (1 - m!) - bm * m!, ah * (1 - h!) - bh * h!, an * (1 - n!) - bn * n!, (Math.E * ye! - ie!) / 0.2, -ye! / 0.2,
      (Math.E * yi! - ii!) / 2, -yi! / 2,
    ];
  };
  let x: number[] = [-65, 0.0529324852572496, 0.5961207535084603, 0.3176769140606974, 0, 0, 0, 0];
  const v: number[] = [], spikes: number[] = [];
  let refractory = 0;
  for (let step = 0; step < duration * 10; step++) {
    const before = x[0]!;
    // 100 inner steps; within the step the current is that of its start.
    const start = step / 10;
    for (let k = 0; k < 100; k++) x = rungeKutta((_, y) => slope(start, y), 0, x, 0.001);
    x[5]! += excitation.weight * excitation.times.filter((t) => Math.round(t * 10) === step + 1).length;
    x[7]! += inhibition.weight * inhibition.times.filter((t) => Math.round(t * 10) === step + 1).length;
    if (refractory > 0) refractory--;
    else if (x[0]! >= 0 && before > x[0]!) { spikes.push(step + 1); refractory = 20; }
    v.push(x[0]!);
  }
  return { v, spikes };
}

for (const [name, dc, exc, inh] of [["current", 1000, 0, 0], ["spikes", 0, 3000, -300], ["current and spikes", 500, 2000, -200]] as const) {
  test(`hh_psc_alpha written by a user follows its equations within 0.01 mV, spikes within one step (${name})`, async () => {
    const excitation = { times: [5, 12.3, 20, 20.5, 33.1, 47, 60.2, 61, 74.4, 90], weight: exc };
    const inhibition = { times: [8, 25, 40.7, 58, 73, 85.5], weight: inh };
    const net = new Network();
    const n = net.population("n", 1, hhPscAlpha);
    net.currentInput(n, { into: "I_e", current: stepCurrent({ amplitude: `${dc} pA`, from: "10 ms", to: "80 ms" }) });
    for (const [receptor, train] of [["ex", excitation], ["in", inhibition]] as const) {
      const source = net.spikeSource(receptor, 1, { times: { values: train.times.map((t) => t - 1), unit: "ms" } });
      net.projection(source, n, staticSynapse, { connect: oneToOne(), receptor, weight: `${train.weight} pA`, delay: "1 ms" });
    }
    const spikes = net.spikeMonitor(n), state = net.stateMonitor(n, ["v"]);
    await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
    await sim.run("100 ms");
    const reference = finely(excitation, inhibition, (t) => (t >= 10 - 1e-9 && t < 80 - 1e-9 ? dc : 0), 100);
    const ours = Array.from(spikes.times, (t) => Math.round(t * 1e4));
    expect(reference.spikes.length).toBeGreaterThanOrEqual(2);
    expect(ours.length).toBe(reference.spikes.length);
    ours.forEach((s, k) => expect(Math.abs(s - reference.spikes[k]!)).toBeLessThanOrEqual(1));
    const v = state.get("v");
    reference.v.forEach((expected, k) => expect(Math.abs(v[k]! * 1e3 - expected), `step ${k + 1}`).toBeLessThan(0.01));
  });
}
