/** Neurons of two variables: Morris–Lecar and FitzHugh–Nagumo, their bifurcations from the equations against what the simulator does. */
import { expect, test } from "vitest";
import { fitzHughNagumo, morrisLecar } from "synfire/models";
import { bisect } from "./rungeKutta.ts";
import { between, intervals, mean, stimulate } from "./simulateOne.ts";

const common = { C: 20, gK: 8, gL: 2, ECa: 120, EK: -84, EL: -60, V1: -1.2, V2: 18 };
const type2 = { ...common, gCa: 4.4, V3: 2, V4: 30, phi: 0.04 }, type1 = { ...common, gCa: 4, V3: 12, V4: 17.4, phi: 0.0667 };
type Membrane = typeof type2;
const mInf = (p: Membrane, v: number) => (1 + Math.tanh((v - p.V1) / p.V2)) / 2;
const wInf = (p: Membrane, v: number) => (1 + Math.tanh((v - p.V3) / p.V4)) / 2;
/** The current that makes v a fixed point. */
const steady = (p: Membrane, v: number) => p.gCa * mInf(p, v) * (v - p.ECa) + p.gK * wInf(p, v) * (v - p.EK) + p.gL * (v - p.EL);
/** Trace of the Jacobian at the fixed point v, 1/ms. */
function trace(p: Membrane, v: number): number {
  const dm = (1 - Math.tanh((v - p.V1) / p.V2) ** 2) / (2 * p.V2);
  const slope = -(p.gCa * (dm * (v - p.ECa) + mInf(p, v)) + p.gK * wInf(p, v) + p.gL) / p.C;
  return slope - p.phi * Math.cosh((v - p.V3) / (2 * p.V4));
}

test("type 2 loses rest where the trace of its Jacobian vanishes, at 93.86 uA/cm², and at once fires at a rate above zero", async () => {
  const v = bisect((x) => trace(type2, x), -40, -10);
  const hopf = steady(type2, v);
  expect(hopf).toBeCloseTo(93.86, 1);
  const factors = Array.from({ length: 21 }, (_, k) => 0.98 + 0.002 * k);
  const values = factors.map((f) => hopf * f);
  const start = values.map((i) => bisect((x) => steady(type2, x) - i, -60, -10));
  const run = await stimulate(morrisLecar, {
    size: 21, dt: "0.1 ms", duration: "20 s",
    values: {
      ...morrisLecar.presets.type2, i_ext: { values, unit: "uA/cm^2" }, v: { values: start.map((x) => x + 0.1), unit: "mV" },
      w: start.map((x) => wInf(type2, x)),
    },
  });
  const first = run.spikes.findIndex((s) => s.length > 0);
  expect(Math.abs(factors[first]! - 1)).toBeLessThanOrEqual(0.0041);
  expect(1e3 / mean(intervals(between(run.spikes[first]!, 15_000, 20_000)))).toBeGreaterThan(8);
});

test("type 1 begins to fire at the local maximum of its steady current, 40 uA/cm², and the square of its rate grows linearly from zero", async () => {
  const top = bisect((v) => steady(type1, v + 1e-4) - steady(type1, v - 1e-4), -40, -20);
  const knee = steady(type1, top);
  expect(knee).toBeCloseTo(39.96, 1);
  const above = [0.02, 0.04, 0.08, 0.16];
  const run = await stimulate(morrisLecar, {
    size: 6, dt: "0.05 ms", duration: "8 s",
    values: { ...morrisLecar.presets.type1, i_ext: { values: [knee - 0.2, knee - 0.02, ...above.map((x) => knee + x)], unit: "uA/cm^2" } },
  });
  expect(between(run.spikes[0]!, 1000, 8000)).toEqual([]);
  expect(between(run.spikes[1]!, 1000, 8000)).toEqual([]);
  const rates = run.spikes.slice(2).map((s) => 1e3 / mean(intervals(between(s, 1000, 8000))));
  expect(rates[0]).toBeLessThan(2.5);
  const slopes = rates.map((r, k) => r ** 2 / above[k]!);
  for (const s of slopes) expect(Math.abs(s / slopes[0]! - 1)).toBeLessThan(0.15);
});

test("FitzHugh–Nagumo oscillates exactly between the two currents at which its fixed point loses and regains stability", async () => {
  const a = 0.7, b = 0.8, c = 3;
  // The trace c·(1 − v²) − b/c vanishes at v = ±√(1 − b/c²); the fixed point needs w = (v + a)/b and i = w − v + v³/3.
  const current = (v: number) => (v + a) / b - v + v ** 3 / 3;
  const edge = Math.sqrt(1 - b / c ** 2);
  const [low, high] = [current(-edge), current(edge)];
  expect(low).toBeCloseTo(0.3465, 3);
  expect(high).toBeCloseTo(1.4035, 3);
  const offsets = [-0.02, -0.01, -0.004, 0.004, 0.01, 0.02];
  const values = [...offsets.map((x) => low + x), ...offsets.map((x) => high - x)];
  const rest = values.map((i) => bisect((v) => current(v) - i, -3, 3));
  const run = await stimulate(fitzHughNagumo, {
    size: 12, dt: "0.05 ms", duration: "4 s",
    values: { i_ext: values, v: rest.map((v) => v + 1e-3), w: rest.map((v) => (v + a) / b), v_spike: 0.5 }, record: ["v"], every: "1 ms",
  });
  values.forEach((_, k) => {
    const late = run.trace("v", k).slice(-500);
    const swing = Math.max(...late) - Math.min(...late);
    if (offsets[k % 6]! < 0) expect(swing, `${values[k]}`).toBeLessThan(1e-3);
    else expect(swing, `${values[k]}`).toBeGreaterThan(1);
  });
});

test("FitzHugh–Nagumo rests at v = −1.1994, w = −0.6243 without current, and a shock takes it once around", async () => {
  const rest = await stimulate(fitzHughNagumo, { dt: "0.05 ms", duration: "100 ms", record: ["v", "w"] });
  for (const v of rest.trace("v")) expect(Math.abs(v + 1.19941)).toBeLessThan(1e-4);
  for (const w of rest.trace("w")) expect(Math.abs(w + 0.62426)).toBeLessThan(1e-4);
  const weak = await stimulate(fitzHughNagumo, { dt: "0.05 ms", duration: "100 ms", values: { v: -0.8 } });
  const strong = await stimulate(fitzHughNagumo, { dt: "0.05 ms", duration: "100 ms", values: { v: -0.4 } });
  expect([weak.spikes[0]!.length, strong.spikes[0]!.length]).toEqual([0, 1]);
});
