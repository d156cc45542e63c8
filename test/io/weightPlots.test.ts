import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { synapse, type SynapseSpec } from "synfire";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as io from "../../src/io/index.ts";
import { binWeights, weightRemark } from "../../src/io/plot/weightHistograms.ts";
import { stdpPanels } from "../../src/io/plot/weightChanges.ts";
import { changesWeights, weightBounds } from "../../src/io/weights/bounds.ts";
import type { Mark, Scene, WeightTable } from "../../src/io/index.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "synfire-weight-plots-"));
});
afterAll(() => rm(folder, { recursive: true }));

const marksOf = <K extends Mark["kind"]>(scene: Scene, kind: K) =>
  scene.marks.filter((mark): mark is Extract<Mark, { kind: K }> => mark.kind === kind);
const textsOf = (scene: Scene) => marksOf(scene, "text").map(({ text }) => text);

test("every weight is in one bin of a histogram, whatever weights and bounds there are", () => {
  const weights = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 200 });
  fc.assert(fc.property(weights, weights, fc.constantFrom(undefined, [0, 1] as const, [0, Infinity] as const), (values, before, bounds) => {
    const { from, to, counts, before: outline } = binWeights({ name: "p", unit: "", weights: values, before, ...(bounds ? { bounds } : {}) });
    expect(counts.reduce((a, b) => a + b, 0)).toBe(values.length);
    expect(outline!.reduce((a, b) => a + b, 0)).toBe(before.length);
    expect(from).toBeLessThan(to);
    for (const w of [...values, ...before, ...(bounds ?? []).filter(Number.isFinite)]) expect(w >= from && w <= to).toBe(true);
  }));
});

test("a histogram has a panel a projection, a line at each bound, and says how many weights have reached it", async () => {
  const weights = Float64Array.of(0, 0, 0.1, 0.2);
  const scene = io.weightHistogramsScene([
    { name: "E→E", unit: "mV", weights, before: Float64Array.of(0.1, 0.1, 0.1, 0.1), bounds: [0, 0.2] },
    { name: "E→I", unit: "", weights, bounds: [0, Infinity] },
  ], { title: "learned" });
  expect(textsOf(scene)).toEqual(expect.arrayContaining(["learned", "E→E", "E→I", "weight (mV)", "weight"]));
  expect(textsOf(scene)).toContain("4 synapses, mean 0.075 mV, SD 0.0829 mV, 50 % at 0 mV, 25 % at 0.2 mV; outline: before");
  expect(marksOf(scene, "line").filter(({ color }) => color === "#b0b0b0")).toHaveLength(3);
  expect(weightRemark({ name: "", unit: "", weights: [] })).toBe("no synapses");
  await io.saveScene(join(folder, "w.svg"), scene);
  await io.saveScene(join(folder, "w.png"), scene);
  expect(await readFile(join(folder, "w.svg"), "utf8")).toContain("E→I");
});

/** Weight 100·pre + post, pairs where the sum is even. */
const checkered = (sources: number, targets: number): WeightTable => {
  const pairs = Array.from({ length: sources * targets }, (_, k) => [Math.floor(k / targets), k % targets] as const)
    .filter(([i, j]) => (i + j) % 2 === 0);
  return {
    name: "X→E", shape: [sources, targets], unit: "1", pre: Uint32Array.from(pairs, ([i]) => i), post: Uint32Array.from(pairs, ([, j]) => j),
    weights: Float64Array.from(pairs, ([i, j]) => 100 * i + j),
  };
};

test("a receptive field holds the weight of each source at its place, NaN where there is no synapse, and sums over a pair", () => {
  const fields = io.receptiveFields(checkered(6, 3), { shape: [2, 3] });
  expect([...fields.values.subarray(0, 6)]).toEqual([0, NaN, 200, NaN, 400, NaN]);
  expect([...fields.values.subarray(6, 12)]).toEqual([NaN, 101, NaN, 301, NaN, 501]);
  const reversed = io.receptiveFields(checkered(6, 3), { shape: [2, 3], places: [5, 4, 3, 2, 1, 0] });
  expect([...reversed.values.subarray(0, 6)]).toEqual([NaN, 400, NaN, 200, NaN, 0]);
  const twice = { ...checkered(1, 1), pre: Uint32Array.of(0, 0), post: Uint32Array.of(0, 0), weights: Float64Array.of(1, 2) };
  expect([...io.receptiveFields(twice).values]).toEqual([3]);
});

