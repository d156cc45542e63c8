import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { allToAll, compile, explicit, fixedProbability, Network, Projection, type Connector } from "synfire";
import { lifDelta } from "../../models/neurons/lifDelta.ts";
import { stdpPair } from "../../models/synapses/stdpPair.ts";
import { staticSynapse } from "../../models/synapses/staticSynapse.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dimensions } from "../../src/units/index.ts";
import * as io from "../../src/io/index.ts";
import { encodeZip } from "../../src/io/formats/zip.ts";
import type { WeightTable } from "../../src/io/index.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "synfire-weights-"));
});
afterAll(() => rm(folder, { recursive: true }));

const weight = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constant(0));

/** Any projection, in storage order; pairs may have several synapses unless `single`. */
const table = (single: boolean, name = fc.string({ unit: "grapheme", maxLength: 12 })): fc.Arbitrary<WeightTable> =>
  fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })).chain(([sources, targets]) => {
    const synapse = fc.record({ i: fc.nat(sources - 1), j: fc.nat(targets - 1), w: weight, d: fc.double({ min: 0, max: 0.1, noNaN: true }) });
    const list = single ? fc.uniqueArray(synapse, { maxLength: 30, selector: ({ i, j }) => i * targets + j }) : fc.array(synapse, { maxLength: 30 });
    return fc.record({ list, name, hasDelays: fc.boolean(), bounds: fc.option(fc.constantFrom([0, 1] as const, [0, Infinity] as const)) }).map(
      ({ list: unordered, name: called, hasDelays, bounds }): WeightTable => {
        const synapses = unordered.toSorted((a, b) => a.i - b.i);
        return {
          name: called, shape: [sources, targets], unit: "volt", pre: Uint32Array.from(synapses, ({ i }) => i),
          post: Uint32Array.from(synapses, ({ j }) => j),
          weights: Float64Array.from(synapses, ({ w }) => w), ...(hasDelays ? { delays: Float64Array.from(synapses, ({ d }) => d) } : {}),
          ...(bounds ? { bounds } : {}),
        };
      });
  });
