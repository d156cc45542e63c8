import { describe, expect, it } from "vitest";

import { differentiate } from "../../../src/ir/differentiate.ts";
import { evaluator } from "../../../src/ir/evaluate.ts";
import { div, mul, name, neg, number } from "../../../src/ir/expr.ts";
import type { Expr } from "../../../src/ir/expr.ts";
import type { Propagator } from "../../../src/train/cells/cell.ts";
import { propagatorEntries, propagatorSlopes } from "../../../src/train/cells/propagator.ts";

const [a, b] = [neg(div(number(1), name("tau"))), neg(div(number(1), name("tau_s")))];
const one: Propagator = { rates: [[a]], dt: 1, entries: [{ name: "P", column: 0 }, { name: "Q", weights: [mul(name("tau"), number(3))] }] };
const two: Propagator = {
  rates: [[a, number(2)], [number(0), b]], dt: 1,
  entries: [{ name: "P00", column: 0 }, { name: "P01", column: 1 }, { name: "Q", weights: [number(1), name("tau_s")] }],
};
/** A rotation: rates are complex. */
const circle: Propagator = {
  rates: [[a, neg(name("tau_s"))], [name("tau_s"), a]], dt: 0.5, entries: [{ name: "P00", column: 0 }, { name: "P01", column: 1 }],
};

describe("how entries of exact steps change with parameters", () => {
  it.each([
    ["one variable", one, 2, 1], ["one slow variable", one, 1e3, 1], ["one variable near the series' end", one, 50, 1],
    ["two variables", two, 2, 5], ["two equally fast variables", two, 2, 2], ["an oscillation", circle, 3, 1.5],
  ])("%s: as differences say", (_, propagator, tau, tauS) => {
    const names = ["tau", "tau_s"], at = [tau, tauS];
    const entries = (values: readonly number[]): Float64Array => propagatorEntries(propagator, (e) => evaluator(e, names)(values));
    for (const [k, parameter] of names.entries()) {
      const slope = (e: Expr): number => evaluator(differentiate(e, parameter), names)(at);
      const slopes = propagatorSlopes(propagator, (e) => evaluator(e, names)(at), slope);
      const h = 1e-5 * at[k]!;
      const above = entries(at.map((x, j) => (j === k ? x + h : x))), below = entries(at.map((x, j) => (j === k ? x - h : x)));
      slopes.forEach((s, e) => {
        const difference = (above[e]! - below[e]!) / (2 * h);
        expect(Math.abs(s - difference)).toBeLessThan(1e-8 * (Math.abs(difference) + Math.abs(above[e]!) / at[k]!) + 1e-12);
      });
    }
  });

  it("is P = exp(−dt/τ) for one variable", () => {
    expect(propagatorEntries(one, (e) => evaluator(e, ["tau"])([4]))[0]).toBeCloseTo(Math.exp(-0.25), 15);
  });
});
