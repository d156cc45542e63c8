/** The twenty firing patterns of Izhikevich (2004), fig. 1, each told by what can be measured of it, at the figure's steps. */
import { expect, test } from "vitest";
import { stepCurrent } from "synfire";
import { izhikevich, izhikevichPatterns } from "synfire/models";
import { between, bursts, intervals, stimulate } from "./simulateOne.ts";
import type { Method } from "../../src/model/checked.ts";

interface Panel { readonly spikes: number[]; readonly times: Float64Array; /** mV */ readonly v: Float64Array }

async function panel(letter: string, changes: { readonly method?: Method; readonly dt?: "0.1 ms" | "0.05 ms" } = {}): Promise<Panel> {
  const pattern = izhikevichPatterns.find((p) => p.panel === letter)!;
  const run = await stimulate(izhikevich, {
    values: izhikevich.presets[pattern.preset], dt: changes.dt ?? pattern.dt, duration: pattern.duration, currents: pattern.currents, record: ["v"],
    ...(changes.method ? { method: changes.method } : {}),
  });
  return { spikes: [...run.spikes[0]!], times: run.times, v: run.trace("v").map((v) => v * 1e3) };
}

/** Times of the local maxima of a trace after `from`, ms. */
function peaks(times: Float64Array, v: Float64Array, from: number): number[] {
  const found: number[] = [];
  for (let k = 1; k < v.length - 1; k++) if (times[k]! > from && v[k]! > v[k - 1]! && v[k]! >= v[k + 1]!) found.push(times[k]!);
  return found;
}

test("there are twenty patterns, A to T, each with a preset of its own", () => {
  expect(izhikevichPatterns.map((p) => p.panel).join("")).toBe("ABCDEFGHIJKLMNOPQRST");
  expect(new Set(izhikevichPatterns.map((p) => p.preset)).size).toBe(20);
});

test("A, tonic spiking: it fires as long as the current lasts, at equal intervals once settled", async () => {
  const { spikes } = await panel("A");
  expect(spikes[0]).toBeLessThan(15);
  const settled = intervals(spikes).slice(2);
  expect(settled.length).toBeGreaterThanOrEqual(2);
  for (const i of settled) expect(Math.abs(i - 27.7)).toBeLessThan(1);
});

test("B, phasic spiking: one spike at the onset of a current that stays on", async () => {
  const { spikes, v } = await panel("B");
  expect(spikes.length).toBe(1);
  expect(spikes[0]).toBeLessThan(50);
  expect(v.at(-1)).toBeLessThan(-55);
});

test("C, tonic bursting: bursts of at least four spikes at equal distances as long as the current lasts", async () => {
  const found = bursts((await panel("C")).spikes, 15);
  expect(found.length).toBe(5);
  for (const b of found.slice(0, -1)) expect(b.length).toBeGreaterThanOrEqual(4);
  for (const i of intervals(found.map((b) => b[0]!)).slice(1)) expect(Math.abs(i - 44.2)).toBeLessThan(1);
});

test("D, phasic bursting: one burst at the onset and silence after it, although the current stays on", async () => {
  const { spikes } = await panel("D");
  const found = bursts(spikes, 15);
  expect(found.length).toBe(1);
  expect(found[0]!.length).toBeGreaterThanOrEqual(5);
  expect(spikes.at(-1)).toBeLessThan(75);
});

test("E, mixed mode: a burst at the onset, then single spikes", async () => {
  const found = bursts((await panel("E")).spikes, 10);
  expect(found.map((b) => b.length)).toEqual([3, 1, 1, 1]);
});

test("F, spike frequency adaptation: every interval is longer than the one before, and the last ten times the first", async () => {
  const found = intervals((await panel("F")).spikes);
  for (let k = 1; k < found.length; k++) expect(found[k]).toBeGreaterThan(found[k - 1]!);
  expect(found.at(-1)! / found[0]!).toBeGreaterThan(10);
});

test("G, class 1: firing grows smoothly with a ramp, and begins at rates as low as wished at rheobase", async () => {
  const { spikes } = await panel("G");
  const rates = intervals(spikes).map((i) => 1e3 / i);
  for (let k = 1; k < rates.length; k++) expect(rates[k]).toBeGreaterThan(rates[k - 1]!);
  expect(rates.at(-1)! / rates[0]!).toBeGreaterThan(2.5);
  // Rest vanishes in a saddle-node bifurcation where 0.04 v² + (4.1 − b) v + 108 + I has one root: at I = 4.2²/0.16 − 108 = 2.25 mV.
  const { lowest, rheobase } = await onset("class1", 2.22, 0.001);
  // Two spikes within 1.5 s need a little more current than that.
  expect(rheobase).toBeGreaterThanOrEqual(2.25);
  expect(rheobase).toBeLessThan(2.265);
  expect(lowest).toBeLessThan(4);
});

