/** The products in WebAssembly, f32: second matrices are cut into strips at each use. */
import { invariant, SimulationError } from "../../../errors.ts";
import { columnsOf, panelLength } from "../../kernels/panels.ts";
import { denseTile, loadTrainingKernels } from "../../kernels/trainingKernels.ts";
import type { TrainingKernels } from "../../kernels/trainingKernels.ts";
import type { Reals } from "../../sequence.ts";
import type { Products } from "./products.ts";

const page = 65536;
/** Up to a strip is read beyond the end of an array. */
const spare = columnsOf(denseTile.vectors);

/** @param bytes room for all arrays together; pages that are not used cost nothing */
export async function wasmProducts(bytes = 2 ** 29): Promise<Products> {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / page), maximum: page });
  const kernels = await loadTrainingKernels(memory), arena = new Arena(memory.buffer);
  const strips = new Strips(kernels, arena);
  const { vectors } = denseTile, width = columnsOf(vectors);
  const add = (kernel: TrainingKernels["productRows"], a: Reals, stride: number, b: Strip, c: Reals, m: number): void => {
    const row = 4 * b.columns;
    const to = addressOf(memory, c), panels = Math.ceil(b.columns / width);
    kernel(addressOf(memory, a), stride, strips.cut(b), to, row, to, row, m, b.rows, b.columns, 0, panels);
  };
  const whole = (b: Reals, rows: number, columns: number): Strip =>
    ({ source: addressOf(memory, b), rowStride: 4 * columns, columnStride: 4, rows, columns });
  const transposed = (b: Reals, rows: number, columns: number): Strip =>
    ({ source: addressOf(memory, b), rowStride: 4, columnStride: 4 * columns, rows: columns, columns: rows });
  return {
    array: (length) => arena.array(length),
    forward: (y, x, w, rows, inputs, units) => add(kernels.productRows, x, 4 * inputs, whole(w, inputs, units), y, rows),
    backward: (x, y, w, rows, inputs, units) => add(kernels.productRows, y, 4 * units, transposed(w, inputs, units), x, rows),
    outer: (w, x, y, rows, inputs, units) => add(kernels.productColumns, x, 4 * inputs, whole(y, rows, units), w, inputs),
  };
}

/** A matrix to be cut; strides in bytes. */
interface Strip {
  readonly source: number;
  readonly rowStride: number;
  readonly columnStride: number;
  readonly rows: number;
  readonly columns: number;
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
}

/** Strips of the matrix of the moment. */
class Strips {
  readonly #kernels: TrainingKernels;
  readonly #arena: Arena;
  #room: Float32Array;

  constructor(kernels: TrainingKernels, arena: Arena) {
    this.#kernels = kernels;
    this.#arena = arena;
    this.#room = arena.array(0);
  }

  cut({ source, rowStride, columnStride, rows, columns }: Strip): number {
    const { vectors } = denseTile, length = panelLength(rows, columns, vectors);
    if (length > this.#room.length) this.#room = this.#arena.array(2 * length);
    const address = this.#room.byteOffset;
    this.#kernels.panels(vectors)(source, rowStride, columnStride, rows, columns, address, 0, Math.ceil(columns / columnsOf(vectors)));
    return address;
  }
}

function addressOf(memory: WebAssembly.Memory, array: Reals): number {
  invariant(array.buffer === memory.buffer, "an array of a WebAssembly product lies outside of its memory");
  return array.byteOffset;
}
