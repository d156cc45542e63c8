/** The squid axon of Hodgkin & Huxley (1952) and the pyramidal cell of Traub & Miles: rest, spikes, rheobase, refractoriness, f–I curves. */
import { expect, test } from "vitest";
import { stepCurrent } from "synfire";
import type { Current } from "synfire";
import { hodgkinHuxley, traubMiles } from "synfire/models";
import { rungeKutta } from "./rungeKutta.ts";
import { between, intervals, mean, stimulate } from "./simulateOne.ts";

const shock = (amplitude: number, from: number, lasting: number): Current => stepCurrent({
  amplitude: `${amplitude} uA/cm^2`, from: `${from} ms`, to: `${from + lasting} ms`,
});

test("the squid axon rests at −65 mV, where m, h and n are 0.053, 0.596 and 0.318", async () => {
  const run = await stimulate(hodgkinHuxley, { dt: "0.05 ms", duration: "200 ms", record: ["v", "m", "h", "n"] });
  expect(run.spikes[0]).toEqual([]);
  for (const v of run.trace("v")) expect(Math.abs(v * 1e3 + 65)).toBeLessThan(0.01);
  expect(run.trace("m").at(-1)).toBeCloseTo(0.0529, 3);
  expect(run.trace("h").at(-1)).toBeCloseTo(0.596, 3);
  expect(run.trace("n").at(-1)).toBeCloseTo(0.3177, 3);
});

test("a brief shock makes one spike about 105 mV high, followed by an undershoot towards E_K", async () => {
  const run = await stimulate(hodgkinHuxley, { dt: "0.01 ms", duration: "60 ms", currents: [shock(20, 5, 1)], record: ["v"] });
  const v = Array.from(run.trace("v"), (x) => x * 1e3);
  expect(run.spikes[0]!.length).toBe(1);
  expect(Math.max(...v) + 65).toBeGreaterThan(100);
  expect(Math.max(...v) + 65).toBeLessThan(110);
  expect(Math.min(...v)).toBeLessThan(-74);
  expect(Math.min(...v)).toBeGreaterThan(-77);
});

test("firing without end begins between 6.2 and 6.4 uA/cm² for a step from rest, at once at more than 50 Hz", async () => {
  const values = Array.from({ length: 21 }, (_, k) => 6 + 0.025 * k);
  const run = await stimulate(hodgkinHuxley, { size: 21, dt: "0.02 ms", duration: "1 s", values: { i_ext: { values, unit: "uA/cm^2" } } });
  const lasting = run.spikes.map((s) => between(s, 700, 1000).length > 0);
  const first = values[lasting.indexOf(true)]!;
  expect(first).toBeGreaterThan(6.2);
  expect(first).toBeLessThan(6.4);
  expect(lasting.slice(lasting.indexOf(true)).every(Boolean)).toBe(true);
  expect(1e3 / mean(intervals(between(run.spikes[lasting.indexOf(true)]!, 700, 1000)))).toBeGreaterThan(50);
  // A weaker step makes single spikes.
  expect(run.spikes[0]!.length).toBeGreaterThan(0);
});

test("4 ms after a spike a shock of three times threshold fails, 20 ms after it the shock at threshold succeeds", async () => {
  const spikesOf = async (...currents: Current[]): Promise<number> => {
    const run = await stimulate(hodgkinHuxley, { dt: "0.02 ms", duration: "60 ms", currents });
    return run.spikes[0]!.length;
  };
  expect(await spikesOf(shock(12, 5, 0.5))).toBe(0);
  expect(await spikesOf(shock(15, 5, 0.5))).toBe(1);
  expect(await spikesOf(shock(15, 5, 0.5), shock(45, 10, 0.5))).toBe(1);
  expect(await spikesOf(shock(15, 5, 0.5), shock(15, 27, 0.5))).toBe(2);
});

test("anode break: the end of a hyperpolarising current makes a spike", async () => {
  const run = await stimulate(hodgkinHuxley, { dt: "0.02 ms", duration: "100 ms", currents: [shock(-10, 10, 40)] });
  expect(run.spikes[0]!.length).toBe(1);
  expect(run.spikes[0]![0]).toBeGreaterThan(50);
});

