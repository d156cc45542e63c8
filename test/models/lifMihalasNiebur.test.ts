/** Patterns of Mihalas & Niebur (2009), figure 1, each as the property that names it. */
import { expect, test } from "vitest";
import { stepCurrent } from "synfire";
import type { Quantity, Value } from "synfire";
import { mihalasNiebur } from "synfire/models";
import { intervals, run } from "./lifRun.ts";

type Preset = keyof typeof mihalasNiebur.presets;

/** Intervals in steps of 0.1 ms. */
async function isi(preset: Preset, more: Readonly<Record<string, Value>> = {}, duration: Quantity = "1 s"): Promise<number[]> {
  const { spikes, method } = await run(mihalasNiebur, { duration, values: { ...mihalasNiebur.presets[preset], ...more } });
  expect(method).toBe("exact");
  return intervals(spikes[0]!);
}

/** Numbers of spikes that follow each other within `within` steps. */
function bursts(intervals: readonly number[], within: number): number[] {
  const counts = [1];
  for (const interval of intervals) {
    if (interval <= within) counts[counts.length - 1]!++;
    else counts.push(1);
  }
  return counts;
}

test("tonic spiking: without accommodation the intervals are those of a leaky integrate-and-fire neuron, C/G·ln(I/(I − G·20 mV))", async () => {
  const climb = Math.ceil(200 * Math.log(150 / (150 - 100)));
  expect(new Set(await isi("tonicSpiking"))).toEqual(new Set([climb]));
  expect(await isi("tonicSpiking", { i_ext: "99.9 pA" })).toEqual([]);
});

test("spike-frequency adaptation: every interval is at least as long as the one before, up to 1.5 times the first", async () => {
  const found = await isi("spikeFrequencyAdaptation");
  for (let k = 1; k < found.length; k++) expect(found[k]!).toBeGreaterThanOrEqual(found[k - 1]!);
  expect(found.at(-1)! / found[0]!).toBeGreaterThan(1.5);
});

test("phasic spiking: a few spikes, and none once the threshold, at theta_inf + a/b·I/G, has passed the membrane", async () => {
  const { spikes, trace } = await run(mihalasNiebur, { duration: "2 s", record: ["v", "theta"], values: mihalasNiebur.presets.phasicSpiking });
  expect(spikes[0]!.length).toBeGreaterThan(0);
  expect(spikes[0]!.at(-1)!).toBeLessThan(4000);
  expect(trace("v").at(-1)).toBeCloseTo(-70e-3 + 30e-3, 6);
  expect(trace("theta").at(-1)).toBeCloseTo(-50e-3 + 0.5 * 30e-3, 6);
});

test("hyperpolarisation-induced spiking: a negative current makes the threshold fall below the membrane, again and again", async () => {
  const found = await isi("hyperpolarisationInducedSpiking");
  expect(found.length).toBeGreaterThan(5);
  // From the second on: every spike resets the threshold to theta_r.
  expect(new Set(found.slice(1)).size).toBe(1);
  expect(await isi("hyperpolarisationInducedSpiking", { a: "0 Hz" })).toEqual([]);
});

test("bursts: of the same size again and again under tonic or negative current, once under phasic", async () => {
  const negative = bursts(await isi("hyperpolarisationInducedBursting"), 100), tonic = bursts(await isi("tonicBursting"), 200);
  expect(new Set(negative.slice(1, -1))).toEqual(new Set([4]));
  expect(negative.length).toBeGreaterThan(5);
  expect(tonic.length).toBeGreaterThan(5);
  for (const size of tonic.slice(0, -1)) expect(size).toBeGreaterThan(3);
  expect(bursts(await isi("phasicBursting", {}, "3 s"), 200)).toEqual([7]);
});

test("mixed mode: a burst at the onset, then single spikes", async () => {
  const found = await isi("mixedMode");
  expect(bursts(found, 130)[0]).toBeGreaterThan(4);
  expect(Math.min(...found.slice(15))).toBeGreaterThan(4 * found[0]!);
});

test("rebound: at the end of a hyperpolarising step the neuron spikes once, because its threshold has followed the voltage down", async () => {
  const after = async (a: Quantity): Promise<number[]> => {
    const current = stepCurrent({ to: "1 s", amplitude: "-350 pA" });
    const { spikes } = await run(mihalasNiebur, {
      duration: "2 s", values: { a }, also: (net, neurons) => net.currentInput(neurons as never, { into: "i_ext" as never, current }),
    });
    return spikes[0]!;
  };
  const spikes = await after("5 Hz");
  expect(spikes.length).toBe(1);
  expect(spikes[0]!).toBeGreaterThan(10_000);
  expect(spikes[0]!).toBeLessThan(11_000);
  expect(await after("0 Hz")).toEqual([]);
});

test("accommodation: a fast ramp to a current makes it spike, a slow ramp to the same current does not", async () => {
  const ramp = async (ms: number): Promise<number> => {
    const { spikes } = await run(mihalasNiebur, { duration: "5 s", values: { a: "5 Hz", i_ext: `150*pA*min(t/(${ms}*ms), 1)` } });
    return spikes[0]!.length;
  };
  expect(await ramp(10)).toBeGreaterThan(0);
  expect(await ramp(3000)).toBe(0);
});
