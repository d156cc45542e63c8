/** The product of values and weights: sums of rows for those that are not 0 where these are few, as in images, else dense. */
import { panelLength } from "../kernels/panels.ts";
import { stripVectors } from "../kernels/rowSums.ts";
import { denseVectors } from "../kernels/trainingKernels.ts";
import { shareOf } from "./room.ts";
import type { Part, Room } from "./room.ts";
import type { Kernel } from "./roundedKernel.ts";
import type { Rows } from "./spikeProduct.ts";

/** Share of values that are not 0 up to which sums of rows are faster: they make about 14·10⁹ products a second where dense products make 21·10⁹. */
const sparseBelow = 0.6;

interface Strips { readonly address: number; readonly vectors: number; readonly panels: number }
interface List { readonly starts: number; readonly pairs: number }

export class ValueProduct {
  readonly #room: Room;
  readonly #kernel: Kernel;
  readonly #rows: number;
  readonly #dense: Strips;
  readonly #sparse: Strips;
  readonly #turned: Strips | undefined;
  /** Gradients of the micro-batch, for either kind of product. */
  readonly #gradients: readonly [dense: Strips, sparse: Strips];
  readonly #lists: readonly List[];

  /**
   * @param rows of a micro-batch
   * @param walked rows that a thread walks at a time
   * @param back whether gradients with respect to the values are wanted
   */
  constructor(room: Room, kernel: Kernel, rows: number, walked: number, back: boolean) {
    const { rows: inputs, columns, name } = kernel, { arena, threads } = room;
    const strips = (height: number, width: number, vectors: number): Strips =>
      ({ address: arena.allocate(4 * panelLength(height, width, vectors), name), vectors, panels: Math.ceil(width / (4 * vectors)) });
    const narrow = stripVectors(columns);
    this.#room = room;
    this.#kernel = kernel;
    this.#rows = rows;
    this.#dense = strips(inputs, columns, denseVectors);
    this.#sparse = strips(inputs, columns, narrow);
    this.#turned = back ? strips(columns, inputs, denseVectors) : undefined;
    this.#gradients = [strips(rows, columns, denseVectors), strips(rows, columns, narrow)];
    // Forwards a thread lists some rows with all inputs, for gradients all rows with some inputs.
    const starts = Math.max(walked, inputs) + 1, pairs = Math.max(walked * inputs, rows * (Math.ceil(inputs / threads) + 4));
    this.#lists = Array.from({ length: threads }, () => ({ starts: arena.allocate(4 * starts, name), pairs: arena.allocate(8 * pairs, name) }));
  }

  prepare(part: Part): void {
    const { rows, columns, stride, values } = this.#kernel;
    const cut = (to: Strips, rowStride: number, columnStride: number, height: number, width: number): void => {
      this.#room.kernels.panels(to.vectors)(values, rowStride, columnStride, height, width, to.address, ...shareOf(part, to.panels));
    };
    cut(this.#dense, stride, 4, rows, columns);
    cut(this.#sparse, stride, 4, rows, columns);
    if (this.#turned) cut(this.#turned, 4, stride, columns, rows);
  }

  /** Y = begin + X·W for some rows. */
  forward(part: Part, x: Rows, rows: number, begin: Rows, y: Rows): void {
    const { rows: inputs, columns } = this.#kernel, { kernels } = this.#room, { starts, pairs } = this.#lists[part.index]!;
    const count = kernels.valueLists(x.address, x.stride, rows, inputs, starts, pairs);
    if (count > sparseBelow * rows * inputs) return this.#multiply(part, x, rows, inputs, this.#dense, columns, begin, y);
    const { vectors, address, panels } = this.#sparse;
    kernels.weightedSums(vectors)(starts, pairs, 0, rows, address, inputs, begin.address, begin.stride, y.address, y.stride, columns, 0, panels);
  }

  /** X = begin + Y·Wᵀ for some rows. */
  backward(part: Part, y: Rows, rows: number, begin: Rows, x: Rows): void {
    const { rows: inputs, columns } = this.#kernel;
    this.#multiply(part, y, rows, columns, this.#turned!, inputs, begin, x);
  }

  /** Keeps some rows of gradients for `gradients`. @param first the first of them in the micro-batch */
  keep(y: Rows, first: number, rows: number): void {
    const { columns } = this.#kernel;
    for (const { vectors, address, panels } of this.#gradients) {
      const width = 4 * vectors, copy = this.#room.kernels.panels(vectors);
      for (let p = 0; p < panels; p++) {
        copy(y.address + 4 * width * p, y.stride, 4, rows, columns - width * p, address + 4 * width * (this.#rows * p + first), 0, 1);
      }
    }
  }

  /** dW += Xᵀ·Y over all rows, each part for some inputs. */
  gradients(part: Part, x: Rows, rows: number): void {
    const { rows: inputs, columns, stride, gradient } = this.#kernel, { kernels } = this.#room, { starts, pairs } = this.#lists[part.index]!;
    const [from, to] = shareOf(part, inputs, 4), [dense, sparse] = this.#gradients, at = gradient + from * stride;
    if (from === to) return;
    const count = kernels.valueListsAcross(x.address, x.stride, from, to, rows, starts, pairs);
    if (count <= sparseBelow * rows * (to - from)) {
      const { vectors, address, panels } = sparse;
      kernels.weightedSums(vectors)(starts, pairs, 0, to - from, address, this.#rows, at, stride, at, stride, columns, 0, panels);
      return;
    }
    // Strips lie for a whole micro-batch, so a smaller one walks strip by strip.
    const width = 4 * dense.vectors;
    for (let p = 0; p < dense.panels; p++) {
      const strip = dense.address + 4 * width * this.#rows * p, c = at + 4 * width * p;
      kernels.denseProduct(x.address + 4 * from, x.stride, 16, strip, c, stride, c, stride, to - from, rows, columns - width * p, 0, 1);
    }
  }

  #multiply(part: Part, a: Rows, m: number, k: number, { address, panels }: Strips, n: number, begin: Rows, c: Rows): void {
    const { kernels, tiles } = this.#room, at = tiles[part.index]!;
    kernels.tiles(a.address, a.stride, m, k, at);
    kernels.denseProduct(at, 16, 16 * k, address, begin.address, begin.stride, c.address, c.stride, m, k, n, 0, panels);
  }
}
