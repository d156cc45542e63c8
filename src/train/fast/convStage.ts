/** A convolution, sparse throughout: values that are not 0 forwards, gradients that are not 0 backwards. */
import type { Module } from "../../backend/wasm/assembler.ts";
import { emitConvolution, emitSpread, filterChunk } from "../kernels/convolution.ts";
import type { Geometry } from "../kernels/convolution.ts";
import { panelLength } from "../kernels/panels.ts";
import { stripVectors } from "../kernels/rowSums.ts";
import { sumVectors } from "../kernels/updates.ts";
import { windows } from "../model.ts";
import type { Conv2dData, Shape } from "../modelData.ts";
import type { Parameter } from "./parameter.ts";
import { rowBytes, shareOf } from "./room.ts";
import type { Part, Room, Stage, Wire } from "./room.ts";
import type { Kernel } from "./roundedKernel.ts";

export function convGeometry(layer: Conv2dData, shape: Shape): Geometry {
  const { name, filters, kernelSize, strides, padding } = layer;
  const [height, width, channels] = shape as [number, number, number];
  const [outHeight, outWidth] = windows(name, shape, kernelSize, strides, padding);
  const before = (size: number, out: number, k: 0 | 1): number =>
    (padding === "valid" ? 0 : Math.floor(Math.max(0, (out - 1) * strides[k] + kernelSize[k] - size) / 2));
  return {
    height, width, channels, filters, kernelSize, strides, outHeight, outWidth, top: before(height, outHeight, 0), left: before(width, outWidth, 1),
    imageStride: rowBytes(height * width * channels), outStride: rowBytes(outHeight * outWidth * filters),
  };
}

/** Adds the code of a layer to a module. */
export function emitConv(module: Module, name: string, geometry: Geometry): void {
  for (const of of ["spikes", "values"] as const) for (const what of ["forward", "gradient"] as const) emitConvolution(module, name, geometry, of,
    what);
  emitSpread(module, name, geometry);
}

type Call = (...values: number[]) => number;
interface List { readonly starts: number; readonly entries: number }

export class ConvStage implements Stage {
  readonly name: string;
  readonly output: Wire;
  readonly #room: Room;
  readonly #input: Wire;
  readonly #geometry: Geometry;
  readonly #kernel: Kernel;
  readonly #bias: Parameter | undefined;
  readonly #code: (what: string) => Call;
  /** An image of biases. */
  readonly #begin: number;
  readonly #lists: readonly List[];
  /** The kernel with filters as rows, and each thread's gradients of one image's windows. */
  readonly #turned: number;
  readonly #windows: readonly (List & { readonly columns: number })[];

