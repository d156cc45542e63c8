/** Neurons whose threshold or currents remember their spikes: steady intervals follow from a self-consistency that closed forms solve. */
import { expect, test } from "vitest";
import type { Quantity } from "synfire";
import { glif, lifAdaptiveThreshold, multiTimescaleAdaptiveThreshold } from "synfire/models";
import { bisect, intervals, run } from "./lifRun.ts";

const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;

/** Correlation of successive intervals. */
function serialCorrelation(isi: readonly number[]): number {
  const m = mean(isi), variance = mean(isi.map((x) => (x - m) ** 2));
  return mean(isi.slice(1).map((x, k) => (x - m) * (isi[k]! - m))) / variance;
}

test("the adaptive threshold's steady interval is the one at which the membrane meets the threshold that such intervals leave", async () => {
  const currents = [500, 600, 800, 1200];
  const { spikes, dt, method } = await run(lifAdaptiveThreshold, {
    neurons: currents.length, dt: "0.01 ms", duration: "3 s", values: { i_ext: { values: currents, unit: "pA" } },
  });
  expect(method).toBe("exact");
  currents.forEach((pA, k) => {
    const drive = (pA * 1e-12 * 10e-3) / 250e-12;
    const climb = (T: number): number => drive * (1 - Math.exp(-(T - 2e-3) / 10e-3));
    const threshold = (T: number): number => 15e-3 + 3e-3 / Math.expm1(T / 100e-3);
    const T = bisect((x) => threshold(x) - climb(x), 2.1e-3, 2);
    const steady = intervals(spikes[k]!).slice(-3);
    for (const interval of steady) expect(Math.abs(interval * dt - T)).toBeLessThanOrEqual(1.5 * dt);
    expect(interval0(spikes[k]!)).toBeLessThan(steady[0]!);
  });
});

const interval0 = (train: readonly number[]): number => train[1]! - train[0]!;

test("noise makes intervals of an adaptive threshold negatively correlated, those of a fixed one uncorrelated (Chacron et al. 2001)", async () => {
  const noisy = (delta: "3 mV" | "0 mV") => run(lifAdaptiveThreshold, {
    neurons: 50, duration: "8 s", values: { delta_theta: delta }, seed: 3,
    also: (net, neurons) => {
      net.noiseInput(neurons as never, { into: "i_ext" as never, mean: delta === "0 mV" ? "420 pA" : "650 pA", std: "600 pA", every: "0.1 ms" });
    },
  });
  const adapting = await noisy("3 mV"), fixed = await noisy("0 mV");
  const correlations = (spikes: readonly number[][]): number => mean(spikes.map((train) => serialCorrelation(intervals(train))));
  expect(correlations(adapting.spikes)).toBeLessThan(-0.08);
  // 50 neurons with more than 250 intervals each: the standard error is below 0.01.
  expect(Math.abs(correlations(fixed.spikes))).toBeLessThan(0.03);
});

test("a constant current drives the MAT model at the interval at which both parts of its threshold have decayed to the membrane", async () => {
  const names = ["regularSpiking", "fastSpiking", "intrinsicBursting"] as const;
  for (const name of names) {
    const { alpha_1, alpha_2, omega } = multiTimescaleAdaptiveThreshold.presets[name] as Readonly<Record<string, string>>;
    const [a1, a2, w] = [alpha_1, alpha_2, omega].map((q) => Number.parseFloat(q!) * 1e-3);
    const { spikes, dt } = await run(multiTimescaleAdaptiveThreshold, {
      dt: "0.01 ms", duration: "3 s", values: { ...multiTimescaleAdaptiveThreshold.presets[name], i_ext: "600 pA" },
    });
    const v = -70e-3 + (600e-12 * 5e-3) / 100e-12;
    const above = (T: number): number => w! + a1! / Math.expm1(T / 10e-3) + a2! / Math.expm1(T / 200e-3) - v;
    const T = Math.max(bisect(above, 1e-4, 3), 2.01e-3);
    for (const interval of intervals(spikes[0]!).slice(-3)) expect(Math.abs(interval * dt - T)).toBeLessThanOrEqual(1.5 * dt);
  }
});

test("MAT classes answer a step as their cells do: fast spiking hardly adapts, regular spiking does, the others burst once or often", async () => {
  const isi = async (name: keyof typeof multiTimescaleAdaptiveThreshold.presets, i_ext: Quantity): Promise<number[]> => {
    const { spikes } = await run(multiTimescaleAdaptiveThreshold, {
      duration: "1 s", values: { ...multiTimescaleAdaptiveThreshold.presets[name], i_ext },
    });
    return intervals(spikes[0]!);
  };
  const fast = await isi("fastSpiking", "550 pA"), regular = await isi("regularSpiking", "550 pA");
  const bursting = await isi("intrinsicBursting", "800 pA"), chattering = await isi("chattering", "550 pA");
  // From the fifth interval on, when the fast part of the threshold has settled.
  expect(fast.at(-1)! / fast[4]!).toBeLessThan(1.1);
  expect(regular.at(-1)! / regular[4]!).toBeGreaterThan(1.3);
  // As fast as t_ref allows (20 steps and the one of the spike), then slower by more than ten times.
  expect(bursting.slice(0, 3)).toEqual([21, 21, 21]);
  expect(Math.min(...bursting.slice(8))).toBeGreaterThan(210);
  expect(chattering.filter((x) => x === 21).length).toBeGreaterThan(10);
  expect(chattering.filter((x) => x > 210).length).toBeGreaterThan(5);
  expect(chattering.filter((x) => x > 21 && x <= 210)).toEqual([]);
});

