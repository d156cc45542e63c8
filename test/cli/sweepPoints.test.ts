import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readAxis } from "../../src/cli/sweep/axes.ts";
import { PartFile, readRows } from "../../src/cli/sweep/folder.ts";
import { gridOf, linesOf } from "../../src/cli/sweep/grid.ts";
import { makePlan, numberOfPoints, parsePlan, pointAt, pointsOf } from "../../src/cli/sweep/plan.ts";
import type { SweepPlan } from "../../src/cli/sweep/plan.ts";
import type { Row } from "../../src/cli/sweep/row.ts";
import { shareOf } from "../../src/cli/sweep/share.ts";
import { quoted } from "../../src/cli/sweep/slurm.ts";
import { sourceHash } from "../../src/cli/sweep/sourceHash.ts";
import { encodeCsv } from "../../src/cli/sweep/tableFiles.ts";
import { makeTable } from "../../src/cli/sweep/table.ts";
import { folderWith } from "./synfire.ts";

const defaults = { g: 5, J: "0.1 mV", rule: "hebb", on: true, duration: "1 s", dt: "0.1 ms", warmup: "0 ms", drive: "15 kHz" };
const values = (text: string) => readAxis(text, defaults).values;

test("ranges include their stop and hold the decimal numbers one would write down", () => {
  expect(values("g=3:8:0.5")).toEqual([3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8]);
  expect(values("g=0:1:0.1")).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
  expect(values("g=1:-1:-0.5")).toEqual([1, 0.5, 0, -0.5, -1]);
  expect(values("g=1e-3:3e-3:1e-3")).toEqual([0.001, 0.002, 0.003]);
  expect(values("g=1:2:0.3")).toEqual([1, 1.3, 1.6, 1.9]);
  expect(values("g=7:7:1")).toEqual([7]);
  expect(values("g=.5:1.:.25")).toEqual([0.5, 0.75, 1]);
});

test("any range of decimals has as many values as steps fit, each read back from its own text", () => {
  fc.assert(fc.property(fc.integer({ min: -5000, max: 5000 }), fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 50 }),
    fc.integer({ min: 0, max: 6 }), fc.boolean(), (start, step, steps, decimals, down) => {
      const sign = down ? -1 : 1;
      const text = (k: number) => (k / 10 ** decimals).toFixed(decimals);
      const got = values(`g=${text(start)}:${text(start + sign * step * steps)}:${text(sign * step)}`);
      expect(got).toEqual(Array.from({ length: steps + 1 }, (_, k) => Number(text(start + sign * step * k)) + 0));
    }));
});

test("lists, quantities, truth values, texts and mixtures", () => {
  expect(values("g=0.5, 1,2")).toEqual([0.5, 1, 2]);
  expect(values("g=1,2,4:8:2")).toEqual([1, 2, 4, 6, 8]);
  expect(values("J=0.1:0.5:0.2 mV")).toEqual(["0.1 mV", "0.3 mV", "0.5 mV"]);
  expect(values("J=0.1 mV:0.3 mV:0.1 mV")).toEqual(["0.1 mV", "0.2 mV", "0.3 mV"]);
  expect(values("J=0.1,0.2 mV")).toEqual(["0.1 mV", "0.2 mV"]);
  expect(values("J=100 uV,0.2 mV")).toEqual(["100 uV", "0.2 mV"]);
  expect(values("J=50:100:50 uV,1:2:1 mV")).toEqual(["50 uV", "100 uV", "1 mV", "2 mV"]);
  expect(values("duration=100,200 ms")).toEqual(["100 ms", "200 ms"]);
  expect(values("on=true,false")).toEqual([true, false]);
  expect(values("rule=hebb,clip(x,0,1),a:b")).toEqual(["hebb", "clip(x,0,1)", "a:b"]);
  expect(values("seed=1:3:1")).toEqual([1, 2, 3]);
});

