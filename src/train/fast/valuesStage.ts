/** Spikes as values, for layers that take numbers. */
import { rowBytes } from "./room.ts";
import type { Part, Room, Stage, Wire } from "./room.ts";

export class ValuesStage implements Stage {
  readonly name: string;
  readonly output: Wire;
  readonly #room: Room;
  readonly #input: Wire;

  /** @param name of the layer that takes the values */
  constructor(room: Room, name: string, input: Wire) {
    const stride = rowBytes(input.units);
    this.name = name;
    this.#room = room;
    this.#input = input;
    this.output = { ...input, stride, bits: 0, bitStride: 0, active: 0, values: room.arena.allocate(room.samples * input.rows * stride, name) };
  }

  prepare(): void {
    // It has no weights.
  }

  forward(_: Part, first: number, last: number): void {
    const { bits, bitStride, rows, units } = this.#input, { values, stride } = this.output, from = first * rows;
    this.#room.kernels.valuesOf(bits + from * bitStride, bitStride, (last - first) * rows, units, values + from * stride, stride);
  }

  backward(): void {
    // The gradient with respect to the values is that with respect to the spikes.
  }

  gradients(): void {
    // It has no weights.
  }
}