const tables = fc.uniqueArray(table(false), { minLength: 1, maxLength: 3, selector: ({ name }) => name });
const bytesOf = (content: string | Uint8Array) => (typeof content === "string" ? new TextEncoder().encode(content) : content);
const byTarget = ({ pre, post, weights, delays }: WeightTable) =>
  Array.from(pre, (i, k) => [i, post[k], weights[k]! + 0, delays?.[k]]).toSorted((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);

test.each(["npz", "json"] as const)("weights come back from .%s bit for bit, whatever projections, names and synapses they are of",
  async (format) => {
  await fc.assert(fc.asyncProperty(tables, async (before) => {
    const after = await io.decodeWeights(bytesOf(await io.encodeWeights(before, format)), "file");
    // JSON knows no −0.
    const plain = (list: readonly WeightTable[]) => list.map((one) => ({ ...one, weights: one.weights.map((w) => (format === "json" ? w + 0 : w)) }));
    expect(plain(after)).toEqual(plain(before));
  }));
});

test("a dense file gives the same pairs with the same weights and delays", async () => {
  await fc.assert(fc.asyncProperty(table(true, fc.constant("E→I")), async (before) => {
    const [after] = await io.decodeWeights(bytesOf(await io.encodeWeights([before], "npz", "dense")), "file");
    expect(after).toMatchObject({ name: "E→I", shape: before.shape, unit: "volt" });
    expect(byTarget(after!)).toEqual(byTarget(before));
  }));
});

test("synapses that share a pair do not fit a matrix, and the error names the pair", async () => {
  const twice: WeightTable = { name: "E→E", shape: [3, 3], pre: Uint32Array.of(1, 1), post: Uint32Array.of(2, 2), weights: Float64Array.of(1, 2),
    unit: "1" };
  await expect(io.encodeWeights([twice], "npz", "dense")).rejects.toThrow(/E→E has two synapses from neuron 1 to 2[^]*layout: "csr"/);
  await expect(io.encodeWeights([twice], "json", "dense")).rejects.toThrow(/JSON holds no dense matrix/);
});

const python = spawnSync("python3", ["-c", "import scipy.sparse"]).status === 0;
const needsScipy = python ? "" : " (skipped: no python3 with scipy)";

test.skipIf(!python)(`scipy.sparse.load_npz reads the file of a projection, and Synfire what scipy saves${needsScipy}`, async () => {
  const matrix: WeightTable = {
    name: "E→I", shape: [3, 4], pre: Uint32Array.of(0, 0, 2), post: Uint32Array.of(3, 1, 2), weights: Float64Array.of(0.5, -2, 1 / 3), unit: "volt",
    delays: Float64Array.of(1e-3, 2e-3, 1e-4),
  };
  await io.saveWeightTables(join(folder, "ours.npz"), [matrix]);
  await io.saveWeightTables(join(folder, "dense.npz"), [matrix], { layout: "dense" });
  await io.saveWeightTables(join(folder, "both.npz"), [matrix, { ...matrix, name: "second" }]);
  const script = `
import json, numpy, scipy.sparse as s
m = s.load_npz("ours.npz")
print(json.dumps([m.format, m.shape, m.toarray().tolist()]))
d = numpy.load("dense.npz")
print(json.dumps([numpy.nan_to_num(d["weights"]).tolist(), str(d["unit"]), numpy.nanmax(d["delays"])]))
print(numpy.load("both.npz")["E→I/data"].tolist(), numpy.load("both.npz")["projections"].tolist())
for f in ("csr", "csc", "coo"): s.save_npz(f"scipy-{f}.npz", m.asformat(f))
numpy.save("matrix.npy", d["weights"].astype("f4"))
s.save_npz("bsr.npz", m.tobsr())
`;
  const [ours, dense, both] = execFileSync("python3", ["-c", script], { cwd: folder, encoding: "utf8" }).trim().split("\n");
  const expected = [[0, -2, 0, 0.5], [0, 0, 0, 0], [0, 0, 1 / 3, 0]];
  expect(JSON.parse(ours!)).toEqual(["csr", [3, 4], expected]);
  expect(JSON.parse(dense!)).toEqual([expected, "volt", 2e-3]);
  expect(both).toBe("[0.5, -2.0, 0.3333333333333333] ['E→I', 'second']");
  for (const file of ["scipy-csr.npz", "scipy-csc.npz", "scipy-coo.npz", "matrix.npy"]) {
    const [read] = await io.loadWeights(join(folder, file), { unit: "mV" });
    expect(read, file).toMatchObject({ shape: [3, 4], unit: "mV" });
    expect(byTarget(read!).map(([i, j, w]) => [i, j, Math.fround(w!)]), file).toEqual([[0, 1, -2], [0, 3, 0.5], [2, 2, Math.fround(1 / 3)]]);
  }
  await expect(io.loadWeights(join(folder, "bsr.npz"))).rejects.toThrow(/format "bsr"[^]*tocsr/);
});

test("weights of a run in single precision take four bytes in the file, others eight", async () => {
  const noise = Float64Array.from({ length: 4000 }, (_, k) => Math.abs(Math.sin(k * 7919.77)));
  const make = (weights: Float64Array): WeightTable =>
    ({ name: "p", shape: [1, 4000], pre: new Uint32Array(4000), post: Uint32Array.from(weights, (_, k) => k), weights, unit: "1" });
  const size = async (weights: Float64Array) => (await io.encodeWeights([make(weights)], "npz")).length;
  expect((await size(noise)) - (await size(Float64Array.from(Float32Array.from(noise))))).toBeGreaterThan(12_000);
});

const good = { name: "p", shape: [2, 2], unit: "1", pre: [0, 1], post: [1, 0], weights: [0.5, 1] };
const asFile = (projection: object) => JSON.stringify({ format: "synfire-weights", version: 1, projections: [projection] });

test.each([
  [{ ...good, weights: [0.5, null] }, /weights of projection p: element 1 is null/],
  [{ ...good, weights: [0.5] }, /2 sources, 2 targets, 1 weights/],
  [{ ...good, post: [1, 2] }, /synapse 1 leads from neuron 1 to 2, but there are 2 sources and 2 targets/],
  [{ ...good, pre: [0, 0.5] }, /a neuron is 0\.5/],
  [{ ...good, shape: [2] }, /its shape is 2 × NaN/],
  [{ ...good, delays: [0.001, -1] }, /delay of synapse 1 \(1 → 0\) is -1 s/],
  [{ ...good, name: 3 }, /has no name and unit/],
])("a damaged file %j is refused by name", async (projection, message) => {
  await expect(io.decodeWeights(bytesOf(asFile(projection)), "w.json")).rejects.toThrow(message);
});

test("a weight that is NaN or infinite is refused with its synapse", async () => {
  const bad: WeightTable = { name: "E→E", shape: [2, 2], pre: Uint32Array.of(0, 1), post: Uint32Array.of(0, 1), weights: Float64Array.of(1, NaN),
    unit: "1" };
  await expect(io.decodeWeights(bytesOf(await io.encodeWeights([bad], "npz")), "w.npz")).rejects.toThrow(
    /w\.npz, projection E→E: the weight of synapse 1 \(1 → 1\) is NaN/);
});

test("nothing but an error comes of bytes that are no weights, and little memory is taken", async () => {
  await expect(io.decodeWeights(new Uint8Array(0), "e.npz")).rejects.toThrow(/e\.npz is empty/);
  await expect(io.decodeWeights(bytesOf("{}"), "e.json")).rejects.toThrow(/its format is missing/);
  await expect(io.decodeWeights(bytesOf(asFile(good).replace(`"version":1`, `"version":7`)), "e.json")).rejects.toThrow(/version 7/);
  const lists = { "data.npy": io.encodeNpy(["one"]), "indices.npy": io.encodeNpy(Int32Array.of(0)),
    "shape.npy": io.encodeNpy(Float64Array.of(4e9, 4e9)) };
  const numbers = { ...lists, "data.npy": io.encodeNpy(Float64Array.of(1)), "indptr.npy": io.encodeNpy(Int32Array.of(0, 1)) };
  await expect(io.decodeWeights(await encodeZip(lists), "t.npz")).rejects.toThrow(/no numbers called "data"/);
  await expect(io.decodeWeights(await encodeZip(numbers), "t.npz")).rejects.toThrow(/indptr does not say where 4000000000 rows begin/);
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.nat(), async (noise, at) => {
    const whole = Uint8Array.from(await io.encodeWeights([{ ...good, shape: [2, 2], pre: Uint32Array.of(0, 1), post: Uint32Array.of(1, 0),
      weights: Float64Array.of(1, 2) }], "npz") as Uint8Array);
    whole.set(noise.subarray(0, whole.length), at % Math.max(1, whole.length - noise.length));
    const result = await io.decodeWeights(whole, "noise").catch((error: unknown) => error);
    if (!Array.isArray(result)) expect((result as Error).name).toBe("FileError");
  }), { numRuns: 200 });
});