test("of many neurons an even sample is shown, and the picture says so", () => {
  const fields = io.receptiveFields(checkered(4, 90), { max: 9 });
  expect([...fields.neurons]).toEqual([5, 15, 25, 35, 45, 55, 65, 75, 85]);
  expect([...fields.values.subarray(0, 4)]).toEqual([NaN, 105, NaN, 305]);
  expect(textsOf(io.fieldsScene(fields))).toContain("9 of 90 neurons");
});

test("sources that make no rectangle of the given shape are refused", () => {
  expect(() => io.receptiveFields(checkered(6, 3))).toThrow(/the 6 sources of X→E are no square[^]*28x28/);
  expect(() => io.receptiveFields(checkered(6, 3), { shape: [4, 2] })).toThrow(/4 × 2 pixels for the 6 sources/);
});

test("each pixel of the tiled picture is the colour of its weight, in whole device pixels", async () => {
  const scene = io.fieldsScene(io.receptiveFields(checkered(6, 3), { shape: [2, 3] }), { across: 2, colors: ["#000000", "#ffffff"] });
  const [tiles] = marksOf(scene, "image");
  // Two gaps of two cells and the frame, three pixels across and two down.
  const pixel = (tiles!.columns - 6) / 6;
  expect([pixel, (tiles!.rows - 6) / 4].every(Number.isInteger)).toBe(true);
  const red = (tile: number, row: number, column: number) => {
    const [x, y] = [2 + (tile % 2) * (3 * pixel + 2) + column * pixel, 2 + Math.floor(tile / 2) * (2 * pixel + 2) + row * pixel];
    const corners = [[x, y], [x + pixel - 1, y + pixel - 1]].map(([a, b]) => tiles!.colors[4 * (b! * tiles!.columns + a!)]);
    expect(corners[0]).toBe(corners[1]);
    return corners[0];
  };
  // Neuron 0 at the top left: sources 0 to 2 above 3 to 5; black is 0, white 501 or no synapse.
  expect([red(0, 0, 0), red(0, 0, 1), red(0, 0, 2), red(0, 1, 1)]).toEqual([0, 255, Math.round((255 * 200) / 501), Math.round((255 * 400) / 501)]);
  // Neuron 2 begins the second row; where there would be a fourth there is only the frame.
  expect([red(2, 0, 0), red(3, 0, 0)]).toEqual([Math.round((255 * 2) / 501), 96]);
  expect((2 * tiles!.width) / tiles!.columns).toBe(2);
  await io.saveScene(join(folder, "fields.png"), scene);
});

test("curves of weight changes are in ms and per cent, with axes through zero", () => {
  const curves = [{ name: "a", at: [-0.01, 0, 0.01], change: [-0.2, 0, 0.3] }, { name: "b", at: [-0.01, 0.01], change: [0.1, 0.1] }];
  const [panel] = stdpPanels(curves);
  expect([...panel!.curves[0]!.x as Float64Array]).toEqual([-10, 0, 10]);
  expect([...panel!.curves[0]!.y as Float64Array]).toEqual([-20, 0, 30]);
  const scene = io.stdpScene(curves, { title: "pairs" });
  expect(textsOf(scene)).toEqual(expect.arrayContaining(["pairs", "a", "b", "t_post − t_pre (ms)", "Δw (%)", "−10", "10"]));
  expect(marksOf(scene, "line").filter(({ color }) => color === "#b0b0b0")).toHaveLength(2);
  expect(textsOf(io.frequencyScene([curves[0]!]))).toEqual(expect.arrayContaining(["Δw of a (%)", "rate of pairs (Hz)"]));
});