test.each([
  ["q=1,2", /--set q: there is no such setting/],
  ["durration=1 s", /Did you mean "duration"\?/],
  ["g", /--set g: no value/],
  ["g=", /no value/],
  ["g=1,,2", /a value of the list is empty/],
  ["g=3:8", /the step of the range is missing/],
  ["g=1:2:3:4", /a range has three parts/],
  ["g=3:8:0", /the step is 0/],
  ["g=8:3:0.5", /the step leads away from the stop/],
  ["g=3:0.5:8", /Write start:stop:step: 3:8:0\.5\./],
  ["g=0:0.5:8", /the step is larger than the range[^]*0:8:0\.5/],
  ["g=3:x:1", /"x" is not a number/],
  ["g=0:1e9:1", /a range of 1000000001 values/],
  ["g=0:1e99:1", /too many digits/],
  ["g=1,2,1.0", /the value 1 comes twice/],
  ["g=1,two", /a number is wanted/],
  ["J=0.1:0.5:0.1", /without a unit/],
  ["J=0.1:0.5:0.1 ms", /in second, but a quantity in volt/],
  ["J=0.1:0.5:0.1 mVv", /there is no unit "mVv"/],
  ["J=100 uV:1 mV:100 uV", /its parts are in mV and uV/],
  ["on=true,1", /true or false is wanted/],
  ["duration=0:10:5 ms", /duration 0 ms is not positive/],
])("--set %s is refused", (text, message) => {
  expect(() => readAxis(text, defaults)).toThrow(message);
});

const plan = (parts: Partial<SweepPlan> = {}): SweepPlan => ({
  ...makePlan({
    path: "/somewhere/net.ts", folder: "/somewhere/out", synfire: "0", source: "s", settings: defaults, axes: [], zip: false, seeds: [],
    backend: "wasm", precision: "f32", engine: "grid", formats: ["csv"],
  }), ...parts,
});
const axes = [{ name: "g", values: [3, 4] }, { name: "J", values: ["0.1 mV", "0.2 mV", "0.3 mV"] }];

test("points are all combinations, the last setting and then the seeds fastest; with zip they are pairs", () => {
  const shown = (one: SweepPlan) => [...pointsOf(one)].map(({ settings }) => [settings["g"], settings["J"], (settings as { seed?: number }).seed]);
  expect(shown(plan({ axes }))).toEqual([3, 4].flatMap((g) => ["0.1 mV", "0.2 mV", "0.3 mV"].map((J) => [g, J, undefined])));
  expect(shown(plan({ axes: axes.slice(0, 1), seeds: [7, 8] }))).toEqual([[3, "0.1 mV", 7], [3, "0.1 mV", 8], [4, "0.1 mV", 7], [4, "0.1 mV", 8]]);
  const pairs = [axes[0]!, { name: "J", values: ["1 mV", "2 mV"] }];
  expect(shown(plan({ axes: pairs, zip: true, seeds: [1] }))).toEqual([[3, "1 mV", 1], [4, "2 mV", 1]]);
  expect(numberOfPoints(plan())).toBe(1);
  const parts = { path: "/a/net.ts", folder: "/a/out", ...plan({ axes }), zip: true };
  expect(() => makePlan(parts)).toThrow(/g has 2, J has 3/);
});

test("a point is known by its settings, the network file and the back-end, not by the sweep it belongs to", () => {
  const ids = (one: SweepPlan) => [...pointsOf(one)].map(({ id }) => id);
  const all = ids(plan({ axes }));
  expect(new Set(all).size).toBe(6);
  expect(ids(plan({ axes: [{ name: "g", values: [4] }], settings: { ...defaults, J: "0.2 mV" } }))).toEqual([all[4]]);
  const others = [{ source: "t" }, { backend: "interpreter" as const }, { precision: "f64" as const }, { engine: "exact" as const },
    { settings: { ...defaults, on: false } }];
  for (const other of others) {
    expect(ids(plan({ axes, ...other })).filter((id) => all.includes(id))).toEqual([]);
  }
  expect(parsePlan(JSON.stringify(plan({ axes, seeds: [1, 2] })), "sweep.json")).toEqual(plan({ axes, seeds: [1, 2] }));
});

test("shares of any number of processes together are every point once", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 12 }), (points, of) => {
    const one = plan({ axes: [{ name: "g", values: Array.from({ length: points }, (_, k) => k) }] });
    const all = Array.from({ length: of }, (_, k) => [...pointsOf(one, k, of)].map(({ index }) => index)).flat();
    expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: points }, (_, k) => k));
  }));
});

