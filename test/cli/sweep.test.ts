import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadArrow } from "../../src/cli/sweep/arrow.ts";
import type { Row } from "../../src/cli/sweep/row.ts";
import type { RunRecord } from "../../src/cli/runRecord.ts";
import { loadSpikes } from "../../src/io/index.ts";
import { built, folderWith, smallNetwork, start, synfire } from "./synfire.ts";

const withResults = `${smallNetwork}
export function results({ network, simulation, report, spikes, settings }) {
  const v = simulation.get(network.data.populations.length > 0 ? spikes.sources[0] : undefined, "v");
  return { synapses_all: report.synapses, mean_v: v.reduce((a, b) => a + b, 0) / v.length, half: settings.size / 2, label: "n" + settings.size };
}
`;
const files = { "small.ts": smallNetwork };
/** Points of 20 ms: most of a point's time is spent on making it. */
const sweep = (...args: string[]) => ["sweep", "small.ts", "--duration", "20 ms", "--workers", "2", "--out", "out", ...args];

/** Cells of a CSV without quotes, by column. */
function tableIn(folder: string, name = "out/results.csv"): Readonly<Record<string, string>>[] {
  const [head = "", ...lines] = readFileSync(join(folder, name), "utf8").trimEnd().split("\n");
  const names = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, k) => [names[k]!, cell])));
}

function rowsIn(folder: string, out = "out"): Row[] {
  const parts = join(folder, out, "parts");
  const names = existsSync(parts) ? readdirSync(parts).filter((name) => name.endsWith(".jsonl")) : [];
  return names.flatMap((name) => readFileSync(join(parts, name), "utf8").trimEnd().split("\n").filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row));
}

/** With variables of a launcher, and the status of the ended process. */
function launched(args: readonly string[], folder: string, environment: NodeJS.ProcessEnv): Promise<{ status: number | null; out: string }> {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [built(), ...args], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (out += data.toString()));
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, out })));
}

test("two by two points on two workers give one row each, with the spikes and rates of a run with the same settings", () => {
  const folder = folderWith({ "small.ts": withResults });
  const { status, stdout, stderr } = synfire(sweep("--set", "size=40:80:40", "--set", "rate=14,15 kHz", "--set", "inhibition=false"), folder);
  expect(stderr).toContain("saved results.csv in out");
  expect(status).toBe(0);
  expect(stdout).toMatch(/small\.ts: 4 of 4 points done/);
  const rows = tableIn(folder);
  expect(rows.map(({ point, size, set_rate_kHz: rate }) => [point, size, rate])).toEqual(
    [["0", "40", "14"], ["1", "40", "15"], ["2", "80", "14"], ["3", "80", "15"]]);
  expect(new Set(rows.map((row) => row["spike_hash"])).size).toBe(4);
  for (const row of rows) {
    const set = [`size=${row["size"]}`, `rate=${row["set_rate_kHz"]} kHz`, "inhibition=false"].flatMap((text) => ["--set", text]);
    const run = JSON.parse(synfire(["run", "small.ts", "--duration", "20 ms", "--json", ...set], folder).stdout) as RunRecord;
    const [E, I] = run.populations;
    expect(row).toMatchObject({
      spike_hash: run.spikeHash, spikes: String(run.spikes), seed: "3", rate_E: String(E!.rate_hz), rate_I: String(I!.rate_hz),
      duration_ms: "20", dt_ms: "0.1", inhibition: "false", error: "",
      synapses_all: String(run.synapses), half: String(Number(row["size"]) / 2), label: `n${row["size"]}`,
    });
    expect(Number(row["rate"])).toBeCloseTo(run.spikes / run.neurons / 0.02, 9);
    expect(Number(row["wall_s"])).toBeGreaterThan(0);
    expect(Number(row["mean_v"])).toBeGreaterThan(0);
  }
});

