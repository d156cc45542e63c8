/** Our own WebGPU kernels: the weights stay on the GPU and change in place; rates go there, and sums come back, once an update. */
import { invariant, UnsupportedError } from "../../errors.ts";
import { bufferUsage, mapRead } from "../../backend/webgpu/flags.ts";
import { guarded } from "../../backend/webgpu/gpu.ts";
import type { Gpu } from "../../backend/webgpu/gpu.ts";
import { requireRuleKernel } from "../kernelSource.ts";
import type { Engine, Matrix, MatrixSpec, Reals, RuleArguments } from "../matrix.ts";
import { javascriptUnits } from "./javascript.ts";
import { productGroup, productText, ruleGroup, ruleText } from "./webGpuText.ts";

export function webGpuEngine(gpu: Gpu): Engine {
  return {
    name: "webgpu",
    device: gpu.name,
    matrix: (spec) => guarded(gpu, spec.what, () => webGpuMatrix(gpu, spec)),
    units: (_what, _units, activation, isArray) => javascriptUnits(activation, isArray),
    dispose: () => {},
  };
}

const bytes = Float32Array.BYTES_PER_ELEMENT;
const most = 65535;

async function webGpuMatrix(gpu: Gpu, spec: MatrixSpec): Promise<Matrix> {
  const { rows, columns, what } = spec;
  const { device, limits } = gpu;
  const size = rows * columns * bytes;
  if (size > Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize)) {
    throw new UnsupportedError("webgpu-memory", `${what}: ${rows} × ${columns} weights are more than one buffer of ${gpu.name} holds`,
      'Split the layer, or use engine: "wasm".');
  }
  const kernel = requireRuleKernel(spec);
  const storage = (reals: number, usage: number) => device.createBuffer({ size: Math.max(1, reals) * bytes, usage: bufferUsage.storage | usage });
  const { copyDestination, copySource } = bufferUsage;
  const weights = storage(rows * columns, copyDestination | copySource);
  const rates = storage(rows, copyDestination), sums = storage(columns, copySource);
  const counts = { pre: count(spec, "pre"), post: count(spec, "post"), number: count(spec, "number") };
  const sides = { pre: storage(counts.pre * rows, copyDestination), post: storage(counts.post * columns, copyDestination),
    number: storage(counts.number, copyDestination) };
  const staging = device.createBuffer({ size: Math.max(columns, 1) * bytes, usage: bufferUsage.mapRead | copyDestination });
  const product = await step(device, productText(rows, columns), [weights, rates, sums]);
  const rule = kernel ? await step(device, ruleText(spec, kernel), ruleBuffers(spec, weights, sides)) : undefined;
  const packed = { pre: new Float32Array(counts.pre * rows), post: new Float32Array(counts.post * columns), number: new Float32Array(counts.number) };

  const submit = ({ pipeline, group }: Step, x: number, y: number, copy?: (encoder: GPUCommandEncoder) => void): void => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(x, y);
    pass.end();
    copy?.(encoder);
    device.queue.submit([encoder.finish()]);
  };
  const readBack = async (buffer: GPUBuffer, length: number): Promise<Float32Array> => {
    await buffer.mapAsync(mapRead);
    const found = new Float32Array(buffer.getMappedRange(0, length * bytes)).slice();
    buffer.unmap();
    return found;
  };
  return {
    multiply: async (values, into) => {
      device.queue.writeBuffer(rates, 0, values as Float32Array<ArrayBuffer>);
      submit(product, Math.ceil(columns / productGroup.columns), 1, (encoder) => encoder.copyBufferToBuffer(sums, 0, staging, 0, columns * bytes));
      // To ask for errors is another way there and back: only a failure is looked into.
      const found = await readBack(staging, columns).catch((error: unknown) => guarded(gpu, what, (): Float32Array => {
        throw error;
      }));
      into.set(found);
    },
    learn: (values) => {
      invariant(rule, "only matrices with a rule learn");
      pack(spec, values, packed);
      for (const side of ["pre", "post", "number"] as const) if (packed[side].length > 0) device.queue.writeBuffer(sides[side], 0, packed[side]);
      submit(rule, Math.ceil(columns / ruleGroup.columns), Math.min(most, Math.ceil(rows / ruleGroup.rows)));
    },
    read: () => guarded(gpu, what, async () => {
      const copy = device.createBuffer({ size, usage: bufferUsage.mapRead | copyDestination });
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(weights, 0, copy, 0, size);
      device.queue.submit([encoder.finish()]);
      const found = await readBack(copy, rows * columns);
      copy.destroy();
      return found;
    }),
    write: (values) => {
      device.queue.writeBuffer(weights, 0, Float32Array.from(values));
      // What was written and not followed by work would stay in memory as long as the buffer.
      device.queue.submit([]);
    },
    dispose: () => {
      for (const buffer of [weights, rates, sums, sides.pre, sides.post, sides.number, staging]) buffer.destroy();
    },
  };
}

interface Step {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
}

/** A kernel and the buffers it works on, in the order of their bindings. */
async function step(device: GPUDevice, code: string, buffers: readonly GPUBuffer[]): Promise<Step> {
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module, entryPoint: "main" } });
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  return { pipeline, group: device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }) };
}

const count = ({ kinds }: MatrixSpec, kind: "pre" | "post" | "number"): number => kinds.filter((k) => k === kind).length;

/** The weights, and what the rule reads of each side: buffers that it has no use for are left out of the shader too. */
function ruleBuffers(spec: MatrixSpec, weights: GPUBuffer, sides: Readonly<Record<"pre" | "post" | "number", GPUBuffer>>): readonly GPUBuffer[] {
  return [weights, ...(["pre", "post", "number"] as const).filter((side) => count(spec, side) > 0).map((side) => sides[side])];
}

function pack(spec: MatrixSpec, values: RuleArguments, packed: Readonly<Record<"pre" | "post" | "number", Float32Array>>): void {
  const next = { pre: 0, post: 0, number: 0 };
  spec.kinds.forEach((kind, k) => {
    const value = values[k]!;
    if (typeof value === "number") packed.number[next.number++] = value;
    else {
      packed[kind].set(value as Reals, next[kind]);
      next[kind] += value.length;
    }
  });
}