test("H, class 2: firing begins at a high rate, and no current makes it fire slowly", async () => {
  const rates = intervals((await panel("H")).spikes).map((i) => 1e3 / i);
  expect(rates[0]).toBeGreaterThan(40);
  expect(rates.at(-1)! / rates[0]!).toBeLessThan(2.1);
  expect((await onset("class2", 0.1, 0.005)).lowest).toBeGreaterThan(20);
});

/** 61 neurons with constant currents first, first + step, … (mV): the lowest rate above zero after 1.5 s, Hz, and the lowest current that fires. */
async function onset(preset: "class1" | "class2", first: number, step: number): Promise<{ readonly lowest: number; readonly rheobase: number }> {
  const values = Array.from({ length: 61 }, (_, k) => first + k * step);
  const run = await stimulate(izhikevich, {
    size: 61, values: { ...izhikevich.presets[preset], i_ext: { values, unit: "mV" } }, dt: "0.1 ms", duration: "3 s",
  });
  const last = run.spikes.map((times) => intervals(between(times, 1500, 3000)));
  const firing = last.filter((i) => i.length > 0);
  expect(firing.length).toBeGreaterThan(0);
  expect(firing.length).toBeLessThan(61);
  return { lowest: Math.min(...firing.map((i) => 1e3 / Math.max(...i))), rheobase: values[last.findIndex((i) => i.length > 0)]! };
}

test("I, spike latency: the spike comes more than 7 ms after a pulse of 3 ms has ended, and sooner for a stronger pulse", async () => {
  const { spikes } = await panel("I");
  expect(spikes.length).toBe(1);
  expect(spikes[0]).toBeGreaterThan(20);
  expect(spikes[0]).toBeLessThan(40);
  const stronger = await stimulate(izhikevich, {
    values: izhikevich.presets.spikeLatency, dt: "0.2 ms", duration: "100 ms",
    currents: [stepCurrent({ amplitude: "8 mV", from: "10.2 ms", to: "13 ms" })],
  });
  expect(stronger.spikes[0]!.length).toBe(1);
  expect(spikes[0]! - stronger.spikes[0]![0]!).toBeGreaterThan(4);
});

test("J, subthreshold oscillations: after the spike the membrane rings at the frequency of the linearised model", async () => {
  const { spikes, times, v } = await panel("J");
  expect(spikes.length).toBe(1);
  const found = peaks(times, v, 50);
  expect(found.length).toBeGreaterThanOrEqual(3);
  // At rest v = u/b solves 0.04 v² + (5 − b) v + 140 = 0. Eigenvalues of [[0.08 v + 5, −1], [a b, −a]] give the frequency.
  const a = 0.05, b = 0.26, rest = (-(5 - b) - Math.sqrt((5 - b) ** 2 - 4 * 0.04 * 140)) / 0.08, slope = 0.08 * rest + 5;
  const angular = Math.sqrt(a * b - a * slope - ((slope - a) / 2) ** 2);
  expect(Math.abs(intervals(found).at(-1)! / ((2 * Math.PI) / angular) - 1)).toBeLessThan(0.05);
});

test("K, resonator: two pulses 40 ms apart make it fire, two pulses 20 ms apart do not", async () => {
  const { spikes } = await panel("K");
  expect(between(spikes, 0, 280)).toEqual([]);
  expect(between(spikes, 320, 400).length).toBe(1);
});

test("L, integrator: two pulses 5 ms apart make it fire, two pulses 10 ms apart do not", async () => {
  const { spikes } = await panel("L");
  expect(between(spikes, 14, 30).length).toBe(1);
  expect(between(spikes, 30, 100)).toEqual([]);
});

test("M, rebound spike: one spike after an inhibitory pulse has ended", async () => {
  const { spikes } = await panel("M");
  expect(spikes.length).toBe(1);
  expect(spikes[0]).toBeGreaterThan(25);
});

test("N, rebound burst: one burst of at least five spikes after an inhibitory pulse has ended", async () => {
  const { spikes } = await panel("N");
  expect(spikes[0]).toBeGreaterThan(25);
  const found = bursts(spikes, 10);
  expect(found.length).toBe(1);
  expect(found[0]!.length).toBeGreaterThanOrEqual(5);
});

test("O, threshold variability: the same weak pulse fires the neuron only after inhibition", async () => {
  const { spikes } = await panel("O");
  expect(between(spikes, 0, 80)).toEqual([]);
  expect(between(spikes, 80, 100).length).toBe(1);
});

test("P, bistability: one pulse starts firing that goes on by itself, and the same pulse in the right phase ends it", async () => {
  const { spikes } = await panel("P");
  expect(spikes[0]).toBeGreaterThan(38);
  const found = intervals(spikes);
  expect(found.length).toBeGreaterThanOrEqual(3);
  for (const i of found) expect(Math.abs(i - 39.5)).toBeLessThan(0.6);
  expect(between(spikes, 211, 300)).toEqual([]);
});

