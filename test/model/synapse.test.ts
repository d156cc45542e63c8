import { expect, test } from "vitest";
import { printExpr } from "../../src/ir/print.ts";
import { checkSynapse } from "../../src/model/checkSynapse.ts";
import type { CheckedPathway, SynapseEnds } from "../../src/model/checkedSynapse.ts";
import { describeSynapse } from "../../src/model/describe.ts";
import { isStatic, staticSynapseModel, synapse } from "../../src/model/synapse.ts";
import type { SynapseSpec } from "../../src/model/synapse.ts";
import { dimensionless, dimensions, divideDimensions } from "../../src/units/dimension.ts";

const stdp = synapse({
  name: "stdp_pair",
  description: "Additive pair rule",
  source: "Song, Miller & Abbott (2000), Nat. Neurosci. 3:919. doi:10.1038/78829",
  parameters: { tau_plus: "20 ms", tau_minus: "20 ms", a_plus: 0.01, a_minus: 0.0105, w_max: "1 weight" },
  state: { x: 0, y: 0 },
  equations: `
    dx/dt = -x / tau_plus  : 1 (event-driven)   # presynaptic trace
    dy/dt = -y / tau_minus : 1 (event-driven)`,
  onPre: "receptor += w; x += 1; w = clip(w - a_minus * w_max * y, 0, w_max)",
  onPost: "y += 1; w = clip(w + a_plus * w_max * x, 0, w_max)",
  presets: { strong: { w_max: "2 weight", tau_plus: "16.8 ms" } },
});

const everything = synapse({
  name: "everything",
  parameters: { tau: "20 ms", g_max: "2 weight", p: 0.5 },
  state: { z: 0, c: 0, g: "0 weight", seen: 0, last: "0 ms" },
  equations: `
    dz/dt = -z / tau : 1 (event-driven)
    dc/dt = -c / tau + xi*tau^-0.5 : 1 (clock-driven)
    g : weight
    drive = 2*gain : 1
    gain = p + v_post/(10*mV) : 1
    I_post = w*(v_pre - v_post) : amp (summed)`,
  modulators: ["dopamine", "serotonin"],
  onPre: { transmit: "receptor += w*int(rand() < p); v_post -= 1*mV", learn: "z += exp(-elapsed/tau)*drive; last = t" },
  onPost: "z -= 1; seen = i + j*N_pre/N_post",
  onModulator: { dopamine: "w += z*g_max*dopamine*0.1*weight/weight" },
  regularly: { every: "10 ms", statements: "w *= 0.99; g = w" },
});

const written = (p: CheckedPathway | undefined): string[] =>
  p!.statements.map((s) => (s.kind === "assign" ? `${s.target} = ${printExpr(s.value)}`
    : `${s.target === "receptor" ? "receptor" : `${s.target.variable} of post`} += ${printExpr(s.value)}`));

test("the weight comes first and is in a unit of its own until a projection decides", () => {
  expect(stdp.checked.variables.map((v) => [v.name, v.clock])).toEqual([["w", "none"], ["x", "event-driven"], ["y", "event-driven"]]);
  expect(stdp.checked.variables[0]!.dimension).toEqual(stdp.checked.parameters[4]!.dimension);
  expect(stdp.checked.parameters.map((p) => p.perWeight)).toEqual([false, false, false, false, true]);
  expect(stdp.checked.parameters[0]).toEqual({ name: "tau_plus", dimension: dimensions.second, value: 0.02, perWeight: false });
});

test("statements keep their order, and what is sent is told from what is assigned", () => {
  expect(stdp.checked.pathways.map((p) => [p.name, p.on])).toEqual([["pre", "pre"], ["post", "post"]]);
  expect(written(stdp.checked.pathways[0])).toEqual(["receptor += w", "x = x + 1", "w = min(max(w - a_minus * w_max * y, 0), w_max)"]);
  expect(written(everything.checked.pathways[0])[1]).toBe("v of post += -(0.001)");
});

