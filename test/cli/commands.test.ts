import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { doisIn, publications } from "../../src/cli/bibliography.ts";
import { built, folderWith, smallNetwork, synfire } from "./synfire.ts";

const spikes = "time_s,neuron\n0.001,0\n0.002,1\n0.0031,0\n0.004,2\n";
const commands = ["run", "raster", "plot", "stats", "models", "inspect", "check", "verify", "bench", "doctor", "cite"];
const asJson = (text: string) => JSON.parse(text) as Record<string, unknown>;

test.each([["--help"], []])("synfire %s explains itself, with examples", (...args) => {
  const { status, stdout } = synfire(args.filter((argument) => argument !== undefined));
  expect(status).toBe(0);
  for (const word of [...commands, "Examples:"]) expect(stdout).toContain(word);
});

test.each(commands)("the help of %s has examples", (command) => {
  const { status, stdout } = synfire([command, "--help"]);
  expect(status).toBe(0);
  expect(stdout).toMatch(new RegExp(`Examples:\n  \\$ synfire ${command}`));
});

test("--version prints the version of the package", () => {
  const { version } = asJson(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(synfire(["--version"]).stdout).toBe(`${String(version)}\n`);
});

test("a misspelt command or option is answered with the nearest one and exit status 2", () => {
  expect(synfire(["rnu"])).toMatchObject({ status: 2, stderr: expect.stringContaining("Did you mean run?") as unknown });
  expect(synfire(["doctor", "--jsn"])).toMatchObject({ status: 2, stderr: expect.stringContaining("Did you mean --json?") as unknown });
  expect(synfire(["run"])).toMatchObject({ status: 2, stderr: expect.stringContaining("missing required argument") as unknown });
  expect(synfire(["bench", "Z"])).toMatchObject({ status: 2 });
});

test.each([["inspect", "lifDelta"], ["check", "brunel"]])("%s, which runs nothing, takes no --threads", (...command) => {
  const refused = synfire([...command, "--threads", "2"]);
  expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining("unknown option '--threads'") as unknown });
});

test("bench says that --exchange needs several ranks", () => {
  const alone = synfire(["bench", "D1", "--exchange", "all"]);
  expect(alone).toMatchObject({ status: 2, stderr: expect.stringContaining("--exchange all needs several ranks") as unknown });
});

