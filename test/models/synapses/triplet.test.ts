import { describe, expect, test } from "vitest";
import type { SynapseModel } from "synfire";
import { stdpTriplet, stdpTripletNearest } from "synfire/models";
import { finalWeights, runProtocols } from "./protocols.ts";
import type { Protocol } from "./protocols.ts";

interface Amplitudes {
  readonly tau_plus: number; readonly tau_x: number; readonly tau_minus: number; readonly tau_y: number;
  readonly a2_plus: number; readonly a3_plus: number; readonly a2_minus: number; readonly a3_minus: number;
}

/** The values of a preset, times in ms. */
function valuesOf(model: typeof stdpTriplet | typeof stdpTripletNearest, preset: keyof typeof stdpTriplet.presets): Amplitudes {
  const all = { ...model.parameters, ...model.presets[preset] } as Readonly<Record<string, string | number>>;
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, Number.parseFloat(String(value))])) as unknown as Amplitudes;
}

/** 60 pairs at a rate (Hz), the postsynaptic spike `difference` ms after the presynaptic one. */
const sixty = (rate: number, difference: number): Protocol => {
  const starts = Array.from({ length: 60 }, (_, k) => 100 + (1000 / rate) * k);
  return { pre: starts.map((t) => t + Math.max(0, -difference)), post: starts.map((t) => t + Math.max(0, difference)) };
};

/** The sum over all spikes that equations 3 and 4 of the paper stand for; no bounds. */
function expected({ pre, post }: Protocol, p: Amplitudes, nearest: boolean): number {
  const trace = (spikes: readonly number[], t: number, tau: number): number => {
    const earlier = spikes.filter((s) => s < t);
    return (nearest ? earlier.slice(-1) : earlier).reduce((sum, s) => sum + Math.exp((s - t) / tau), 0);
  };
  const down = pre.reduce((sum, t) => sum + trace(post, t, p.tau_minus) * (p.a2_minus + p.a3_minus * trace(pre, t, p.tau_x)), 0);
  const up = post.reduce((sum, t) => sum + trace(pre, t, p.tau_plus) * (p.a2_plus + p.a3_plus * trace(post, t, p.tau_y)), 0);
  return up - down;
}

const presets = ["visual", "visualMinimal", "hippocampal", "hippocampalMinimal"] as const;
const models = [[stdpTriplet, false], [stdpTripletNearest, true]] as const;
const options = { weight: 1, values: { w_ref: 1, w_max: 100 } };

for (const [model, nearest] of models) {
  for (const preset of presets) {
    test(`${model.name}, ${preset}: pairs, triplets and quadruplets change the weight as the sums of the paper say`, async () => {
      const protocols = [
        ...[-30, -5, 5, 30].map((d) => sixty(1, d)), ...[-10, 10].map((d) => sixty(40, d)),
        { pre: [100, 115], post: [105] }, { pre: [105], post: [100, 115] },
        { pre: [100, 140], post: [105, 135] }, { pre: [105, 135], post: [100, 140] },
      ];
      const weights = await finalWeights(model as SynapseModel, protocols, { weight: 10, values: { ...options.values, ...model.presets[preset] } });
      for (const [k, protocol] of protocols.entries()) {
        expect(Math.abs(weights[k]! - 10 - expected(protocol, valuesOf(model, preset), nearest))).toBeLessThan(1e-11);
      }
    });
  }
}

describe("60 pairs of ±10 ms in visual cortex (Fig. 5 of the paper, data of Sjöström et al. 2001)", () => {
  const rates = [10, 20, 40, 50];
  for (const [model, nearest] of models) {
    for (const preset of ["visual", "visualMinimal"] as const) {
      test(`${model.name}, ${preset}: with the rate, pre-post pairs potentiate more and post-pre pairs turn to potentiation`, async () => {
        const values = { ...options.values, ...model.presets[preset] };
        // 0.1 Hz is 600 s of simulation for the same answer as the sum, which the test above has shown to be the model's.
        const slow = [10, -10].map((d) => expected(sixty(0.1, d), valuesOf(model, preset), nearest));
        const prePost = await finalWeights(model as SynapseModel, rates.map((r) => sixty(r, 10)), { ...options, values });
        const postPre = await finalWeights(model as SynapseModel, rates.map((r) => sixty(r, -10)), { ...options, values });
        expect(Math.abs(slow[0]!)).toBeLessThan(0.05);
        expect(slow[1]).toBeLessThan(-0.2);
        const [p10, p20, p40, p50] = prePost, [m10, m20, m40, m50] = postPre;
        expect(p10! < p20! && p20! < p40! && p40! < p50!).toBe(true);
        expect(p40! - 1).toBeGreaterThan(0.3);
        expect(p40! - 1).toBeLessThan(0.8);
        expect(m10! < 0.8 && m20! < 1).toBe(true);
        expect(m50!).toBeGreaterThan(1.2);
        expect(m40!).toBeGreaterThan(m20!);
      });
    }
  }
});

test("the hippocampal triplets of Wang et al. (2005): post-pre-post potentiates, pre-post-pre hardly changes the synapse (Fig. 6)", async () => {
  const everySecond = (times: readonly number[]): number[] => Array.from({ length: 60 }, (_, k) => times.map((t) => 1000 * k + t)).flat();
  const repeated = (pre: readonly number[], post: readonly number[]): Protocol => ({ pre: everySecond(pre), post: everySecond(post) });
  for (const [model] of models) {
    const [postPrePost, prePostPre] = await finalWeights(model as SynapseModel, [repeated([105], [100, 110]), repeated([100, 110], [105])],
      { ...options, values: { ...options.values, ...model.presets.hippocampal } });
    expect(postPrePost! - 1).toBeGreaterThan(0.2);
    expect(Math.abs(prePostPre! - 1)).toBeLessThan(0.15);
  }
});

test("weights stay between 0 and w_max, and the traces of stdpTripletNearest never exceed 1", async () => {
  const busy = { pre: Array.from({ length: 300 }, (_, k) => 10 + k), post: Array.from({ length: 300 }, (_, k) => 10.5 + k) };
  const values = { w_ref: 1, w_max: 1.5, a2_plus: 0.3, a3_plus: 0.1 };
  const readAt = Array.from({ length: 60 }, (_, k) => 10.5 + 5 * k);
  const up = await runProtocols(stdpTripletNearest as SynapseModel, [busy], { weight: 1, values, readAt, read: ["r1", "o2"] });
  expect(Math.max(...up.map((r) => r["w"]![0]!))).toBe(1.5);
  const down = await finalWeights(stdpTriplet as SynapseModel, [busy], { weight: 1, values: { w_ref: 1, a2_minus: 0.5 } });
  expect(down[0]).toBeGreaterThanOrEqual(0);
  for (const { r1, o2 } of up) expect(Math.max(r1![0]!, o2![0]!)).toBeLessThanOrEqual(1);
});
