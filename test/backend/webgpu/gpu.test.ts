/** The device: opened once, its errors named, its loss survived. */
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { bufferUsage, mapRead } from "../../../src/backend/webgpu/flags.ts";
import { findGpu, guarded, openGpu } from "../../../src/backend/webgpu/gpu.ts";
import type { Gpu } from "../../../src/backend/webgpu/gpu.ts";
import { built } from "../../cli/synfire.ts";
import { gpuHere, gpuSkipped, noGpu } from "../../support/gpu.ts";

/** Doubles the numbers of a buffer and reads them back. */
async function doubled(gpu: Gpu, numbers: Float32Array<ArrayBuffer>): Promise<Float32Array> {
  const { device } = gpu;
  const code = `@group(0) @binding(0) var<storage, read_write> x: array<f32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { if (id.x < arrayLength(&x)) { x[id.x] *= 2; } }`;
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module: device.createShaderModule({ code }) } });
  const usage = bufferUsage.storage | bufferUsage.copyDestination | bufferUsage.copySource;
  const buffer = device.createBuffer({ size: numbers.byteLength, usage });
  const staging = device.createBuffer({ size: numbers.byteLength, usage: bufferUsage.mapRead | bufferUsage.copyDestination });
  device.queue.writeBuffer(buffer, 0, numbers);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [{ binding: 0, resource: { buffer } }] }));
  pass.dispatchWorkgroups(Math.ceil(numbers.length / 64));
  pass.end();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, numbers.byteLength);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(mapRead);
  const result = new Float32Array(staging.getMappedRange().slice(0));
  buffer.destroy();
  staging.destroy();
  return result;
}

const invalidBuffer = ({ device }: Gpu) => device.createBuffer({ size: 4, usage: bufferUsage.mapRead | bufferUsage.storage });

const found = await findGpu();

describe.skipIf(noGpu)(`a GPU${gpuSkipped}`, () => {
  test("is one device for all who ask, also at once", async () => {
    const [a, b] = await Promise.all([openGpu(), openGpu()]);
    expect(a.device).toBe(b.device);
    expect(await findGpu()).toEqual({ gpu: a });
    expect(a.lost).toBeUndefined();
  });

  test("has a name, and the limits of its adapter instead of WebGPU's defaults", async () => {
    const { name, limits, device } = await gpuHere();
    expect(name).toMatch(/\w/);
    expect(limits).toBe(device.limits);
    expect(limits.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(128 * 1024 ** 2);
    expect(limits.maxStorageBuffersPerShaderStage).toBeGreaterThanOrEqual(8);
    expect(limits.maxBufferSize).toBeGreaterThan(256 * 1024 ** 2);
  });

  test("computes", async () => {
    const gpu = await gpuHere();
    const numbers = Float32Array.from({ length: 1000 }, (_, i) => i / 3);
    expect(await guarded(gpu, "doubling", () => doubled(gpu, numbers))).toEqual(numbers.map((x) => 2 * x));
  });

  test("that is lost says why, fails the work on it, and is opened anew", async () => {
    const gpu = await openGpu();
    const pending = guarded(gpu, "population E on the GPU", async () => {
      gpu.device.destroy();
      await gpu.device.createBuffer({ size: 16, usage: bufferUsage.mapRead }).mapAsync(mapRead);
    });
    await expect(pending).rejects.toMatchObject({ name: "SimulationError", code: "webgpu-lost" });
    await expect(pending).rejects.toThrow(/^population E on the GPU: the GPU was lost: destroyed.*\n {2}Compile the network again/);
    expect(gpu.lost?.reason).toContain("destroyed");
    await expect(guarded(gpu, "a second try", () => 1)).rejects.toMatchObject({ code: "webgpu-lost" });
    const fresh = await openGpu();
    expect(fresh.device).not.toBe(gpu.device);
    expect(await doubled(fresh, Float32Array.of(1, 2))).toEqual(Float32Array.of(2, 4));
  });
});

describe.skipIf(noGpu)(`a program that has opened the GPU${gpuSkipped}`, () => {
  const gpuScript = pathToFileURL(join(dirname(built()), "../backend/webgpu/gpu.js")).href;
  const run = (program: string) => spawnSync(process.execPath, ["--expose-gc", "--input-type=module", "-e", program], { encoding: "utf8" });

  test("computes on through garbage collections, and ends by itself", () => {
    const { status, stdout } = run(`
      const { openGpu } = await import("${gpuScript}");
      const { device } = await openGpu();
      for (let i = 0; i < 20; i++) {
        gc();
        await new Promise((resolve) => setTimeout(resolve, 5));
        const buffer = device.createBuffer({ size: 1 << 20, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
        await buffer.mapAsync(GPUMapMode.READ);
        buffer.destroy();
      }
      console.log("done");`);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "done\n" });
  });

  test("ends by itself while an answer of the GPU is still due", () => {
    const { status } = run(`
      const { openGpu } = await import("${gpuScript}");
      const { device } = await openGpu();
      void device.createBuffer({ size: 1 << 20, usage: GPUBufferUsage.MAP_READ }).mapAsync(GPUMapMode.READ);`);
    expect(status).toBe(0);
  });

  test("opens one in every worker thread", () => {
    const { status, stdout } = run(`
      import { Worker } from "node:worker_threads";
      const program = 'import("${gpuScript}").then(({ openGpu }) => openGpu()).then(({ name }) => console.log(name))';
      const ended = [1, 2].map(() => new Promise((resolve) => new Worker(program, { eval: true }).on("exit", resolve)));
      process.exitCode = Math.max(...(await Promise.all(ended)));`);
    expect(status).toBe(0);
    expect(stdout.trim().split("\n")).toEqual(Array(2).fill("gpu" in found ? found.gpu.name : ""));
  });
});

