import { expect, test } from "vitest";
import type { SynapseModel } from "synfire";
import { normal, uniform } from "synfire";
import { deviceConductance, deviceDiscrete, deviceSoftBounds, neurosimCurvature } from "synfire/models";
import { deviationOf, meanOf } from "./poisson.ts";
import { finalWeights, pairs, runProtocols } from "./protocols.ts";

/** Time constants so long that every pair gives a full pulse. */
const always = { tau_plus: "1e9 s", tau_minus: "1e9 s" } as const;
const up = { ...always, pulses_minus: 0, p_minus: 0 } as const, down = { ...always, pulses_plus: 0, p_plus: 0 } as const;

function valuesOf(model: SynapseModel, values: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name in model.parameters));
}

/** Weights (each synapse) after each of `count` pulses up, or down. [pulses + 1][synapses] */
async function pulsed(
  model: SynapseModel, direction: "up" | "down", count: number, weight: number, values: object, synapses = 1,
): Promise<Float64Array[]> {
  const [first, then] = direction === "up" ? ["pre", "post"] as const : ["post", "pre"] as const;
  const times = Array.from({ length: count }, (_, k) => 20 + 2 * k);
  const train = { [first]: [10], [then]: times } as { pre?: number[]; post?: number[] };
  const readings = await runProtocols(model, Array.from({ length: synapses }, () => ({ pre: [], post: [], ...train })), {
    weight, values: valuesOf(model, { ...values, ...(direction === "up" ? up : down) }), dt: 1, readAt: [11, ...times.map((t) => t + 1)],
  });
  return readings.map((r) => r["w"]!);
}

for (const [name, label] of [["label 1", 1], ["label 2.4", 2.4], ["label 6", 6], ["label −3", -3]] as const) {
  test(`NeuroSim device, ${name}: potentiation leads from g_min exactly to g_max in P pulses, depression back, on the published curves`, async () => {
    const a = Math.sign(label) * neurosimCurvature.get(Math.abs(label))!;
    const values = { g_min: 0.2, g_max: 1.2, levels: 40, a_ltp: a, a_ltd: a };
    const curve = (k: number): number => (1 - Math.exp(-k / (a * 40))) / (1 - Math.exp(-1 / a));
    const rising = await pulsed(deviceConductance, "up", 41, 0.2, values), falling = await pulsed(deviceConductance, "down", 41, 1.2, values);
    for (let k = 0; k <= 40; k++) {
      expect(Math.abs(rising[k]![0]! - (0.2 + curve(k)))).toBeLessThan(1e-12);
      expect(Math.abs(falling[k]![0]! - (1.2 - curve(k)))).toBeLessThan(1e-12);
    }
    expect([rising[41]![0]!, falling[41]![0]!].map((w) => Math.round(w * 1e12) / 1e12)).toEqual([1.2, 0.2]);
  });
}

test("pulses compose: two and one are three, wherever the device stands", async () => {
  for (const start of [0.1, 0.37, 0.8]) {
    const values = { g_min: 0.1, g_max: 1, levels: 30, a_ltp: 0.3, a_ltd: 0.3 };
    for (const direction of ["up", "down"] as const) {
      const single = await pulsed(deviceConductance, direction, 3, start, values);
      const number = direction === "up" ? "pulses_plus" : "pulses_minus";
      const [, triple] = await runProtocolsWith({ ...values, [number]: 3 }, direction, start);
      expect(Math.abs(triple! - single[3]![0]!)).toBeLessThan(1e-13);
    }
  }
});

async function runProtocolsWith(values: object, direction: "up" | "down", weight: number): Promise<[number, number]> {
  const protocol = direction === "up" ? { pre: [10], post: [20] } : { pre: [20], post: [10] };
  const other = direction === "up" ? { pulses_minus: 0 } : { pulses_plus: 0 };
  const [w] = await finalWeights(deviceConductance, [protocol], { weight, values: { ...always, ...values, ...other } });
  return [weight, w!];
}