test("everything that a synapse model can hold is read", () => {
  const { checked } = everything;
  expect(checked.pathways.map((p) => [p.name, p.on])).toEqual([["transmit", "pre"], ["learn", "pre"], ["post", "post"], ["dopamine", "modulator"]]);
  expect(checked.variables.map((v) => v.name)).toEqual(["w", "z", "c", "g", "seen", "last"]);
  expect(checked.variables.map((v) => v.clock)).toEqual(["none", "event-driven", "clock-driven", "none", "none", "none"]);
  expect(checked.variables[5]!.dimension).toEqual(dimensions.second);
  // Each uses only earlier ones, whatever the order of the text.
  expect(checked.subexpressions.map((s) => s.name)).toEqual(["gain", "drive"]);
  expect(checked.sums.map((s) => [s.target, s.dimension, printExpr(s.value)])).toEqual([["I", dimensions.ampere, "w * (v_pre - v_post)"]]);
  expect(checked.regularly).toMatchObject({ every: 0.01 });
  expect(checked.modulators).toEqual(["dopamine", "serotonin"]);
  expect(checked.draws).toBe(1);
});

test("between neurons the weight takes the unit of the receptor, and so do quantities in its units", () => {
  const ends: SynapseEnds = { pre: new Map(), post: new Map([["v", dimensions.volt]]), weight: dimensions.siemens, receptor: dimensions.siemens };
  const checked = checkSynapse(stdp, ends);
  expect(checked.variables[0]!.dimension).toEqual(dimensions.siemens);
  expect(checked.parameters[4]).toEqual({ name: "w_max", dimension: dimensions.siemens, value: 1, perWeight: true });
});

test("a rate of the weight is in weight per second", () => {
  const decay = synapse({ name: "decay", parameters: { rate: "3 weight/s" }, equations: "dw/dt = rate : weight (clock-driven)" });
  const weight = decay.checked.variables[0]!;
  expect(weight).toMatchObject({ name: "w", clock: "clock-driven", derivative: { kind: "name", name: "rate" } });
  expect(decay.checked.parameters[0]).toMatchObject({ value: 3, dimension: divideDimensions(weight.dimension, dimensions.second) });
});

test("a model may give the weight a unit of its own, which the receptor then need not share", () => {
  const quantal = synapse({ name: "quantal", parameters: { q: "2 mV" }, equations: "w : 1", onPre: "receptor += w*q" });
  expect(quantal.checked.variables[0]!.dimension).toEqual(dimensionless);
  const ends: SynapseEnds = { pre: new Map(), post: new Map(), weight: dimensionless, receptor: dimensions.volt };
  expect(checkSynapse(quantal, ends).pathways[0]!.statements).toHaveLength(1);
  expect(() => checkSynapse(quantal, { ...ends, receptor: dimensions.ampere })).toThrow(/receptor is in ampere, not volt/);
});

test("a model that sends to a receptor needs one where it is used", () => {
  const ends: SynapseEnds = { pre: new Map(), post: new Map(), weight: dimensions.volt };
  expect(() => checkSynapse(stdp, ends)).toThrow(/the projection names no receptor\n[^]*Add receptor: … to the projection/);
});

test("only a model that adds its weight and does nothing else is static", () => {
  expect(isStatic(staticSynapseModel("static"))).toBe(true);
  expect(isStatic(synapse({ name: "mine" }))).toBe(true);
  expect(isStatic(synapse({ name: "mine", parameters: { unused: 1 }, onPre: { send: "receptor += w" } }))).toBe(true);
  const others: Parameters<typeof synapse>[0][] = [
    { name: "silent", onPre: {} },
    { name: "twice", onPre: "receptor += w; receptor += w" },
    { name: "scaled", onPre: "receptor += 2*w" },
    { name: "taken", onPre: "receptor -= w" },
    { name: "to_v", onPre: "v_post += w" },
    { name: "traced", state: { x: 0 }, onPre: "receptor += w" },
    { name: "hebbian", onPost: "w *= 1.1" },
    { name: "fading", equations: "dw/dt = -w/second : weight (event-driven)" },
    { name: "electrical", equations: "I_post = w*v_pre : amp (summed)" },
    { name: "scaling", regularly: { every: "1 s", statements: "w *= 0.9" } },
    { name: "modulated", modulators: ["da"], onModulator: { da: "w *= 0.9" } },
    { name: "two", onPre: { a: "receptor += w", b: "receptor += w" } },
  ];
  expect(others.map((spec) => isStatic(synapse(spec)))).toEqual(others.map(() => false));
});

