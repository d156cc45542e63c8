/** AdEx: rheobase in closed form (Touboul & Brette 2008) and the firing patterns of Naud et al. (2008) by their intervals. */
import { expect, test } from "vitest";
import { stepCurrent } from "synfire";
import { adExConductance, adExCurrent } from "synfire/models";
import { between, bursts, intervals, mean, stimulate } from "./simulateOne.ts";

type Pattern = keyof typeof adExCurrent.presets;
const fire = async (preset: Pattern, duration: `${number} ms` = "500 ms"): Promise<number[]> =>
  [...(await stimulate(adExCurrent, { values: adExCurrent.presets[preset], dt: "0.1 ms", duration })).spikes[0]!];

test("tonic spiking: equal intervals from the fifth on", async () => {
  const found = intervals(await fire("tonicSpiking")).slice(4);
  expect(found.length).toBeGreaterThan(10);
  expect(Math.max(...found) - Math.min(...found)).toBeLessThan(0.3);
});

test("adaptation: intervals grow to more than five times the first", async () => {
  const found = intervals(await fire("adaptation"));
  for (let k = 1; k < found.length; k++) expect(found[k]! - found[k - 1]!).toBeGreaterThan(-0.2);
  expect(found.at(-1)! / found[0]!).toBeGreaterThan(5);
});

test("initial burst: a burst at the onset, then single spikes", async () => {
  const found = bursts(await fire("initialBurst"), 15);
  expect(found[0]!.length).toBeGreaterThanOrEqual(2);
  expect(found.length).toBeGreaterThanOrEqual(3);
  expect(found.slice(1).map((b) => b.length)).toEqual(found.slice(1).map(() => 1));
});

test("regular bursting: bursts of the same number of spikes at equal distances", async () => {
  const found = bursts(await fire("regularBursting", "1500 ms"), 20).slice(1, -1);
  expect(found.length).toBeGreaterThan(3);
  expect(found[0]!.length).toBeGreaterThanOrEqual(2);
  expect(new Set(found.map((b) => b.length)).size).toBe(1);
  const distances = intervals(found.map((b) => b[0]!));
  for (const d of distances) expect(Math.abs(d / mean(distances) - 1)).toBeLessThan(0.02);
});

test("delayed accelerating: the first spike is late and every interval shorter than the one before", async () => {
  const spikes = await fire("delayedAccelerating");
  expect(spikes[0]).toBeGreaterThan(25);
  const found = intervals(spikes);
  expect(found.length).toBeGreaterThan(4);
  for (let k = 1; k < found.length; k++) expect(found[k]! - found[k - 1]!).toBeLessThan(0.2);
  expect(found.at(-1)! / found[0]!).toBeLessThan(0.7);
});

test("delayed regular bursting: the first spike is late, and bursts follow", async () => {
  const spikes = await fire("delayedRegularBursting", "1000 ms");
  expect(spikes[0]).toBeGreaterThan(50);
  const found = bursts(spikes, 20);
  expect(found.length).toBeGreaterThanOrEqual(4);
  for (const b of found.slice(1, -1)) expect(b.length).toBeGreaterThanOrEqual(2);
});

test("transient spiking: a few spikes at the onset and silence after them, although the current stays on", async () => {
  const spikes = await fire("transientSpiking", "1000 ms");
  expect(spikes.length).toBeGreaterThanOrEqual(1);
  expect(spikes.length).toBeLessThanOrEqual(3);
  expect(spikes.at(-1)).toBeLessThan(100);
});

test("irregular spiking: intervals do not settle, although nothing is random", async () => {
  const found = intervals(between(await fire("irregularSpiking", "2000 ms"), 500, 2000));
  expect(found.length).toBeGreaterThan(15);
  const m = mean(found);
  expect(Math.sqrt(mean(found.map((i) => (i - m) ** 2))) / m).toBeGreaterThan(0.3);
});

test("rheobase for a slow current is (g_L + a)·(V_T − E_L − Delta_T + Delta_T·ln(1 + a/g_L)) when the loss of rest is a saddle-node", async () => {
  // a/g_L < tau_m/tau_w (Touboul & Brette 2008, Biol. Cybern. 99:319–334, eq. 6).
  const C = 281, g = 30, a = 1, E = -70.6, V = -50.4, D = 2, tau = 30;
  expect(a / g).toBeLessThan(C / g / tau);
  const rheobase = (g + a) * (V - E - D + D * Math.log(1 + a / g));
  const values = Array.from({ length: 41 }, (_, k) => rheobase * (0.98 + k * 0.001));
  for (const model of [adExCurrent, adExConductance]) {
    // From the fixed point of a weaker current, so that nothing but the current's level can make it fire.
    const run = await stimulate(model, {
      size: 41, values: { a: `${a} nS`, tau_w: `${tau} ms`, i_ext: { values, unit: "pA" }, v: "-55 mV", w: `${a * (-55 - E)} pA` }, dt: "0.1 ms",
      duration: "2 s",
    });
    const first = run.spikes.findIndex((s) => s.length > 0);
    expect(Math.abs(values[first]! / rheobase - 1)).toBeLessThan(0.002);
    expect(run.spikes.slice(first).every((s) => s.length > 0)).toBe(true);
  }
});

test("a neuron whose current is far above threshold is followed without a break, f32 and f64", async () => {
  for (const precision of ["f32", "f64"] as const) {
    const run = await stimulate(adExConductance, {
      dt: "0.1 ms", duration: "200 ms", precision, currents: [stepCurrent({ amplitude: "8 nA", from: "20 ms" })], record: ["v"],
    });
    expect(run.spikes[0]!.length).toBeGreaterThan(50);
    expect(run.trace("v").every((v) => Number.isFinite(v) && v < 1e-3)).toBe(true);
  }
});

test("during t_ref the membrane is held at V_reset", async () => {
  const run = await stimulate(adExCurrent, { values: { t_ref: "5 ms", i_ext: "1500 pA" }, dt: "0.1 ms", duration: "100 ms", record: ["v"] });
  const v = run.trace("v");
  expect(run.spikes[0]!.length).toBeGreaterThan(3);
  for (const s of run.spikes[0]!.slice(0, -1)) {
    const at = Math.round(s * 10) - 1;
    for (let k = 1; k <= 49; k++) expect(v[at + k]).toBeCloseTo(-70.6e-3, 12);
    expect(v[at + 52]).toBeGreaterThan(-70.6e-3);
  }
});

test("by Euler steps of 0.05 ms the pyramidal cell fires as often as by rkf45, within 3 %, and stays finite", async () => {
  const counts = [];
  for (const method of ["euler", "rkf45"] as const) {
    const options = { dt: "0.05 ms", duration: "2 s", precision: "f32", record: ["v"] } as const;
    const run = await stimulate(adExConductance, { ...options, values: { i_ext: "2 nA" }, method });
    expect(run.trace("v").every(Number.isFinite)).toBe(true);
    counts.push(run.spikes[0]!.length);
  }
  expect(counts[1]).toBeGreaterThan(30);
  expect(Math.abs(counts[0]! / counts[1]! - 1)).toBeLessThan(0.03);
});
