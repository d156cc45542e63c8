import { expect, test } from "vitest";
import { adaptiveCounts, valuesOfCounts } from "../../../src/train/coding/adaptiveCounts.ts";
import { expandCounts, sparsityOf } from "../../../src/train/coding/expandCounts.ts";
import { roundHalfEven } from "../../../src/train/quantise/roundHalfEven.ts";

test("the threshold of a row is its mean magnitude over k, and integers are the values in units of it", () => {
  const { counts, thresholds } = adaptiveCounts(Float64Array.of(-3, 1, 0, 8, 0, 0, 0, 0), { channels: 4, k: 3 });
  expect([...thresholds]).toEqual([1, 0]);
  expect([...counts]).toEqual([-3, 1, 0, 8, 0, 0, 0, 0]);
});

test("no value is further from its integer than half a threshold", () => {
  const values = Float64Array.from({ length: 600 }, (_, n) => Math.sin(n * n) * Math.exp(Math.cos(7 * n)));
  const coded = adaptiveCounts(values, { channels: 100 }), back = valuesOfCounts(coded);
  values.forEach((x, n) => expect(Math.abs(back[n]! - x)).toBeLessThanOrEqual(coded.thresholds[Math.floor(n / 100)]! * (0.5 + 1e-12)));
});

test("a larger k makes smaller errors and more spikes", () => {
  const values = Float64Array.from({ length: 2000 }, (_, n) => Math.tan(Math.sin(n * n) * 1.4));
  const of = [2, 3, 4].map((k) => {
    const coded = adaptiveCounts(values, { channels: 200, k }), back = valuesOfCounts(coded);
    const { spikes } = sparsityOf(expandCounts(coded.counts, { code: "ternary" }));
    return { spikes, error: values.reduce((e, x, n) => e + (x - back[n]!) ** 2, 0) };
  });
  expect(of[0]!.spikes).toBeLessThan(of[1]!.spikes);
  expect(of[1]!.spikes).toBeLessThan(of[2]!.spikes);
  expect(of[0]!.error).toBeGreaterThan(of[1]!.error);
  expect(of[1]!.error).toBeGreaterThan(of[2]!.error);
});

test("halves are rounded to even numbers", () => {
  expect([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4999, 0.49999999999999994].map((x) => roundHalfEven(x) + 0)).toEqual([-2, -2, 0, 0, 2, 2, 2, 0]);
});

test("values that fill no rows are refused", () => {
  expect(() => adaptiveCounts(new Float64Array(5), { channels: 2 })).toThrow("5 values are no rows of 2 channels");
  expect(() => adaptiveCounts(new Float64Array(4), { channels: 2, k: 0 })).toThrow("k is 0");
});