describe.skipIf(noGpu)(`work that is guarded${gpuSkipped}`, () => {
  test("gives its result", async () => {
    const gpu = await gpuHere();
    expect(await guarded(gpu, "a sum", () => 3)).toBe(3);
    expect(await guarded(gpu, "a sum", () => Promise.resolve(4))).toBe(4);
  });

  test("names itself in a validation error", async () => {
    const gpu = await gpuHere();
    const work = guarded(gpu, "kernel update_E", () => void invalidBuffer(gpu));
    await expect(work).rejects.toMatchObject({ name: "SimulationError", code: "webgpu-validation" });
    await expect(work).rejects.toThrow(/^kernel update_E: .* refused it: .*usage/i);
  });

  test("names itself in an error of what follows its first await", async () => {
    const gpu = await gpuHere();
    const work = guarded(gpu, "kernel update_E", async () => {
      await gpu.device.queue.onSubmittedWorkDone();
      invalidBuffer(gpu);
    });
    await expect(work).rejects.toMatchObject({ code: "webgpu-validation" });
  });

  test("that overlaps with faulty work passes when the fault came in the other's scope", async () => {
    const gpu = await gpuHere();
    const good = guarded(gpu, "the good one", async () => {
      await gpu.device.queue.onSubmittedWorkDone();
      return 1;
    });
    const bad = guarded(gpu, "the bad one", () => void invalidBuffer(gpu));
    await expect(bad).rejects.toThrow(/^the bad one/);
    expect(await good).toBe(1);
  });

  test("throws its own error where the GPU has nothing to say, and the GPU's error with its own as the cause otherwise", async () => {
    const gpu = await gpuHere();
    const mistake = new RangeError("seven is not even");
    await expect(guarded(gpu, "a sum", () => { throw mistake; })).rejects.toBe(mistake);
    const both = guarded(gpu, "a sum", () => {
      invalidBuffer(gpu);
      throw mistake;
    });
    await expect(both).rejects.toMatchObject({ code: "webgpu-validation", cause: mistake });
  });

  test("throws the error of a call that stood outside any guarded work before it", async () => {
    const gpu = await gpuHere();
    invalidBuffer(gpu);
    const next = guarded(gpu, "delivery", () => 1);
    await expect(next).rejects.toThrow(/^before delivery: /);
    expect(await guarded(gpu, "delivery", () => 1)).toBe(1);
  });

  // A card's memory belongs to its owner.
  const software = "gpu" in found && found.gpu.software;
  test.skipIf(!software)(`is told that the memory is used up${software ? "" : " (skipped: tried with a software driver only)"}`, async () => {
    const gpu = await gpuHere();
    const buffers: GPUBuffer[] = [];
    const out = guarded(gpu, "projection E→I", () => {
      for (let i = 0; i < 4096; i++) buffers.push(gpu.device.createBuffer({ size: gpu.limits.maxBufferSize, usage: bufferUsage.storage }));
    });
    await expect(out).rejects.toMatchObject({ name: "UnsupportedError", code: "webgpu-memory" });
    await expect(out).rejects.toThrow(/^projection E→I: .* has no memory left/);
    for (const buffer of buffers) buffer.destroy();
    expect(await doubled(gpu, Float32Array.of(1))).toEqual(Float32Array.of(2));
  });
});