test("a second call runs nothing, one with more values only the new points, and JSON says what was done", () => {
  const folder = folderWith(files);
  expect(synfire(sweep("--set", "size=30,40"), folder).status).toBe(0);
  const first = rowsIn(folder);
  const table = readFileSync(join(folder, "out/results.csv"), "utf8");
  rmSync(join(folder, "out/results.csv"));
  const again = synfire(sweep("--set", "size=30,40", "--json"), folder);
  expect(again.stderr).toContain("2 of 2 points are finished already");
  expect(JSON.parse(again.stdout)).toMatchObject(
    { format: "synfire-sweep-report", points: 2, done: 2, missing: 0, failed: [], files: ["results.csv"] });
  expect(rowsIn(folder)).toEqual(first);
  expect(readFileSync(join(folder, "out/results.csv"), "utf8")).toBe(table);
  expect(synfire(sweep("--set", "size=30:50:10", "--set", "inhibition=true"), folder).status).toBe(0);
  expect(rowsIn(folder).slice(0, 2)).toEqual(first);
  expect(rowsIn(folder).map(({ settings }) => settings["size"]).sort()).toEqual([30, 40, 50]);
  expect(tableIn(folder).map((row) => row["size"])).toEqual(["30", "40", "50"]);
});

test("seeds repeat every point, --zip pairs values, and the spikes of every point can be kept", async () => {
  const folder = folderWith(files);
  expect(synfire(sweep("--set", "size=30,40", "--set", "inhibition=true,false", "--zip", "--seeds", "2", "--keep", "spikes"), folder).status).toBe(0);
  const rows = tableIn(folder);
  expect(rows.map(({ size, inhibition, seed }) => [size, inhibition, seed])).toEqual(
    [["30", "true", "3"], ["30", "true", "4"], ["40", "false", "3"], ["40", "false", "4"]]);
  for (const row of rows) {
    const spikes = await loadSpikes(join(folder, "out", row["spike_file"]!));
    expect(spikes.times.length).toBe(Number(row["spikes"]));
    expect(spikes.populations.map(({ size }) => String(size))).toEqual([row["size"], "20"]);
  }
});

test("--engine exact runs points without a step, with the spikes of such a run", () => {
  const folder = folderWith(files);
  expect(synfire(sweep("--set", "size=30,40", "--engine", "exact"), folder).status).toBe(0);
  const [, row] = tableIn(folder);
  const run = synfire(["run", "small.ts", "--duration", "20 ms", "--engine", "exact", "--set", "size=40", "--json"], folder);
  const { spikeHash, spikes } = JSON.parse(run.stdout) as RunRecord;
  expect(row).toMatchObject({ spike_hash: spikeHash, spikes: String(spikes), error: "" });
  expect(Object.keys(row!)).not.toContain("dt_ms");
  expect(synfire(sweep("--set", "dt=0.1,0.2 ms", "--engine", "exact"), folder).stderr).toContain("--engine exact takes no dt");
});

const fragile = smallNetwork.replace("inhibition: true,", 'inhibition: true, how: "fine",').replace("const net =",
  `if (how === "exit") process.exit(7);
  if (how === "throw") throw new RangeError("no luck");
  if (how === "kill") process.kill(process.pid, "SIGKILL");
  if (how === "sleep") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
  console.log("made", how);
  const net =`).replace("inhibition, seed }", "inhibition, how, seed }");

