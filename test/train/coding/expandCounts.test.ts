import fc from "fast-check";
import { expect, test } from "vitest";
import { countsOf, expandCounts, productOfSpikes, sparsityOf, spikeCodes } from "../../../src/train/coding/expandCounts.ts";

const signed = Int32Array.from({ length: 256 }, (_, k) => k - 128);

test.each(spikeCodes)("every integer from −128 to 127 comes back from its %s spikes, and so does W·k for integer weights", (code) => {
  const counts = code === "binary" ? signed.filter((c) => c >= 0) : signed;
  const expanded = expandCounts(counts, { code });
  expect(countsOf(expanded)).toEqual(counts);
  const units = 3, kernel = Float64Array.from({ length: counts.length * units }, (_, k) => ((k * 37) % 31) - 15);
  const product = Float64Array.from({ length: units }, (_, j) => counts.reduce((sum, c, k) => sum + c * kernel[k * units + j]!, 0));
  expect(productOfSpikes(expanded, kernel)).toEqual(product);
});

test("each code takes the steps that its definition says", () => {
  const steps = (counts: readonly number[], code: (typeof spikeCodes)[number]) => expandCounts(counts, { code }).steps;
  expect([steps([0, 3], "binary"), steps([-3, 2], "ternary"), steps([255], "bitwise"), steps([-127, 127], "bitwise"),
    steps([-128, 127], "twosComplement")]).toEqual([3, 3, 8, 7, 8]);
});

test("spikes stand for their integers in any number of steps that is enough", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: 9 }), fc.constantFrom(...spikeCodes), fc.nat(5),
    (numbers, code, more) => {
      const counts = code === "binary" ? numbers.map(Math.abs) : numbers;
      const steps = expandCounts(counts, { code }).steps + more;
      expect([...countsOf(expandCounts(counts, { code, steps }))]).toEqual(counts.map((c) => c + 0));
    }));
});

test("binary and ternary trains have as many spikes as the integer says, bitwise ones as many as it has bits", () => {
  expect(sparsityOf(expandCounts([4, 0, 2], { code: "binary" }))).toEqual({ sparsity: 0.5, spikes: 2, silent: 1 / 3 });
  expect(sparsityOf(expandCounts([-7, 0, 4, 1], { code: "bitwise" }))).toEqual({ sparsity: 1 - 5 / 12, spikes: 1.25, silent: 0.25 });
});

test("what a code cannot hold is refused by its place and value", () => {
  expect(() => expandCounts([1, -2], { code: "binary" })).toThrow('integer 1 is -2; the binary code has no negative ones\n  Use "ternary"');
  expect(() => expandCounts([1.5], { code: "ternary" })).toThrow("number 0 is 1.5, which is no integer");
  expect(() => expandCounts([9], { code: "bitwise", steps: 3 })).toThrow("3 steps of the bitwise code do not hold these integers\n  Use at least 4");
  expect(() => expandCounts([1], { code: "bitwize" as "bitwise" })).toThrow('no spike code "bitwize"\n  Use "bitwise"');
});
