/** The product of spikes and a matrix of weights, with the gradient of the weights: what dense and recurrent connections share. */
import { panelLength } from "../kernels/panels.ts";
import { stripVectors } from "../kernels/rowSums.ts";
import { denseVectors } from "../kernels/trainingKernels.ts";
import { shareOf } from "./room.ts";
import type { Part, Room } from "./room.ts";
import type { Kernel } from "./roundedKernel.ts";

/** Rows of numbers or bits in memory. */
export interface Rows { readonly address: number; readonly stride: number }

export class SpikeProduct {
  readonly #room: Room;
  readonly #kernel: Kernel;
  readonly #vectors: number;
  readonly #panels: number;
  readonly #strips: number;
  readonly #turned: number;
  /** Rows of gradients as strips, all of a micro-batch. */
  readonly #gradientStrips: number;
  readonly #rows: number;
  /** Lists of the rows that one thread walks at a time. */
  readonly #lists: readonly { readonly starts: number; readonly ids: number }[];
  readonly #across: { readonly bits: number; readonly starts: number; readonly ids: number; readonly stride: number };

  /**
   * @param rows of a micro-batch
   * @param walked rows that a thread walks at a time
   * @param back whether gradients with respect to the spikes are wanted
   */
  constructor(room: Room, kernel: Kernel, rows: number, walked: number, back: boolean) {
    const { arena } = room;
    const what = kernel.name;
    this.#room = room;
    this.#kernel = kernel;
    this.#rows = rows;
    this.#vectors = stripVectors(kernel.columns);
    this.#panels = Math.ceil(kernel.columns / (4 * this.#vectors));
    this.#strips = arena.allocate(4 * panelLength(kernel.rows, kernel.columns, this.#vectors), what);
    this.#turned = back ? arena.allocate(4 * panelLength(kernel.columns, kernel.rows, denseVectors), what) : 0;
    this.#gradientStrips = arena.allocate(4 * panelLength(rows, kernel.columns, this.#vectors), what);
    this.#lists = Array.from({ length: room.threads }, () => ({
      starts: arena.allocate(4 * (walked + 1), what), ids: arena.allocate(4 * walked * kernel.rows, what),
    }));
    const stride = 4 * Math.ceil(rows / 32), inputs = 32 * Math.ceil(kernel.rows / 32);
    this.#across = {
      stride, bits: arena.allocate(inputs * stride, what), starts: arena.allocate(4 * (inputs + room.threads), what),
      ids: arena.allocate(4 * inputs * rows, what),
    };
  }

  /** Weights changed. */
  prepare(part: Part): void {
    const { kernels } = this.#room;
    const { rows, columns, stride, values } = this.#kernel;
    kernels.panels(this.#vectors)(values, stride, 4, rows, columns, this.#strips, ...shareOf(part, this.#panels));
    if (this.#turned === 0) return;
    kernels.panels(denseVectors)(values, 4, stride, columns, rows, this.#turned, ...shareOf(part, turnedPanels(rows)));
  }

  /** Y = begin + spikes·W for some rows. */
  forward(part: Part, spikes: Rows, rows: number, begin: Rows, y: Rows): void {
    const { kernels } = this.#room;
    const { starts, ids } = this.#list(part, spikes, rows);
    const { rows: inputs, columns } = this.#kernel;
    kernels.rowSums(this.#vectors)(
      starts, ids, 0, rows, this.#strips, inputs, begin.address, begin.stride, y.address, y.stride, columns, 0, this.#panels);
  }

  /** X = begin + Y·Wᵀ for some rows. */
  backward(part: Part, y: Rows, rows: number, begin: Rows, x: Rows): void {
    const { rows: inputs, columns } = this.#kernel, { kernels, tiles } = this.#room, at = tiles[part.index]!;
    kernels.tiles(y.address, y.stride, rows, columns, at);
    kernels.denseProduct(
      at, 16, 16 * columns, this.#turned, begin.address, begin.stride, x.address, x.stride, rows, columns, inputs, 0, turnedPanels(inputs));
  }

  /** The same where bits of `active` are set, zeros elsewhere, when those are few: a surrogate of compact support lets no other through. */
  backwardWhere(part: Part, active: Rows, y: Rows, rows: number, x: Rows, few: number): void {
    const { starts, ids, count } = this.#list(part, active, rows);
    const { rows: inputs, columns, values, stride } = this.#kernel;
    if (count > few * rows * inputs) return this.backward(part, y, rows, { address: this.#room.zeros, stride: 0 }, x);
    this.#room.arena.f32(x.address, (rows * x.stride) / 4).fill(0);
    this.#room.kernels.sampledProduct(starts, ids, rows, y.address, y.stride, values, stride, columns, x.address, x.stride);
  }

  /** Keeps some rows of gradients for `gradients`. @param first the first of them in the micro-batch */
  keep(y: Rows, first: number, rows: number): void {
    const { columns } = this.#kernel, width = 4 * this.#vectors, copy = this.#room.kernels.panels(this.#vectors);
    for (let p = 0; p < this.#panels; p++) {
      copy(y.address + 4 * width * p, y.stride, 4, rows, columns - width * p, this.#gradientStrips + 4 * width * (this.#rows * p + first), 0, 1);
    }
  }

  /** dW += spikesᵀ·Y over the first rows of the micro-batch: each part for some inputs, rows in ascending order. */
  gradients(part: Part, spikes: Rows, rows: number): void {
    const { kernels } = this.#room;
    const { rows: inputs, columns, stride, gradient } = this.#kernel;
    const [from, to] = shareOf(part, inputs, 32);
    if (from === to) return;
    const across = this.#across, words = Math.ceil(rows / 32);
    const bits = across.bits + from * across.stride, starts = across.starts + 4 * (from + part.index), ids = across.ids + 4 * from * this.#rows;
    kernels.transposeBits(spikes.address, spikes.stride, rows, from / 32, Math.ceil(to / 32), bits, across.stride);
    kernels.spikeLists(bits, across.stride, words, to - from, starts, ids);
    const at = gradient + from * stride;
    kernels.rowSums(this.#vectors)(
      starts, ids, 0, to - from, this.#gradientStrips, this.#rows, at, stride, at, stride, columns, 0, this.#panels);
  }

  #list(part: Part, { address, stride }: Rows, rows: number): { readonly starts: number; readonly ids: number; readonly count: number } {
    const { starts, ids } = this.#lists[part.index]!;
    const count = this.#room.kernels.spikeLists(address, stride, Math.ceil(this.#kernel.rows / 32), rows, starts, ids);
    return { starts, ids, count };
  }
}

const turnedPanels = (inputs: number): number => Math.ceil(inputs / (4 * denseVectors));
