/**
 * Convolution of images of which few values are not 0: each such value adds its slices of the kernel to the outputs that see it, and each such output
 * gradient its slices to the inputs that it sees (after max-pooling all but one of a window are 0). Code is made for one layer's geometry.
 */
import { f32, f32x4, forLoop, i32, if_, local, select, v128 } from "../../backend/wasm/assembler.ts";
import type { Func, Local, Module, Node } from "../../backend/wasm/assembler.ts";
import { Code } from "../../backend/wasm/code.ts";

/** Images [height, width, channels] and outputs [outHeight, outWidth, filters], contiguous; strides between images in bytes. */
export interface Geometry {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filters: number;
  readonly kernelSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly outHeight: number;
  readonly outWidth: number;
  /** Rows and columns of zeros above and left of the image. */
  readonly top: number;
  readonly left: number;
  readonly imageStride: number;
  readonly outStride: number;
}

/** Filters that are added without a loop, a part of the work that threads divide. */
export const filterChunk = 16;

/**
 * `<name>_forward_<of>(starts, list, images, weights, y, firstChunk, lastChunk)`: y += kernel of the values listed, image by image;
 * `<name>_gradient_<of>(…)`: the same loops, dKernel += value·y. Lists are those of `spike_lists` or, for values, `value_lists`, numbers counting
 * through an image; the kernel is [height, width, channels] rows of `filters` numbers, rounded up to a multiple of 4. Chunks are of 16 filters.
 * Terms of an output come in the order of its inputs; those of a weight in the order of images, and in it of inputs.
 */
export function emitConvolution(module: Module, name: string, geometry: Geometry, of: "spikes" | "values", what: "forward" | "gradient"): Func {
  const { width, channels, filters, kernelSize: [kernelHeight, kernelWidth], strides, outHeight, outWidth, top, left, outStride } = geometry;
  const f = module.func(`${name}_${what}_${of}`, {
    starts: "i32", list: "i32", images: "i32", weights: "i32", y: "i32", firstChunk: "i32", lastChunk: "i32",
  });
  const code = new Code(module, f);
  const get = (n: string) => local.get(f.param(n));
  const integer = (n: string) => f.local(n, "i32");
  const image = integer("image"), at = integer("at"), end = integer("end"), y = code.variable("image_y", "i32", get("y")), id = integer("id");
  const h = integer("h"), w = integer("w"), c = integer("c"), row = integer("row"), column = integer("column"), tap = integer("tap"),
    out = integer("out");
  const rowEnd = integer("row_end"), columnFirst = integer("column_first"), columnEnd = integer("column_end"), factor = f.local("factor", "v128");
  const entry = of === "spikes" ? 4 : 8, weightBytes = 16 * Math.ceil(filters / 4);
  const start = (r: Node) => i32.add(get("list"), i32.mul(i32.load(i32.add(get("starts"), i32.shl(r, i32.const(2)))), i32.const(entry)));
  // Outputs that see a place: those whose window begins at most a kernel before it.
  const firstOut = (place: Local, before: number, kernel: number, stride: number) => {
    const above = i32.add(local.get(place), i32.const(before - kernel + stride));
    return select(i32.const(0), i32.div_s(above, i32.const(stride)), i32.lt_s(above, i32.const(0)));
  };
  const endOut = (place: Local, before: number, stride: number, size: number) => {
    const last = i32.add(i32.div_s(i32.add(local.get(place), i32.const(before)), i32.const(stride)), i32.const(1));
    return select(last, i32.const(size), i32.lt_s(last, i32.const(size)));
  };
  const add = what === "forward" ? addRow(f, out, tap, of === "values" ? factor : undefined) : addRow(f, tap, out, of === "values" ?
    factor : undefined);
  code.add(
    local.set(end, start(i32.const(0))),
    forLoop(image, i32.const(0), get("images"), 1, [
      local.set(at, local.get(end)),
      local.set(end, start(i32.add(local.get(image), i32.const(1)))),
      forLoop(at, local.get(at), local.get(end), entry, [
        local.set(id, i32.load(local.get(at))),
        ...(of === "values" ? [local.set(factor, v128.load32_splat(local.get(at), 4))] : []),
        local.set(h, i32.div_u(local.get(id), i32.const(width * channels))),
        local.set(id, i32.sub(local.get(id), i32.mul(local.get(h), i32.const(width * channels)))),
        local.set(w, i32.div_u(local.get(id), i32.const(channels))),
        local.set(c, i32.sub(local.get(id), i32.mul(local.get(w), i32.const(channels)))),
        local.set(columnFirst, firstOut(w, left, kernelWidth, strides[1])),
        local.set(columnEnd, endOut(w, left, strides[1], outWidth)),
        local.set(rowEnd, endOut(h, top, strides[0], outHeight)),
        forLoop(row, firstOut(h, top, kernelHeight, strides[0]), local.get(rowEnd), 1, [
          forLoop(column, local.get(columnFirst), local.get(columnEnd), 1, [
            local.set(tap, i32.add(get("weights"), i32.mul(i32.add(local.get(c), i32.mul(i32.const(channels), i32.add(
              i32.mul(i32.sub(i32.add(local.get(h), i32.const(top)), i32.mul(local.get(row), i32.const(strides[0]))), i32.const(kernelWidth)),
              i32.sub(i32.add(local.get(w), i32.const(left)), i32.mul(local.get(column), i32.const(strides[1])))))), i32.const(weightBytes)))),
            local.set(out, i32.add(local.get(y), i32.mul(i32.add(i32.mul(local.get(row), i32.const(outWidth)), local.get(column)),
              i32.const(4 * filters)))),
            ...add(filters),
          ]),
        ]),
      ]),
      local.set(y, i32.add(local.get(y), i32.const(outStride))),
    ]),
  );
  return f;
}

