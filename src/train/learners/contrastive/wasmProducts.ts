/** The products in WebAssembly, f32: at each use the first matrix is cut into tiles and the second into strips. */
import { invariant, SimulationError } from "../../../errors.ts";
import { tileRows } from "../../kernels/denseProduct.ts";
import { columnsOf, panelLength } from "../../kernels/panels.ts";
import { denseVectors, loadTrainingKernels } from "../../kernels/trainingKernels.ts";
import type { TrainingKernels } from "../../kernels/trainingKernels.ts";
import type { Reals } from "../../sequence.ts";
import type { Products } from "./products.ts";

const page = 65536;
/** Up to a strip is read beyond the end of an array, and up to three rows of a tile are written beyond. */
const spare = Math.max(columnsOf(denseVectors), 4 * tileRows);

/** @param bytes room for all arrays together; pages that are not used cost nothing */
export async function wasmProducts(bytes = 2 ** 29): Promise<Products> {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / page), maximum: page });
  const work = new Multiplication(await loadTrainingKernels(memory), new Arena(memory.buffer));
  return {
    array: (length) => work.arena.array(length),
    forward: (y, x, w, rows, inputs, units) => work.add(y, work.tiles(x, rows, inputs), work.strips(w, inputs, units), rows),
    backward: (x, y, w, rows, inputs, units) => work.add(x, work.tiles(y, rows, units), work.transposedStrips(w, inputs, units), rows),
    outer: (w, x, y, rows, inputs, units) => work.add(w, work.transposedTiles(x, inputs), work.strips(y, rows, units), inputs),
  };
}

interface Tiles { readonly address: number; readonly columnStride: number; readonly tileStride: number }
interface Strips { readonly address: number; readonly rows: number; readonly columns: number }

class Multiplication {
  readonly arena: Arena;
  readonly #kernels: TrainingKernels;
  #tileRoom: Float32Array;
  #stripRoom: Float32Array;

  constructor(kernels: TrainingKernels, arena: Arena) {
    this.#kernels = kernels;
    this.arena = arena;
    this.#tileRoom = this.#stripRoom = arena.array(0);
  }

  /** C += A·B, with `rows` rows in A. */
  add(c: Reals, a: Tiles, b: Strips, rows: number): void {
    const at = this.arena.addressOf(c), stride = 4 * b.columns, panels = Math.ceil(b.columns / columnsOf(denseVectors));
    this.#kernels.denseProduct(a.address, a.columnStride, a.tileStride, b.address, at, stride, at, stride, rows, b.rows, b.columns, 0, panels);
  }

  tiles(a: Reals, rows: number, columns: number): Tiles {
    const length = tileRows * Math.ceil(rows / tileRows) * columns;
    if (length > this.#tileRoom.length) this.#tileRoom = this.arena.array(2 * length);
    const address = this.#tileRoom.byteOffset;
    this.#kernels.tiles(this.arena.addressOf(a), 4 * columns, rows, columns, address);
    return { address, columnStride: 16, tileStride: 16 * columns };
  }

  /** Those of the transpose of a matrix with so many columns are there already. */
  transposedTiles(a: Reals, columns: number): Tiles {
    return { address: this.arena.addressOf(a), columnStride: 4 * columns, tileStride: 16 };
  }

  strips(b: Reals, rows: number, columns: number): Strips {
    return this.#cut(this.arena.addressOf(b), 4 * columns, 4, rows, columns);
  }

  transposedStrips(b: Reals, rows: number, columns: number): Strips {
    return this.#cut(this.arena.addressOf(b), 4, 4 * columns, columns, rows);
  }

  #cut(source: number, rowStride: number, columnStride: number, rows: number, columns: number): Strips {
    const length = panelLength(rows, columns, denseVectors);
    if (length > this.#stripRoom.length) this.#stripRoom = this.arena.array(2 * length);
    const address = this.#stripRoom.byteOffset, panels = Math.ceil(columns / columnsOf(denseVectors));
    this.#kernels.panels(denseVectors)(source, rowStride, columnStride, rows, columns, address, 0, panels);
    return { address, rows, columns };
  }
}

/** Hands out memory in order. */
class Arena {
  readonly #buffer: ArrayBuffer;
  #next = 16;

  constructor(buffer: ArrayBuffer) {
    this.#buffer = buffer;
  }

  array(length: number): Float32Array {
    const from = this.#next;
    this.#next += 16 * Math.ceil((length + spare) / 4);
    if (this.#next <= this.#buffer.byteLength) return new Float32Array(this.#buffer, from, length);
    throw new SimulationError("memory", `arrays of a learner need more than ${this.#buffer.byteLength} bytes`,
      "Use smaller batches, or give more: wasmProducts(2 ** 31).");
  }

  addressOf(array: Reals): number {
    invariant(array.buffer === this.#buffer, "an array of a WebAssembly product lies outside of its memory");
    return array.byteOffset;
  }
}
