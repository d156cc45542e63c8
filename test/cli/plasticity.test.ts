import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeNpy, loadTraces, loadWeights } from "../../src/io/index.ts";
import type { LearnedRecord } from "../../src/cli/learning.ts";
import type { RunRecord } from "../../src/cli/runRecord.ts";
import { folderWith, synfire } from "./synfire.ts";

const asJson = (text: string) => JSON.parse(text) as Record<string, unknown>;

interface Curve { readonly name: string; readonly weight: number; readonly at: readonly number[]; readonly dw: readonly number[] }
interface Curves { readonly curves: readonly Curve[] }

/** 16 sources on a grid teach 4 neurons; the first two rows fire. */
const learningNetwork = `
import { allToAll, grid, Network, neuron, synapse } from "synfire";
import { stdpPair } from "synfire/models";
const lif = neuron({
  name: "lif", parameters: { tau_m: "20 ms" }, state: { v: "0 mV" }, receptors: { v: "v" },
  equations: "dv/dt = -v / tau_m : volt (unless refractory)", threshold: "v > 10*mV", reset: "v = 0*mV", refractory: "2 ms",
});
export const settings = { duration: "1 s", dt: "0.1 ms", seed: 3, driven: true, fields: "" };
export const build = ({ seed, driven }) => {
  const net = new Network({ seed });
  const X = net.poissonSource("X", 16, { rate: "60*Hz*int(i < 8)", positions: grid([4, 4], "1 mm") });
  const E = net.population("E", 4, lif);
  const dopamine = net.modulator("dopamine", driven ? { initial: 1 } : { tau: "100 ms" });
  const gated = synapse({
    name: "gated", parameters: { w_max: "1 weight", rate: "0.1 weight" }, modulators: ["dopamine"],
    onPre: "receptor += w; w = clip(w + rate * dopamine, 0, w_max)",
  });
  const stdp = net.projection(X, E, stdpPair, { connect: allToAll(), receptor: "v", weight: "1 mV", delay: "1 ms", w_max: "2 mV", name: "X→E" });
  net.projection(X, E, gated, {
    connect: allToAll(), receptor: "v", weight: "0.1 mV", delay: "1 ms", w_max: "0.5 mV", rate: "0.01 mV", modulators: { dopamine }, name: "gated",
  });
  net.weightMonitor(stdp, { every: "100 ms", sample: 4 });
  return net;
};
`;

test("plot stdp runs the rule and draws its window in the terminal or as a picture", () => {
  const folder = folderWith();
  const { status, stdout, stderr } = synfire(["plot", "stdp", "stdpPair", "stdpTriplet:visualMinimal", "--from", "-20 ms", "--to", "20 ms", "--step",
    "10 ms", "--json"], folder);
  expect([status, stderr.includes("t_post − t_pre (ms)")]).toEqual([0, true]);
  const { curves } = JSON.parse(stdout) as Curves;
  expect(curves.map(({ name, weight }) => [name, weight])).toEqual([["stdpPair", 0.5], ["stdpTriplet visualMinimal", 1]]);
  expect(curves[0]!.at).toEqual([-0.02, -0.01, 0, 0.01, 0.02].map((t) => expect.closeTo(t, 9) as number));
  expect(curves[0]!.dw[3]).toBeCloseTo(0.01 * Math.exp(-0.5), 12);
  const text = synfire(["plot", "stdp", "stdpPair", "--step", "5 ms"], folder).stdout;
  expect(text).toMatch(/Δw of stdpPair \(%\)[^]*[\u2801-\u28ff][^]*t_post − t_pre \(ms\)/);
  expect(text).not.toContain("\u001b");
  for (const [file, start] of [["stdp.svg", "<svg"], ["stdp.png", "\u0089PNG"]] as const) {
    expect(synfire(["plot", "stdp", "stdpPair", "--step", "10 ms", "--out", file], folder))
      .toMatchObject({ status: 0, stdout: "", stderr: `saved ${file}\n` });
    expect(readFileSync(join(folder, file), "latin1").startsWith(start)).toBe(true);
  }
});

