import { describe, expect, it } from "vitest";

import { printExpr } from "../../../src/ir/print.ts";
import { neuron } from "../../../src/index.ts";
import type { Cell } from "../../../src/train/cells/cell.ts";
import { leaky, lif, spyTorch, synaptic } from "../../../src/train/cells/conventions.ts";
import { defineCell } from "../../../src/train/cells/defineCell.ts";
import { derive } from "../../../src/train/cells/derive.ts";
import { cellFromModel } from "../../../src/train/cells/fromModel.ts";
import { CellRun } from "../../../src/train/cells/referenceCells.ts";
import { specialise } from "../../../src/train/cells/specialise.ts";
import { atan, fastSigmoid, gaussian, triangular } from "../../../src/train/surrogates.ts";

describe("what is derived from a cell", () => {
  it("is, for leaky neurons, the recursion that one writes down by hand", () => {
    const { backward, trace } = derive(leaky({ beta: 0.5 }), triangular(), { outputs: { spikes: true, membrane: false } });
    expect(trace).toEqual(["v"]);
    expect(backward.statements.map((d) => `${d.name} = ${printExpr(d.value)}`)).toEqual([
      "adjoint_margin = adjoint_spike * max(0, 1 - abs(before_v - 1))",
      "adjoint_v_2 = adjoint_margin + adjoint_v",
      "result = adjoint_v_2 * 0.5",
    ]);
    expect(printExpr(backward.input)).toBe("adjoint_v_2");
    expect([backward.readsInput, backward.readsSpike, backward.readsSpiked, backward.old.length]).toEqual([false, false, false, 0]);
  });

  it("stores the membrane alone, also of neurons with a current", () => {
    expect(derive(synaptic(), atan()).trace).toEqual(["v"]);
    expect(derive(synaptic(), atan(), { learn: ["alpha"] }).trace).toEqual(["v", "i"]);
  });

  it("carries no gradient for what has none, such as a refractory counter", () => {
    const model = neuron({
      name: "refractory", parameters: { tau: "10 ms" }, state: { v: 0 }, receptors: { v: "v" },
      equations: "dv/dt = -v/tau : 1 (unless refractory)", threshold: "v > 1", reset: "v = 0", refractory: "3 ms",
    });
    const cell = cellFromModel(model, { dt: "1 ms" });
    expect(cell.state.map((s) => s.name)).toEqual(["v", "refractory_steps"]);
    expect([...derive(cell, atan()).backward.carried.keys()]).toEqual(["v"]);
  });

  it("keeps neurons silent through their refractory time, and their inputs without gradient", () => {
    const model = neuron({
      name: "refractory", state: { v: 0 }, receptors: { v: "v" },
      equations: "v : 1 (unless refractory)", threshold: "v > 1", reset: "v = 0", refractory: "3 ms",
    });
    const run = new CellRun(derive(cellFromModel(model, { dt: "1 ms" }), fastSigmoid()), { batch: 1, steps: 10, units: 1, precision: "f64" });
    const input = new Float64Array(10).fill(1.5), dInput = new Float64Array(10);
    run.forward(input, false);
    expect([...run.spikes]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1, 0]);
    run.backward(new Float64Array(10).fill(1), undefined, input, false, dInput);
    expect([...dInput].map((g) => g !== 0)).toEqual([true, false, false, false, true, false, false, false, true, false]);
  });

  it("takes spikes of resets for constants where they are detached: the gradient of a model in which resets are given", () => {
    // Two inputs, of which the first makes a spike; with S given, v₂ = β·(v₁ − S·(v₁)) + x₂, so dv₂/dx₁ = β·(1 − S) = 0, or with S(v₁)
    // dv₂/dx₁ = −β·v₁·S'(v₁ − 1).
    const input = Float64Array.of(1.25, 0.5), only = Float64Array.of(0, 1);
    const gradient = (cell: Cell): number => {
      const run = new CellRun(derive({ ...cell, shown: "beforeReset" }, atan(2)), { batch: 1, steps: 2, units: 1, precision: "f64" });
      const dInput = new Float64Array(2);
      run.forward(input, false);
      run.backward(undefined, only, input, false, dInput);
      return dInput[0]!;
    };
    const beta = 0.75, slope = 1 / (1 + (Math.PI * 0.25) ** 2);
    expect(gradient(leaky({ beta, resetDelay: false, reset: "zero", detachReset: true }))).toBe(0);
    expect(gradient(leaky({ beta, resetDelay: false, reset: "zero" }))).toBeCloseTo(-beta * 1.25 * slope, 14);
    expect(gradient(leaky({ beta, reset: "zero" }))).toBe(0);
    expect(gradient(leaky({ beta, reset: "zero", detachReset: false }))).toBeCloseTo(-beta * 1.25 * slope, 14);
    expect(gradient(leaky({ beta }))).toBeCloseTo(beta, 14);
    expect(gradient(leaky({ beta, detachReset: false }))).toBeCloseTo(beta - slope, 14);
  });

  it("shows a readout of SpyTorch two steps after its input", () => {
    const derived = derive(spyTorch({ spiking: false, alpha: 0.5, beta: 0.25 }), undefined);
    const run = new CellRun(derived, { batch: 1, steps: 5, units: 1, precision: "f64" });
    run.forward(Float64Array.of(1, 0, 0, 0, 0), false);
    expect([...run.membrane]).toEqual([0, 0, 1, 0.75, 0.4375]);
  });

  it("refuses names and surrogates that do not fit, and says what would", () => {
    expect(() => derive(leaky(), undefined)).toThrow('the cell "leaky" spikes, but no surrogate derivative is given');
    expect(() => derive(leaky(), gaussian(), { smoothed: true })).toThrow("has no primitive");
    expect(() => derive(leaky(), atan(), { learn: ["bta"] })).toThrow("Did you mean beta?");
    expect(() => derive(leaky(), atan(), { values: { beta: NaN } })).toThrow("beta of the cell \"leaky\" is NaN");
    expect(() => derive({ ...leaky(), membrane: "u" }, atan())).toThrow("shows u, which is not one of its states");
    expect(() => leaky({ beta: 1.5 })).toThrow("A factor of decay lies between 0 and 1.");
  });
});

