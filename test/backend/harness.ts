/** Runs one map kernel compiled to WebAssembly on arrays of ordinary numbers. */
import type { Expr } from "../../src/ir/expr.ts";
import type { MapKernel } from "../../src/ir/kernel.ts";
import { Module } from "../../src/backend/wasm/assembler.ts";
import type { Precision } from "../../src/backend/wasm/lanes.ts";
import { emitFlushKernel, emitMapKernel, type MapOptions } from "../../src/backend/wasm/mapKernel.ts";

export const padded = (n: number): number => Math.ceil(n / 16) * 16;

/** The kernel's function and views of its arrays; every array is filled with zeros up to the padding. */
export function compiled(kernel: MapKernel, size: number, precision: Precision, options?: MapOptions) {
  const bytes = precision === "f32" ? 4 : 8;
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 64 });
  const names = [...kernel.state, ...kernel.constants, ...kernel.inputs, ...kernel.draws.map((d) => d.name)];
  const stride = (padded(size) + 16) * bytes;
  const addressOf = (name: string) => 1024 + stride * names.indexOf(name);
  const scalarsAt = 1024 + stride * names.length;
  const listAt = scalarsAt + 16 * bytes;
  const module = new Module();
  emitMapKernel(module, kernel, { size, address: addressOf, drawAddress: addressOf }, precision, options);
  emitFlushKernel(module, kernel, { size, address: addressOf, drawAddress: addressOf }, precision);
  const bytecode = module.encode({ pages: 64, maximumPages: 64, shared: false });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytecode), { env: { memory } });
  const run = instance.exports[kernel.name] as (...args: number[]) => number;
  const view = (at: number, length: number): Float32Array | Float64Array =>
    precision === "f32" ? new Float32Array(memory.buffer, at, length) : new Float64Array(memory.buffer, at, length);
  const flush = instance.exports[`flush_${kernel.name}`] as (lo: number, hi: number) => void;
  return {
    module,
    flush: () => flush(0, padded(size)),
    view: (name: string) => view(addressOf(name), padded(size)),
    scalars: view(scalarsAt, 16),
    step: (lo = 0, hi = padded(size)) => {
      const result = run(lo, hi, listAt, scalarsAt, ...kernel.inputs.map(addressOf));
      return { result, spikes: [...new Uint32Array(memory.buffer, listAt, Math.max(0, result))] };
    },
  };
}

/** A function of one or two variables as a kernel: y = f(a, b). */
export function applied(value: Expr, inputs: readonly string[]): MapKernel {
  const body = [{ kind: "assign", name: "y", value }] as const;
  return { name: "apply", state: ["y"], constants: inputs, scalars: [], inputs: [], draws: [], body, finite: [] };
}
