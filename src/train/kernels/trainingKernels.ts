/** All products and updates of training as one WebAssembly module over an imported memory. Addresses and strides are bytes. */
import { Module } from "../../backend/wasm/assembler.ts";
import { emitDenseProduct, emitTiles } from "./denseProduct.ts";
import { emitPanels } from "./panels.ts";
import { emitRowSums, widestSum } from "./rowSums.ts";
import { emitSampledProduct } from "./sampledProduct.ts";
import { emitScaledRows } from "./scaledRows.ts";
import { emitBitsOf, emitValuesOf } from "./spikeBits.ts";
import { emitSpikeLists, emitTransposeBits } from "./spikeLists.ts";
import { emitValueLists, emitValueListsAcross } from "./valueLists.ts";
import { emitAdam, emitColumnSums, emitSgd, emitSumOfSquares } from "./updates.ts";

/**
 * Vectors of a strip for dense products, in tiles of four rows. 10⁹ operations a second for 400 rows of 700 with 512 columns on a core of an AMD
 * EPYC (Zen 4): 2 vectors 43.2, 3 vectors 27.3, whose sums do not all fit into registers.
 */
export const denseVectors = 2;

type Call = (...values: number[]) => number;

/** The functions by name; what they take is said where each is emitted. */
export interface TrainingKernels {
  readonly panels: (vectors: number) => Call;
  readonly rowSums: (vectors: number) => Call;
  readonly weightedSums: (vectors: number) => Call;
  readonly tiles: Call;
  readonly denseProduct: Call;
  readonly sampledProduct: Call;
  readonly spikeLists: Call;
  readonly valueLists: Call;
  readonly valueListsAcross: Call;
  readonly transposeBits: Call;
  readonly bitsOf: Call;
  readonly valuesOf: Call;
  readonly columnSums: Call;
  readonly adam: Call;
  readonly sgd: Call;
  readonly sumOfSquares: Call;
  readonly scaledRows: Call;
}

/** Adds the kernels to a module; others, such as those of cells, may be in it too. */
export function emitTrainingKernels(module: Module): void {
  for (let vectors = 1; vectors <= widestSum; vectors++) {
    emitPanels(module, vectors);
    emitRowSums(module, vectors);
    emitRowSums(module, vectors, "values");
  }
  emitTiles(module);
  emitDenseProduct(module, denseVectors);
  emitSampledProduct(module);
  emitSpikeLists(module);
  emitValueLists(module);
  emitValueListsAcross(module);
  emitTransposeBits(module);
  emitBitsOf(module);
  emitValuesOf(module);
  emitColumnSums(module);
  emitAdam(module);
  emitSgd(module);
  emitSumOfSquares(module);
  emitScaledRows(module);
}

/** @param exports of an instance of a module with these kernels */
export function trainingKernels(exports: WebAssembly.Exports): TrainingKernels {
  const named = (name: string): Call => exports[name] as Call;
  return {
    panels: (v) => named(`panels_${v}`),
    rowSums: (v) => named(`row_sums_${v}`),
    weightedSums: (v) => named(`weighted_sums_${v}`),
    tiles: named("tiles"),
    denseProduct: named(`dense_product_${denseVectors}`),
    sampledProduct: named("sampled_product"),
    spikeLists: named("spike_lists"),
    valueLists: named("value_lists"),
    valueListsAcross: named("value_lists_across"),
    transposeBits: named("transpose_bits"),
    bitsOf: named("bits_of"),
    valuesOf: named("values_of"),
    columnSums: named("column_sums"),
    adam: named("adam"),
    sgd: named("sgd"),
    sumOfSquares: named("sum_of_squares"),
    scaledRows: named("scaled_rows"),
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