test("the rates have values where the paper's formulas read 0/0, at −40 and −55 mV, in f32 too", async () => {
  for (const precision of ["f32", "f64"] as const) {
    for (const v of ["-40 mV", "-55 mV"] as const) {
      const run = await stimulate(hodgkinHuxley, {
        values: { v, g_Na: "0 mS/cm^2", g_K: "0 mS/cm^2", g_L: "0 mS/cm^2" }, dt: "0.01 ms", duration: "50 ms", record: ["m", "n"], precision,
      });
      // With v held there, m and n come to α/(α + β): α_m(−40 mV) = 1/ms, α_n(−55 mV) = 0.1/ms.
      if (v === "-40 mV") expect(run.trace("m").at(-1)).toBeCloseTo(1 / (1 + 4 * Math.exp(-25 / 18)), 5);
      else expect(run.trace("n").at(-1)).toBeCloseTo(0.1 / (0.1 + 0.125 * Math.exp(-10 / 80)), 3);
    }
  }
});

/** Rates of Brette et al. (2007), benchmark 3, written as they are there, in mV and ms. */
function traubMilesSlope(i: number): (t: number, x: readonly number[]) => number[] {
  return (_, [v, m, h, n]) => {
    const u = v! + 63;
    const am = (0.32 * (13 - u)) / (Math.exp((13 - u) / 4) - 1), bm = (0.28 * (u - 40)) / (Math.exp((u - 40) / 5) - 1);
    const ah = 0.128 * Math.exp((17 - u) / 18), bh = 4 / (1 + Math.exp((40 - u) / 5));
    const an = (0.032 * (15 - u)) / (Math.exp((15 - u) / 5) - 1), bn = 0.5 * Math.exp((10 - u) / 40);
    // nS·mV = pA; pA/pF = mV/ms.
    const current = 10 * (-65 - v!) + 20000 * m! ** 3 * h! * (50 - v!) + 6000 * n! ** 4 * (-90 - v!) + i;
    return [current / 200, am * (1 - m!) - bm * m!, ah * (1 - h!) - bh * h!, an * (1 - n!) - bn * n!];
  };
}

test("the f–I curve of the Traub–Miles neuron is that of its equations by Runge–Kutta, within 0.2 % by rk4 and 2 % by its own method", async () => {
  const currents = [150, 200, 300, 500, 1000];
  const options = { size: currents.length, values: { i_ext: { values: currents, unit: "pA" } }, dt: "0.01 ms", duration: "500 ms" } as const;
  const own = await stimulate(traubMiles, options), rk4 = await stimulate(traubMiles, { ...options, method: "rk4" });
  currents.forEach((current, k) => {
    const slope = traubMilesSlope(current);
    let x = [-65, 0, 1, 0];
    const spikes: number[] = [];
    for (let step = 0; step < 50_000; step++) {
      const next = rungeKutta(slope, 0, x, 0.01);
      if (x[0]! <= -20 && next[0]! > -20) spikes.push((step + 1) * 0.01);
      x = next;
    }
    const theirs = intervals(between(spikes, 100, 500));
    expect(theirs.length).toBeGreaterThan(3);
    for (const [run, most] of [[own, 0.02], [rk4, 0.002]] as const) {
      const ours = intervals(between(run.spikes[k]!, 100, 500));
      expect(Math.abs(ours.length - theirs.length), `${current} pA`).toBeLessThanOrEqual(1);
      expect(Math.abs(mean(ours) / mean(theirs) - 1), `${current} pA`).toBeLessThan(most);
    }
  });
});

test("the Traub–Miles neuron is silent without input, and excitatory spikes make it fire through its conductance", async () => {
  const silent = await stimulate(traubMiles, { dt: "0.05 ms", duration: "300 ms", record: ["v"] });
  expect(between(silent.spikes[0]!, 20, 300)).toEqual([]);
  expect(Math.abs(silent.trace("v").at(-1)! * 1e3 + 65)).toBeLessThan(3);
  const driven = await stimulate(traubMiles, { dt: "0.05 ms", duration: "300 ms", values: { tau_ex: "1000 s", g_ex: "6 nS" } });
  expect(between(driven.spikes[0]!, 20, 300).length).toBeGreaterThan(5);
});