test("plot stdp takes models of a file, parameters, a reading and a delay", () => {
  const rule = `import { synapse } from "synfire";
    export const mine = synapse({ name: "mine", parameters: { tau: "10 ms", gain: "1 weight" }, state: { x: 0 },
      equations: "dx/dt = -x/tau : 1 (event-driven)",
      onPre: "x += 1", onPost: "w += gain * x" });
    export const other = synapse({ name: "other", parameters: { gain: "1 weight" }, onPre: "w += gain" });`;
  const folder = folderWith({ "rule.ts": rule });
  const curves = (...args: string[]) =>
    (JSON.parse(synfire(["plot", "stdp", ...args, "--from", "0 ms", "--to", "20 ms", "--step", "10 ms", "--json"], folder).stdout) as Curves).curves;
  expect(curves("rule.ts").map(({ name }) => name)).toEqual(["mine", "other"]);
  const [own] = curves("rule.ts#mine", "--set", "gain=2 weight", "--set", "tau=20 ms", "--weight", "3");
  expect(own).toMatchObject({ weight: 3, dw: [2, 2 * Math.exp(-0.5), 2 * Math.exp(-1)].map((dw) => expect.closeTo(dw, 9) as number) });
  const [late] = curves("rule.ts#mine", "--reading", "nest", "--delay", "5 ms", "--at", "soma");
  expect(late!.dw[0]).toBeCloseTo(Math.exp(-0.5), 9);
});

test("plot frequency shows that triplets potentiate at high rates in either order", () => {
  const { status, stdout } = synfire(["plot", "frequency", "stdpTriplet", "--frequencies", "5,50", "--json"]);
  expect(status).toBe(0);
  const { curves } = JSON.parse(stdout) as Curves;
  expect(curves.map(({ name }) => name)).toEqual(["stdpTriplet, 10 ms", "stdpTriplet, −10 ms"]);
  expect(curves.map(({ dw }) => dw.map((x) => Math.sign(x)))).toEqual([[1, 1], [-1, 1]]);
});

test.each([
  [["stdp", "stdpPiar"], /no synapse model "stdpPiar"\n {2}Did you mean "stdpPair"\?/],
  [["stdp", "stdpTriplet:visul"], /no preset "visul"\n {2}It has visual/],
  [["stdp", "stdpPair", "--set", "b=1"], /--set b: no model here has such a parameter\n {2}Known: tau_plus/],
  [["stdp", "stdpPair", "--set", "a_plus"], /--set a_plus: no value/],
  [["stdp", "stdpPair", "--set", "tau_plus=3 mV"], /tau_plus/],
  [["stdp", "stdpPair", "--step", "0 ms"], /steps of 0 s/],
  [["stdp", "stdpPair", "--out", "a.pdf"], /a\.pdf names no kind of picture/],
  [["stdp", "clopath"], /unknown name "\w+_post"/],
  [["stdp", "clopath", "--neuron", "adExClopath"], /what makes "adExClopath" fire is missing\n {2}Write e\.g\. --drive v=/],
  [["frequency", "stdpPair", "--frequencies", "1,x"], /Positive numbers/],
  [["stdp"], /missing required argument/],
  [["weights", "nothing.npz"], /no such file/],
  [["fields", "weights.npy", "--shape", "3x3"], /3 × 3 pixels for the 2 sources/],
  [["fields", "weights.npy", "--shape", "3"], /Rows and columns are wanted/],
  [["weights", "weights.npy", "--projection", "E"], /holds no projection "E"/],
  [["sdtp", "stdpPair"], /unknown command|Did you mean/],
])("plot %j is a mistake of the user: exit status 2 and what to do", (args, message) => {
  const { status, stdout, stderr } = synfire(["plot", ...args], folderWith({ "weights.npy": encodeNpy(Float64Array.of(1, 2, 3, 4), [2, 2]) }));
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/\n\s+at .*\.js:\d/);
  expect([status, stdout]).toEqual([2, ""]);
});

