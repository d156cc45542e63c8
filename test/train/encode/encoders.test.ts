import fc from "fast-check";
import { expect, test } from "vitest";
import {
  burstSpikes, deltaSpikes, directCurrent, encodedSamples, latencySpikes, phaseSpikes, poissonSpikes, populationValues, rateSpikes, trialSequence,
} from "../../../src/train/encode/index.ts";
import type { FeatureValues } from "../../../src/train/encode/index.ts";
import { uniforms } from "../../../src/train/encode/values.ts";
import { seedOf, uniformAt } from "../../../src/math/random.ts";

const value = fc.double({ min: 0, max: 1, noNaN: true });
const samplesOf = (values: readonly number[], shape = [values.length]): FeatureValues => ({ values: Float32Array.from(values), shape });
/** Steps in which feature j of sample 0 spikes. */
const stepsOf = ({ values, steps, shape }: ReturnType<typeof rateSpikes>, j = 0): number[] => {
  const size = shape.reduce((a, b) => a * b, 1);
  return Array.from({ length: steps }, (_, step) => step).filter((step) => values[step * size + j] !== 0);
};

test("random numbers of features come sixteen at a time and are those of each feature alone", () => {
  const seed = seedOf(7), out = new Float64Array(37);
  uniforms(seed, 3, 11, 2, out);
  expect([...out]).toEqual(Array.from({ length: 37 }, (_, feature) => uniformAt(seed, feature, 3, 11, 2)));
});

test("the mean of rate-coded spikes is the value, and that of Poisson spikes 1 − exp(−rate · value · dt), within five standard errors", () => {
  const steps = 4000, values = [0, 0.03, 0.25, 0.5, 0.9, 1];
  const rated = rateSpikes(samplesOf(values), { steps, seed: 1 });
  const poisson = poissonSpikes(samplesOf(values), { steps, seed: 1, rate: 200, dt: 0.001 });
  for (const [j, v] of values.entries()) {
    const within = (seen: number, p: number) => expect(Math.abs(seen - p)).toBeLessThanOrEqual(5 * Math.sqrt((p * (1 - p)) / steps) + 1e-12);
    within(stepsOf(rated, j).length / steps, Math.fround(v));
    within(stepsOf(poisson, j).length / steps, 1 - Math.exp(-0.2 * v));
  }
});

test("a sample's random spikes do not depend on the batch it is in, and change with the epoch and the seed", () => {
  const all = samplesOf(Array.from({ length: 60 }, (_, k) => (k % 10) / 10), [4, 5]), options = { steps: 12, seed: 3 };
  const whole = rateSpikes(all, options);
  for (const k of [0, 1, 2]) {
    const alone = rateSpikes({ values: all.values.slice(20 * k, 20 * k + 20), shape: [4, 5] }, { ...options, numbers: [k] });
    expect([...alone.values]).toEqual([...whole.values.subarray(240 * k, 240 * (k + 1))]);
  }
  expect([...rateSpikes(all, { ...options, epoch: 1 }).values]).not.toEqual([...whole.values]);
  expect([...rateSpikes(all, { ...options, seed: 4 }).values]).not.toEqual([...whole.values]);
});

test("with latencies a larger value never spikes later, and values up to the threshold never spike", () => {
  fc.assert(fc.property(value, value, fc.constantFrom("linear" as const, "logarithmic" as const), (a, b, law) => {
    const sequence = latencySpikes(samplesOf([Math.max(a, b), Math.min(a, b)]), { steps: 30, law, threshold: 0.05 });
    const [[larger], [smaller]] = [stepsOf(sequence, 0), stepsOf(sequence, 1)];
    if (smaller !== undefined) expect(larger).toBeLessThanOrEqual(smaller);
    if (Math.min(a, b) < 0.0499) expect(smaller).toBeUndefined();
  }));
  expect([1, 0.5, 0.25].map((v) => stepsOf(latencySpikes(samplesOf([v]), { steps: 9 }))[0])).toEqual([0, 4, 6]);
});

