import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadSpikes } from "../../src/io/index.ts";
import type { RunRecord } from "../../src/cli/runRecord.ts";
import { folderWith, smallNetwork, start, synfire } from "./synfire.ts";

const readRecord = (folder: string) => JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as RunRecord;

test("a TypeScript file without package.json, node_modules or build step runs and leaves raster, spikes and record", async () => {
  const folder = folderWith({ "small.ts": smallNetwork });
  const { status, stdout, stderr } = synfire(["run", "small.ts", "--out", "out/first"], folder);
  expect(stderr).toMatch(/saved raster\.png, raster\.svg, raster\.html, spikes\.csv, run\.json in out\/first/);
  expect(status).toBe(0);
  expect(readdirSync(join(folder, "out/first")).sort()).toEqual(["raster.html", "raster.png", "raster.svg", "run.json", "spikes.csv"]);
  const record = readRecord(join(folder, "out/first"));
  expect(record).toMatchObject({ network: "../../small.ts", dt: 1e-4, seed: 3, neurons: 100, backend: "wasm", precision: "f32", asked: 0.1 });
  expect(record.simulated).toBeCloseTo(0.1, 9);
  expect(record.spikes).toBeGreaterThan(50);
  const spikes = await loadSpikes(join(folder, "out/first/spikes.csv"));
  expect(spikes.times.length).toBe(record.spikes);
  expect(spikes.populations.map(({ name, size }) => [name, size])).toEqual([["E", 80], ["I", 20]]);
  expect(stdout).toMatch(/E +80 +\d+ +\d+\.\d\d Hz/);
  expect(stdout).toContain(record.spikeHash);
});

test("--json leaves nothing but one JSON object on stdout", () => {
  const { status, stdout, stderr } = synfire(["run", "small.ts", "--json"], folderWith({ "small.ts": smallNetwork }));
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ format: "synfire-run", version: 1, neurons: 100 });
  expect(stderr).toContain("spike hash");
});

test("--quiet prints nothing", () => {
  const { status, stdout, stderr } = synfire(["run", "small.ts", "--quiet"], folderWith({ "small.ts": smallNetwork }));
  expect([status, stdout, stderr]).toEqual([0, "", ""]);
});

test("a network as JSON gives the same spikes as the TypeScript it was written from", () => {
  const writer = `import { writeFileSync } from "node:fs"; import { build, settings } from "./small.ts";
    writeFileSync("small.json", JSON.stringify(build(settings)));`;
  const folder = folderWith({ "small.ts": smallNetwork, "write.ts": writer });
  expect(synfire(["run", "write.ts"], folder)).toMatchObject({ status: 0 });
  const hash = (file: string) => (JSON.parse(synfire(["run", file, "--duration", "100 ms", "--json"], folder).stdout) as RunRecord).spikeHash;
  expect(hash("small.json")).toBe(hash("small.ts"));
});

test("a program that runs by itself, with await using, needs no exports", () => {
  const program = `import { compile } from "synfire"; import { build, settings } from "./small.ts";
    const net = build(settings); const spikes = net.spikeMonitor();
    await using sim = await compile(net, { dt: "0.1 ms" });
    await sim.run("50 ms"); console.log(spikes.count > 0);`;
  const { status, stdout, stderr } = synfire(["run", "program.ts"], folderWith({ "small.ts": smallNetwork, "program.ts": program }));
  expect([status, stdout]).toEqual([0, "true\n"]);
  expect(stderr).toContain("ran as a program of its own");
});

test("--set, --seed, --dt and --duration change the run, and the record says so", () => {
  const folder = folderWith({ "small.ts": smallNetwork });
  const args = ["--set", "size=30", "--set", "inhibition=false", "--seed", "8", "--dt", "0.2 ms", "--duration", "40 ms"];
  const { status, stdout, stderr } = synfire(["run", "small.ts", "--json", ...args], folder);
  expect(stderr).not.toContain("Error");
  expect(status).toBe(0);
  const record = JSON.parse(stdout) as RunRecord;
  expect(record).toMatchObject({ neurons: 50, seed: 8, dt: 2e-4, settings: { size: 30, inhibition: false, dt: "0.2 ms", duration: "40 ms" } });
  expect(record.simulated).toBeCloseTo(0.04, 9);
});

