/** Quadratic and exponential integrate-and-fire neurons: intervals are integrals over the voltage, ∫ dv / (dv/dt). */
import { expect, test } from "vitest";
import type { Quantity } from "synfire";
import { exponentialIf, quadraticIf } from "synfire/models";
import { intervals, run } from "./lifRun.ts";

/** ∫ 1/f from a to b by Simpson's rule. */
function time(f: (v: number) => number, a: number, b: number, pieces = 20_000): number {
  const h = (b - a) / pieces;
  let sum = 1 / f(a) + 1 / f(b);
  for (let k = 1; k < pieces; k++) sum += (k % 2 ? 4 : 2) / f(a + k * h);
  return (sum * h) / 3;
}

const quadratic = { C: 250e-12, g: 25e-9, rest: -65e-3, crit: -50e-3, peak: 20e-3, reset: -80e-3 };
const rheobase = (quadratic.g * (quadratic.crit - quadratic.rest)) / 4;

test("quadraticIf fires with the period of the closed form (C/k/c)·[arctan((v − m)/c)] from v_reset to v_peak", async () => {
  const currents = [94, 100, 120, 200, 500, 1000];
  const { spikes, dt } = await run(quadraticIf, {
    neurons: currents.length, dt: "0.05 ms", duration: "3 s", values: { i_ext: { values: currents, unit: "pA" } },
  });
  const { C, g, rest, crit, peak, reset } = quadratic, k = g / (crit - rest), m = (rest + crit) / 2;
  currents.forEach((pA, neuron) => {
    const c = Math.sqrt((pA * 1e-12) / k - ((crit - rest) / 2) ** 2);
    const T = (C / k / c) * (Math.atan((peak - m) / c) - Math.atan((reset - m) / c));
    // A spike is at the end of its step: at most one step late. Steps of 0.05 ms cut the upstroke at v_peak.
    for (const isi of intervals(spikes[neuron]!)) {
      expect(isi * dt).toBeGreaterThan(T - 0.1 * dt);
      expect(isi * dt).toBeLessThan(T + 1.1 * dt);
    }
    expect(spikes[neuron]!.length).toBeGreaterThan(1);
  });
});

test("quadraticIf is silent below its rheobase g_L (v_crit − E_L)/4 and fires above it", async () => {
  const factors = [0.5, 0.99, 1.005, 1.05];
  const { spikes } = await run(quadraticIf, {
    neurons: factors.length, duration: "5 s", values: { i_ext: { values: factors.map((f) => f * rheobase * 1e12), unit: "pA" } },
  });
  expect(spikes.map((train) => train.length > 0)).toEqual([false, false, true, true]);
});

test("the rate of quadraticIf grows with the square root of the current above rheobase: four times the excess, twice the rate", async () => {
  const excess = [0.0025, 0.01, 0.04];
  const { spikes } = await run(quadraticIf, {
    neurons: 3, duration: "20 s", values: { v_reset: "-2 V", v_peak: "2 V", i_ext: {
    values: excess.map((x) => (1 + x) * rheobase * 1e12), unit: "pA" } }, dt: "0.005 ms",
  });
  const rates = spikes.map((train) => 1 / (intervals(train)[1]! * 5e-6));
  expect(rates[1]! / rates[0]!).toBeCloseTo(2, 1);
  expect(rates[2]! / rates[1]!).toBeCloseTo(2, 1);
});

test("exponentialIf is silent below its rheobase g_L (v_T − E_L − delta_T) and fires above it", async () => {
  const threshold = 10e-9 * (5.1e-3 - 3.48e-3), factors = [0.9, 0.995, 1.01, 1.1];
  const { spikes } = await run(exponentialIf, {
    neurons: factors.length, duration: "5 s", values: { i_ext: { values: factors.map((f) => f * threshold * 1e12), unit: "pA" } },
  });
  expect(spikes.map((train) => train.length > 0)).toEqual([false, false, true, true]);
});

test("exponentialIf fires with the period t_ref + ∫ dv / (dv/dt) from v_reset to v_peak, within a step", async () => {
  const currents = [18, 25, 50, 100, 300];
  const { spikes, dt } = await run(exponentialIf, {
    neurons: currents.length, dt: "0.05 ms", duration: "2 s", values: { i_ext: { values: currents, unit: "pA" } },
  });
  currents.forEach((pA, neuron) => {
    const slope = (v: number): number => (10e-9 * (-65e-3 - v) + 10e-9 * 3.48e-3 * Math.exp((v + 59.9e-3) / 3.48e-3) + pA * 1e-12) / 100e-12;
    const T = 1.7e-3 + time(slope, -68e-3, -30e-3);
    for (const isi of intervals(spikes[neuron]!)) {
      expect(isi * dt).toBeGreaterThan(T - 0.5 * dt);
      expect(isi * dt).toBeLessThan(T + 1.5 * dt);
    }
    expect(spikes[neuron]!.length).toBeGreaterThan(5);
  });
});

test("exponentialIf with a sharp spike current tends to the leaky integrate-and-fire neuron with its threshold at v_T", async () => {
  const T = 1.7e-3 + 10e-3 * Math.log((10 + 3) / (10 - 5.1));
  const period = async (delta_T: Quantity, v_peak: Quantity): Promise<number> => {
    const { spikes, dt } = await run(exponentialIf, { dt: "0.005 ms", duration: "300 ms", values: { delta_T, v_peak, i_ext: "100 pA" } });
    return intervals(spikes[0]!).at(-1)! * dt;
  };
  // The spike current outweighs the drive of 4.9 mV only ln(4.9 mV/delta_T)·delta_T above v_T: 0.03 mV, or 0.07 ms, for 5 µV.
  expect(Math.abs((await period("0.005 mV", "-59.5 mV")) - T)).toBeLessThan(0.1e-3);
  expect(Math.abs((await period("1 mV", "-50 mV")) - T)).toBeGreaterThan(0.3e-3);
});
