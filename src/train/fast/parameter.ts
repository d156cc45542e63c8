/** A weight in memory with its gradient and moments, as rows that are filled up with zeros to a multiple of 4 numbers. */
import type { Arena } from "../../engine/arena.ts";
import type { Shape } from "../modelData.ts";
import type { Reals } from "../sequence.ts";
import { sizeOf } from "../sequence.ts";

export class Parameter {
  readonly name: string;
  readonly shape: Shape;
  readonly rows: number;
  readonly columns: number;
  /** Bytes from row to row. */
  readonly stride: number;
  /** Numbers, with padding. */
  readonly count: number;
  readonly values: number;
  readonly gradient: number;
  readonly moments: readonly number[];
  readonly #arena: Arena;

  constructor(arena: Arena, name: string, shape: Shape, moments: number) {
    this.name = name;
    this.shape = shape;
    this.columns = shape[shape.length - 1]!;
    this.rows = sizeOf(shape) / this.columns;
    this.stride = 16 * Math.ceil(this.columns / 4);
    this.count = (this.rows * this.stride) / 4;
    const bytes = this.rows * this.stride + 256;
    this.#arena = arena;
    this.values = arena.allocate(bytes, name);
    this.gradient = arena.allocate(bytes, name);
    this.moments = Array.from({ length: moments }, () => arena.allocate(bytes, name));
  }

  /** Copies numbers without padding into an array of this weight (`values`, `gradient` or a moment). */
  write(address: number, from: Reals): void {
    const to = this.#arena.f32(address, this.count), width = this.stride / 4;
    for (let r = 0; r < this.rows; r++) to.set(from.subarray(r * this.columns, (r + 1) * this.columns), r * width);
  }

  read(address: number): Float32Array {
    const from = this.#arena.f32(address, this.count), width = this.stride / 4;
    const to = new Float32Array(this.rows * this.columns);
    for (let r = 0; r < this.rows; r++) to.set(from.subarray(r * width, r * width + this.columns), r * this.columns);
    return to;
  }
}
