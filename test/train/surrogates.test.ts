import { describe, expect, it } from "vitest";

import { differentiate } from "../../src/ir/differentiate.ts";
import { evaluator } from "../../src/ir/evaluate.ts";
import type { Surrogate } from "../../src/train/surrogate.ts";
import {
  atan, boxcar, expression, fastSigmoid, gaussian, multiGaussian, sigmoid, sine, straightThrough, superSpike, triangular,
} from "../../src/train/surrogates.ts";

const all: readonly (readonly [string, Surrogate])[] = [
  ["fastSigmoid", fastSigmoid()], ["superSpike", superSpike()], ["atan", atan()], ["sigmoid", sigmoid()], ["triangular", triangular()],
  ["triangular of another height and width", triangular(0.3, 2)], ["boxcar", boxcar()], ["gaussian", gaussian()], ["multiGaussian", multiGaussian()],
  ["straightThrough", straightThrough()], ["straightThrough within a width", straightThrough(0.7)], ["sine", sine(2)],
  ["expression", expression("exp(-k*abs(x))", { parameters: { k: 3 }, primitive: "sign(x)*(1 - exp(-k*abs(x)))/k" })],
  ["expression with a support", expression("1 - x^2", { primitive: "clip(x, -1, 1) - clip(x, -1, 1)^3/3", support: 1 })],
];

const points = Array.from({ length: 201 }, (_, k) => (k - 100) / 40 + 0.003);
const valueOf = (s: Surrogate): ((x: number) => number) => {
  const f = evaluator(s.derivative, ["x"]);
  return (x) => f([x]);
};

describe("surrogate derivatives", () => {
  it.each(all.filter(([, s]) => s.primitive))("%s is the derivative of its primitive", (_, surrogate) => {
    const slope = evaluator(differentiate(surrogate.primitive!, "x"), ["x"]), value = valueOf(surrogate);
    for (const x of points) expect(Math.abs(slope([x]) - value(x))).toBeLessThan(1e-12 * Math.max(1, value(0)));
  });

  it.each(all.filter(([, s]) => s.support !== undefined))("%s is exactly zero beyond its support, and not before", (_, surrogate) => {
    const value = valueOf(surrogate), edge = surrogate.support!;
    for (const x of [edge, edge * 1.0001, edge * 3, 1e6]) for (const sign of [1, -1]) expect(value(sign * x)).toBe(0);
    for (const sign of [1, -1]) expect(value(sign * edge * 0.999)).toBeGreaterThan(0);
  });

  it.each(all.filter(([, s]) => s.support === undefined))("%s is not zero within 2 of the threshold", (_, surrogate) => {
    for (const x of points.filter((p) => Math.abs(p) < 2)) expect(valueOf(surrogate)(x)).not.toBe(0);
  });

  it.each([
    // Formulas as in snnTorch 0.9, SpikingJelly and Norse.
    ["snnTorch fast_sigmoid, 25", fastSigmoid(), (x: number) => 1 / (25 * Math.abs(x) + 1) ** 2],
    ["snnTorch atan, 2", atan(), (x: number) => 1 / (1 + (Math.PI * x) ** 2)],
    ["snnTorch sigmoid, 25", sigmoid(), (x: number) => (25 * Math.exp(-25 * x)) / (Math.exp(-25 * x) + 1) ** 2],
    ["SpikingJelly Sigmoid, 4", sigmoid(4), (x: number) => 4 / (1 + Math.exp(-4 * x)) * (1 - 1 / (1 + Math.exp(-4 * x)))],
    ["SpikingJelly PiecewiseQuadratic, 2", triangular(2, 1 / 2), (x: number) => Math.max(0, 2 - 4 * Math.abs(x))],
    ["Norse super, 100", superSpike(), (x: number) => 1 / (100 * Math.abs(x) + 1) ** 2],
    ["Norse triangle, 0.3", triangular(0.3), (x: number) => 0.3 * Math.max(0, 1 - Math.abs(x))],
  ] as const)("%s has the library's values", (_, surrogate, formula) => {
    for (const x of points) expect(valueOf(surrogate)(x)).toBeCloseTo(formula(x), 12);
  });

  const ofArea1 = [["gaussian", gaussian(0.3)], ["boxcar", boxcar(0.4)], ["triangular", triangular()], ["atan", atan()]] as const;
  it.each(ofArea1)("%s has the area 1", (_, s) => {
    const value = valueOf(s);
    const width = s.name === "atan" ? 4000 : 10, n = 400_000;
    let area = 0;
    for (let k = 0; k < n; k++) area += value(((k + 0.5) / n - 0.5) * width) * (width / n);
    expect(area).toBeCloseTo(1, 3);
  });

  it("multiGaussian is (1 + h)·N(0, σ) − h·N(±σ, 6σ)", () => {
    const normal = (x: number, mean: number, sd: number): number => Math.exp(-(((x - mean) / sd) ** 2) / 2) / (sd * Math.sqrt(2 * Math.PI));
    for (const x of points) {
      expect(valueOf(multiGaussian())(x)).toBeCloseTo(1.15 * normal(x, 0, 0.5) - 0.15 * (normal(x, 0.5, 3) + normal(x, -0.5, 3)), 12);
    }
  });

  it("reads no other name than x and its parameters, and no random number", () => {
    expect(() => expression("1/(1 + y)")).toThrow(/y/);
    expect(() => expression("rand()")).toThrow(/random/);
    expect(() => fastSigmoid(-1)).toThrow("slope of the surrogate fastSigmoid is -1");
    expect(() => expression("1", { support: 0 })).toThrow(/support/);
  });
});