test("a run saves the weights, their distributions, receptive fields of sources on a grid and traces, and says how the weights changed", async () => {
  const folder = folderWith({ "learn.ts": learningNetwork });
  const { status, stdout, stderr } = synfire(["run", "learn.ts", "--out", "out"], folder);
  expect(status, stderr).toBe(0);
  expect(readdirSync(join(folder, "out")).sort()).toEqual(expect.arrayContaining([
    "fields-X-E.png", "fields-X-E.svg", "fields-gated.png", "traces-X-E.csv", "traces-X-E.png", "weights.npz", "weights.png", "weights.svg",
  ]));
  expect(stdout).toMatch(/X→E: 64 weights, mean 1 → [\d.]+ mV \(SD 0 → [\d.]+ mV\), [\d.]+ % at 0 mV, [\d.]+ % at 2 mV/);
  expect(stdout).toMatch(/gated: 64 weights, mean 0\.1 → 0\.3 mV \(SD 0 → 0\.2 mV\), 0 % at 0 mV, 50 % at 0\.5 mV/);
  expect(stderr).not.toContain("warning");
  const { learned } = JSON.parse(readFileSync(join(folder, "out/run.json"), "utf8")) as RunRecord & { learned: LearnedRecord[] };
  expect(learned[1]).toMatchObject({ projection: "gated", synapses: 64, unit: "volt", mean_before: expect.closeTo(1e-4, 9) as number, at_high: 0.5,
    bounds: [0, 5e-4] });
  const tables = await loadWeights(join(folder, "out/weights.npz"));
  expect(tables.map(({ name, shape, unit }) => [name, shape, unit])).toEqual([["X→E", [16, 4], "volt"], ["gated", [16, 4], "volt"]]);
  // What never fires keeps its weight.
  expect(Array.from(tables[0]!.weights.subarray(32), Math.fround)).toEqual(Array.from({ length: 32 }, () => Math.fround(1e-3)));
  const traces = await loadTraces(join(folder, "out/traces-X-E.csv"));
  expect([traces.times.length, traces.elements.length, traces.units.get("w")]).toEqual([10, 4, "volt"]);
  expect(traces.values.get("w")!.at(-4)).toBe(tables[0]!.weights[traces.elements[0]!]);

  const stats = synfire(["stats", "out/weights.npz"], folder).stdout;
  expect(stats).toMatch(/gated +16 × 4 +64 +mV +0\.3 +0\.2 +0\.1 +0\.5 +0 % +50 %/);
  expect(asJson(synfire(["stats", "out/weights.npz", "--json"], folder).stdout))
    .toMatchObject({ projections: [{ name: "X→E" }, { name: "gated", atHigh: 0.5 }] });
  expect(synfire(["plot", "weights", "out/weights.npz"], folder).stdout).toMatch(/X→E: 64 synapses, mean[^]*gated: 64 synapses[^]*weight \(mV\)/);
  const fields = synfire(["plot", "fields", "out/weights.npz", "--projection", "gated", "--shape", "4x4", "--json", "--out", "f.svg"], folder);
  expect(asJson(fields.stdout)).toMatchObject({ projection: "gated", neurons: [0, 1, 2, 3], rows: 4, columns: 4, out: "f.svg" });
  expect(existsSync(join(folder, "f.svg"))).toBe(true);
});

test("the setting fields names the projection whose receptive fields are drawn, and their shape", () => {
  const folder = folderWith({ "learn.ts": learningNetwork.replace(`fields: ""`, `fields: "X→E 2x8"`) });
  expect(synfire(["run", "learn.ts", "--out", "out", "--quiet"], folder).status).toBe(0);
  expect(readdirSync(join(folder, "out")).filter((name) => name.startsWith("fields"))).toEqual(["fields-X-E.png", "fields-X-E.svg"]);
  expect(readFileSync(join(folder, "out/fields-X-E.svg"), "utf8")).toContain("images of 2 by 8");
  const wrong = synfire(["run", "learn.ts", "--out", "out", "--set", "fields=E→X 4x4"], folder);
  expect(synfire(["run", "learn.ts", "--set", "fields=gated 3x3"], folder).stderr).toMatch(/fields is "gated 3x3", which has 16 sources/);
  expect(wrong).toMatchObject({ status: 2,
    stderr: expect.stringMatching(/the setting fields is "E→X 4x4"[^]*Projections that learn: X→E, gated/) as string });
});

test("a modulator that nothing drives is warned of, on the screen and in the record", () => {
  const folder = folderWith({ "learn.ts": learningNetwork });
  const { status, stdout, stderr } = synfire(["run", "learn.ts", "--set", "driven=false", "--duration", "10 ms", "--json"], folder);
  expect(status).toBe(0);
  expect(stderr).toMatch(/warning: modulator "dopamine" was never driven/);
  expect((JSON.parse(stdout) as RunRecord).warnings).toEqual([expect.stringContaining("dopamine")]);
});

test("models, inspect, check and cite know synapse models", () => {
  const folder = folderWith({ "learn.ts": learningNetwork,
    "rule.ts": `import { synapse } from "synfire"; export const rule = synapse({ name: "rule", onPre: "w *= 0.9" });` });
  expect((asJson(synfire(["models", "--json"]).stdout)["synapses"] as { export: string }[]).map(({ export: name }) => name)).toContain("stdpTriplet");
  expect(synfire(["models", "stdp_triplet"]).stdout)
    .toMatch(/on a presynaptic spike\n {2}w = max[^]*on a postsynaptic spike[^]*presets\n {2}visual /);
  expect(synfire(["models", "stdpTriplte"])).toMatchObject({ status: 2, stderr: expect.stringContaining('Did you mean "stdpTriplet"?') as string });
  const inspected = synfire(["inspect", "stdpPair", "--show", "equations,cost"]);
  expect(inspected).toMatchObject({ status: 0,
    stdout: expect.stringMatching(/dx\/dt = -x \/ tau_plus[^]*256 synapses \([\d.]+ bytes each\)/) as string });
  expect(synfire(["check", "rule.ts"], folder)).toMatchObject({ status: 0, stdout: "ok    rule.ts: synapse rule\n" });
  expect(synfire(["cite", "learn.ts"], folder).stdout).toContain("@article{Song2000,");
});