test("the warm-up is simulated and recorded, but rates leave it out", async () => {
  const folder = folderWith({ "small.ts": smallNetwork });
  const { stdout } = synfire(["run", "small.ts", "--warmup", "50 ms", "--duration", "100 ms", "--json", "--out", "out"], folder);
  const record = JSON.parse(stdout) as RunRecord;
  expect(record.simulated).toBeCloseTo(0.15, 9);
  const { times, indices } = await loadSpikes(join(folder, "out/spikes.csv"));
  expect(times[0]).toBeLessThan(0.05);
  expect(times.length).toBe(record.spikes);
  // A spike at the end of the warm-up's last step still belongs to it.
  const late = Array.from(times).filter((time, k) => time > 0.05 + 5e-5 && indices[k]! < 80).length;
  expect(record.populations[0]).toMatchObject({ name: "E", spikes: late, rate_hz: expect.closeTo(late / 80 / 0.1, 6) as unknown });
});

test.each([
  [["--set", "sise=30"], /--set sise: there is no such setting\n {2}Did you mean "size"\?/],
  [["--set", "size=many"], /--set size=many: a number is wanted/],
  [["--set", "inhibition=1"], /true or false is wanted/],
  [["--set", "rate=15 mV"], /--set rate/],
  [["--set", "size"], /no value/],
  [["--dt", "-1 ms"], /dt -1 ms is not positive/],
  [["--dt", "0.1"], /dt/],
  [["--duration", "1 fortnight"], /duration/],
  [["--seed", "1.5"], /whole number/],
  [["--backend", "gpu"], /wasm, webgpu, auto, interpreter/],
  [["--spped"], /unknown option/],
  [["--exchange", "targeted"], /--exchange targeted needs several ranks[^]*mpirun -n 2/],
  [["--per-rank", "--out", "out"], /--per-rank needs several ranks[^]*mpirun -n 2/],
])("%j is a mistake of the user: exit status 2, a message and no stack", (args, message) => {
  const { status, stdout, stderr } = synfire(["run", "small.ts", ...args], folderWith({ "small.ts": smallNetwork }));
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/\n\s+at .*\.js:\d/);
  expect([status, stdout]).toEqual([2, ""]);
});

test("a mistake in an equation is shown with its line and a caret", () => {
  const broken = smallNetwork.replace("-v / tau_m : volt", "-v / tau : volt");
  const { status, stderr } = synfire(["run", "small.ts"], folderWith({ "small.ts": broken }));
  expect(stderr).toMatch(/EquationError: unknown name "tau"[^]*-v \/ tau : volt[^\n]*\n +\| +\^\^\^\n/);
  expect(status).toBe(2);
});

test.each([
  ["missing.ts", undefined, /there is no file missing\.ts/],
  ["brunnel", undefined, /Did you mean the network "brunel"\?/],
  ["notes.txt", "hello", /is not a network file/],
  ["syntax.ts", "export const network = ;", /syntax\.ts/],
  ["throws.ts", `throw new TypeError("no luck");`, /throws\.ts: TypeError: no luck/],
  ["import.ts", `import "nowhere"; export const network = 1;`, /nowhere/],
  ["misspelt.ts", "export const netwrok = 1;", /Did you mean "network" instead of "netwrok"\?/],
  ["returns.ts", "export const build = () => 5;", /build returned number, not a Network/],
  ["text.json", "{ broken", /JSON/],
  ["other.json", `{"a": 1}`, /synfire-network/],
  ["settings.ts", `export const settings = [1]; export const build = () => 5;`, /settings are not an object/],
])("%s cannot be run: exit status 2 and what is wrong", (name, content, message) => {
  const { status, stdout, stderr } = synfire(["run", name], folderWith(content === undefined ? {} : { [name]: content }));
  expect(stderr).toMatch(message);
  expect([status, stdout]).toEqual([2, ""]);
});