test("a file is there whole or not at all", async () => {
  const one: WeightTable = { name: "p", shape: [1, 1], pre: Uint32Array.of(0), post: Uint32Array.of(0), weights: Float64Array.of(1), unit: "1" };
  const place = await mkdtemp(join(folder, "whole-"));
  await expect(io.saveWeightTables(join(place, "w.csv"), [one])).rejects.toThrow(/w\.csv names no format of weights[^]*\.npz/);
  await writeFile(join(place, "taken"), "");
  await expect(io.saveWeightTables(join(place, "taken/w.npz"), [one])).rejects.toThrow(/FileError|is a file/);
  expect(await readdir(place)).toEqual(["taken"]);
});

const matched = (before: WeightTable, pre: number[], post: number[]) =>
  io.matchWeights(before, { name: "E→E", shape: [2, 3], pre: Uint32Array.from(pre), post: Uint32Array.from(post), dimension: dimensions.volt });
const saved: WeightTable = {
  name: "saved", shape: [2, 3], pre: Uint32Array.of(0, 0, 0, 1), post: Uint32Array.of(2, 0, 2, 1), weights: Float64Array.of(1, 2, 3, 4), unit: "mV",
};

test("weights find their synapses by pair when the order differs, and are converted to SI units", () => {
  expect([...matched(saved, [0, 0, 0, 1], [2, 0, 2, 1])]).toEqual([1e-3, 2e-3, 3e-3, 4e-3]);
  expect([...matched(saved, [0, 0, 0, 1], [0, 2, 2, 1])]).toEqual([2e-3, 1e-3, 3e-3, 4e-3]);
});

test("weights of other connections, another shape or another unit are refused by name", () => {
  expect(() => matched(saved, [0, 0, 0, 1], [2, 0, 1, 1])).toThrow(/the projection has a synapse 0 → 1, the file has none/);
  expect(() => matched(saved, [0, 0, 0], [2, 0, 2])).toThrow(/the file has a synapse 1 → 1, the projection has none/);
  expect(() => matched({ ...saved, unit: "pA" }, [0], [0])).toThrow(/weights of "saved" for projection E→E are in pA, they are in volt/);
  expect(() => matched({ ...saved, unit: "1" }, [0], [0])).toThrow(/without a unit[^]*loadWeights\(path, \{ unit: "mV" \}\)/);
  expect(() => matched({ ...saved, shape: [3, 2] }, [0], [0])).toThrow(/are 3 × 2, it is 2 × 3/);
});