test("ranks of Open MPI and MPICH, tasks of Slurm and parts by hand are told by their environment", () => {
  const short = (array: string | true | undefined, environment: Record<string, string>) => {
    const { kind, index, of } = shareOf(array, environment);
    return [kind, index, of];
  };
  expect(short(undefined, {})).toEqual(["local", 0, 1]);
  expect(short(undefined, { OMPI_COMM_WORLD_RANK: "2", OMPI_COMM_WORLD_SIZE: "4" })).toEqual(["rank", 2, 4]);
  expect(short(undefined, { PMI_RANK: "0", PMI_SIZE: "3" })).toEqual(["rank", 0, 3]);
  expect(short(undefined, { OMPI_COMM_WORLD_RANK: "0", OMPI_COMM_WORLD_SIZE: "1" })).toEqual(["local", 0, 1]);
  expect(short("3/16", { PMI_RANK: "0", PMI_SIZE: "3" })).toEqual(["task", 2, 16]);
  const slurm = (id: number, count = 3) => ({
    SLURM_ARRAY_TASK_ID: String(id), SLURM_ARRAY_TASK_MIN: "10", SLURM_ARRAY_TASK_MAX: "14", SLURM_ARRAY_TASK_STEP: "2",
    SLURM_ARRAY_TASK_COUNT: String(count),
  });
  expect([10, 12, 14].map((id) => short(true, slurm(id)))).toEqual([["task", 0, 3], ["task", 1, 3], ["task", 2, 3]]);
  // A task alone, as of --array=7: what others have finished is skipped all the same.
  expect(short(true, { SLURM_ARRAY_TASK_ID: "7", SLURM_ARRAY_TASK_MIN: "7", SLURM_ARRAY_TASK_COUNT: "1" })).toEqual(["task", 0, 1]);
  expect(() => shareOf(true, slurm(14, 2))).toThrow(/task 14 is not one of 2 in a row/);
  expect(() => shareOf(true, {})).toThrow(/no task of a Slurm array/);
  for (const wrong of ["0/3", "4/3", "3", "a/b", "1/0"]) expect(() => shareOf(wrong, {})).toThrow(/no part of a whole/);
});

test("the hash of a network file covers what it imports from beside it, and nothing else", () => {
  const folder = folderWith({
    "net.ts": `import { Network } from "synfire";\nimport { size } from "./sizes.js";\nimport table from "./table.json" with { type: "json" };`,
    "sizes.ts": `export { size } from "./deep.ts";`, "deep.ts": "export const size = 3;", "table.json": "{}", "other.ts": "1",
  });
  const hash = () => sourceHash(join(folder, "net.ts"));
  const first = hash();
  expect(first).toMatch(/^[0-9a-f]{16}$/);
  writeFileSync(join(folder, "other.ts"), "2");
  expect(hash()).toBe(first);
  for (const name of ["deep.ts", "table.json", "net.ts"]) {
    const before = hash();
    appendFileSync(join(folder, name), " ");
    expect(hash()).not.toBe(before);
  }
});

const row = (id: string, created: string, outcome: Partial<Row>): Row =>
  ({ id, settings: {}, source: "s", synfire: "0", created, host: "h", ...outcome });
const measured = (statistics: Record<string, number | null>, wall = 1) => ({ measured: { seed: 1, statistics, results: {}, spikeHash: "0a", wall } });

test("of a point's rows a result counts more than an error, and a later one more than an earlier one; torn lines do not count", async () => {
  const folder = folderWith();
  mkdirSync(join(folder, "parts"));
  const write = (name: string, lines: readonly (Row | string)[]) =>
    writeFileSync(join(folder, "parts", name), lines.map((line) => (typeof line === "string" ? line : `${JSON.stringify(line)}\n`)).join(""));
  write("a.jsonl", [row("p", "2", measured({ rate: 2 })), row("q", "1", { error: "first" }), row("r", "5", { error: "no" }), `{"id":"t","err`]);
  write("b.jsonl", [row("p", "1", measured({ rate: 1 })), row("q", "2", { error: "second" }), row("r", "4", measured({ rate: 4 })), "garbage\n{}\n"]);
  const rows = await readRows(folder);
  expect([...rows.keys()].sort()).toEqual(["p", "q", "r"]);
  expect([rows.get("p")?.measured?.statistics["rate"], rows.get("q")?.error, rows.get("r")?.measured?.statistics["rate"]]).toEqual([2, "second", 4]);
});

