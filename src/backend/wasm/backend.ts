/** The WebAssembly back-end: one module for a program, compiled in milliseconds. */
import { UnsupportedError } from "../../errors.ts";
import type { Backend, Executable, Program } from "../contract.ts";
import { Module } from "./assembler.ts";
import { emitMapKernel } from "./mapKernel.ts";
import { emitFillKernel } from "./fillKernel.ts";
import { emitScatterKernel } from "./scatterKernel.ts";

type Exported = (...values: number[]) => number;

/** Pages the memory may grow to; what `Arena` makes. */
const maximumPages = 65536;

export const wasmBackend: Backend = {
  name: "wasm",
  async prepare(program: Program, memory: WebAssembly.Memory): Promise<Executable> {
    const module = new Module();
    const maps = program.maps.map((layout) => ({
      update: emitMapKernel(module, layout.kernel, layout, program.precision).name,
      fill: layout.kernel.draws.length > 0 ? emitFillKernel(module, layout.kernel, { ...layout, keyAddress: program.keyAddress }, program.precision).name : undefined,
    }));
    const scatters = program.scatters.map((layout) => emitScatterKernel(module, layout).name);
    const bytes = module.encode({ pages: 1, maximumPages, shared: false });
    let exports: Record<string, Exported>;
    try {
      const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
      exports = instance.exports as unknown as Record<string, Exported>;
    } catch (error) {
      throw new UnsupportedError("webassembly", `this runtime cannot run the generated WebAssembly: ${(error as Error).message}`, 'It needs WebAssembly SIMD (Node 16.4, Chrome 91, Firefox 89, Safari 16.4). Use backend: "interpreter" meanwhile.');
    }
    const updates = maps.map(({ update }) => exports[update]!), fills = maps.map(({ fill }) => (fill === undefined ? undefined : exports[fill]!)), delivers = scatters.map((name) => exports[name]!);
    return {
      advance(map, lo, hi, step, list, scalars, inputs) {
        fills[map]?.(lo, hi, step, scalars);
        const update = updates[map]!;
        // Calls with a fixed number of arguments are several times cheaper than a spread.
        switch (inputs.length) {
          case 0: return update(lo, hi, list, scalars);
          case 1: return update(lo, hi, list, scalars, inputs[0]!);
          case 2: return update(lo, hi, list, scalars, inputs[0]!, inputs[1]!);
          default: return update(lo, hi, list, scalars, ...inputs);
        }
      },
      deliver(scatter, list, count, slot) {
        delivers[scatter]!(list, count, slot);
      },
      text: () => module.print(),
    };
  },
};
