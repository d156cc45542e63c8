/** The WebAssembly back-end: one module for a program, compiled in milliseconds. */
import { UnsupportedError } from "../../errors.ts";
import type { Backend, Executable, Program } from "../contract.ts";
import { Module } from "./assembler.ts";
import { emitFlushKernel, emitMapKernel } from "./mapKernel.ts";
import { emitFillKernel } from "./fillKernel.ts";
import { emitScatterKernel } from "./scatterKernel.ts";
import { emitSchedule } from "./scheduleKernel.ts";

type Exported = (...values: number[]) => number;

/** Pages the memory may grow to; what `Arena` makes. */
const maximumPages = 65536;

export const wasmBackend: Backend = {
  name: "wasm",
  async prepare(program: Program, memory: WebAssembly.Memory): Promise<Executable> {
    const module = new Module();
    const updates = program.maps.map((layout) => emitMapKernel(module, layout.kernel, layout, program.precision));
    const fills = program.maps.map((layout) =>
      layout.kernel.draws.length > 0
        ? emitFillKernel(module, layout.kernel, { ...layout, keyAddress: program.keyAddress }, program.precision)
        : undefined,
    );
    const flushes = program.maps.map((layout) =>
      (layout.kernel.flush ?? []).length > 0 ? emitFlushKernel(module, layout.kernel, layout, program.precision) : undefined,
    );
    const delivers = program.scatters.map((layout) => emitScatterKernel(module, layout));
    emitSchedule(module, program.schedule, { updates, fills, flushes, delivers });
    const bytes = module.encode({ pages: 1, maximumPages, shared: false });
    let exports: Record<string, Exported>;
    try {
      const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
      exports = instance.exports as unknown as Record<string, Exported>;
    } catch (error) {
      throw new UnsupportedError(
        "webassembly",
        `this runtime cannot run the generated WebAssembly: ${(error as Error).message}`,
        'It needs WebAssembly SIMD (Node 16.4, Chrome 91, Firefox 89, Safari 16.4). Use backend: "interpreter" meanwhile.',
      );
    }
    const run = exports["run"]!,
      deliver = delivers.map((f) => exports[f.name]!);
    return {
      run: (from, steps) => run(from, steps) !== 0,
      deliver: (scatter, list, count, slot) => void deliver[scatter]!(list, count, slot),
      text: () => module.print(),
    };
  },
};
