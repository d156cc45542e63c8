/** The WebAssembly back-end: one module for a program, compiled in milliseconds. */
import { UnsupportedError } from "../../errors.ts";
import type { Backend, Executable, Program } from "../contract.ts";
import { edgeFailure } from "./actions.ts";
import { Module } from "./assembler.ts";
import { emitFlushKernel, emitMapKernel } from "./mapKernel.ts";
import { emitFillKernel } from "./fillKernel.ts";
import { emitEdgeKernel } from "./edgeKernel.ts";
import { emitProceduralKernel } from "./proceduralKernel.ts";
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
    const delivers = program.scatters.map((layout) =>
      "rule" in layout ? emitProceduralKernel(module, layout, program.keyAddress) : emitScatterKernel(module, layout));
    const arrives = (program.arrivals ?? []).map((layout) => emitScatterKernel(module, layout));
    const auxiliaries = program.auxiliaries.map((layout) => ({
      update: emitMapKernel(module, layout.kernel, layout, program.precision),
      flush: (layout.kernel.flush ?? []).length > 0 ? emitFlushKernel(module, layout.kernel, layout, program.precision) : undefined,
    }));
    const edges = program.edges.map((layout) => emitEdgeKernel(module, layout, program.precision, program.keyAddress));
    emitSchedule(module, program.schedule, { updates, fills, flushes, delivers, arrives, auxiliaries, edges });
    const bytes = module.encode({ pages: 1, maximumPages, shared: isShared(memory) });
    let exports: Record<string, Exported>;
    let compiled: WebAssembly.Module;
    try {
      compiled = await WebAssembly.compile(bytes);
      const instance = await WebAssembly.instantiate(compiled, { env: { memory } });
      exports = instance.exports as unknown as Record<string, Exported>;
    } catch (error) {
      throw new UnsupportedError(
        "webassembly",
        `this runtime cannot run the generated WebAssembly: ${(error as Error).message}`,
        'It needs WebAssembly SIMD (Node 16.4, Chrome 91, Firefox 89, Safari 16.4). Use backend: "interpreter" meanwhile.',
      );
    }
    const { failure, after } = program.schedule;
    const run = exports["run"]!,
      deliver = delivers.map((f) => exports[f.name]!);
    return {
      run: (from, steps) => run(from, steps) !== 0,
      deliver: (scatter, list, count, slot) => void deliver[scatter]!(list, count, slot),
      after: (step) => after.length > 0 && exports["after"]!(step, 0) !== 0,
      visit: (edge, step) => {
        const failed = exports[program.edges[edge]!.kernel.name]!(step);
        if (failed !== 0) new Uint32Array(memory.buffer, failure, 3).set([edgeFailure + edge, failed - 1, step]);
        return failed !== 0;
      },
      module: compiled,
      text: () => module.print(),
    };
  },
};

const isShared = (memory: WebAssembly.Memory): boolean => typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer;
