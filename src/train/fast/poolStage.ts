/** Pooling of images. */
import type { Module } from "../../backend/wasm/assembler.ts";
import { emitPool, emitPoolBack } from "../kernels/pooling.ts";
import type { PoolGeometry } from "../kernels/pooling.ts";
import { windows } from "../model.ts";
import type { PoolData, Shape } from "../modelData.ts";
import { rowBytes } from "./room.ts";
import type { Part, Room, Stage, Wire } from "./room.ts";

export function poolGeometry({ name, size, strides }: PoolData, shape: Shape): PoolGeometry {
  const [height, width, channels] = shape as [number, number, number];
  const [outHeight, outWidth] = windows(name, shape, size, strides, "valid");
  const imageStride = rowBytes(height * width * channels), outStride = rowBytes(outHeight * outWidth * channels);
  return { width, channels, size, strides, outHeight, outWidth, imageStride, outStride };
}

const kindOf = ({ operation }: PoolData): "max" | "mean" => (operation === "max" ? "max" : "mean");

/** Adds the code of a layer to a module. */
export function emitPooling(module: Module, name: string, layer: PoolData, geometry: PoolGeometry): void {
  emitPool(module, name, geometry, kindOf(layer));
  emitPoolBack(module, name, geometry, kindOf(layer));
}

type Call = (...values: number[]) => number;

export class PoolStage implements Stage {
  readonly name: string;
  readonly output: Wire;
  readonly #room: Room;
  readonly #input: Wire;
  readonly #geometry: PoolGeometry;
  /** The input as values, where it is spikes. */
  readonly #values: number;
  readonly #chosen: number;
  readonly #pool: Call;
  readonly #back: Call;

  constructor(room: Room, layer: PoolData, geometry: PoolGeometry, code: string, input: Wire) {
    const { arena, exports, samples } = room, { outHeight, outWidth, channels, imageStride, outStride } = geometry;
    const images = samples * input.rows, allocate = (bytes: number): number => arena.allocate(bytes, layer.name);
    this.name = layer.name;
    this.#room = room;
    this.#input = input;
    this.#geometry = geometry;
    this.#values = input.values === 0 ? allocate(images * imageStride) : input.values;
    this.#chosen = allocate(images * outStride);
    this.#pool = exports[`${code}_${kindOf(layer)}`] as Call;
    this.#back = exports[`${code}_${kindOf(layer)}_back`] as Call;
    this.output = {
      units: outHeight * outWidth * channels, rows: input.rows, stride: outStride, bits: 0, bitStride: 0, active: 0, other: 0,
      values: allocate(images * outStride), gradient: input.gradient === 0 ? 0 : allocate(images * outStride),
    };
  }

  prepare(): void {
    // It has no weights.
  }

  forward(_: Part, first: number, last: number): void {
    const { rows, bits, bitStride, units, values } = this.#input, { imageStride, outStride } = this.#geometry;
    const from = first * rows, images = (last - first) * rows, x = this.#values + from * imageStride;
    if (values === 0) this.#room.kernels.valuesOf(bits + from * bitStride, bitStride, images, units, x, imageStride);
    this.#pool(x, images, this.output.values + from * outStride, this.#chosen + from * outStride);
  }

  backward(_: Part, first: number, last: number): void {
    const { rows, gradient } = this.#input, { imageStride, outStride } = this.#geometry;
    if (gradient === 0) return;
    const from = first * rows, images = (last - first) * rows, dx = gradient + from * imageStride;
    this.#room.arena.u8(dx, images * imageStride).fill(0);
    this.#back(this.output.gradient + from * outStride, images, dx, this.#chosen + from * outStride);
  }

  gradients(): void {
    // It has no weights.
  }
}