test("terminal charts draw every curve, keep to their width, and use colours only when asked", () => {
  const curves = [{ name: "up", at: [-0.05, 0.05], change: [-1, 1] }, { name: "\u001b[2Jdown", at: [-0.05, 0.05], change: [1, -1] }];
  const text = io.chartText(stdpPanels(curves), "t", { width: 60, height: 10, title: "both" });
  expect(text).not.toContain("\u001b");
  expect(text).toContain("● up  ● ?[2Jdown");
  expect(text.split("\n").every((line) => [...line].length <= 62)).toBe(true);
  const rows = text.split("\n").filter((line) => line.includes("▕")).map((line) => line.split("▕")[1]!);
  expect(rows).toHaveLength(10);
  // Both diagonals: something at both ends of the first and of the last row.
  for (const row of [rows[0]!, rows.at(-1)!]) for (const end of [row[0], row.at(-1)]) expect(end).not.toBe("⠀");
  expect(io.chartText(stdpPanels(curves), "t", { color: true })).toContain("\u001b[38;2;");
  const histogram = io.weightHistogramsText([{ name: "p", unit: "nS", weights: [0, 1, 1, 1], bounds: [0, 1] }], { width: 40 });
  expect(histogram).toMatch(/p: 4 synapses, mean 0\.75 nS, SD 0\.433 nS, 25 % at 0 nS, 75 % at 1 nS\n/);
  expect(histogram.split("\n").find((line) => line.includes("▕"))).toMatch(/▕ +█+$/);
  const fields = io.fieldsText(io.receptiveFields(checkered(4, 3)), { width: 20 });
  expect(fields).toContain("neurons 0 to 2, 3 of 3");
});

const bounds = (spec: Omit<SynapseSpec, "name">, values: Record<string, number> = {}) => {
  const model = synapse({ name: "rule", ...spec }).checked;
  return weightBounds(model, new Map([...model.parameters.map((p) => [p.name, p.value] as const), ...Object.entries(values)]));
};
const clipped = { parameters: { w_max: "2 weight", a: 0.1 }, onPre: "receptor += w; w = clip(w - a * w_max, 0, w_max)" } as const;

test("bounds are read off the statements, or off the names of parameters where a rule approaches them", () => {
  expect(bounds(clipped)).toEqual([0, 2]);
  expect(bounds(clipped, { w_max: 5 })).toEqual([0, 5]);
  expect(bounds({ parameters: { w_max: "1 weight", r: "0.1 weight" }, onPre: "w = max(w - r, 0)", onPost: "w = min(w + r, w_max)" })).toEqual([0, 1]);
  expect(bounds({ parameters: { top: "1 weight" }, equations: "side = sign(top) : 1", onPost: "w = side * max(min(side * w, side * top), 0)" }))
    .toEqual([0, 1]);
  expect(bounds({ parameters: { top: "1 weight" }, onPost: "w = clip(w, -top, top / 2)" })).toEqual([-1, 0.5]);
  expect(bounds({ parameters: { w_max: "3 weight", a: 0.1 }, onPost: "w += a * (w_max - w)" })).toEqual([0, 3]);
  expect(bounds({ parameters: { a: "0.1 weight" }, onPost: "w += a" })).toEqual([-Infinity, Infinity]);
  // What is not the same for all synapses is no bound.
  const model = synapse({ name: "rule", ...clipped }).checked;
  expect(weightBounds(model, new Map([["a", 0.1]]))).toEqual([-Infinity, Infinity]);
});

test("a rule learns when a statement or an equation changes the weight", () => {
  const learns = (spec: Omit<SynapseSpec, "name">) => changesWeights(synapse({ name: "rule", ...spec }).checked);
  expect(learns(clipped)).toBe(true);
  expect(learns({ parameters: { tau: "1 s" }, equations: "dw/dt = -w / tau : weight (event-driven)" })).toBe(true);
  expect(learns({ regularly: { every: "10 ms", statements: "w *= 0.9" } })).toBe(true);
  expect(learns({ parameters: { U: 0.5 }, state: { u: 0 }, equations: "u : 1", onPre: "u = U; receptor += u * w" })).toBe(false);
});
