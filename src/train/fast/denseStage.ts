/** A dense layer: products with spikes are sums of rows, products with values dense. */
import type { DenseData } from "../modelData.ts";
import { sampledBelow } from "../kernels/sampledProduct.ts";
import { sumVectors } from "../kernels/updates.ts";
import type { Parameter } from "./parameter.ts";
import { rowBytes, shareOf } from "./room.ts";
import type { Part, Room, Stage, Wire } from "./room.ts";
import type { Kernel } from "./roundedKernel.ts";
import { SpikeProduct } from "./spikeProduct.ts";
import type { Rows } from "./spikeProduct.ts";
import { ValueProduct } from "./valueProduct.ts";

export class DenseStage implements Stage {
  readonly name: string;
  readonly output: Wire;
  readonly #room: Room;
  readonly #input: Wire;
  readonly #kernel: Kernel;
  readonly #bias: Parameter | undefined;
  readonly #spikes: SpikeProduct | undefined;
  readonly #values: ValueProduct | undefined;

  constructor(room: Room, layer: DenseData, input: Wire, kernel: Kernel, bias: Parameter | undefined) {
    const { arena } = room;
    this.name = layer.name;
    this.#room = room;
    this.#input = input;
    this.#kernel = kernel;
    this.#bias = bias;
    const stride = rowBytes(layer.units), bytes = room.samples * input.rows * stride;
    this.output = {
      units: layer.units, rows: input.rows, stride, bits: 0, bitStride: 0, active: 0, other: 0,
      values: arena.allocate(bytes, layer.name), gradient: arena.allocate(bytes, layer.name),
    };
    const rows = room.samples * input.rows;
    if (input.bits !== 0) this.#spikes = new SpikeProduct(room, kernel, rows, room.group * input.rows, input.gradient !== 0);
    if (input.values !== 0) this.#values = new ValueProduct(room, kernel, rows, room.group * input.rows, input.gradient !== 0);
  }

  prepare(part: Part): void {
    this.#spikes?.prepare(part);
    this.#values?.prepare(part);
  }

  /** The product of spikes where the input is spikes. */
  #spiking(): SpikeProduct | undefined {
    const { other } = this.#input;
    return other === 0 || this.#room.arena.u32(other, 1)[0] === 0 ? this.#spikes : undefined;
  }

  forward(part: Part, first: number, last: number): void {
    const { rows } = this.#input;
    const begin: Rows = { address: this.#bias?.values ?? this.#room.zeros, stride: 0 };
    const y = this.#output(this.output.values, first), count = (last - first) * rows;
    const spikes = this.#spiking();
    if (spikes) spikes.forward(part, this.#bits(this.#input.bits, first), count, begin, y);
    else this.#values!.forward(part, this.#inputRows(this.#input.values, first), count, begin, y);
  }

  backward(part: Part, first: number, last: number): void {
    const { rows, gradient, active } = this.#input;
    const y = this.#output(this.output.gradient, first), count = (last - first) * rows;
    const spikes = this.#spiking();
    (spikes ?? this.#values)!.keep(y, first * rows, count);
    if (gradient === 0) return;
    const x = this.#inputRows(gradient, first);
    if (spikes && active !== 0) spikes.backwardWhere(part, this.#bits(active, first), y, count, x, sampledBelow);
    else (spikes ?? this.#values)!.backward(part, y, count, { address: this.#room.zeros, stride: 0 }, x);
  }

  gradients(part: Part, samples: number): void {
    const rows = samples * this.#input.rows;
    const spikes = this.#spiking();
    if (spikes) spikes.gradients(part, this.#bits(this.#input.bits, 0), rows);
    else this.#values!.gradients(part, this.#inputRows(this.#input.values, 0), rows);
    if (!this.#bias) return;
    const { gradient } = this.#bias, panels = shareOf(part, Math.ceil(this.#kernel.columns / (4 * sumVectors)));
    this.#room.kernels.columnSums(this.output.gradient, this.output.stride, rows, this.#kernel.columns, gradient, gradient, ...panels);
  }

  #bits(address: number, first: number): Rows {
    const { bitStride: stride, rows } = this.#input;
    return { address: address + first * rows * stride, stride };
  }

  #inputRows(address: number, first: number): Rows {
    const { stride, rows } = this.#input;
    return { address: address + first * rows * stride, stride };
  }

  #output(address: number, first: number): Rows {
    const { stride, rows } = this.output;
    return { address: address + first * rows * stride, stride };
  }
}