test("a reader that closes the pipe is no failure", () => {
  const script = `"$0" "$1" inspect lifDelta --show wat | head -n 1`;
  const { status, stdout, stderr } = spawnSync("bash", ["-o", "pipefail", "-c", script, process.execPath, built()], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^\((module|func)/);
});

test("models lists what synfire/models exports, and one model with its equations", () => {
  const list = asJson(synfire(["models", "--json"]).stdout);
  expect((list["neurons"] as { export: string }[]).map(({ export: name }) => name)).toContain("lifDelta");
  expect(list["networks"]).toContain("brunel");
  const { status, stdout } = synfire(["models", "LIF_delta"]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/equations\n {2}dv\/dt = /);
  expect(synfire(["models", "lifDelte"])).toMatchObject({ status: 2, stderr: expect.stringContaining('Did you mean "lifDelta"?') as unknown });
});

test("inspect shows equations, method, kernel, code and cost of a model and of a network", () => {
  const { stdout, status } = synfire(["inspect", "lifDelta", "--show", "wat,ir,cost,equations", "--json"]);
  expect(status).toBe(0);
  expect(asJson(stdout)).toMatchObject({
    equations: expect.stringMatching(/advances by exact: the equations are linear/) as unknown,
    ir: expect.stringMatching(/update_\w+:[^]*spike if /) as unknown,
    wat: expect.stringContaining("f32x4.mul") as unknown,
    cost: { kernels: [{ functions: 0, draws: 0 }] },
  });
  const network = synfire(["inspect", "small.ts", "--show", "cost", "--json"], folderWith({ "small.ts": smallNetwork }));
  expect(asJson(network.stdout)).toMatchObject({ cost: { kernels: [{ population: "E", size: 80, draws: 1 }, { population: "I", size: 20 }] } });
  expect(synfire(["inspect", "lifDelta", "--show", "magic"])).toMatchObject({ status: 2 });
  expect(synfire(["inspect", "nothing"])).toMatchObject({ status: 2, stderr: expect.stringContaining('no model "nothing"') as unknown });
});

test("check names every file's mistakes and passes over the good ones", () => {
  const model = `import { neuron } from "synfire";
    export const bad = neuron({ name: "bad", state: { v: "0 mV" }, equations: "dv/dt = v : volt; dw/dt = x : 1" });`;
  const folder = folderWith({ "good.ts": smallNetwork, "delay.ts": smallNetwork.replaceAll("1.5 ms", "0.01 ms"), "bad.ts": model });
  const { status, stdout, stderr } = synfire(["check", "good.ts", "delay.ts", "bad.ts"], folder);
  expect(stdout).toMatch(/^ok +good\.ts: 100 neurons, \d+ synapses\n$/);
  expect(stderr).toMatch(/FAIL +delay\.ts\nArgumentError: .*delay/);
  expect(stderr).toMatch(/FAIL +bad\.ts\nEquationError: [^]*\^/);
  expect(status).toBe(2);
  expect(asJson(synfire(["check", "good.ts", "--json"], folder).stdout)).toEqual({ ok: true, problems: [] });
});

test("bench prints one JSON object with every field that it promises", () => {
  const { status, stdout } = synfire(["bench", "B", "--seconds", "0.1", "--json"]);
  expect(status).toBe(0);
  const measurement = asJson(stdout);
  expect(Object.keys(measurement)).toEqual([
    "net", "backend", "warmup_s", "threads", "precision", "bio_s", "build_ms", "compile_ms", "sim_s", "cpu_s", "n_syn", "spikes", "rate_hz",
    "syn_events", "ns_per_event", "bytes_per_syn", "peak_rss_bytes", "spike_hash",
  ]);
  expect(measurement).toMatchObject({ net: "B", backend: "wasm", threads: 1, precision: "f32" });
  expect(measurement["spike_hash"]).toMatch(/^[0-9a-f]{16}$/);
  expect(measurement["bio_s"]).toBeCloseTo(0.1, 9);
  // 4000 neurons, each pair with probability 0.02.
  expect(Math.abs((measurement["n_syn"] as number) / (4000 * 4000 * 0.02) - 1)).toBeLessThan(0.02);
  for (const name of ["sim_s", "cpu_s", "spikes", "syn_events", "bytes_per_syn", "peak_rss_bytes"]) expect(measurement[name]).toBeGreaterThan(0);
});

test("bench --repeat gives the median of runs in processes of their own, all with the same spikes", () => {
  const { stdout } = synfire(["bench", "B", "--seconds", "0.05", "--repeat", "3", "--json"]);
  const measurement = asJson(stdout);
  const repeats = measurement["repeats"] as number[];
  expect(repeats).toHaveLength(3);
  expect(measurement["sim_s"]).toBe(repeats[1]);
  expect(repeats).toEqual([...repeats].sort((a, b) => a - b));
});

test("doctor finds Node.js and WebAssembly SIMD on the machine that runs the tests", () => {
  const { status, stdout } = synfire(["doctor", "--json"]);
  const findings = asJson(stdout)["findings"] as { what: string; ok: boolean; found: string }[];
  expect(findings.filter(({ what }) => ["Node.js", "WebAssembly SIMD"].includes(what)).map(({ ok }) => ok)).toEqual([true, true]);
  expect(findings.find(({ what }) => what === "Node.js")?.found).toBe(process.version);
  expect(status).toBe(0);
});

test("cite gives BibTeX of the model's source, of the method and of the random numbers", () => {
  const { status, stdout } = synfire(["cite", "small.ts"], folderWith({ "small.ts": smallNetwork }));
  expect(status).toBe(0);
  const keys = [...stdout.matchAll(/^@\w+\{(\w+),$/gm)].map(([, key]) => key);
  expect(keys).toEqual(["Synfire", "Brunel2000", "RotterDiesmann1999", "Salmon2011"]);
  expect(stdout.split("{").length).toBe(stdout.split("}").length);
});

test("the bibliography knows every publication that a model or network of ours names", () => {
  const folders = ["neurons", "networks", "synapses"].map((folder) => fileURLToPath(new URL(`../../models/${folder}/`, import.meta.url)));
  const files = folders.flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith(".ts")).map((name) => join(folder, name)));
  const named = new Set(files.flatMap((file) => doisIn(readFileSync(file, "utf8"))));
  expect(named.size).toBeGreaterThan(15);
  expect([...named].filter((doi) => !publications.has(doi.toLowerCase()))).toEqual([]);
});

test("stats and raster read a file of spikes; the raster's kind follows the name", () => {
  const folder = folderWith({ "spikes.csv": spikes });
  const stats = synfire(["stats", "spikes.csv", "--json"], folder);
  expect(asJson(stats.stdout)).toMatchObject({ spikes: 4 });
  expect(synfire(["raster", "spikes.csv"], folder).stdout).toMatch(/[\u2800-\u28ff]/);
  for (const [name, start] of [["a.svg", "<svg"], ["a.png", "\u0089PNG"], ["a.html", "<!"]] as const) {
    expect(synfire(["raster", "spikes.csv", "--out", name, "--from", "1 ms", "--to", "4 ms"], folder)).toMatchObject({ status: 0 });
    expect(readFileSync(join(folder, name), "latin1").trimStart().toLowerCase().startsWith(start.toLowerCase())).toBe(true);
  }
  expect(synfire(["raster", "spikes.csv", "--out", "a.bmp"], folder)).toMatchObject({ status: 2 });
  expect(synfire(["raster", "spikes.csv", "--from", "5"], folder)).toMatchObject({ status: 2 });
});

test.each([
  ["stats", "not a spike file at all"],
  ["stats", "\u0000\u0001\u0002"],
  ["raster", "neuron,time\n-1,abc\n"],
])("%s answers a hostile file with a message and exit status 2", (command, content) => {
  const { status, stdout, stderr } = synfire([command, "spikes.csv"], folderWith({ "spikes.csv": content }));
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^(File|Argument)Error: /);
});
