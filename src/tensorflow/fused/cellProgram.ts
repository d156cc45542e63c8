/** The WebAssembly of a layer of neurons. */
import { Module } from "../../backend/wasm/assembler.ts";
import type { CellLayout } from "../../train/cells/cellLayout.ts";
import { derive } from "../../train/cells/derive.ts";
import type { DerivedCell } from "../../train/cells/derivedCell.ts";
import { emitCell } from "../../train/cells/wasmCells.ts";
import type { CellsData } from "../../train/modelData.ts";
import { emitAddProduct, emitSpikeValues } from "./stepKernels.ts";

export interface CellProgram {
  readonly derived: DerivedCell;
  readonly layout: CellLayout;
  /** The functions over a memory; those of one memory are made once. */
  readonly over: (memory: WebAssembly.Memory) => CellFunctions;
}

export interface CellFunctions {
  readonly forward: (table: number, firstSample: number, lastSample: number, fromStep: number, toStep: number) => void;
  readonly backward: CellFunctions["forward"];
  /** See stepKernels.ts. */
  readonly spikeValues: (bits: number, bitStride: number, rows: number, units: number, values: number, stride: number) => void;
  readonly addProduct: (
    a: number, aStride: number, b: number, c: number, cStride: number, rows: number, inner: number, columns: number,
  ) => void;
}

/** Programs by layer, for as long as it lives. */
const programs = new WeakMap<CellsData, CellProgram>();

export function cellProgram(layer: CellsData): CellProgram {
  const known = programs.get(layer);
  if (known !== undefined) return known;
  const made = compile(layer);
  programs.set(layer, made);
  return made;
}

function compile({ cell, surrogate, values, learn, perNeuron, output, recurrent }: CellsData): CellProgram {
  const shown = output === "spikes" ? cell : { ...cell, membrane: output.state };
  const outputs = { spikes: output === "spikes" || recurrent !== undefined, membrane: output !== "spikes" };
  const derived = derive(shown, surrogate, { values, learn, perNeuron, outputs });
  const module = new Module();
  const layout = emitCell(module, "cell", derived, "f32", outputs.membrane);
  emitSpikeValues(module);
  emitAddProduct(module);
  const instances = new WeakMap<WebAssembly.Memory, CellFunctions>();
  const compiled = new Map<boolean, WebAssembly.Module>();
  return {
    derived, layout,
    over: (memory) => {
      const known = instances.get(memory);
      if (known !== undefined) return known;
      const shared = typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer;
      const code = compiled.get(shared) ?? new WebAssembly.Module(module.encode({ pages: 1, maximumPages: 65536, shared }));
      compiled.set(shared, code);
      const { exports } = new WebAssembly.Instance(code, { env: { memory } });
      const made = {
        forward: exports["cell_forward"], backward: exports["cell_backward"],
        spikeValues: exports["spike_values"], addProduct: exports["add_product"],
      } as unknown as CellFunctions;
      instances.set(memory, made);
      return made;
    },
  };
}
