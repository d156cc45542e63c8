/** Current-based integrate-and-fire neurons against closed forms: exact integration leaves rounding only. */
import { expect, test } from "vitest";
import { lifAlphaCurrent, lifBetaCurrent, lifDelta, lifExpCurrent } from "synfire/models";
import { intervals, run } from "./lifRun.ts";

const C = 250e-12, tau_m = 10e-3, E_L = -70e-3;
const ms = (t: number): number => t * 1e-3;

/** Largest deviation of v − E_L (or a current) from f(t after arrival), relative to the largest value. */
function deviation(trace: Float64Array, dt: number, arrival: number, f: (t: number) => number, rest = 0): number {
  let worst = 0, largest = 0;
  trace.forEach((value, k) => {
    const t = (k + 1 - Math.round(arrival / dt)) * dt;
    const expected = t < 0 ? 0 : f(t);
    worst = Math.max(worst, Math.abs(value - rest - expected));
    largest = Math.max(largest, Math.abs(expected));
  });
  return worst / largest;
}

test("an arriving spike moves lifDelta by its weight, which then decays with tau_m", async () => {
  const { trace, dt, method } = await run(lifDelta, {
    duration: "100 ms", record: ["v"], arrivals: [{ receptor: "v", at: [ms(5)], weight: "3 mV" }],
  });
  expect(method).toBe("exact");
  expect(deviation(trace("v"), dt, ms(5), (t) => 3e-3 * Math.exp(-t / 20e-3))).toBeLessThan(1e-13);
});

test("lifDelta fires at the rate 1 / (t_ref + tau ln((RI − v_reset) / (RI − v_th))), on the grid of steps", async () => {
  const currents = [19, 20.1, 21, 25, 30, 40, 80, 200];
  const { spikes, dt } = await run(lifDelta, {
    neurons: currents.length, duration: "600 ms", values: { v: "10 mV", i_ext: { values: currents, unit: "nA" } },
  });
  currents.forEach((RI, k) => {
    if (RI < 20) return expect(spikes[k]).toEqual([]);
    const climb = Math.ceil((20e-3 * Math.log((RI - 10) / (RI - 20))) / dt);
    expect(spikes[k]![0]).toBe(climb);
    expect(new Set(intervals(spikes[k]!))).toEqual(new Set([climb + 20]));
  });
});

test("what arrives at lifDelta while it is refractory is lost, and the step in which t_ref ends takes it again", async () => {
  const jump = { receptor: "v", weight: "25 mV" } as const;
  const { spikes, trace } = await run(lifDelta, {
    duration: "20 ms", record: ["v"], arrivals: [{ ...jump, at: [ms(5), ms(6), ms(7)] }, { receptor: "v", at: [ms(7.1)], weight: "1 mV" }],
  });
  expect(spikes[0]).toEqual([50]);
  expect(trace("v")[69]).toBe(10e-3);
  expect(trace("v")[70]).toBeCloseTo(10e-3 * Math.exp(-0.1 / 20) + 1e-3, 15);
});

/** Rest at 0 mV: potentials of some tenths of a mV would carry the rounding of −70 mV, 1e-17 V. */
const atZero = { E_L: "0 mV", v: "0 mV", v_reset: "0 mV", v_th: "100 mV" } as const;

/** Membrane response to an exponential current of initial value w, for any pair of time constants. */
const exponentialPsp = (w: number, tau: number) => (t: number): number => {
  const rate = 1 / tau_m - 1 / tau;
  return ((w / C) * Math.exp(-t / tau_m) * Math.expm1(rate * t)) / rate;
};

for (const tau of [0.5, 2, 9.999, 40]) {
  test(`the postsynaptic potential of lifExpCurrent with tau_exc ${tau} ms is the difference of two exponentials, to 1e-12`, async () => {
    const { trace, dt, method } = await run(lifExpCurrent, {
      duration: "150 ms", record: ["v", "i_exc"], values: { ...atZero, tau_exc: `${tau} ms` },
      arrivals: [{ receptor: "exc", at: [ms(3)], weight: "100 pA" }],
    });
    expect(method).toBe("exact");
    expect(deviation(trace("i_exc"), dt, ms(3), (t) => 100e-12 * Math.exp(-t / ms(tau)))).toBeLessThan(1e-12);
    expect(deviation(trace("v"), dt, ms(3), exponentialPsp(100e-12, ms(tau)))).toBeLessThan(1e-12);
  });
}