test("a network made from saved weights has the same synapses", async () => {
  const net = new Network({ seed: 4 });
  const E = net.population("E", 30, lifDelta);
  const connect = fixedProbability(0.3);
  const first = net.projection(E, E, staticSynapse, { connect, receptor: "v", weight: "0.1*mV*(1+rand())", delay: "1.5 ms", name: "first" });
  net.projection(E, E.slice(3, 9), staticSynapse, { connect, receptor: "v", weight: "2 mV", name: "second" });
  await using simulation = await compile(net, { dt: "0.1 ms" });
  for (const file of ["all.npz", "all.json"]) {
    await io.saveWeights(join(folder, file), simulation);
    const copy = new Network();
    const F = copy.population("F", 30, lifDelta);
    const from = await io.weightsFromFile(join(folder, file), { projection: "first" });
    const projection = copy.projection(F, F, staticSynapse, { ...from, receptor: "v" });
    await using second = await compile(copy, { dt: "0.1 ms" });
    expect(second.synapses(projection)).toEqual(simulation.synapses(first));
  }
  const [, slice] = await io.loadWeights(join(folder, "all.npz"));
  expect(slice).toMatchObject({ name: "second", shape: [30, 6], unit: "volt" });
  await expect(io.weightsFromFile(join(folder, "all.npz"))).rejects.toThrow(/weights of 2 projections[^]*"first", "second"/);
  await expect(io.weightsFromFile(join(folder, "all.npz"), { projection: "thrid" })).rejects.toThrow(/no projection "thrid"/);
  await expect(io.saveWeights(join(folder, "x.npz"), simulation, new Projection("other", staticSynapse)))
    .rejects.toThrow(/other belongs to another network/);
});

test("an explicit connector with weights from a scipy matrix says the unit itself", async () => {
  const matrix: WeightTable = { ...saved, unit: "1" };
  await io.saveWeightTables(join(folder, "plain.npz"), [matrix]);
  const { connect, weight: given } = await io.weightsFromFile(join(folder, "plain.npz"), { unit: "mV" });
  expect([connect, given]).toEqual([explicit([0, 0, 0, 1], [2, 0, 2, 1]), { values: matrix.weights, unit: "mV" }]);
});

test("a summary counts the weights at their bounds, to the rounding of single precision", () => {
  const weights = Float64Array.from(Float32Array.of(0, 0.1, 0.3, 0.3, 0.2), Number);
  expect(io.summariseWeights(weights, [0, 0.3])).toMatchObject({ synapses: 5, atLow: 0.2, atHigh: 0.4, low: 0, high: Math.fround(0.3) });
  expect(io.summariseWeights(weights).mean).toBeCloseTo(0.18, 6);
  expect(io.summariseWeights(weights).sd).toBeCloseTo(Math.sqrt(0.0136), 6);
  expect(io.summariseWeights(new Float64Array(1e5).fill(0.1))).toMatchObject({ mean: 0.1, sd: 0 });
  expect(io.summariseWeights([], [0, 1])).toMatchObject({ synapses: 0, mean: NaN, atLow: NaN });
});

test("weights that were learned go on in another network from where they were, whatever order its synapses are in", async () => {
  const build = (seed: number, connect: Connector) => {
    const net = new Network({ seed });
    const X = net.poissonSource("X", 20, { rate: "50 Hz" });
    const E = net.population("E", 5, lifDelta);
    const values = { w_max: "8 mV", receptor: "v", delay: "1 ms" } as const;
    return { net, projection: net.projection(X, E, stdpPair, { ...values, connect, weight: "4 mV" }) };
  };
  const first = build(1, allToAll());
  await using teacher = await compile(first.net, { dt: "0.1 ms", precision: "f64" });
  await teacher.run("2 s");
  const path = join(folder, "learned.npz");
  await io.saveWeights(path, teacher, first.projection);
  const [table] = await io.loadWeights(path);
  expect(table!.bounds).toEqual([0, 8e-3]);
  expect(io.summariseWeights(table!.weights).sd).toBeGreaterThan(1e-4);
  // The same pairs, the targets of each source backwards.
  const pairs = Array.from({ length: 100 }, (_, k) => [Math.floor(k / 5), 4 - (k % 5)] as const);
  const second = build(2, explicit(pairs.map(([i]) => i), pairs.map(([, j]) => j)));
  await using pupil = await compile(second.net, { dt: "0.1 ms", precision: "f64" });
  io.setWeights(pupil, second.projection, table!);
  const { pre, post, weights } = pupil.synapses(second.projection);
  expect([...pre.subarray(0, 5), ...post.subarray(0, 5)]).toEqual([0, 0, 0, 0, 0, 4, 3, 2, 1, 0]);
  weights.forEach((w, k) => expect(w).toBe(table!.weights[pre[k]! * 5 + post[k]!]));
  expect(() => io.setWeights(pupil, second.projection, { ...table!, shape: [20, 6] })).toThrow(/are 20 × 6, it is 20 × 5/);
});