/** to[…] += factor·from[…] over the chunks of filters that the function was asked for. */
function addRow(f: Func, to: Local, from: Local, factor: Local | undefined): (filters: number) => Node[] {
  const chunk = f.local("chunk", "i32"), a = f.local("to_at", "i32"), b = f.local("from_at", "i32");
  const scaled = (value: Node) => (factor ? f32x4.mul(local.get(factor), value) : value);
  const vectors = (count: number): Node[] => Array.from({ length: count }, (_, v) =>
    v128.store(local.get(a), f32x4.add(v128.load(local.get(a), 16 * v), scaled(v128.load(local.get(b), 16 * v))), 16 * v));
  const single = (k: number): Node => {
    const value = f32.load(local.get(b), 4 * k);
    const product = factor ? f32.mul(f32x4.extract_lane(local.get(factor), 0), value) : value;
    return f32.store(local.get(a), f32.add(f32.load(local.get(a), 4 * k), product), 4 * k);
  };
  const place = (base: Local) => i32.add(local.get(base), i32.shl(local.get(chunk), i32.const(6)));
  return (filters) => {
    const whole = Math.floor(filters / filterChunk), rest = filters % filterChunk, restVectors = Math.floor(rest / 4);
    const most = select(local.get(f.param("lastChunk")), i32.const(whole), i32.lt_u(local.get(f.param("lastChunk")), i32.const(whole)));
    return [
      ...(whole > 0 ? [forLoop(chunk, local.get(f.param("firstChunk")), most, 1, [
        local.set(a, place(to)), local.set(b, place(from)), ...vectors(filterChunk / 4),
      ])] : []),
      ...(rest > 0 ? [if_(i32.gt_u(local.get(f.param("lastChunk")), i32.const(whole)), [
        local.set(chunk, i32.const(whole)), local.set(a, place(to)), local.set(b, place(from)), ...vectors(restVectors),
        ...Array.from({ length: rest - 4 * restVectors }, (_, k) => single(4 * restVectors + k)),
      ])] : []),
    ];
  };
}

/**
 * `<name>_spread(columns, stride, image)`: image[h, w, c] += columns[position, i, j, c] for every output position and the inputs (i, j) of its window
 * that lie in the image, positions in reading order; `stride` bytes from position to position.
 */
export function emitSpread(module: Module, name: string, geometry: Geometry): Func {
  const { height, width, channels, kernelSize: [kernelHeight, kernelWidth], strides, outHeight, outWidth, top, left } = geometry;
  const f = module.func(`${name}_spread`, { columns: "i32", stride: "i32", image: "i32" });
  const get = (n: string) => local.get(f.param(n));
  const integer = (n: string) => f.local(n, "i32");
  const row = integer("row"), column = integer("column"), i = integer("i"), h = integer("h"), from = integer("from"), to = integer("to"),
    end = integer("end");
  const first = integer("first"), last = integer("last"), fours = integer("fours"), base = integer("base"), w = integer("w");
  const four = v128.store(local.get(to), f32x4.add(v128.load(local.get(to)), v128.load(local.get(from))));
  const one = f32.store(local.get(to), f32.add(f32.load(local.get(to)), f32.load(local.get(from))));
  const next = (l: Local, by: number) => local.set(l, i32.add(local.get(l), i32.const(by)));
  const clipped = (value: Node, low: number, high: number): Node => {
    const raised = select(value, i32.const(low), i32.gt_s(value, i32.const(low)));
    return select(raised, i32.const(high), i32.lt_s(raised, i32.const(high)));
  };
  f.emit(
    local.set(base, get("columns")),
    forLoop(row, i32.const(0), i32.const(outHeight), 1, [
      forLoop(column, i32.const(0), i32.const(outWidth), 1, [
        local.set(w, i32.sub(i32.mul(local.get(column), i32.const(strides[1])), i32.const(left))),
        // The part of the window's width that lies in the image.
        local.set(first, clipped(i32.sub(i32.const(0), local.get(w)), 0, kernelWidth)),
        local.set(last, clipped(i32.sub(i32.const(width), local.get(w)), 0, kernelWidth)),
        forLoop(i, i32.const(0), i32.const(kernelHeight), 1, [
          local.set(h, i32.add(i32.sub(i32.mul(local.get(row), i32.const(strides[0])), i32.const(top)), local.get(i))),
          if_(i32.lt_u(local.get(h), i32.const(height)), [
            local.set(from, i32.add(local.get(base),
              i32.mul(i32.add(i32.mul(local.get(i), i32.const(kernelWidth)), local.get(first)), i32.const(4 * channels)))),
            local.set(to, i32.add(get("image"),
              i32.mul(i32.add(i32.mul(local.get(h), i32.const(width)), i32.add(local.get(w), local.get(first))), i32.const(4 * channels)))),
            local.set(end, i32.add(local.get(to), i32.mul(i32.sub(local.get(last), local.get(first)), i32.const(4 * channels)))),
            local.set(fours, i32.add(local.get(to), i32.and(i32.sub(local.get(end), local.get(to)), i32.const(-16)))),
            forLoop(to, local.get(to), local.get(fours), 16, [four, next(from, 16)]),
            forLoop(to, local.get(to), local.get(end), 4, [one, next(from, 4)]),
          ]),
        ]),
        local.set(base, i32.add(local.get(base), get("stride"))),
      ]),
    ]),
  );
  return f;
}