test("equal time constants of membrane and synapse need no special case: the potential is w·t/C·exp(−t/tau)", async () => {
  const { trace, dt } = await run(lifExpCurrent, {
    neurons: 2, duration: "150 ms", record: ["v"], values: { tau_exc: { values: [10, 10 * (1 + 1e-13)], unit: "ms" } },
    arrivals: [{ receptor: "exc", at: [ms(3)], weight: "100 pA" }],
  });
  const limit = (t: number): number => ((100e-12 * t) / C) * Math.exp(-t / tau_m);
  for (const neuron of [0, 1]) expect(deviation(trace("v", neuron), dt, ms(3), limit, E_L)).toBeLessThan(1e-12);
});

test("a current of 87.8 pA that decays with 0.5 ms makes a potential of 0.15 mV, as Potjans & Diesmann (2014) say", async () => {
  const { trace } = await run(lifExpCurrent, {
    duration: "20 ms", dt: "0.01 ms", record: ["v"], values: { tau_exc: "0.5 ms" }, arrivals: [{ receptor: "exc", at: [ms(1)], weight: "87.8 pA" }],
  });
  const v = trace("v"), peak = v.reduce((a, b) => Math.max(a, b));
  expect(peak - E_L).toBeCloseTo(0.15e-3, 6);
  // The peak is where both exponentials have the same slope: t = ln(tau_m/tau_s) tau_m tau_s / (tau_m − tau_s).
  expect(v.indexOf(peak) + 1 - 100).toBe(Math.round((Math.log(20) * 5) / 9.5 / 0.01));
});

test("excitatory and inhibitory currents of lifExpCurrent add linearly, each with its own time constant", async () => {
  const { trace } = await run(lifExpCurrent, {
    duration: "50 ms", record: ["v"], values: { tau_exc: "1 ms", tau_inh: "5 ms" },
    arrivals: [{ receptor: "exc", at: [ms(3), ms(4)], weight: "100 pA" }, { receptor: "inh", at: [ms(4)], weight: "-80 pA" }],
  });
  trace("v").forEach((v, k) => {
    const since = (ms0: number): number => Math.max(0, (k + 1) * 1e-4 - ms(ms0));
    const expected = exponentialPsp(100e-12, ms(1))(since(3)) + exponentialPsp(100e-12, ms(1))(since(4)) + exponentialPsp(-80e-12, ms(5))(since(4));
    expect(Math.abs(v - E_L - expected)).toBeLessThan(1e-15);
  });
});

test("lifExpCurrent goes on integrating its currents while it is refractory, and its membrane stands at v_reset", async () => {
  const { trace, spikes } = await run(lifExpCurrent, {
    duration: "10 ms", record: ["v", "i_exc"], arrivals: [{ receptor: "exc", at: [ms(1)], weight: "30 nA" }],
  });
  const first = spikes[0]![0]!;
  for (let k = first; k < first + 20; k++) expect(trace("v")[k]).toBe(-70e-3);
  expect(trace("v")[first + 20]).toBeGreaterThan(-70e-3);
  expect(trace("i_exc")[first + 10]).toBeCloseTo(30e-9 * Math.exp(-(first + 11 - 10) / 20), 20);
});

test("an alpha current of weight 1 pA peaks at 1 pA after tau, and is e·t/tau·exp(−t/tau) throughout", async () => {
  const { trace, dt } = await run(lifAlphaCurrent, {
    duration: "60 ms", record: ["i_exc", "i_inh"],
    arrivals: [{ receptor: "exc", at: [ms(2)], weight: "1 pA" }, { receptor: "inh", at: [ms(2)], weight: "-1 pA" }],
  });
  const alpha = (t: number): number => ((Math.E * t) / 2e-3) * Math.exp(-t / 2e-3);
  expect(trace("i_exc")[39]).toBeCloseTo(1e-12, 24);
  expect(deviation(trace("i_exc"), dt, ms(2), (t) => 1e-12 * alpha(t))).toBeLessThan(1e-12);
  expect(deviation(trace("i_inh"), dt, ms(2), (t) => -1e-12 * alpha(t))).toBeLessThan(1e-12);
});

