import fc from "fast-check";
import { expect, test } from "vitest";
import { parseWithMathjs, unitOfMathjs } from "../../src/units/mathjs.ts";
import type { MathNode } from "../../src/units/mathjs.ts";
import { findUnit, unitNames } from "../../src/units/names.ts";

/** What the built package holds instead of all of mathjs. */
const { default: parts } = (await import(new URL("../../scripts/mathjsParts.mjs", import.meta.url).href)) as {
  default: { parse(text: string): MathNode; unit(value: number, name: string): { value: number; dimensions: readonly number[] } };
};

test("the parts of mathjs in the built package know every unit as mathjs does", () => {
  for (const name of ["V", "mV", "kohm", "cm^2", "mol/L", "kg", "Hz", "uF", "Pa", "cd"]) {
    const { value, dimensions } = parts.unit(1, name);
    expect({ scale: value, dimensions }, name).toEqual(unitOfMathjs(name));
  }
  expect(unitNames.every((name) => findUnit(name) !== undefined)).toBe(true);
});

test("the parts of mathjs in the built package read every expression as mathjs does", () => {
  const shape = (node: MathNode): unknown => {
    const { type, fn, op, implicit, name } = node as unknown as Record<string, unknown>;
    const children: unknown[] = [];
    node.forEach((child: MathNode) => children.push(shape(child)));
    return { type, fn: typeof fn === "object" ? String((fn as { name: string }).name) : fn, op, implicit, name, children };
  };
  const outcome = (parse: (text: string) => MathNode, text: string): unknown => {
    try {
      return shape(parse(text));
    } catch (error) {
      return { message: (error as Error).message, char: (error as { char?: number }).char };
    }
  };
  const token = fc.constantFrom("n0", "n1", "n2", "n3", "+", "-", "*", "/", "^", "%", "<", "<=", ">", "==", "!=", "(", ")", ",", "and", "or", "not");
  fc.assert(fc.property(fc.array(token, { minLength: 1, maxLength: 15 }).map((t) => t.join(" ")), (text) => {
    expect(outcome(parts.parse, text)).toEqual(outcome(parseWithMathjs, text));
  }), { numRuns: 3000, examples: [["n0 + n1 * n2 ^ - n3"], ["n0 ( n1 , n2 )"], ["n0 < n1 and not ( n2 >= n3 ) or n0 == n1"], ["n0 % n1 %"],
  ["n0 < n1 < n2"], ["( n0 ) ( n1 )"]] });
});