test("a run that leaves the finite numbers ends with exit status 1, names neuron and time, and saves what was recorded", () => {
  const exploding = smallNetwork.replace("-v / tau_m", "v*v/(1*mV) / tau_m").replace("v > v_th", "v > 1e300*volt").replace('v: "0 mV"', 'v: "50 mV"');
  const folder = folderWith({ "small.ts": exploding });
  const { status, stderr } = synfire(["run", "small.ts", "--out", "out"], folder);
  expect(readdirSync(join(folder, "out")).sort()).toEqual(["raster.html", "raster.png", "raster.svg", "spikes.csv"]);
  expect(stderr).toMatch(/SimulationError: population "[EI]": v .* in neuron \d+ at t = [\d.]+ ms/);
  expect(status).toBe(1);
});

test("an --out folder that cannot be made is refused before the run", () => {
  const folder = folderWith({ "small.ts": smallNetwork, "taken": "a file" });
  const { status, stderr } = synfire(["run", "small.ts", "--out", "taken/out", "--duration", "1000 s"], folder);
  expect(stderr).toMatch(/FileError: cannot write taken\/out/);
  expect(status).toBe(2);
});

test("Ctrl-C ends the run with exit status 130 and saves what was recorded", async () => {
  const folder = folderWith({ "small.ts": smallNetwork });
  const child = start(["run", "small.ts", "--duration", "100000 s", "--out", "out"], folder);
  const output: string[] = [];
  const ended = new Promise<number | null>((resolve) => child.on("exit", (status) => resolve(status)));
  child.stderr?.on("data", (data: Buffer) => {
    output.push(data.toString());
    if (/\d+ spikes/.test(data.toString())) child.kill("SIGINT");
  });
  expect(await ended).toBe(130);
  expect(output.join("")).toContain("what was recorded will be saved");
  const record = readRecord(join(folder, "out"));
  expect(record.simulated).toBeGreaterThan(0);
  expect(record.simulated).toBeLessThan(record.asked);
  expect((await loadSpikes(join(folder, "out/spikes.csv"))).times.length).toBe(record.spikes);
  expect(existsSync(join(folder, "out/raster.png"))).toBe(true);
});

test("verify repeats a run and says whether the spikes are the same", () => {
  const folder = folderWith({ "small.ts": smallNetwork });
  mkdirSync(join(folder, "elsewhere"));
  expect(synfire(["run", "small.ts", "--out", "out", "--set", "size=40", "--warmup", "20 ms", "--quiet"], folder).status).toBe(0);

  const same = synfire(["verify", "../out/run.json", "--json"], join(folder, "elsewhere"));
  expect(JSON.parse(same.stdout)).toMatchObject({ same: true, same_model: true });
  expect(same.status).toBe(0);

  writeFileSync(join(folder, "small.ts"), smallNetwork.replace("0.1 mV", "0.11 mV"));
  const changed = synfire(["verify", "out/run.json"], folder);
  expect(changed.stdout).toMatch(/different spikes[^]*The network has changed/);
  expect(changed.status).toBe(1);
});

test.each([
  ["[]", /no format "synfire-run"/],
  ["{", /not JSON/],
  [`{"format": "synfire-run", "version": 2}`, /version is 2/],
  [`{"format": "synfire-run", "version": 1, "network": "../../etc/passwd"}`, /"settings" is missing/],
])("a damaged record %s is refused by verify", (text, message) => {
  const { status, stderr } = synfire(["verify", "run.json"], folderWith({ "run.json": text }));
  expect(stderr).toMatch(message);
  expect(status).toBe(2);
});