test("a capacitor charged by a value reaches the threshold when its logarithmic spike comes", () => {
  const tau = 20, threshold = 0.2, v = 0.3, [step = -1] = stepsOf(latencySpikes(samplesOf([v]), { steps: 100, law: "logarithmic", threshold, tau }));
  const charge = (time: number) => v * (1 - Math.exp(-time / tau));
  expect(charge(step - 0.5)).toBeLessThan(threshold);
  expect(charge(step + 0.5)).toBeGreaterThan(threshold);
});

test("what delta spikes tell stays within one threshold of a signal that changes more slowly than they can follow", () => {
  fc.assert(fc.property(fc.array(fc.double({ min: -0.1, max: 0.1, noNaN: true }), { minLength: 2, maxLength: 60 }), (changes) => {
    let level = 0;
    const signal = Float64Array.from(changes, (change) => (level += change));
    const { values } = deltaSpikes({ batch: 1, steps: signal.length, constant: false, shape: [1], values: signal }, { threshold: 0.1 });
    let told = signal[0]!;
    for (let step = 1; step < signal.length; step++) {
      told += 0.1 * (values[2 * step]! - values[2 * step + 1]!);
      expect(Math.abs(told - signal[step]!)).toBeLessThanOrEqual(0.1 + 1e-6);
    }
  }));
});

test("changes since the step before spike as rises, as falls in a channel of their own, as −1 or not at all", () => {
  const signal = { batch: 1, steps: 5, constant: false, shape: [1], values: Float32Array.of(0, 1, 1, 0.9, -1) };
  const spikes = (falls: "channels" | "negative" | "none") => [...deltaSpikes(signal, { threshold: 0.5, since: "step", falls }).values];
  expect(spikes("channels")).toEqual([0, 0, 1, 0, 0, 0, 0, 0, 0, 1]);
  expect(spikes("negative")).toEqual([0, 1, 0, 0, -1]);
  expect(spikes("none")).toEqual([0, 1, 0, 0, 0]);
});

test("a period of weighted phase spikes sums to the value, less than one last digit below it", () => {
  fc.assert(fc.property(value, fc.integer({ min: 1, max: 12 }), (v, phases) => {
    const { values } = phaseSpikes(samplesOf([v]), { steps: phases, phases }), sum = Array.from(values).reduce((a, b) => a + b, 0);
    expect(Math.fround(v) - sum).toBeLessThanOrEqual(2 ** -phases);
    expect(sum).toBeLessThanOrEqual(Math.fround(v));
  }));
  expect(stepsOf(phaseSpikes(samplesOf([0.625]), { steps: 8, phases: 4, weighted: false }))).toEqual([0, 2, 4, 6]);
});

test("a larger value bursts with at least as many spikes, at most as far apart", () => {
  fc.assert(fc.property(value, value, (a, b) => {
    const sequence = burstSpikes(samplesOf([Math.max(a, b), Math.min(a, b)]), { steps: 40 });
    const [larger, smaller] = [stepsOf(sequence, 0), stepsOf(sequence, 1)];
    expect(larger.length).toBeGreaterThanOrEqual(smaller.length);
    if (smaller.length > 1) expect(larger[1]).toBeLessThanOrEqual(smaller[1]!);
  }));
  expect(stepsOf(burstSpikes(samplesOf([1]), { steps: 20 }))).toEqual([0, 2, 4, 6, 8]);
  expect(stepsOf(burstSpikes(samplesOf([0.3]), { steps: 20, most: 5, shortest: 2, longest: 6 }))).toEqual([0, 5]);
});

