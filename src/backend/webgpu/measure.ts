/** How fast a GPU is in what simulating does with it: many small kernels, one after the other, that stream arrays. */
import { bufferUsage } from "./flags.ts";
import { guarded } from "./gpu.ts";
import type { Gpu } from "./gpu.ts";

export interface GpuSpeed {
  /** Seconds that a dispatch of one small kernel adds to a pass. */
  readonly dispatch: number;
  /** Seconds from handing over a pass of one dispatch to hearing that it is done. */
  readonly submit: number;
  /** Bytes a second, read and written together, of a kernel that copies an array. */
  readonly bandwidth: number;
}

/** Twice this is beyond the caches of any card of 2026, and it is the binding size that every WebGPU grants. */
const cardBytes = 128 * 1024 ** 2;
const softwareBytes = 4 * 1024 ** 2;
const workgroup = 64;
/** A series is long enough when it takes this many seconds. */
const longEnough = 0.02;
const repeats = 7;

/**
 * Measures by the clock, as medians of 7: a few tenths of a second on a card, up to 1 s on a software driver. What else runs at the same time
 * slows it.
 *
 * @throws {SimulationError | UnsupportedError} as `guarded`
 */
export async function measureGpu(gpu: Gpu): Promise<GpuSpeed> {
  return guarded(gpu, "measuring the GPU", async () => {
    const size = gpu.software ? softwareBytes : cardBytes;
    const [from, to] = [0, 1].map(() => gpu.device.createBuffer({ size, usage: bufferUsage.storage })) as [GPUBuffer, GPUBuffer];
    try {
      const seconds = await passes(gpu.device, from, to);
      const groups = size / 16 / workgroup;
      // The first pass also compiles the kernel.
      await seconds(1, groups);
      const submit = await median(() => seconds(1, 1));
      const dispatch = await slope((count) => seconds(count, 1));
      return { submit, dispatch, bandwidth: (2 * size) / (await slope((count) => seconds(count, groups))) };
    } finally {
      from.destroy();
      to.destroy();
    }
  });
}

/** @returns a function that runs one pass of so many copies of so many workgroups, and resolves to the seconds it took */
async function passes(device: GPUDevice, from: GPUBuffer, to: GPUBuffer): Promise<(count: number, groups: number) => Promise<number>> {
  const code = `
@group(0) @binding(0) var<storage, read> from_array: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> to_array: array<vec4f>;
@compute @workgroup_size(${workgroup})
fn copy(@builtin(global_invocation_id) id: vec3u) { to_array[id.x] = from_array[id.x]; }`;
  const compute = { module: device.createShaderModule({ label: "copy", code }) };
  const pipeline = await device.createComputePipelineAsync({ label: "copy", layout: "auto", compute });
  const entries = [from, to].map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  return async (count, groups) => {
    const before = performance.now();
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    for (let i = 0; i < count; i++) pass.dispatchWorkgroups(groups);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return (performance.now() - before) / 1e3;
  };
}

/** Seconds that one more adds, of a series that is made long enough to be told from the cost of starting it. */
async function slope(seconds: (count: number) => Promise<number>): Promise<number> {
  let count = 4;
  while ((await seconds(count)) < longEnough && count < 1 << 14) count *= 2;
  const long = await median(() => seconds(count));
  const short = await median(() => seconds(count / 4));
  return Math.max(long - short, 0.1 * long) / (count - count / 4);
}

async function median(measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let i = 0; i < repeats; i++) values.push(await measure());
  return values.sort((a, b) => a - b)[repeats >> 1]!;
}