test("a point that throws, exits, is killed or takes too long costs itself alone; it is named, and tried again by the next call", () => {
  const folder = folderWith({ "small.ts": fragile });
  const { status, stdout, stderr } = synfire(sweep("--set", "how=fine,exit,throw,kill,sleep,last", "--time-limit", "15 s", "--json"), folder);
  expect(status).toBe(1);
  expect(stderr).toMatch(/failed: how exit: its process ended \(exit status 7\)\n/);
  expect(stderr).toMatch(/failed: how throw: FileError: small\.ts: RangeError: no luck/);
  expect(stderr).toMatch(/failed: how kill: its process ended \(SIGKILL\)/);
  expect(stderr).toMatch(/failed: how sleep: not finished within 15 s/);
  expect(stderr).toContain("made last");
  const report = JSON.parse(stdout) as { failed: { point: number; settings: Record<string, unknown> }[]; done: number };
  expect([report.done, report.failed.map(({ point }) => point)]).toEqual([2, [1, 2, 3, 4]]);
  const before = rowsIn(folder);
  const again = synfire(sweep("--set", "how=fine,exit,throw,last", "--quiet"), folder);
  expect([again.status, again.stdout, again.stderr]).toEqual([1, "", ""]);
  const more = rowsIn(folder).slice(before.length);
  expect(more.map(({ settings }) => settings["how"]).sort()).toEqual(["exit", "throw"]);
});

test("a sweep that is killed loses nothing that was finished, leaves no process behind, and is completed by the same command", async () => {
  const folder = folderWith(files);
  const args = sweep("--set", "size=10:90:2");
  const child = start(args, folder);
  const ended = new Promise((resolve) => child.on("exit", resolve));
  await until(() => rowsIn(folder).length >= 3);
  const workers = childrenOf(child.pid!);
  expect(workers.length).toBeGreaterThan(0);
  child.kill("SIGKILL");
  await ended;
  await until(() => workers.every((pid) => !existsSync(`/proc/${pid}`)));
  const kept = rowsIn(folder);
  expect(kept.length).toBeLessThan(41);
  const { status, stderr } = synfire(args, folder);
  expect(stderr).toContain(`${kept.length} of 41 points are finished already`);
  expect(status).toBe(0);
  const rows = rowsIn(folder);
  expect(rows.slice(0, kept.length)).toEqual(kept);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  expect(tableIn(folder).map(({ size }) => Number(size))).toEqual(Array.from({ length: 41 }, (_, k) => 10 + 2 * k));
});

test("Ctrl-C ends workers, keeps finished rows in the table and says how to go on", async () => {
  const folder = folderWith(files);
  const child = start(sweep("--set", "size=10:90:2", "--set", "rate=15 kHz"), folder);
  let output = "";
  child.stderr?.on("data", (data: Buffer) => (output += data.toString()));
  const ended = new Promise((resolve) => child.on("close", resolve));
  await until(() => rowsIn(folder).length >= 2);
  const workers = childrenOf(child.pid!);
  child.kill("SIGINT");
  expect(await ended).toBe(130);
  await until(() => workers.every((pid) => !existsSync(`/proc/${pid}`)));
  expect(output).toMatch(/stopped with \d+ of 41 points done; the same command does the rest:\n {2}synfire sweep .*--set 'rate=15 kHz'/);
  expect(tableIn(folder).length).toBe(rowsIn(folder).length);
  expect(readdirSync(join(folder, "out/parts"))).toEqual(["local.jsonl"]);
});

test("points of another version of the network file are not mixed: refused, or all run anew with --force", () => {
  const folder = folderWith(files);
  expect(synfire(sweep("--set", "size=30,40"), folder).status).toBe(0);
  writeFileSync(join(folder, "small.ts"), smallNetwork.replace("-0.5 mV", "-0.6 mV"));
  const refused = synfire(sweep("--set", "size=30,40"), folder);
  expect(refused.stderr).toMatch(/out holds 2 points, but \.\.\/small\.ts has changed since/);
  expect(refused.status).toBe(2);
  expect(rowsIn(folder)).toHaveLength(2);
  expect(synfire(sweep("--set", "size=30,40", "--force"), folder).status).toBe(0);
  const [old, , now] = rowsIn(folder);
  expect(rowsIn(folder)).toHaveLength(4);
  expect(now!.source).not.toBe(old!.source);
  const hashes = rowsIn(folder).slice(2).map(({ measured }) => measured!.spikeHash);
  expect(tableIn(folder).map((row) => row["spike_hash"]).sort()).toEqual(hashes.sort());
});

