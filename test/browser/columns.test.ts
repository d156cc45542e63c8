import fc from "fast-check";
import { expect, test } from "vitest";
import { Columns } from "../../examples/browser/src/plots/columns.ts";

test("however time advances, the ring holds the marks of exactly the newest columns", () => {
  const advances = fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 1, maxLength: 30 });
  fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), advances, (count, steps) => {
    const columns = new Columns(count, 2);
    const marks: (number | undefined)[] = [0];
    let time = 0;
    for (const step of steps) {
      const before = columns.newest;
      columns.advance((time += step), (from, to) => marks.fill(undefined, from, to));
      for (let column = before + 1; column <= columns.newest; column++)
        if (columns.holds(column)) {
          expect(marks[columns.place(column)]).toBeUndefined();
          marks[columns.place(column)] = column;
        }
    }
    const newest = columns.at(time);
    expect(columns.newest).toBe(newest);
    for (let column = Math.max(0, newest - count + 1); column <= newest; column++) expect(marks[columns.place(column)]).toBe(column);
  }));
});