  constructor(room: Room, layer: Conv2dData, geometry: Geometry, code: string, input: Wire, kernel: Kernel, bias: Parameter | undefined) {
    const { arena, threads, samples, exports } = room, { filters, outHeight, outWidth, outStride } = geometry;
    const allocate = (bytes: number): number => arena.allocate(bytes, layer.name);
    this.name = layer.name;
    this.#room = room;
    this.#input = input;
    this.#geometry = geometry;
    this.#kernel = kernel;
    this.#bias = bias;
    this.#code = (what) => exports[`${code}_${what}`] as Call;
    const images = samples * input.rows, positions = outHeight * outWidth;
    this.output = {
      units: positions * filters, rows: input.rows, stride: outStride, bits: 0, bitStride: 0, active: 0, other: 0,
      values: allocate(images * outStride), gradient: allocate(images * outStride),
    };
    this.#begin = allocate(outStride);
    const each = (make: () => number): number[] => Array.from({ length: threads }, make);
    const entries = each(() => allocate(images * input.units * (input.values === 0 ? 4 : 8)));
    this.#lists = each(() => allocate(4 * (images + 1))).map((starts, k) => ({ starts, entries: entries[k]! }));
    const back = input.gradient !== 0;
    this.#turned = back ? allocate(4 * panelLength(filters, kernel.rows, stripVectors(kernel.rows))) : 0;
    this.#windows = back ? each(() => allocate(4 * (positions + 1))).map((starts) => ({
      starts, entries: allocate(8 * positions * filters), columns: allocate(positions * rowBytes(kernel.rows)),
    })) : [];
  }

  prepare(part: Part): void {
    const { arena, kernels } = this.#room, { filters, outHeight, outWidth } = this.#geometry;
    const { rows, values, stride } = this.#kernel;
    if (part.index === 0 && this.#bias) {
      const image = arena.f32(this.#begin, outHeight * outWidth * filters), bias = arena.f32(this.#bias.values, filters);
      for (let p = 0; p < outHeight * outWidth; p++) image.set(bias, p * filters);
    }
    if (this.#turned === 0) return;
    const vectors = stripVectors(rows);
    kernels.panels(vectors)(values, 4, stride, filters, rows, this.#turned, ...shareOf(part, Math.ceil(rows / (4 * vectors))));
  }

  forward(part: Part, first: number, last: number): void {
    const { arena } = this.#room, { rows } = this.#input, { outStride, filters } = this.#geometry;
    const [from, images] = [first * rows, (last - first) * rows];
    const begin = arena.u8(this.#begin, outStride), y = this.output.values + from * outStride;
    for (let image = 0; image < images; image++) arena.u8(y + image * outStride, outStride).set(begin);
    const { starts, entries, of } = this.#list(part, from, images);
    this.#code(`forward_${of}`)(starts, entries, images, this.#kernel.values, y, 0, Math.ceil(filters / filterChunk));
  }

  backward(part: Part, first: number, last: number): void {
    if (this.#turned === 0) return;
    const { arena, kernels, zeros } = this.#room, { rows, gradient } = this.#input;
    const { outHeight, outWidth, filters, imageStride, outStride } = this.#geometry;
    const { starts, entries, columns } = this.#windows[part.index]!, positions = outHeight * outWidth;
    const vectors = stripVectors(this.#kernel.rows), panels = Math.ceil(this.#kernel.rows / (4 * vectors)), width = rowBytes(this.#kernel.rows);
    const sums = kernels.weightedSums(vectors), spread = this.#code("spread");
    for (let image = first * rows; image < last * rows; image++) {
      kernels.valueLists(this.output.gradient + image * outStride, 4 * filters, positions, filters, starts, entries);
      sums(starts, entries, 0, positions, this.#turned, filters, zeros, 0, columns, width, this.#kernel.rows, 0, panels);
      const dx = gradient + image * imageStride;
      arena.u8(dx, imageStride).fill(0);
      spread(columns, width, dx);
    }
  }

  gradients(part: Part, samples: number): void {
    const { kernels } = this.#room, { filters, outHeight, outWidth, outStride } = this.#geometry;
    const images = samples * this.#input.rows;
    const [from, to] = shareOf(part, Math.ceil(filters / filterChunk));
    if (from < to) {
      const { starts, entries, of } = this.#list(part, 0, images);
      this.#code(`gradient_${of}`)(starts, entries, images, this.#kernel.gradient, this.output.gradient, from, to);
    }
    if (!this.#bias) return;
    const { gradient } = this.#bias, panels = shareOf(part, Math.ceil(filters / (4 * sumVectors)));
    for (let image = 0; image < images; image++) {
      kernels.columnSums(this.output.gradient + image * outStride, 4 * filters, outHeight * outWidth, filters, gradient, gradient, ...panels);
    }
  }

  /** What is not 0 in some images of the input. */
  #list(part: Part, from: number, images: number): List & { readonly of: "spikes" | "values" } {
    const { kernels, arena } = this.#room, { bits, bitStride, values, stride, units, other } = this.#input, list = this.#lists[part.index]!;
    const spikes = bits !== 0 && (other === 0 || arena.u32(other, 1)[0] === 0);
    if (spikes) kernels.spikeLists(bits + from * bitStride, bitStride, Math.ceil(units / 32), images, list.starts, list.entries);
    else kernels.valueLists(values + from * stride, stride, images, units, list.starts, list.entries);
    return { ...list, of: spikes ? "spikes" : "values" };
  }
}