test("three ranks do every point once between them, one of them makes the table, and a failed point ends no other rank", async () => {
  const folder = folderWith({ "small.ts": fragile });
  const args = sweep("--set", "size=30,40,50,60", "--set", "how=fine,throw");
  const ended = await Promise.all([0, 1, 2].map((rank) =>
    launched(args, folder, { OMPI_COMM_WORLD_RANK: String(rank), OMPI_COMM_WORLD_SIZE: "3", OMPI_MCA_ess_base_jobid: "17" })));
  expect(ended.map(({ status }) => status).sort()).toEqual([0, 0, 1]);
  expect(ended.filter(({ out }) => out.includes("saved results.csv"))).toHaveLength(1);
  expect(ended.find(({ status }) => status === 1)!.out).toContain("4 of 8 points done, 4 failed");
  const rows = rowsIn(folder);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(8);
  expect(rows).toHaveLength(8);
  expect(readdirSync(join(folder, "out/parts")).filter((name) => name.endsWith(".jsonl"))).toEqual(
    [0, 1, 2].map((rank) => `rank-${rank}-of-3.jsonl`));
  expect(tableIn(folder)).toHaveLength(8);
});

for (const [name, hint, extra] of [["openmpi", "openmpi-bin", ["--oversubscribe"]], ["mpich", "mpich", []]] as const) {
  const mpirun = `/usr/bin/mpirun.${name}`;
  const absent = !existsSync(mpirun);
  test.skipIf(absent)(`${name}'s mpirun starts a sweep's ranks${absent ? ` (skipped: apt-get install ${hint})` : ""}`, () => {
    const folder = folderWith(files);
    const root = { OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1" };
    const { status, stdout, stderr } = spawnSync(mpirun, ["-n", "2", ...extra, process.execPath, built(), ...sweep("--set", "size=30:50:10")],
      { cwd: folder, encoding: "utf8", env: { ...process.env, ...root } });
    expect(stderr).toContain("saved results.csv");
    expect([status, stdout.includes("3 of 3 points done")]).toEqual([0, true]);
    expect(rowsIn(folder)).toHaveLength(3);
    expect(readdirSync(join(folder, "out/parts"))).toContain("rank-1-of-2.jsonl");
  });
}

test("tasks of a Slurm array, by the script that --print-slurm prints, do their shares; the last makes the table", () => {
  const folder = folderWith(files);
  const printed = synfire(sweep("--set", "size=30:70:10", "--set", "rate=15 kHz", "--print-slurm", "2"), folder);
  expect(printed.status).toBe(0);
  expect(printed.stdout).toMatch(/^#!\/bin\/bash\n[^]*#SBATCH --array=0-1\n[^]*#SBATCH --cpus-per-task=2\n/);
  expect(existsSync(join(folder, "out"))).toBe(false);
  writeFileSync(join(folder, "job.sh"), printed.stdout);
  const task = (id: number) => spawnSync("bash", [join(folder, "job.sh")], {
    encoding: "utf8", env: { ...process.env, SLURM_ARRAY_TASK_ID: String(id), SLURM_ARRAY_TASK_MIN: "0", SLURM_ARRAY_TASK_COUNT: "2" },
  });
  const first = task(0);
  expect(first.stderr).toContain("task-1-of-2: 3 points done");
  expect([first.status, existsSync(join(folder, "out/results.csv"))]).toEqual([0, false]);
  const merged = synfire(["sweep", "--merge", "out"], folder);
  expect([merged.status, tableIn(folder).map(({ size }) => size)]).toEqual([0, ["30", "50", "70"]]);
  expect(merged.stdout).toContain("3 of 5 points done, 2 missing");
  const second = task(1);
  expect(second.stdout).toContain("small.ts: 5 of 5 points done");
  expect(tableIn(folder).map(({ size }) => size)).toEqual(["30", "40", "50", "60", "70"]);
  expect(rowsIn(folder)).toHaveLength(5);
});

test.each([
  [["--set", "sise=3,4"], /--set sise: there is no such setting\n {2}Did you mean "size"\?/],
  [["--set", "size=3,4", "--set", "size=5"], /size is set twice/],
  [["--set", "duration=1,2 ms"], /duration is set twice/],
  [["--set", "seed=1,2", "--seeds", "2"], /seed is set twice/],
  [["--set", "size=1:1000:1", "--set", "seed=1:101:1"], /a sweep of 101000 points\n {2}Add --yes/],
  [["--set", "size=3,4", "--format", "xlsx"], /Formats are csv, npz, arrow/],
  [["--set", "size=3,4", "--keep", "traces"], /Only "spikes" can be kept/],
  [["--set", "size=3,4", "--array", "5/4"], /no part of a whole/],
  [["--set", "size=3,4", "--time-limit", "3"], /--time-limit/],
  [["--workers", "0"], /whole number from 1/],
])("%j is a mistake of the user: exit status 2, and no folder is made", (args, message) => {
  const folder = folderWith(files);
  const { status, stderr } = synfire(sweep(...args), folder);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/\n\s+at .*\.js:\d/);
  expect([status, existsSync(join(folder, "out"))]).toEqual([2, false]);
});

test("results that are no object of numbers and texts, or take a column's name, fail their points with the reason", () => {
  const returning = (what: string) => `${smallNetwork}\nexport const results = () => (${what});`;
  const folder = folderWith({ "small.ts": returning("{ rate: 1 }") });
  expect(synfire(sweep(), folder)).toMatchObject({ status: 1, stderr: expect.stringMatching(/the name rate is taken by a column/) as string });
  writeFileSync(join(folder, "small.ts"), returning("[1]"));
  expect(synfire(sweep("--force"), folder).stderr).toMatch(/it returned a list, not an object/);
  writeFileSync(join(folder, "small.ts"), `${smallNetwork}\nexport const results = 3;`);
  const { status, stderr } = synfire(sweep("--force"), folder);
  expect(stderr).toMatch(/results is number, not a function/);
  expect(status).toBe(2);
});

const python = "/usr/bin/python3";
const has = (module: string) => existsSync(python) && spawnSync(python, ["-c", `import ${module}`]).status === 0;
const pandas = has("pandas");
const needsPandas = pandas ? "" : " (skipped: apt-get install python3-pandas python3-numpy)";
test.skipIf(!pandas)(`pandas and numpy read the tables with their types${needsPandas}`, () => {
  const folder = folderWith({ "small.ts": withResults });
  expect(synfire(sweep("--set", "size=30,40", "--set", "rate=1,15 kHz", "--format", "csv,npz"), folder).status).toBe(0);
  const script = `
import json, pandas, numpy
t = pandas.read_csv("out/results.csv", float_precision="round_trip"); n = numpy.load("out/results.npz")
assert list(t.columns) == list(n.files), (list(t.columns), list(n.files))
same = all(((t[c] == n[c]) | (t[c].isna() & (n[c] != n[c]))).all() for c in ["size", "set_rate_kHz", "rate", "cv", "mean_v", "wall_s"])
kinds = [str(t[c].dtype) for c in ["size", "cv", "inhibition"]]
print(json.dumps([kinds, int(t["cv"].isna().sum()), n["label"].tolist(), bool(same)]))`;
  const { stdout, stderr } = spawnSync(python, ["-c", script], { cwd: folder, encoding: "utf8" });
  expect(stderr).toBe("");
  // At 1 kHz nothing fires: there is no CV.
  expect(JSON.parse(stdout)).toEqual([["int64", "float64", "bool"], 4, ["n30", "n30", "n40", "n40"], true]);
});

test("Arrow tables hold the same values, read back by apache-arrow and, where it is, pyarrow", async () => {
  const folder = folderWith(files);
  expect(synfire(sweep("--set", "size=30,40", "--format", "csv,arrow"), folder).status).toBe(0);
  const rows = tableIn(folder);
  interface ReadTable { numRows: number; schema: { fields: { name: string }[] }; getChild: (name: string) => Iterable<unknown> }
  const { tableFromIPC } = (await loadArrow()) as unknown as { tableFromIPC: (bytes: Uint8Array) => ReadTable };
  const table = tableFromIPC(readFileSync(join(folder, "out/results.arrow")));
  expect([table.numRows, table.schema.fields.map(({ name }) => name)]).toEqual([2, Object.keys(rows[0]!)]);
  for (const name of Object.keys(rows[0]!)) {
    expect(Array.from(table.getChild(name), (value) => (value === null ? "" : String(value)))).toEqual(rows.map((row) => row[name]));
  }
  if (!has("pyarrow")) return;
  const script = `import pyarrow.ipc, json
print(json.dumps(pyarrow.ipc.open_file("out/results.arrow").read_all().column("rate").to_pylist()))`;
  expect(JSON.parse(spawnSync(python, ["-c", script], { cwd: folder, encoding: "utf8" }).stdout)).toEqual(rows.map((row) => Number(row["rate"])));
});

test("plot sweep draws a heat map with the values of both settings on its axes, and lines; missing points stay white", () => {
  const folder = folderWith(files);
  // The first rate of each size, and one point with the second.
  expect(synfire(sweep("--set", "size=30,40,50", "--set", "rate=14,15 kHz", "--array", "1/2"), folder).status).toBe(0);
  expect(synfire(sweep("--set", "size=40", "--set", "rate=15 kHz"), folder).status).toBe(0);
  expect(synfire(sweep("--set", "size=30,40,50", "--set", "rate=14,15 kHz", "--array", "1/2"), folder).status).toBe(0);
  expect(synfire(["plot", "sweep", "out", "--z", "rate_E", "--out", "heat.svg"], folder)).toMatchObject({
    status: 0, stderr: expect.stringContaining("2 points are missing") as string,
  });
  const svg = readFileSync(join(folder, "heat.svg"), "utf8");
  for (const text of ["size", "rate (kHz)", "rate of E (Hz)", ">30<", ">40<", ">50<", ">14<", ">15<"]) expect(svg).toContain(text);
  const { stdout } = synfire(["plot", "sweep", "out", "--json"], folder);
  const { xs, ys, values } = JSON.parse(stdout) as { xs: number[]; ys: number[]; values: (number | null)[][] };
  expect([xs, ys, values.map((line) => line.map((value) => value === null))]).toEqual(
    [[30, 40, 50], [14, 15], [[false, false, false], [true, false, true]]]);
  expect(synfire(["plot", "sweep", "out", "--x", "size", "--where", "rate=14", "--z", "rate_E,rate_I", "--out", "lines.png"], folder).status).toBe(0);
  expect(readFileSync(join(folder, "lines.png")).subarray(1, 4).toString()).toBe("PNG");
  const refused = (...args: string[]) => synfire(["plot", "sweep", ...args], folder);
  const saying = (message: RegExp) => ({ status: 2, stderr: expect.stringMatching(message) as string });
  expect(refused("out", "--z", "rat_E")).toMatchObject(saying(/no column rat_E\n {2}Did you mean "rate_E"/));
  expect(refused("out", "--where", "rate=3")).toMatchObject(saying(/no point has that value\n {2}There is 14, 15\./));
  expect(refused("nowhere")).toMatchObject(saying(/there is no sweep in nowhere/));
  mkdirSync(join(folder, "bad"));
  writeFileSync(join(folder, "bad/sweep.json"), "{");
  expect(refused("bad")).toMatchObject(saying(/not JSON/));
});

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 50_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error("this did not come about within 50 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((one) => {
    try {
      return new RegExp(`^PPid:\\s+${pid}$`, "m").test(readFileSync(`/proc/${one}/status`, "utf8"));
    } catch {
      return false;
    }
  });
}