test("the potential of an alpha current is e·w/(C·tau)·((exp(−a·t) − exp(−b·t))/d² − t·exp(−b·t)/d), to 1e-12", async () => {
  const { trace, dt, method } = await run(lifAlphaCurrent, {
    duration: "150 ms", record: ["v"], arrivals: [{ receptor: "exc", at: [ms(2)], weight: "200 pA" }],
  });
  const a = 1 / tau_m, b = 1 / 2e-3, d = b - a;
  expect(method).toBe("exact");
  const scale = (Math.E * 200e-12) / (C * 2e-3);
  const psp = (t: number): number => scale * ((Math.exp(-a * t) - Math.exp(-b * t)) / d ** 2 - (t * Math.exp(-b * t)) / d);
  expect(deviation(trace("v"), dt, ms(2), psp, E_L)).toBeLessThan(1e-12);
});

test("an alpha current with the time constant of the membrane makes a potential of e·w·t²/(2·C·tau)·exp(−t/tau)", async () => {
  const { trace, dt } = await run(lifAlphaCurrent, {
    duration: "150 ms", record: ["v"], values: { tau_exc: "10 ms" }, arrivals: [{ receptor: "exc", at: [ms(2)], weight: "100 pA" }],
  });
  expect(deviation(trace("v"), dt, ms(2), (t) => ((Math.E * 100e-12 * t * t) / (2 * C * tau_m)) * Math.exp(-t / tau_m), E_L)).toBeLessThan(1e-12);
});

test("a beta current of any rise and decay peaks at its weight, at the time both exponentials agree on", async () => {
  const rise = [0.1, 0.5, 1, 1.999, 4], decay = 2;
  const { trace, dt } = await run(lifBetaCurrent, {
    neurons: rise.length, duration: "40 ms", dt: "0.01 ms", record: ["i_exc"],
    values: { tau_rise_exc: { values: rise, unit: "ms" }, tau_decay_exc: `${decay} ms` },
    arrivals: [{ receptor: "exc", at: [ms(1)], weight: "1 pA" }],
  });
  rise.forEach((r, k) => {
    const i = trace("i_exc", k), peak = i.reduce((a, b) => Math.max(a, b)), at = (Math.log(decay / r) * decay * r) / (decay - r);
    // Between two samples of 0.01 ms the top of the flattest curve is cut by (0.005/0.1)²/2.
    expect(peak / 1e-12).toBeLessThanOrEqual(1 + 1e-12);
    expect(peak / 1e-12).toBeGreaterThan(1 - 1e-3);
    expect(Math.abs((i.indexOf(peak) + 1) * dt - ms(1 + at))).toBeLessThan(1.01e-5);
    const norm = Math.exp(-at / decay) - Math.exp(-at / r);
    expect(deviation(i, dt, ms(1), (t) => (1e-12 * (Math.exp(-t / ms(decay)) - Math.exp(-t / ms(r)))) / norm)).toBeLessThan(1e-9);
  });
});

test("a beta current with equal rise and decay is the alpha current, for current and potential", async () => {
  const arrivals = [{ receptor: "exc", at: [ms(1)], weight: "100 pA" }] as const;
  const beta = await run(lifBetaCurrent, {
    duration: "60 ms", record: ["v", "i_exc"], arrivals, values: { tau_rise_exc: "2 ms", tau_decay_exc: "2 ms" },
  });
  const alpha = await run(lifAlphaCurrent, { duration: "60 ms", record: ["v", "i_exc"], arrivals });
  for (const name of ["v", "i_exc"]) {
    const a = alpha.trace(name), b = beta.trace(name), scale = name === "v" ? 1e-3 : 1e-10;
    b.forEach((value, k) => expect(Math.abs(value - a[k]!) / scale).toBeLessThan(1e-12));
  }
});
