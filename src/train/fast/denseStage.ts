/** A dense layer: products with spikes are sums of rows, products with values dense. */
import type { DenseData } from "../modelData.ts";
import { panelLength } from "../kernels/panels.ts";
import { sampledBelow } from "../kernels/sampledProduct.ts";
import { denseVectors } from "../kernels/trainingKernels.ts";
import { sumVectors } from "../kernels/updates.ts";
import type { Parameter } from "./parameter.ts";
import { rowBytes, shareOf } from "./room.ts";
import type { Part, Room, Stage, Wire } from "./room.ts";
import { SpikeProduct } from "./spikeProduct.ts";
import type { Rows } from "./spikeProduct.ts";

export class DenseStage implements Stage {
  readonly name: string;
  readonly output: Wire;
  readonly #room: Room;
  readonly #input: Wire;
  readonly #kernel: Parameter;
  readonly #bias: Parameter | undefined;
  readonly #spikes: SpikeProduct | undefined;
  readonly #values: ValueProduct | undefined;

  constructor(room: Room, layer: DenseData, input: Wire, kernel: Parameter, bias: Parameter | undefined) {
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
    if (input.values !== 0) this.#values = new ValueProduct(room, kernel, rows, input.gradient !== 0);
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

/** The product of values and weights, by dense products throughout. */
class ValueProduct {
  readonly #room: Room;
  readonly #kernel: Parameter;
  readonly #strips: number;
  readonly #turned: number;
  readonly #gradientStrips: number;
  readonly #rows: number;

  constructor(room: Room, kernel: Parameter, rows: number, back: boolean) {
    const { rows: inputs, columns, name } = kernel;
    const strips = (height: number, width: number): number => room.arena.allocate(4 * panelLength(height, width, denseVectors), name);
    this.#room = room;
    this.#kernel = kernel;
    this.#rows = rows;
    this.#strips = strips(inputs, columns);
    this.#turned = back ? strips(columns, inputs) : 0;
    this.#gradientStrips = strips(rows, columns);
  }

  prepare(part: Part): void {
    const { rows, columns, stride, values } = this.#kernel;
    const cut = this.#room.kernels.panels(denseVectors);
    cut(values, stride, 4, rows, columns, this.#strips, ...shareOf(part, panelsOf(columns)));
    if (this.#turned !== 0) cut(values, 4, stride, columns, rows, this.#turned, ...shareOf(part, panelsOf(rows)));
  }

  forward(part: Part, x: Rows, rows: number, begin: Rows, y: Rows): void {
    const { rows: inputs, columns } = this.#kernel;
    this.#multiply(part, x, rows, inputs, this.#strips, columns, begin, y);
  }

  backward(part: Part, y: Rows, rows: number, begin: Rows, x: Rows): void {
    const { rows: inputs, columns } = this.#kernel;
    this.#multiply(part, y, rows, columns, this.#turned, inputs, begin, x);
  }

  #multiply(part: Part, a: Rows, m: number, k: number, strips: number, n: number, begin: Rows, c: Rows): void {
    const { kernels, tiles } = this.#room, at = tiles[part.index]!;
    kernels.tiles(a.address, a.stride, m, k, at);
    kernels.denseProduct(at, 16, 16 * k, strips, begin.address, begin.stride, c.address, c.stride, m, k, n, 0, panelsOf(n));
  }

  keep(y: Rows, first: number, rows: number): void {
    const { columns } = this.#kernel, width = 4 * denseVectors, copy = this.#room.kernels.panels(denseVectors);
    for (let p = 0; p < panelsOf(columns); p++) {
      copy(y.address + 4 * width * p, y.stride, 4, rows, columns - width * p, this.#gradientStrips + 4 * width * (this.#rows * p + first), 0, 1);
    }
  }

  /** dW += Xᵀ·Y over all rows: the strips lie for a whole micro-batch, so a smaller one walks strip by strip. */
  gradients(part: Part, x: Rows, rows: number): void {
    const { rows: inputs, columns, stride, gradient } = this.#kernel, width = 4 * denseVectors;
    const [from, to] = shareOf(part, inputs, 4);
    for (let p = 0; p < panelsOf(columns); p++) {
      const at = gradient + from * stride + 4 * width * p;
      this.#room.kernels.denseProduct(x.address + 4 * from, x.stride, 16, this.#gradientStrips + 4 * width * this.#rows * p, at, stride, at, stride,
        to - from, rows, columns - width * p, 0, 1);
    }
  }
}

const panelsOf = (columns: number): number => Math.ceil(columns / (4 * denseVectors));
