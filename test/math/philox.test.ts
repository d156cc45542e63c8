import { expect, test } from "vitest";
import { keySchedule, philox, seedOf, wordAt, type Words } from "../../src/math/philox.ts";
import { UnsupportedError } from "../../src/errors.ts";
import { normalAt, poissonAt, poissonTable, uniformAt, varyingPoissonAt } from "../../src/math/random.ts";

const hex = (words: Words) => words.map((w) => w.toString(16).padStart(8, "0")).join(" ");

test("Philox 4x32-10 gives the known answers of Random123", () => {
  expect(hex(philox([0, 0, 0, 0], { low: 0, high: 0 }))).toBe("6627e8d5 e169c58d bc57ac4c 9b00dbd8");
  const ones = 0xffffffff;
  expect(hex(philox([ones, ones, ones, ones], { low: ones, high: ones }))).toBe("408f276d 41c83b0e a20bc7c6 6d5451fd");
  const digitsOfPi = philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], { low: 0xa4093822, high: 0x299f31d0 });
  expect(hex(digitsOfPi)).toBe("d16cfe09 94fdcceb 5001e420 24126ea1");
});

test("an element's word is the lane and vector of its block of 16", () => {
  const seed = seedOf(42);
  expect(wordAt(seed, 16 * 5 + 4 * 2 + 3, 7, 9, 1)).toBe(philox([23, 7, 9, 1], seed)[2]);
});

test("a seed is the low 64 bits of an integer", () => {
  expect(seedOf(2 ** 40 + 7)).toEqual({ low: 7, high: 256 });
  expect(seedOf((1n << 64n) + 5n)).toEqual({ low: 5, high: 0 });
});

test("the key schedule is the seed plus multiples of the Weyl constants", () => {
  expect([...keySchedule({ low: 1, high: 2 })].slice(0, 4)).toEqual([1, 2, 0x9e3779ba, 0xbb67ae87]);
});

test("uniforms fill [0, 1) evenly and normals have the moments of a standard normal", () => {
  const n = 100_000;
  const seed = seedOf(1);
  const mean = (f: (e: number) => number) => Array.from({ length: n }, (_, e) => f(e)).reduce((a, b) => a + b) / n;
  expect(mean((e) => uniformAt(seed, e, 3, 5, 0))).toBeCloseTo(0.5, 2);
  expect(Math.abs(mean((e) => normalAt(seed, e, 3, 5, 1)))).toBeLessThan(4.5 / Math.sqrt(n));
  expect(Math.abs(mean((e) => normalAt(seed, e, 3, 5, 1) ** 2) - 1)).toBeLessThan(4.5 * Math.sqrt(2 / n));
});

test("the thresholds of a Poisson table are its cumulative distribution to 2^-32", () => {
  const table = poissonTable(2);
  expect(table.parts).toBe(1);
  expect(table.start).toBe(0);
  expect(table.thresholds[0]! / 2 ** 32).toBeCloseTo(Math.exp(-2), 9);
  expect(table.thresholds[2]! / 2 ** 32).toBeCloseTo(5 * Math.exp(-2), 9);
  expect([...table.thresholds]).toEqual([...table.thresholds].sort((a, b) => a - b));
  expect(poissonTable(0)).toEqual({ parts: 1, start: 0, thresholds: new Uint32Array() });
  for (const mean of [0.01, 17.3, 24, 200, 5000]) expect(poissonTable(mean).thresholds.length).toBeLessThan(64);
});

test("a mean no draw can have is refused", () => {
  for (const mean of [-1, NaN, Infinity, 1e6]) expect(() => poissonTable(mean)).toThrow(UnsupportedError);
});

test("large means are sums of parts with the right mean and variance", () => {
  const seed = seedOf(9);
  const table = poissonTable(200);
  expect(table.parts).toBeGreaterThan(1);
  for (const draw of [(e: number) => poissonAt(seed, e, 0, 1, 0, table), (e: number) => varyingPoissonAt(seed, e, 0, 1, 0, 200)]) {
    const counts = Array.from({ length: 5000 }, (_, e) => draw(e));
    const mean = counts.reduce((a, b) => a + b) / counts.length;
    const variance = counts.reduce((a, b) => a + (b - mean) ** 2, 0) / (counts.length - 1);
    expect(Math.abs(mean - 200)).toBeLessThan(4 * Math.sqrt(200 / 5000));
    expect(Math.abs(variance / 200 - 1)).toBeLessThan(4 * Math.sqrt(2 / 5000));
  }
});

test("a varying mean of zero or less counts nothing, and one that is no number or too large gives NaN", () => {
  const seed = seedOf(9);
  expect(varyingPoissonAt(seed, 1, 0, 1, 0, 0)).toBe(0);
  expect(varyingPoissonAt(seed, 1, 0, 1, 0, -3)).toBe(0);
  expect(varyingPoissonAt(seed, 1, 0, 1, 0, NaN)).toBeNaN();
  expect(varyingPoissonAt(seed, 1, 0, 1, 0, 1e6)).toBeNaN();
});