describe("a cell with numbers for its parameters", () => {
  it("has no parameters left but those that are kept", () => {
    const cell = specialise(lif({ tau: 4 }), { threshold: 2 }, ["tau"]);
    expect(cell.parameters.map((p) => p.name)).toEqual(["tau"]);
    expect(printExpr(cell.threshold!.margin)).toBe("v - 2");
  });

  it("has no propagators left when all of their parameters are numbers", () => {
    const model = neuron({
      name: "current", parameters: { tau: "10 ms", tau_s: "5 ms" }, state: { v: 0, c: 0 }, receptors: { c: "c" },
      equations: "dv/dt = (c - v)/tau : 1; dc/dt = -c/tau_s : 1", threshold: "v > 1", reset: "v = 0",
    });
    const cell = cellFromModel(model, { dt: "1 ms" });
    expect(cell.propagators?.length).toBeGreaterThan(0);
    expect(specialise(cell).propagators).toEqual([]);
    expect(specialise(cell, {}, ["tau_s"]).propagators?.length).toBeLessThan(cell.propagators!.length);
  });
});

describe("a cell of one's own", () => {
  it("is run as it is written", () => {
    const cell = defineCell({
      name: "counter", state: { v: 0, n: 2 }, parameters: { gain: { value: 2, range: [0, 5] } },
      step: "drive = gain*input\nv += drive  # twice the input\nn = n + spiked", threshold: "v >= n", reset: "v = 0",
    });
    const run = new CellRun(derive(cell, atan()), { batch: 1, steps: 5, units: 1, precision: "f64" });
    run.forward(Float64Array.of(0.5, 0.5, 0.5, 0.5, 0.5), false);
    expect([...run.spikes]).toEqual([0, 1, 0, 0, 1]);
  });

  it("is data: the same after writing and reading JSON", () => {
    const { simulated: _, ...cell } = synaptic();
    expect(JSON.parse(JSON.stringify(cell))).toEqual(cell);
  });

  it("says which line is wrong", () => {
    const text = { name: "mine", state: { v: 0 }, parameters: {}, step: "v = beta*v" };
    expect(() => defineCell(text)).toThrow(/beta/);
    expect(() => defineCell({ ...text, step: "v + 1" })).toThrow(/not an assignment/);
    expect(() => defineCell({ ...text, step: "v = v + input", threshold: "spiked" })).toThrow(/condition/);
    expect(() => derive(defineCell({ ...text, step: "v = input", threshold: "v > 1", reset: "v = input" }), atan())).toThrow(/input/);
  });
});