test("pathways and the use of the receptor are known without reading the text", () => {
  expect([stdp.pathways, stdp.usesReceptor]).toEqual([["pre", "post"], true]);
  expect(everything.pathways).toEqual(["transmit", "learn", "post"]);
  const gap = synapse({ name: "gap", onPre: {}, equations: "I_post = w*(v_pre - v_post) : amp (summed)" });
  expect([gap.pathways, gap.usesReceptor]).toEqual([[], false]);
});

test("JSON holds what its author wrote, and reads back to the same meaning", () => {
  for (const model of [stdp, everything, staticSynapseModel("static", { description: "fixed" })]) {
    const text = JSON.stringify(model);
    expect(text).not.toContain("checked");
    const again = synapse(JSON.parse(text) as SynapseSpec);
    expect(again.checked).toEqual(model.checked);
    expect(JSON.stringify(again)).toBe(text);
  }
});

test("a synapse model is frozen and can be cloned to a worker", () => {
  expect(structuredClone(everything).checked).toEqual(everything.checked);
  expect(Object.isFrozen(everything)).toBe(true);
});

test("the description lists equations, pathways, parameters and presets", () => {
  const shown = describeSynapse(stdp);
  expect(shown.equations).toEqual(["dx/dt = -x / tau_plus : 1 (event-driven)", "dy/dt = -y / tau_minus : 1 (event-driven)"]);
  expect(shown.pathways[1]).toEqual({ name: "post", on: "post", statements: ["y += 1", "w = clip(w + a_plus * w_max * x, 0, w_max)"] });
  expect(shown.parameters[4]).toEqual({ name: "w_max", value: "1 weight", unit: "weight", si: 1 });
  expect(shown.state).toEqual([{ name: "x", value: "0", unit: "1", si: 0 }, { name: "y", value: "0", unit: "1", si: 0 }]);
  expect(shown.presets).toEqual([{ name: "strong", values: { w_max: "2 weight", tau_plus: "16.8 ms" } }]);
  expect(shown.weightUnit).toBe("weight");
  const all = describeSynapse(everything);
  expect(all.pathways.map((p) => p.statements.length)).toEqual([2, 2, 2, 1]);
  expect(all.regularly).toEqual({ every: "10 ms", statements: ["w *= 0.99", "g = w"] });
  expect(describeSynapse(staticSynapseModel("static")).pathways).toEqual([{ name: "pre", on: "pre", statements: ["receptor += w"] }]);
});

test("wrong names and units of synapse models are errors of the type checker", () => {
  // Never called: the compiler is the test.
  const wrong = (): unknown[] => [
    // @ts-expect-error there is no unit msec
    synapse({ name: "m", parameters: { tau: "20 msec" } }),
    // @ts-expect-error there is no unit weights
    synapse({ name: "m", parameters: { w_max: "1 weights" } }),
    // @ts-expect-error a preset sets only what the model has
    synapse({ name: "m", parameters: { tau: "20 ms" }, presets: { fast: { tua: "3 ms" } } }),
    // @ts-expect-error the model has no such modulator
    synapse({ name: "m", modulators: ["dopamine"], onModulator: { serotonin: "w *= 2" } }),
    // @ts-expect-error a field that there is not
    synapse({ name: "m", onSpike: "w *= 2" }),
    // @ts-expect-error regular statements need a time
    synapse({ name: "m", regularly: { statements: "w *= 2" } }),
    // @ts-expect-error stdp has no preset of that name
    stdp.presets.weak,
    // @ts-expect-error stdp has no parameter of that name
    stdp.parameters.tau,
  ];
  expect(wrong).toBeTypeOf("function");
  expect([stdp.presets.strong.tau_plus, stdp.parameters.w_max, stdp.state.x]).toEqual(["16.8 ms", "1 weight", 0]);
});