test("receptive fields cover the range: the most active neuron is the one whose centre is nearest", () => {
  fc.assert(fc.property(value, fc.integer({ min: 3, max: 12 }), (v, neurons) => {
    const { values, shape } = populationValues(samplesOf([v]), { neurons });
    expect(shape).toEqual([1, neurons]);
    const centre = (i: number) => (2 * (i + 1) - 3) / 2 / (neurons - 2), best = values.indexOf(Math.max(...values));
    const nearest = Math.min(...Array.from({ length: neurons }, (_, i) => Math.abs(centre(i) - Math.fround(v))));
    expect(Math.abs(centre(best) - Math.fround(v))).toBeCloseTo(nearest, 5);
  }));
});

test("a direct current is one step that stands for all; trials become counts in bins", () => {
  const current = directCurrent(samplesOf([0.5, 2, 3, 4], [2]), { gain: 2 });
  expect(current).toMatchObject({ batch: 2, steps: 1, constant: true, shape: [2], values: Float32Array.of(1, 4, 6, 8) });
  const trials = { length: 3, channels: 2, dense: (bins: number, which?: ArrayLike<number>) => new Float32Array((which?.length ?? 3) * bins * 2) };
  expect(trialSequence(trials, 5, [2])).toMatchObject({ batch: 1, steps: 5, shape: [2], constant: false });
});

test("values outside 0 … 1, values that fill no sample and impossible options are refused by name", () => {
  expect(() => rateSpikes(samplesOf([0, 255]), { steps: 5, seed: 0 })).toThrow("value 1 to be encoded is 255\n  Scale values to 0 … 1");
  expect(() => latencySpikes(samplesOf([NaN]), { steps: 5 })).toThrow("value 0 to be encoded is NaN");
  const seven = { values: new Float32Array(7), shape: [2, 3] };
  expect(() => rateSpikes(seven, { steps: 5, seed: 0 })).toThrow("7 values do not fill samples of the shape [2, 3]");
  expect(() => burstSpikes(samplesOf([0]), { steps: 0 })).toThrow("0 steps");
  expect(() => burstSpikes(samplesOf([0]), { steps: 9, shortest: 4, longest: 2 })).toThrow("4 to 2 steps apart");
  expect(() => phaseSpikes(samplesOf([0]), { steps: 9, phases: 40 })).toThrow("40 phases");
  expect(() => populationValues(samplesOf([0]), { neurons: 2 })).toThrow("2 neurons");
  expect(() => poissonSpikes(samplesOf([0]), { steps: 2, seed: 0, rate: 0, dt: 1 })).toThrow("a rate of 0 Hz");
  expect(() => deltaSpikes(directCurrent(samplesOf([1])), { threshold: 1 })).toThrow("a constant signal has no changes");
  expect(() => latencySpikes(samplesOf([0]), { steps: 5, law: "logarithmic", threshold: 0 })).toThrow("the threshold 0");
});

test("samples are encoded when they are fetched, the same in any batch, grey values as 0 … 1", () => {
  const pixels = Uint8Array.from({ length: 24 }, (_, k) => (k % 6) * 51), labels = [3, 1, 4, 1];
  const samples = encodedSamples({ values: pixels, shape: [6], labels }, (values, which) => rateSpikes(values, { ...which, seed: 5, steps: 7 }));
  const { input, targets } = samples.batch(Uint32Array.of(2, 0), 1, "f64"), alone = samples.batch(Uint32Array.of(0), 1, "f32");
  expect(samples.count).toBe(4);
  expect(targets).toEqual({ labels: Int32Array.of(4, 3) });
  expect(input.values).toBeInstanceOf(Float64Array);
  expect([...input.values.subarray(42)]).toEqual([...alone.input.values]);
  expect(Array.from({ length: 7 }, (_, step) => input.values[6 * step + 5])).toEqual(Array(7).fill(1));
  const misshapen = () => encodedSamples({ values: pixels, shape: [5], labels }, (values) => directCurrent(values));
  expect(misshapen).toThrow("4 labels for 24 values of samples of the shape [5]");
});