test("a linear device moves by range/P a pulse, and the mean number of pulses follows the STDP window", async () => {
  const differences = [-30, -10, 10, 30];
  const synapses = 1000;
  const protocols = differences.flatMap((d) => Array.from({ length: synapses }, () => pairs([d])[0]!));
  const weights = await finalWeights(deviceConductance, protocols, {
    weight: 0.5, dt: 1, values: { ...deviceConductance.presets.linear, g_min: 0, g_max: 1, levels: 100, pulses_plus: 4, pulses_minus: 2 },
  });
  for (const [k, d] of differences.entries()) {
    const pulses = Array.from(weights.subarray(k * synapses, (k + 1) * synapses), (w) => (w - 0.5) * 100);
    const mean = (d > 0 ? 4 : -2) * Math.exp(-Math.abs(d) / 20);
    expect(Math.abs(meanOf(pulses) - mean)).toBeLessThan(4 * 0.5 / Math.sqrt(synapses));
    // Whole pulses: the integers on both sides of the mean, and no others.
    for (const n of pulses) expect(Math.min(Math.abs(n - Math.floor(mean)), Math.abs(n - Math.ceil(mean)))).toBeLessThan(0.01);
  }
});

test("cycle-to-cycle variation: after n pulses of a linear device the spread is cycle·range·√n around the same mean", async () => {
  const values = { ...deviceConductance.presets.linear, g_min: -1, g_max: 3, levels: 100, cycle: 0.005 };
  const after = await pulsed(deviceConductance, "up", 16, 0.3, values, 2000);
  for (const n of [1, 4, 16]) {
    expect(Math.abs(deviationOf(after[n]!) / (0.005 * 4 * Math.sqrt(n)) - 1)).toBeLessThan(0.07);
    expect(Math.abs(meanOf(after[n]!) - 0.3 - (n * 4) / 100)).toBeLessThan((4 * 0.02 * Math.sqrt(n)) / Math.sqrt(2000) + 1e-4);
  }
});

test("alternating pulses lead a non-linear device from either bound to the middle of its range, its own where devices differ", async () => {
  const times = Array.from({ length: 200 }, (_, k) => 10 + 4 * k);
  const protocol = { pre: times, post: times.map((t) => t + 2) };
  const values = { ...always, g_min: 0.1, levels: 30, a_ltp: 0.3, a_ltd: 0.3 };
  for (const weight of [0.1, 1]) {
    const [w] = await finalWeights(deviceConductance, [protocol], { weight, dt: 1, values: { ...values, g_max: 1 } });
    expect(Math.abs(w! - 0.55)).toBeLessThan(0.05);
  }
  const protocols = Array.from({ length: 150 }, () => protocol);
  const spread = { ...values, g_max: uniform(0.6, 1.4) };
  const [reading] = await runProtocols(deviceConductance, protocols, { weight: 0.5, dt: 1, values: spread, read: ["g_max"] });
  const offsets = Array.from(reading!["w"]!, (w, k) => w - (reading!["g_max"]![k]! + 0.1) / 2);
  expect(Math.max(...offsets.map(Math.abs))).toBeLessThan(0.08);
  expect(deviationOf(reading!["w"]!)).toBeGreaterThan(0.08);
});

test("soft bounds: n pulses leave (1 − dw/b)ⁿ of the way to the bound; constant steps arrive and stop there", async () => {
  const soft = await pulsed(deviceSoftBounds, "up", 50, -0.4, { dw_up: 0.05, b_max: 1.25, b_min: -0.75 });
  const depressed = await pulsed(deviceSoftBounds, "down", 50, 0.4, { dw_down: 0.05, b_max: 1.25, b_min: -0.75 });
  const step = { ...deviceSoftBounds.presets.constantStep, dw_up: 0.05, b_max: 1.25, b_min: -0.75 };
  const constant = await pulsed(deviceSoftBounds, "up", 50, -0.4, step);
  for (const n of [0, 1, 10, 50]) {
    expect(Math.abs(soft[n]![0]! - (1.25 - 1.65 * (1 - 0.04) ** n))).toBeLessThan(1e-12);
    expect(Math.abs(depressed[n]![0]! - (-0.75 + 1.15 * (1 - 0.05 / 0.75) ** n))).toBeLessThan(1e-12);
    expect(Math.abs(constant[n]![0]! - Math.min(-0.4 + 0.05 * n, 1.25))).toBeLessThan(1e-12);
  }
});

