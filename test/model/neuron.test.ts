import { expect, test } from "vitest";
import { printExpr } from "../../src/ir/print.ts";
import { describeModel } from "../../src/model/describe.ts";
import { neuron } from "../../src/model/neuron.ts";
import type { NeuronSpec } from "../../src/model/neuron.ts";
import { dimensionName } from "../../src/units/dimension.ts";

const adex = neuron({
  name: "adex",
  parameters: { C: "281 pF", g_L: "30 nS", E_L: "-70.6 mV", V_T: "-50.4 mV", Delta_T: "2 mV", a: "4 nS", tau_w: "144 ms", b: "80.5 pA",
    V_r: "-70.6 mV", t_ref: "2 ms", I_ext: "0 pA" },
  state: { v: "-70.6 mV", w: "0 pA", count: 0, arrived: "0 pA" },
  receptors: { exc: "arrived", direct: "v" },
  equations: `
    # Brette & Gerstner (2005); (a comment; with signs : of all kinds
    I_total = I_exp - w + I_ext + arrived + noise*xi_1 : amp
    I_exp = g_L*Delta_T*exp((v - V_T)/Delta_T) : ampere
    dv/dt = (g_L*(E_L - v)
             + I_total) / C : volt (unless refractory)   # continued within parentheses
    noise = 10*pA*sqrt(second) : amp*second**0.5; count : 1
    dw/dt = (a*(v - E_L) - w) / tau_w : amp
    arrived : amp (impulse)`,
  threshold: "v > 0*mV and rand() < 1",
  reset: `v = V_r
          w += b; count += 1  # three statements`,
  refractory: "t_ref",
  method: "heun",
  presets: { tonic: { a: "0 nS", b: "60 pA" }, bursting: { V_r: "-47.2 mV", w: "10 pA" } },
  source: "Brette & Gerstner (2005), J. Neurophysiol. 94:3637, doi:10.1152/jn.00686.2005",
});

test("a parameter has the dimension of its default value, a variable that of its equation", () => {
  expect(adex.checked.parameters.map((p) => `${p.name} ${dimensionName(p.dimension)}`).slice(0, 4)).toEqual(["C farad", "g_L siemens", "E_L volt",
    "V_T volt"]);
  expect(adex.checked.variables.map((v) => `${v.name} ${dimensionName(v.dimension)}`)).toEqual(["v volt", "count 1", "w ampere", "arrived ampere"]);
});

test("values are in SI base units, as close as a double can be", () => {
  expect(adex.checked.parameters.map((p) => p.value)).toEqual([281e-12, 30e-9, -0.0706, -0.0504, 0.002, 4e-9, 0.144, 80.5e-12, -0.0706, 0.002, 0]);
  expect(adex.checked.variables.map((v) => v.initial)).toEqual([-0.0706, 0, 0, 0]);
});

test("flags are kept", () => {
  expect(adex.checked.variables.map((v) => [v.unlessRefractory, v.impulse, v.derivative !== undefined])).toEqual([[true, false, true],
    [false, false, false], [false, false, true], [false, true, false]]);
});

test("subexpressions stand in an order in which each uses only earlier ones", () => {
  expect(adex.checked.subexpressions.map((s) => s.name)).toEqual(["I_exp", "noise", "I_total"]);
});

test("a line may continue within parentheses", () => {
  expect(printExpr(adex.checked.variables[0]!.derivative!)).toBe("(g_L * (E_L - v) + I_total) / C");
});

test("updates are assignments", () => {
  expect(adex.checked.reset.map((r) => `${r.target} = ${printExpr(r.value)}`)).toEqual(["v = V_r", "w = w + b", "count = count + 1"]);
});

test("an update of a sum keeps the sum together", () => {
  const model = neuron({ name: "m", state: { x: 1 }, equations: "x : 1", threshold: "x > 2", reset: "x *= 1 + 2; x -= 3 - x; x /= 2*x" });
  expect(model.checked.reset.map((r) => printExpr(r.value))).toEqual(["x * (1 + 2)", "x - (3 - x)", "x / (2 * x)"]);
});

test("a refractory period is a quantity, an expression in time, or a condition", () => {
  const refractory = (text: string): unknown => neuron({ name: "m", parameters: { t_ref: "2 ms" }, state: { x: 0 }, equations: "dx/dt = 1/second : 1",
    threshold: "x > 1", refractory: text }).checked.refractory;
  expect(refractory("2 ms")).toEqual({ kind: "time", value: { kind: "number", value: 0.002 } });
  expect(refractory("2*t_ref")).toMatchObject({ kind: "time" });
  expect(refractory("x > 0.5")).toMatchObject({ kind: "condition" });
});

