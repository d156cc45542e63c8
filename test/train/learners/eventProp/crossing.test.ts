/** Crossings of a membrane between two input spikes. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { firstCrossing } from "../../../../src/train/learners/eventProp/crossing.ts";

/** Evenly between the bounds. */
const between = (low: number, high: number) => fc.integer({ min: 0, max: 1_000_000 }).map((k) => low + ((high - low) * k) / 1_000_000);
const course = fc.record({ tauMembrane: between(1e-3, 0.05), tauSynapse: between(1e-3, 0.05), drive: between(-1, 2) })
  .filter(({ tauMembrane, tauSynapse }) => Math.abs(tauMembrane / tauSynapse - 1) > 1e-3);
const start = fc.tuple(between(-3, 0.999), between(-20, 20), between(1e-4, 0.2));

it("the first crossing is where the membrane is at threshold, and it was below before", () => {
  let crossings = 0;
  fc.assert(fc.property(course, start, (c, [u, current, within]) => {
    const b = (-current * c.tauSynapse) / (c.tauMembrane - c.tauSynapse);
    const at = (t: number): number => c.drive + (u - c.drive - b) * Math.exp(-t / c.tauMembrane) + b * Math.exp(-t / c.tauSynapse);
    const found = firstCrossing(c, u, current, within, at(within)), scale = 1 + Math.abs(b) + Math.abs(u);
    const end = Number.isNaN(found) ? within : found;
    if (!Number.isNaN(found)) {
      crossings++;
      expect(found).toBeGreaterThan(0);
      expect(found).toBeLessThanOrEqual(within);
      expect(Math.abs(at(found) - 1)).toBeLessThan(1e-11 * scale);
    }
    let highest = -Infinity;
    for (let k = 0; k < 300; k++) highest = Math.max(highest, at((k / 300) * end * (1 - 1e-9)));
    expect(highest).toBeLessThan(1 + 1e-11 * scale);
  }), { numRuns: 1000 });
  expect(crossings).toBeGreaterThan(200);
});

it("a membrane whose current equals its threshold approaches it and does not cross", () => {
  const at = (t: number): number => 1 - Math.exp(-t / 0.02);
  expect(firstCrossing({ tauMembrane: 0.02, tauSynapse: 0.005, drive: 1 }, 0, 0, 0.1, at(0.1))).toBeNaN();
});
