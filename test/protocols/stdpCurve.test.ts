import { frequencyCurve, neuron, runPairings, stdpCurve, synapse } from "synfire";
import { expect, test } from "vitest";
import { lifDelta } from "../../models/neurons/lifDelta.ts";
import { stdpPair } from "../../models/synapses/stdpPair.ts";
import { stdpTriplet } from "../../models/synapses/stdpTriplet.ts";

const window = (difference: number, { plus = 0.01, minus = 0.0105, tau = 0.02 } = {}): number =>
  difference > 0 ? plus * Math.exp(-difference / tau) : -minus * Math.exp(difference / tau);

test("the window of pair STDP is two exponentials, each at its own time", async () => {
  const { differences, dw, weight } = await stdpCurve(stdpPair, { from: "-80 ms", to: "80 ms", step: "2.5 ms" });
  expect(weight).toBe(0.5);
  expect(differences).toHaveLength(65);
  differences.forEach((difference, k) => {
    expect(difference).toBeCloseTo(-0.08 + 0.0025 * k, 12);
    if (k !== 32) expect(dw[k]).toBeCloseTo(window(difference), 14);
  });
});

test("parameters, presets and the weight at the start have effect, in any unit", async () => {
  const values = { w_max: "0.4 mV", a_plus: 0.02, tau_plus: "10 ms" };
  const inVolt = await stdpCurve(stdpPair, { values, from: "10 ms", to: "20 ms", step: "10 ms" });
  expect(inVolt.weight).toBeCloseTo(0.2e-3, 15);
  expect([...inVolt.dw]).toEqual([8e-6 * Math.exp(-1), 8e-6 * Math.exp(-2)].map((dw) => expect.closeTo(dw, 16) as number));
  const full = await stdpCurve(stdpPair, { weight: "0.4 mV", values, from: "10 ms", to: "10 ms" });
  expect([...full.dw]).toEqual([0]);
  const minimal = await stdpCurve(stdpTriplet, { preset: "visualMinimal", from: "-10 ms", to: "10 ms", step: "20 ms" });
  expect([minimal.weight, ...minimal.dw]).toEqual([1, expect.closeTo(-7.1e-3 * Math.exp(-10 / 33.7), 14), 0]);
  await expect(stdpCurve(stdpTriplet, { preset: "vissual" })).rejects.toThrow(/no preset "vissual"[^]*visualMinimal/);
});

test("where spikes coincide, Brian2's reading pairs pre before post, NEST's pairs neither", async () => {
  const at = { from: "0 ms", to: "0 ms" } as const;
  expect([...(await stdpCurve(stdpPair, at)).dw]).toEqual([expect.closeTo(0.01, 14)]);
  expect([...(await stdpCurve(stdpPair, { ...at, reading: "nest" })).dw]).toEqual([0]);
});

test("seen from the somata, an axonal delay moves the window one way and a dendritic delay the other", async () => {
  const grid = { from: "-20 ms", to: "20 ms", step: "4 ms", delay: "5 ms", at: "soma" } as const;
  const axonal = await stdpCurve(stdpPair, grid);
  const dendritic = await stdpCurve(stdpPair, { ...grid, reading: "nest" });
  axonal.differences.forEach((difference, k) => {
    expect(axonal.dw[k]).toBeCloseTo(window(difference - 0.005), 14);
    expect(dendritic.dw[k]).toBeCloseTo(window(difference + 0.005), 14);
  });
  const atSynapse = await stdpCurve(stdpPair, { ...grid, at: "synapse" });
  atSynapse.differences.forEach((difference, k) => k !== 5 && expect(atSynapse.dw[k]).toBeCloseTo(window(difference), 14));
});

/** Pfister & Gerstner (2006), advanced from spike to spike. */
function triplets(pairs: number, frequency: number, difference: number): number {
  const [a2, a3, b2, b3] = [5e-10, 6.2e-3, 7e-3, 2.3e-4];
  const spikes = Array.from({ length: pairs }, (_, n) => [{ t: n / frequency, pre: true }, { t: n / frequency + difference, pre: false }]).flat();
  let [w, r1, r2, o1, o2, before] = [1, 0, 0, 0, 0, 0];
  for (const { t, pre } of spikes.sort((a, b) => a.t - b.t)) {
    const decay = (tau: number) => Math.exp(-(t - before) / tau);
    [r1, r2, o1, o2, before] = [r1 * decay(0.0168), r2 * decay(0.101), o1 * decay(0.0337), o2 * decay(0.125), t];
    if (pre) [w, r1, r2] = [w - o1 * (b2 + b3 * r2), r1 + 1, r2 + 1];
    else [w, o1, o2] = [w + r1 * (a2 + a3 * o2), o1 + 1, o2 + 1];
  }
  return w - 1;
}