test("random draws are numbered in the order of the text", () => {
  const { checked } = neuron({ name: "m", state: { x: 0 }, equations: "dx/dt = randn()/second + k/second : 1\n k = rand() : 1",
    threshold: "rand() < 0.5", reset: "x = rand() - rand()" });
  expect(checked.draws).toBe(5);
  expect(checked.variables[0]!.derivative).toMatchObject({ args: [{ args: [{ distribution: "normal", draw: 0 }, {}] }, {}] });
  expect(checked.subexpressions[0]!.value).toMatchObject({ draw: 1 });
  expect(checked.threshold).toMatchObject({ args: [{ draw: 2 }, {}] });
  expect(checked.reset[0]!.value).toMatchObject({ args: [{ draw: 3 }, { draw: 4 }] });
});

test("state that no equation mentions has the dimension of its value", () => {
  const { checked } = neuron({ name: "m", state: { theta: "1 mV" }, equations: "", threshold: "theta > 0*mV", reset: "theta += 1*mV" });
  expect(checked.variables).toMatchObject([{ name: "theta", initial: 0.001, unlessRefractory: false, impulse: false }]);
});

test("names of the Hodgkin–Huxley gates and of membrane constants are free although m, h, C and V are units", () => {
  const hh = neuron({
    name: "hh", parameters: { C: "1 uF/cm^2", g: "36 mS/cm^2" }, state: { V: "-65 mV", m: 0.05, h: 0.6, s: 0 },
    equations: "dV/dt = -g*m^3*h*V/C : volt; dm/dt = (1 - m)/ms : 1; dh/dt = -h/(2*ms) : 1; ds/dt = -s/(1*second) : 1",
  });
  expect(printExpr(hh.checked.variables[0]!.derivative!)).toBe("-g * m^3 * h * V / C");
});

test("a model survives JSON: the text is kept, and checking it again gives the same model", () => {
  const text = JSON.stringify(adex);
  expect(text).not.toContain("dimension");
  const again = neuron(JSON.parse(text) as NeuronSpec);
  expect(again.checked).toEqual(adex.checked);
  expect(JSON.stringify(again)).toBe(text);
});

test("a model can be cloned to a worker, and changed models share nothing with it", () => {
  const cloned = structuredClone(adex);
  expect(cloned.checked).toEqual(adex.checked);
  expect(Object.isFrozen(adex)).toBe(true);
});

test("the description lists equations, parameters, receptors and presets", () => {
  const shown = describeModel(adex);
  expect(shown.equations[2]).toBe("dv/dt = (g_L*(E_L - v) + I_total) / C : volt (unless refractory)");
  expect(shown.equations).toHaveLength(7);
  expect(shown.parameters[0]).toEqual({ name: "C", value: "281 pF", unit: "farad", si: 281e-12 });
  expect(shown.reset).toEqual(["v = V_r", "w += b", "count += 1"]);
  expect(shown.receptors).toEqual([{ name: "exc", variable: "arrived", unit: "ampere" }, { name: "direct", variable: "v", unit: "volt" }]);
  expect(shown.presets[1]).toEqual({ name: "bursting", values: { V_r: "-47.2 mV", w: "10 pA" } });
  expect(shown.source).toContain("doi:10.1152/jn.00686.2005");
});

test("wrong names and units are errors of the type checker", () => {
  // Never called: the compiler is the test.
  const wrong = (): unknown[] => [
    // @ts-expect-error there is no variable w to receive
    neuron({ name: "m", state: { v: "0 mV" }, receptors: { exc: "w" }, equations: "" }),
    // @ts-expect-error there is no unit msec
    neuron({ name: "m", parameters: { tau: "20 msec" }, equations: "" }),
    // @ts-expect-error a preset sets only what the model has
    neuron({ name: "m", parameters: { tau: "20 ms" }, equations: "", presets: { fast: { tua: "3 ms" } } }),
    // @ts-expect-error there is no such method
    neuron({ name: "m", equations: "", method: "rk45" }),
    // @ts-expect-error adex has no preset of that name
    adex.presets.chattering,
    // @ts-expect-error adex has no parameter of that name
    adex.parameters.tau_m,
  ];
  expect(wrong).toBeTypeOf("function");
  expect([adex.presets.tonic.a, adex.parameters.tau_w, adex.receptors.exc]).toEqual(["0 nS", "144 ms", "arrived"]);
});
