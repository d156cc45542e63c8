import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { gpuHere, gpuSkipped, noGpu } from "../support/gpu.ts";
import { folderWith, smallNetwork, synfire } from "./synfire.ts";

type Record_ = Readonly<Record<string, unknown>>;
const readJson = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Record_;
const quick = ["--duration", "20 ms"];

test("a GPU that is not there is told with what to install, and exit status 2", () => {
  const before = process.env.VK_ICD_FILENAMES;
  process.env.VK_ICD_FILENAMES = "/nowhere.json";
  try {
    const { status, stderr } = synfire(["run", "net.ts", "--backend", "webgpu"], folderWith({ "net.ts": smallNetwork }));
    expect(status).toBe(2);
    expect(stderr).toMatch(/UnsupportedError: there is no GPU to run on: .*\n {2}\S/);
  } finally {
    if (before === undefined) delete process.env.VK_ICD_FILENAMES;
    else process.env.VK_ICD_FILENAMES = before;
  }
});

test("run --backend auto says what it took and why, on the screen and in run.json", () => {
  const folder = folderWith({ "net.ts": smallNetwork });
  const { status, stdout } = synfire(["run", "net.ts", ...quick, "--backend", "auto", "--precision", "f64", "--out", "out"], folder);
  expect(status).toBe(0);
  expect(stdout).toContain("wasm, because GPUs compute in f32, not in f64");
  expect(readJson(join(folder, "out/run.json"))).toMatchObject({ backend: "wasm", backendReason: "GPUs compute in f32, not in f64" });
});

test("the parts of a divided sweep cannot choose a back-end each for itself", () => {
  const folder = folderWith({ "net.ts": smallNetwork });
  const { status, stderr } = synfire(["sweep", "net.ts", "--backend", "auto", "--array", "1/2", "--out", "out"], folder);
  expect([status, stderr]).toEqual([2, expect.stringContaining("every part of a divided sweep would choose for itself")]);
});

describe.skipIf(noGpu)(`with a GPU${gpuSkipped}`, () => {
  test("a run on the GPU leaves its name in run.json, and verify repeats it there", async () => {
    const { name, software } = await gpuHere();
    const folder = folderWith({ "net.ts": smallNetwork });
    const ran = synfire(["run", "net.ts", ...quick, "--backend", "webgpu", "--threads", "2", "--out", "out"], folder);
    expect(ran.status).toBe(0);
    expect(ran.stdout).toContain(`webgpu f32 on ${name}`);
    expect(ran.stderr).toContain("one thread instead of 2: the GPU does the work");
    const path = join(folder, "out/run.json");
    expect(readJson(path)).toMatchObject({ backend: "webgpu", gpu: { name, software } });
    const repeated = synfire(["verify", "out/run.json"], folder);
    expect(repeated).toMatchObject({ status: 0, stdout: expect.stringMatching(/^same spikes: \d+ spikes, hash \w+\n$/) });

    writeFileSync(path, JSON.stringify({ ...readJson(path), gpu: { name: "NVIDIA H200", software: false } }));
    expect(synfire(["verify", "out/run.json"], folder).stdout).toContain(`on ${name}, where the record is of NVIDIA H200`);
    writeFileSync(path, JSON.stringify({ ...readJson(path), spikeHash: "0".repeat(16) }));
    const other = synfire(["verify", "out/run.json"], folder);
    expect(other).toMatchObject({ status: 1, stdout: expect.stringContaining("two GPUs may round differently") });
  });

  test("inspect shows WGSL and WebAssembly whatever --backend is, and check compiles for the GPU", () => {
    const folder = folderWith({ "net.ts": smallNetwork });
    const shown = synfire(["inspect", "net.ts", "--show", "wgsl"], folder);
    expect(shown.stdout).toMatch(/@compute @workgroup_size\(\d+\)\nfn advance\(/);
    expect(synfire(["inspect", "net.ts", "--backend", "webgpu", "--show", "wat"], folder).stdout).toMatch(/^\((module|func)/);
    expect(synfire(["check", "net.ts", "--backend", "webgpu"], folder)).toMatchObject({ status: 0, stdout: expect.stringContaining("ok") });
  });

  test("a point of a sweep gives on the GPU what run gives there", () => {
    const folder = folderWith({ "net.ts": smallNetwork });
    const swept = synfire(["sweep", "net.ts", ...quick, "--set", "size=40,80", "--backend", "webgpu", "--out", "out"], folder);
    expect(swept.status).toBe(0);
    const [head, first] = readFileSync(join(folder, "out/results.csv"), "utf8").split("\n").map((line) => line.split(","));
    const ran = JSON.parse(synfire(["run", "net.ts", ...quick, "--set", "size=40", "--backend", "webgpu", "--json"], folder).stdout) as Record_;
    expect(first![head!.indexOf("spike_hash")]).toBe(ran["spikeHash"]);
  });

  test("a sweep with auto chooses once, and goes on with what it was begun on", async () => {
    const folder = folderWith({ "net.ts": smallNetwork });
    const sweep = (backend: string) => synfire(["sweep", "net.ts", ...quick, "--set", "size=40", "--backend", backend, "--out", "out"], folder);
    if ((await gpuHere()).software) expect(sweep("auto").stderr).toContain("wasm, because");
    else expect(sweep("auto").stderr).toMatch(/^(wasm|webgpu), because/m);
    const again = sweep("auto").stderr;
    expect(again).toContain("because the sweep was begun on it");
    expect(again).toContain("1 of 1 points are finished already");
  });

  test("bench says what the GPU did in the timed stretch alone, and what each stage took there", async () => {
    const { name, software, timestamps } = await gpuHere();
    const run = (...more: string[]) => synfire(["bench", "B", "--seconds", "0.02", "--backend", "webgpu", ...more]);
    const measured = JSON.parse(run("--json").stdout) as Record_;
    // Delays of one step: an epoch is a step, and 0.02 s are 200 of them.
    expect(measured).toMatchObject({ backend: "webgpu", gpu: name, gpu_software: software, warmup_s: 0.02, epoch_steps: 1, epochs: 200 });
    const { submits, host_syncs: syncs, stages, moved_bytes: moved } = measured as Readonly<Record<string, number>>;
    expect(submits).toBeLessThan(200);
    expect(syncs).toBeLessThanOrEqual(2 * submits!);
    // In each epoch, v, both conductances and the refractory steps of 4000 neurons are read and written, beside what arrives.
    expect(moved).toBeGreaterThan(200 * 4000 * 4 * 2 * 4);
    if (timestamps) expect(stages).toMatchObject([{ stage: "advance", dispatches: 200 }, { stage: "deliver", dispatches: 200 }]);
    else expect(stages).toBeNull();
    expect(run().stdout).toContain("200 epochs of 1 step in 2 dispatches each");
  });
});
