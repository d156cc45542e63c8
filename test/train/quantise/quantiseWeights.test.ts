import fc from "fast-check";
import { expect, test } from "vitest";
import { integerRange, quantiseWeights, weightStep } from "../../../src/train/quantise/quantiseWeights.ts";
import { quantised, straightThrough } from "../../../src/train/quantise/straightThrough.ts";

const weightsAndBits = fc.tuple(fc.float64Array({ minLength: 1, maxLength: 30, min: -3, max: 3, noNaN: true }), fc.integer({ min: 1, max: 8 }));

test("rounded weights are integers of so many bits times the step, and the nearest ones inside their range", () => {
  fc.assert(fc.property(weightsAndBits, ([weights, bits]) => {
    const { integers, step } = quantiseWeights(weights, bits), rounded = quantised(weights, bits), [low, high] = integerRange(bits);
    weights.forEach((w, k) => {
      expect(rounded[k]).toBe(step * integers[k]!);
      expect(integers[k]).toBeGreaterThanOrEqual(low);
      expect(integers[k]).toBeLessThanOrEqual(high);
      if (bits > 1 && w / step >= low && w / step <= high) expect(Math.abs(rounded[k]! - w)).toBeLessThanOrEqual(step * (0.5 + 1e-12));
    });
  }));
});

test("weights that were rounded stay as they are when rounded again with the same step", () => {
  fc.assert(fc.property(weightsAndBits, ([weights, bits]) => {
    const step = weightStep(weights, bits), once = quantised(weights, bits, step);
    expect(quantised(once, bits, step)).toEqual(once);
  }));
});

test("the error of rounding halves, or nearly so, with every bit from 3 on", () => {
  const weights = Float64Array.from({ length: 4000 }, (_, n) => Math.sqrt(-2 * Math.log((n + 0.5) / 4000)) * Math.cos(n * 2.399963));
  const error = [3, 4, 5, 6, 7, 8].map((bits) => {
    const rounded = quantised(weights, bits);
    return Math.sqrt(weights.reduce((sum, w, k) => sum + (w - rounded[k]!) ** 2, 0) / weights.length);
  });
  for (let k = 1; k < error.length; k++) expect(error[k]! / error[k - 1]!).toBeLessThan(0.75);
});

test("gradients pass inside the range of the integers and nowhere else", () => {
  const gradient = Float64Array.of(1, 2, 3, 4, 5);
  straightThrough(Float64Array.of(-9, -2, 0.2, 1, 1.01), 2, gradient, 1);
  expect([...gradient]).toEqual([0, 2, 3, 4, 0]);
});

test("the gradient of the step is that of step·round(w/step) with the rounding taken for the identity", () => {
  // Inside: integer − w/step; outside: the bound itself.
  const scaled = straightThrough(Float64Array.of(-9, 0.4, 1.2), 2, Float64Array.of(1, 1, 1), 1);
  expect(scaled).toBeCloseTo((-2 + (0 - 0.4) + 1) / Math.sqrt(3 * 1), 12);
});

test("bits out of range are refused, and weights that are all zero are no trouble", () => {
  expect(() => weightStep(Float64Array.of(1), 9)).toThrow("weights of 9 bits\n  Use a whole number of bits from 1 to 8.");
  expect([...quantiseWeights(new Float64Array(3), 4).integers]).toEqual([0, 0, 0]);
});