test("Q, depolarizing afterpotential: after the reset the membrane first rises by more than 5 mV before it comes to rest", async () => {
  const { spikes, times, v } = await panel("Q");
  expect(spikes.length).toBe(1);
  const after = v.filter((_, k) => times[k]! > spikes[0]! + 1e-6);
  const top = Math.max(...after), reset = v[times.findIndex((t) => t > spikes[0]! - 1e-6)]!;
  expect(reset).toBeCloseTo(-60, 6);
  expect(top).toBeGreaterThan(-55);
  expect(after.at(-1)).toBeLessThan(-68);
});

test("R, accommodation: a slow ramp to 8 mV leaves it silent, a fast ramp to half of that fires it", async () => {
  const { spikes } = await panel("R");
  expect(between(spikes, 0, 300)).toEqual([]);
  expect(between(spikes, 300, 400).length).toBe(1);
});

test("S, inhibition-induced spiking: quiet at a strong current, it fires single spikes while the current is reduced", async () => {
  const { spikes } = await panel("S");
  expect(between(spikes, 0, 50)).toEqual([]);
  expect(between(spikes, 50, 250).length).toBeGreaterThanOrEqual(3);
  expect(between(spikes, 290, 350)).toEqual([]);
  for (const i of intervals(spikes)) expect(i).toBeGreaterThan(40);
});

test("T, inhibition-induced bursting: quiet at a strong current, it fires bursts while the current is reduced", async () => {
  const { spikes } = await panel("T");
  expect(between(spikes, 0, 50)).toEqual([]);
  const found = bursts(between(spikes, 50, 250), 10);
  expect(found.length).toBe(2);
  for (const b of found) expect(b.length).toBeGreaterThanOrEqual(3);
  expect(between(spikes, 290, 350)).toEqual([]);
});

test("with small steps Euler, Heun and half-step Euler agree on the number of spikes and bursts of patterns A, C, E, G, L, O and T", async () => {
  for (const letter of ["A", "C", "E", "G", "L", "O", "T"]) {
    const shapes = [];
    for (const method of ["euler", "heun", "half-step-euler"] as const) {
      const { spikes } = await panel(letter, { method, dt: "0.05 ms" });
      shapes.push(bursts(spikes, 12).map((b) => Math.sign(b.length - 1)).join(""));
    }
    expect(shapes, letter).toEqual([shapes[0], shapes[0], shapes[0]]);
  }
});

test("the method of 2003 is two half steps of v, then u from the new v", async () => {
  const run = await stimulate(izhikevich, { values: { i_ext: "10 mV" }, dt: "1 ms", duration: "200 ms", record: ["v", "u"] });
  const v = run.trace("v"), u = run.trace("u");
  let x = -65, y = -13;
  const fired: number[] = [];
  run.times.forEach((t, k) => {
    for (const half of [0.5, 0.5]) x += half * (0.04 * x * x + 5 * x + 140 - y + 10);
    y += 0.02 * (0.2 * x - y);
    if (x >= 30) { fired.push(t); x = -65; y += 8; }
    expect(v[k]! * 1e3).toBeCloseTo(x, 8);
    expect(u[k]! * 1e3).toBeCloseTo(y, 8);
  });
  expect(fired.length).toBe(5);
  expect(run.spikes[0]!.map((t) => Math.round(t))).toEqual(fired.map((t) => Math.round(t)));
});

test("the cell types of 2003 fire as figure 2 shows them", async () => {
  const fire = async (preset: keyof typeof izhikevich.presets, i_ext: `${number} mV`, from = 0): Promise<number[]> =>
    between((await stimulate(izhikevich, {
      values: { ...izhikevich.presets[preset], i_ext }, dt: "0.1 ms", duration: "400 ms",
    })).spikes[0]!, from, 400);
  const regular = intervals(await fire("regularSpiking", "10 mV"));
  expect(regular.at(-1)! / regular[0]!).toBeGreaterThan(1.5);
  const intrinsic = bursts(await fire("intrinsicallyBursting", "10 mV"), 10);
  expect(intrinsic[0]!.length).toBeGreaterThanOrEqual(2);
  expect(intrinsic.slice(1).every((b) => b.length === 1)).toBe(true);
  const chattering = bursts(await fire("chattering", "10 mV"), 12);
  expect(chattering.length).toBeGreaterThanOrEqual(5);
  expect(chattering.slice(0, -1).every((b) => b.length >= 3)).toBe(true);
  const fast = intervals(await fire("fastSpiking", "10 mV"));
  expect(1e3 / fast.at(-1)!).toBeGreaterThan(2.5 * (1e3 / regular.at(-1)!));
  expect(fast.at(-1)! / fast[2]!).toBeLessThan(1.05);
  expect((await fire("lowThresholdSpiking", "4 mV")).length).toBeGreaterThan((await fire("regularSpiking", "4 mV")).length);
  expect((await fire("thalamoCortical", "1.5 mV", 200)).length).toBeGreaterThan(3);
});
