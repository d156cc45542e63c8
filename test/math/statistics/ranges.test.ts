import fc from "fast-check";
import { expect, test } from "vitest";
import { rangeFinder, unionOfRanges } from "../../../src/math/statistics/ranges.ts";

const ranges = fc.array(fc.record({ offset: fc.nat(60), size: fc.nat(12) }), { maxLength: 8 });
const holds = ({ offset, size }: { offset: number; size: number }, index: number) => index >= offset && index < offset + size;

test("the finder names the first range that holds an index, whatever was asked before", () => {
  fc.assert(
    fc.property(ranges, fc.array(fc.nat(80)), (all, indices) => {
      const find = rangeFinder(all);
      for (const index of indices) expect(find(index)).toBe(all.findIndex((range) => holds(range, index)));
    }),
    { numRuns: 500 },
  );
});

test("a union holds the same neurons in ranges that lie apart", () => {
  fc.assert(
    fc.property(ranges, (all) => {
      const union = unionOfRanges(all);
      for (let index = 0; index < 80; index++) expect(union.some((range) => holds(range, index))).toBe(all.some((range) => holds(range, index)));
      expect(union.every(({ offset }, k) => k === 0 || offset > union[k - 1]!.offset + union[k - 1]!.size)).toBe(true);
    }),
  );
});