test("the membrane of the MAT model does not know of its spikes", async () => {
  const record = ["v"], arrivals = [{ receptor: "exc", at: [5e-3, 9e-3, 12e-3], weight: "3 nA" }] as const;
  const spiking = await run(multiTimescaleAdaptiveThreshold, { duration: "30 ms", record, arrivals });
  const silent = await run(multiTimescaleAdaptiveThreshold, { duration: "30 ms", record, arrivals, values: { omega: "1 V" } });
  expect(spiking.spikes[0]!.length).toBeGreaterThan(1);
  expect(silent.spikes[0]).toEqual([]);
  expect(spiking.trace("v")).toEqual(silent.trace("v"));
});

const glifValues = (level: keyof typeof glif.presets) => glif.presets[level] as Readonly<Record<string, string>>;
const [C, g, E, th] = [58.72e-12, 9.43e-9, -78.85e-3, -51.68e-3];

test("GLIF 1 is a leaky integrate-and-fire neuron: its intervals are t_ref + tau ln(RI / (RI − (theta_inf − E_L)))", async () => {
  const currents = [255, 260, 300, 500];
  const { spikes, dt } = await run(glif, {
    neurons: currents.length, dt: "0.05 ms", duration: "400 ms", values: { ...glifValues("glif1"), i_ext: { values: currents, unit: "pA" } },
  });
  currents.forEach((pA, k) => {
    const RI = (pA * 1e-12) / g;
    if (RI < th - E) return expect(spikes[k]).toEqual([]);
    const climb = Math.ceil(((C / g) * Math.log(RI / (RI - (th - E)))) / dt);
    expect(new Set(intervals(spikes[k]!))).toEqual(new Set([climb + 75]));
  });
});

test("GLIF 2 resets to v_reset + f_v (v − E_L), and raises its threshold by delta_theta, which decays with b_s", async () => {
  const { spikes, trace } = await run(glif, {
    duration: "60 ms", record: ["v", "theta_s"], values: { ...glifValues("glif2"), i_ext: "300 pA" }, dt: "0.05 ms",
  });
  const [first, second] = spikes[0]!;
  const before = trace("v")[first! - 2]!, RI = 300e-12 / g;
  const atSpike = E + RI + (before - E - RI) * Math.exp((-0.05e-3 * g) / C);
  expect(trace("v")[first! - 1]).toBeCloseTo(E + 18.51e-3 + 0.2 * (atSpike - E), 14);
  expect(trace("theta_s")[first! - 1]).toBeCloseTo(0.37e-3, 15);
  // It stands still while refractory, and the reset at the second spike takes that decay into account.
  const free = second! - first! - 75;
  expect(trace("theta_s")[second! - 1]).toBeCloseTo(0.37e-3 * (1 + Math.exp(-9 * (free * 0.05e-3 + 3.75e-3))), 14);
});

test("GLIF 3 slows down by its after-spike currents to the interval they allow, where GLIF 1 does not", async () => {
  const options = { duration: "3 s", dt: "0.05 ms", record: ["i_1", "i_2"], seed: 1 } as const;
  const one = await run(glif, { ...options, values: { ...glifValues("glif1"), i_ext: "500 pA" } });
  const three = await run(glif, { ...options, values: { ...glifValues("glif3"), i_ext: "500 pA" } });
  const isi = intervals(three.spikes[0]!), T = isi.at(-1)! * 0.05e-3;
  expect(new Set(intervals(one.spikes[0]!)).size).toBe(1);
  expect(isi.at(-1)! / isi[0]!).toBeGreaterThan(1.2);
  // Steady state just after a spike: I = delta_i / (1 − exp(−k T)); the slow current of 3 Hz has had 3 s.
  const last = three.spikes[0]!.at(-1)! - 1;
  expect(three.trace("i_2")[last]! / (-198.94e-12 / -Math.expm1(-100 * T))).toBeCloseTo(1, 2);
  expect(three.trace("i_1")[last]! / (-9.18e-12 / -Math.expm1(-3 * T))).toBeCloseTo(1, 1);
});

test("GLIF 5 raises its threshold with the voltage: a slow ramp needs more current than a fast one", async () => {
  const needed = async (ramp: number): Promise<number> => {
    const { spikes, dt } = await run(glif, {
      duration: `${ramp} ms`, record: [], values: { ...glifValues("glif5"), i_ext: `400*pA*t/(${ramp}*ms)` },
    });
    return (400 * spikes[0]![0]! * dt * 1e3) / ramp;
  };
  const [fast, slow] = [await needed(100), await needed(2000)];
  // On a slow ramp theta_v = a_v/b_v (v − E_L), so v reaches the threshold at (theta_inf − E_L)/(1 − a_v/b_v).
  expect(slow / (((th - E) * g * 1e12) / (1 - 5 / 90))).toBeCloseTo(1, 1);
  const level4 = await run(glif, { duration: "2 s", values: { ...glifValues("glif4"), i_ext: "400*pA*t/(2000*ms)" } });
  expect((400 * level4.spikes[0]![0]! * 1e-4) / 2).toBeLessThan(0.97 * slow);
  expect(fast).toBeGreaterThan(0);
});
