/** All products and updates of training as one WebAssembly module over an imported memory. Addresses and strides are bytes. */
import { Module } from "../../backend/wasm/assembler.ts";
import { emitDenseProduct } from "./denseProduct.ts";
import type { Tile } from "./denseProduct.ts";
import { emitPanels } from "./panels.ts";
import { emitRowSums, widestSum } from "./rowSums.ts";
import { emitSampledProduct } from "./sampledProduct.ts";
import { emitBitsOf, emitValuesOf } from "./spikeBits.ts";
import { emitSpikeLists, emitTransposeBits } from "./spikeLists.ts";
import { emitAdam, emitColumnSums, emitSgd, emitSumOfSquares } from "./updates.ts";

/**
 * The tile of dense products. 10⁹ operations a second for 100 rows of 512 with 512 columns on an AMD EPYC (Zen 4): 4x2 27.4, 5x2 28.1, 6x2 27.3,
 * 4x3 28.8, 3x3 22.7, 3x4 18.5, 2x5 26.1, 8x1 20.7.
 */
export const denseTile: Tile = { rows: 4, vectors: 3 };

type Call = (...values: number[]) => number;

/** The functions by name; what they take is said where each is emitted. */
export interface TrainingKernels {
  readonly panels: (vectors: number) => Call;
  readonly rowSums: (vectors: number) => Call;
  readonly productRows: Call;
  readonly productColumns: Call;
  readonly sampledProduct: Call;
  readonly spikeLists: Call;
  readonly transposeBits: Call;
  readonly bitsOf: Call;
  readonly valuesOf: Call;
  readonly columnSums: Call;
  readonly adam: Call;
  readonly sgd: Call;
  readonly sumOfSquares: Call;
}

/** Adds the kernels to a module; others, such as those of cells, may be in it too. */
export function emitTrainingKernels(module: Module): void {
  for (let vectors = 1; vectors <= widestSum; vectors++) {
    emitPanels(module, vectors);
    emitRowSums(module, vectors);
  }
  emitDenseProduct(module, "rows", denseTile);
  emitDenseProduct(module, "columns", denseTile);
  emitSampledProduct(module);
  emitSpikeLists(module);
  emitTransposeBits(module);
  emitBitsOf(module);
  emitValuesOf(module);
  emitColumnSums(module);
  emitAdam(module);
  emitSgd(module);
  emitSumOfSquares(module);
}

/** @param exports of an instance of a module with these kernels */
export function trainingKernels(exports: WebAssembly.Exports): TrainingKernels {
  const named = (name: string): Call => exports[name] as Call;
  const { rows, vectors } = denseTile;
  return {
    panels: (v) => named(`panels_${v}`),
    rowSums: (v) => named(`row_sums_${v}`),
    productRows: named(`product_rows_${rows}x${vectors}`),
    productColumns: named(`product_columns_${rows}x${vectors}`),
    sampledProduct: named("sampled_product"),
    spikeLists: named("spike_lists"),
    transposeBits: named("transpose_bits"),
    bitsOf: named("bits_of"),
    valuesOf: named("values_of"),
    columnSums: named("column_sums"),
    adam: named("adam"),
    sgd: named("sgd"),
    sumOfSquares: named("sum_of_squares"),
  };
}

/** The largest memory that 32-bit addresses reach, in pages of 64 KiB. */
const mostPages = 65536;

/** An instance of its own over a memory, for who needs nothing else in the module. */
export async function loadTrainingKernels(memory: WebAssembly.Memory): Promise<TrainingKernels> {
  const module = new Module();
  emitTrainingKernels(module);
  const shared = typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer;
  const { instance } = await WebAssembly.instantiate(module.encode({ pages: 1, maximumPages: mostPages, shared }), { env: { memory } });
  return trainingKernels(instance.exports);
}
