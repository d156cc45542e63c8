/** Runs WGSL expressions on arrays, one element an invocation. */
import { expressionText } from "../../../../src/backend/webgpu/wgsl/expression.ts";
import { Shader } from "../../../../src/backend/webgpu/wgsl/shader.ts";
import { guarded } from "../../../../src/backend/webgpu/gpu.ts";
import type { Expr } from "../../../../src/ir/expr.ts";
import { gpuHere } from "../../../support/gpu.ts";

/** Flags of the WebGPU specification, which are numbers. */
const usage = { mapRead: 1, copySource: 4, copyTarget: 8, storage: 128 } as const;
const mapRead = 1;

type Column = Float32Array | Uint32Array;

/**
 * The bits of `result`, a WGSL expression of the columns' names, for every element: u32, or f32 taken as bits. `statements` come before it.
 */
export async function evaluated(
  shader: Shader, result: string, columns: Readonly<Record<string, Column>>, statements: readonly string[] = [],
): Promise<Uint32Array<ArrayBuffer>> {
  const gpu = await gpuHere();
  const names = Object.keys(columns);
  const size = columns[names[0]!]!.length;
  const declared = names.map((n, k) => {
    const type = columns[n] instanceof Float32Array ? "f32" : "u32";
    return `@group(0) @binding(${k + 1}) var<storage, read> ${n}_column: array<${type}>;`;
  });
  const code = `
${shader.text()}
@group(0) @binding(0) var<storage, read_write> results: array<u32>;
${declared.join("\n")}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = id.x;
  if (at >= ${size}u) { return; }
${names.map((n) => `  let ${n} = ${n}_column[at];`).join("\n")}
${statements.join("\n")}
  results[at] = ${result};
}`;
  return guarded(gpu, "a test's shader", async () => {
    const { device } = gpu;
    const module = device.createShaderModule({ code });
    const pipeline = device.createComputePipeline({ layout: "auto", compute: { module, entryPoint: "main" } });
    const output = device.createBuffer({ size: 4 * size, usage: usage.storage | usage.copySource });
    const back = device.createBuffer({ size: 4 * size, usage: usage.copyTarget | usage.mapRead });
    const inputs = names.map((n) => {
      const buffer = device.createBuffer({ size: 4 * size, usage: usage.storage | usage.copyTarget });
      device.queue.writeBuffer(buffer, 0, columns[n] as Float32Array<ArrayBuffer>);
      return buffer;
    });
    const entries = [output, ...inputs].map((buffer, binding) => ({ binding, resource: { buffer } }));
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(Math.ceil(size / 64));
    pass.end();
    encoder.copyBufferToBuffer(output, 0, back, 0, 4 * size);
    device.queue.submit([encoder.finish()]);
    await back.mapAsync(mapRead);
    const result_ = new Uint32Array(back.getMappedRange().slice(0));
    for (const buffer of [output, back, ...inputs]) buffer.destroy();
    return result_;
  });
}

/** The values of an expression of a (and b). */
export async function evaluatedExpression(value: Expr, a: Float32Array, b?: Float32Array): Promise<Float32Array> {
  const shader = new Shader();
  const text = expressionText(shader, value, new Map([["a", "a"], ["b", "b"]]));
  const bits = await evaluated(shader, `bitcast<u32>(${text})`, b ? { a, b } : { a });
  return new Float32Array(bits.buffer);
}