test("a row after a torn line begins on a line of its own, and two processes cannot write one part", async () => {
  const folder = folderWith();
  mkdirSync(join(folder, "parts"));
  const path = join(folder, "parts/local.jsonl");
  writeFileSync(path, `${JSON.stringify(row("p", "1", { error: "x" }))}\n{"id":"to`);
  writeFileSync(join(folder, "parts/local.lock"), "999999999 another-machine\n");
  {
    await using part = await PartFile.open(folder, "local");
    await part.add(row("q", "2", { error: "y" }));
  }
  expect(readFileSync(path, "utf8").trim().split("\n").map((line) => (JSON.parse(line) as Row).id)).toEqual(["p", "q"]);
  const { hostname } = await import("node:os");
  writeFileSync(join(folder, "parts/local.lock"), `${process.ppid} ${hostname()}\n`);
  await expect(PartFile.open(folder, "local")).rejects.toThrow(/is working on this sweep/);
});

test("the table has numbers in the unit of the column's name, and CSV leaves empty what is not known", () => {
  const varied = [{ name: "J", values: ["0.1 mV", "200 uV"] }, { name: "drive", values: ["1 kHz"] }];
  const one = plan({ axes: varied, settings: { rate: "15 kHz", note: 'a "b", c' } });
  const [first, second] = [...pointsOf(one)].map(({ id }) => id);
  const rows = new Map([first!, second!].map((id) =>
    [id, row(id, "1", id === first ? measured({ rate: 1.5, cv: null }) : { error: "line 1\n  line 2, too" })]));
  const table = makeTable(one, rows);
  expect(encodeCsv(table.columns)).toBe(
    "point,J_mV,drive_kHz,seed,rate,cv,spike_hash,wall_s,error,set_rate_kHz,note\n" +
    '0,0.1,1,1,1.5,,0a,1,,15,"a ""b"", c"\n' +
    '1,0.2,1,,,,,,"line 1 line 2, too",15,"a ""b"", c"\n');
  expect(table.failed.map(({ point, error }) => [point.index, error])).toEqual([[1, "line 1\n  line 2, too"]]);
  expect(makeTable(one, new Map()).missing).toBe(2);
});

test("grids and lines average what falls together and leave out what is not known", () => {
  const column = (name: string, cells: (number | null)[]) => ({ name, cells });
  const [x, y, z] = [column("x", [2, 1, 1, 2, 1]), column("y", [5, 5, 5, 6, 6]), column("z", [10, 1, 3, null, 7])];
  const rows = [0, 1, 2, 3, 4];
  expect(gridOf(x, y, z, rows)).toEqual({ xs: [1, 2], ys: [5, 6], values: [[2, 10], [7, null]] });
  expect(linesOf(x, y, z, rows)).toEqual([
    { of: 5, xs: [1, 2], means: [2, 10], single: { xs: [2, 1, 1], values: [10, 1, 3] } },
    { of: 6, xs: [1], means: [7], single: { xs: [1], values: [7] } },
  ]);
  expect(() => linesOf({ name: "how", cells: ["a"] }, undefined, z, [0])).toThrow(/column how holds "a"/);
});

test("a shell reads quoted words as they were", () => {
  expect([quoted("--set"), quoted("J=0.1 mV"), quoted("it's")]).toEqual(["--set", "'J=0.1 mV'", `'it'\\''s'`]);
});

test("a point found by its place is the one met there in order", () => {
  const one = plan({ axes, seeds: [1, 2] });
  expect([...pointsOf(one)].map(({ index, id }) => pointAt(one, index).id === id)).toEqual(Array.from({ length: 12 }, () => true));
});