test("pairs at a rate change the weight as the triplet rule says, in either order and in bursts", async () => {
  for (const difference of [0.01, -0.01]) {
    const { dw, frequencies, differences } = await frequencyCurve(stdpTriplet,
      { difference: `${1000 * difference} ms`, frequencies: ["1 Hz", "20 Hz", "40 Hz"] });
    expect([...frequencies]).toEqual([1, 20, 40]);
    for (const [k, frequency] of frequencies.entries()) {
      expect(dw[k]).toBeCloseTo(triplets(60, frequency, difference), 12);
      expect(differences[k]).toBeCloseTo(difference, 12);
    }
  }
  const bursts = await frequencyCurve(stdpTriplet, { frequencies: ["50 Hz"], pairs: 15, burst: 5, every: "20 s" });
  expect(bursts.dw[0]).toBeCloseTo(3 * triplets(5, 50, 0.01), 9);
});

test("with pairs at high rates the triplet rule potentiates whatever their order, the pair rule in one order only", async () => {
  const fast = { frequencies: ["50 Hz"], pairs: 60 } as const;
  const change = async (model: typeof stdpTriplet | typeof stdpPair, difference: "10 ms" | "-10 ms") =>
    (await frequencyCurve(model, { ...fast, difference, ...(model === stdpPair ? { values: { a_plus: 0.001, a_minus: 0.0012 } } : {}) })).dw[0]!;
  expect(await change(stdpTriplet, "10 ms")).toBeGreaterThan(0.3);
  expect(await change(stdpTriplet, "-10 ms")).toBeGreaterThan(0.1);
  expect(await change(stdpPair, "-10 ms")).toBeLessThan(0);
});

test("a neuron of one's own is fired by its drive, and differences are those that it makes", async () => {
  const slow = neuron({
    name: "slow", state: { v: "0 mV", I: "0 V/s" }, receptors: { fast: "I", v: "v" },
    equations: "dI/dt = -I / (5*ms) : volt/second; dv/dt = I - v / (20*ms) : volt", threshold: "v > 10*mV", reset: "v = 0*mV; I = 0*volt/second",
  });
  const own = { model: slow, drive: { receptor: "fast", weight: "6 volt/second" } } as const;
  const { differences, dw } = await stdpCurve(stdpPair,
    { neuron: { ...own, receptor: "v" } as never, weight: "1 uV", values: { w_max: "2 uV" }, from: "0 ms", to: "20 ms", step: "10 ms" });
  for (const [k, difference] of differences.entries()) {
    expect(difference).toBeGreaterThan(0.01 * k + 0.0005);
    expect(difference).toBeLessThan(0.01 * k + 0.005);
    expect(dw[k]).toBeCloseTo(2e-6 * window(difference), 18);
  }
  // What arrives has no effect unless it is told where to go: a weight of 1 does not even need a unit.
  const inert = await stdpCurve(stdpPair, { neuron: own as never, values: { w_max: 2 }, from: "0 ms", to: "20 ms", step: "10 ms" });
  expect([inert.weight, ...inert.dw]).toEqual([1,
    ...Array.from(inert.differences, (difference) => expect.closeTo(2 * window(difference), 12) as number)]);
});

test("a neuron that does not fire as often as it is driven is an error that says so", async () => {
  const weak = { model: lifDelta, receptor: "v", drive: { receptor: "v", weight: "1 mV" } } as const;
  await expect(stdpCurve(stdpPair, { neuron: weak as never, weight: "0.1 mV", values: { w_max: "1 mV" } })).rejects.toThrow(
    /synapse 0 fired 0 times when 1 spikes were wanted/);
});

test("any variable can be looked at, modulators are 1, and trains may be of any spikes", async () => {
  const eligible = synapse({
    name: "eligible", parameters: { tau_c: "100 ms", tau: "20 ms" }, state: { x: 0, c: 0 }, modulators: ["reward"],
    equations: "dx/dt = -x / tau : 1 (event-driven); dc/dt = -c / tau_c : 1 (event-driven); dw/dt = c * reward / second : 1 (event-driven)",
    onPre: "x += 1", onPost: "c += x",
  });
  const trains = [{ pre: [0, 0.03], post: [0.01, 0.04] }, { pre: [0.01], post: [] }];
  const c = await runPairings(eligible, trains, { variable: "c", settle: "0 ms" });
  const sum = Math.exp(-0.5) * Math.exp(-0.3) + Math.exp(-0.5) + Math.exp(-2);
  expect(c.after[0]).toBeCloseTo(sum, 2);
  expect(c.after[1]).toBe(0);
  const w = await runPairings(eligible, trains, { weight: 2, settle: "3 s" });
  expect([w.before, w.after[0]! - 2, w.after[1]]).toEqual([2, expect.closeTo(0.1 * (2 * Math.exp(-0.5) + Math.exp(-2)), 5), 2]);
});

test.each([
  [{ step: "0 ms" }, /steps of 0 s/],
  [{ from: "10 ms", to: "-10 ms" }, /from 0\.01 s to -0\.01 s/],
  [{ pairs: 0 }, /0 is no number of pairs/],
  [{ frequency: "-1 Hz" }, /frequency -1 Hz is not positive/],
  [{ delay: "-1 ms" }, /delay is -1 ms/],
  [{ variable: "v" }, /"v"/],
] as const)("%j is refused", async (options, message) => {
  await expect(stdpCurve(stdpPair, options)).rejects.toThrow(message);
});