test("soft bounds: pulses in equal numbers lead to the symmetry point, where both steps are of one size", async () => {
  // dw·(1 − w/b_max) = dw·(1 − w/b_min) at 0 only for equal steps; with dw_up twice dw_down at w = 1/(2/b_max − 1/b_min).
  const times = Array.from({ length: 1000 }, (_, k) => 10 + 4 * k);
  const [w] = await finalWeights(deviceSoftBounds, [{ pre: times, post: times.map((t) => t + 2) }], {
    weight: -0.5, dt: 1, values: { ...always, dw_up: 0.02, dw_down: 0.01, b_max: 1.25, b_min: -0.75 },
  });
  expect(Math.abs(w! - 1 / (2 / 1.25 + 1 / 0.75))).toBeLessThan(0.01);
});

test("soft bounds: a noisy step has the mean of a step and the spread cycle times it, and devices have steps of their own", async () => {
  const noisy = await pulsed(deviceSoftBounds, "up", 1, 0, { dw_up: 0.01, cycle: 0.3 }, 4000);
  expect(Math.abs(meanOf(noisy[1]!) / 0.01 - 1)).toBeLessThan(4 * 0.3 / Math.sqrt(4000));
  expect(Math.abs(deviationOf(noisy[1]!) / 0.003 - 1)).toBeLessThan(0.05);
  const spread = await pulsed(deviceSoftBounds, "up", 1, 0, { dw_up: normal(0.01, 0.002) }, 4000);
  expect(Math.abs(deviationOf(spread[1]!) / 0.002 - 1)).toBeLessThan(0.05);
});

test("binary devices: after n pairs the fraction 1 − (1 − p)ⁿ has switched up, and n pairs the other way leave (1 − q)ⁿ of them", async () => {
  const rising = await pulsed(deviceDiscrete, "up", 30, 0, { p_plus: 0.1 }, 2000);
  const falling = await pulsed(deviceDiscrete, "down", 30, 1, { p_minus: 0.05 }, 2000);
  for (const n of [1, 5, 10, 30]) {
    expect(rising[n]!.every((w) => w === 0 || w === 1)).toBe(true);
    expect(Math.abs(meanOf(rising[n]!) - (1 - 0.9 ** n))).toBeLessThan(4 * 0.5 / Math.sqrt(2000));
    expect(Math.abs(meanOf(falling[n]!) - 0.95 ** n)).toBeLessThan(4 * 0.5 / Math.sqrt(2000));
  }
});

test("discrete levels: weights stay on P levels and climb one a pulse; the probability of a step follows the window", async () => {
  const steps = await pulsed(deviceDiscrete, "up", 40, -1, { p_plus: 1, levels: 32, w_min: -1, w_max: 2 });
  for (let n = 0; n <= 40; n++) expect(steps[n]![0]!).toBeCloseTo(-1 + (3 * Math.min(n, 31)) / 31, 12);
  const synapses = 2000;
  for (const d of [5, 20]) {
    const protocols = Array.from({ length: synapses }, () => ({ pre: [100], post: [100 + d] }));
    const weights = await finalWeights(deviceDiscrete, protocols, { weight: 0.5, dt: 1, values: { levels: 5, p_plus: 0.8 } });
    expect(Math.abs((meanOf(weights) - 0.5) / 0.25 - 0.8 * Math.exp(-d / 20))).toBeLessThan(4 * 0.5 / Math.sqrt(synapses));
  }
});
