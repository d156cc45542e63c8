/** The largest value, or the mean, of each window of an image; channels apart. Code is made for one layer's geometry. */
import { f32, f32x4, forLoop, i32, i32x4, if_, local, v128 } from "../../backend/wasm/assembler.ts";
import type { Func, Module, Node } from "../../backend/wasm/assembler.ts";

/** Images [height, width, channels] and outputs [outHeight, outWidth, channels], contiguous; strides between images in bytes. */
export interface PoolGeometry {
  readonly width: number;
  readonly channels: number;
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly outHeight: number;
  readonly outWidth: number;
  readonly imageStride: number;
  readonly outStride: number;
}

/**
 * `<name>_max(x, images, y, chosen)`: y as the largest of each window and the byte offset of that input in its image, the first of equal ones;
 * `<name>_mean(x, images, y, chosen)`: the mean. Up to 3 numbers are read beyond an image's end.
 */
export function emitPool(module: Module, name: string, geometry: PoolGeometry, operation: "max" | "mean"): Func {
  const { width, channels, size, strides, outHeight, outWidth, imageStride, outStride } = geometry;
  const f = module.func(`${name}_${operation}`, { x: "i32", images: "i32", y: "i32", chosen: "i32" });
  const integer = (n: string) => f.local(n, "i32");
  const image = integer("image"), row = integer("row"), column = integer("column"), c = integer("c"), from = integer("from"), to = integer("to");
  const place = integer("place"), best = f.local("best", "v128"), which = f.local("which", "v128"), value = f.local("value", "v128"),
    larger = f.local("larger", "v128");
  const get = (n: string) => local.get(f.param(n));
  const offsets = Array.from({ length: size[0] * size[1] }, (_, k) => 4 * channels * (Math.floor(k / size[1]) * width + (k % size[1])));
  const lanes = i32x4.const(0, 4, 8, 12);
  const four: Node[] = operation === "mean" ? [
    local.set(best, f32x4.const(0)),
    ...offsets.map((o) => local.set(best, f32x4.add(local.get(best), f32x4.mul(v128.load(local.get(from), o), f32x4.const(1 / offsets.length))))),
  ] : [
    local.set(best, v128.load(local.get(from))),
    local.set(which, i32x4.add(i32x4.splat(local.get(place)), lanes)),
    ...offsets.slice(1).flatMap((o) => [
      local.set(value, v128.load(local.get(from), o)),
      local.set(larger, f32x4.gt(local.get(value), local.get(best))),
      local.set(best, v128.bitselect(local.get(value), local.get(best), local.get(larger))),
      local.set(which, v128.bitselect(i32x4.add(i32x4.splat(i32.add(local.get(place), i32.const(o))), lanes), local.get(which), local.get(larger))),
    ]),
  ];
  const target = (base: string) => i32.add(get(base), local.get(to));
  const stored: readonly (readonly [string, typeof best])[] = operation === "max" ? [["y", best], ["chosen", which]] : [["y", best]];
  f.emit(forLoop(image, i32.const(0), get("images"), 1, [
    forLoop(row, i32.const(0), i32.const(outHeight), 1, [forLoop(column, i32.const(0), i32.const(outWidth), 1, [
      forLoop(c, i32.const(0), i32.const(channels), 4, [
        local.set(place, i32.add(i32.shl(local.get(c), i32.const(2)), i32.mul(i32.const(4 * channels),
          i32.add(i32.mul(local.get(row), i32.const(strides[0] * width)), i32.mul(local.get(column), i32.const(strides[1])))))),
        local.set(from, i32.add(i32.add(get("x"), i32.mul(local.get(image), i32.const(imageStride))), local.get(place))),
        local.set(to, i32.add(i32.mul(local.get(image), i32.const(outStride)), i32.shl(i32.add(local.get(c), i32.mul(i32.const(channels),
          i32.add(i32.mul(local.get(row), i32.const(outWidth)), local.get(column)))), i32.const(2)))),
        ...four,
        if_(i32.le_s(local.get(c), i32.const(channels - 4)), stored.map(([base, v]) => v128.store(target(base), local.get(v))),
          stored.flatMap(([base, v]) => Array.from({ length: channels % 4 }, (_, lane) => v128.store32_lane(target(base), local.get(v), lane,
            4 * lane)))),
      ]),
    ])]),
  ]));
  return f;
}

/** `<name>_max_back(dy, images, dx, chosen)`: dx[chosen] += dy; `<name>_mean_back(…)`: each input of a window gets its share. dx begins as zeros. */
export function emitPoolBack(module: Module, name: string, geometry: PoolGeometry, operation: "max" | "mean"): Func {
  const { width, channels, size, strides, outHeight, outWidth, imageStride, outStride } = geometry;
  const f = module.func(`${name}_${operation}_back`, { dy: "i32", images: "i32", dx: "i32", chosen: "i32" });
  const integer = (n: string) => f.local(n, "i32");
  const image = integer("image"), row = integer("row"), column = integer("column"), c = integer("c"), at = integer("at"), to = integer("to");
  const get = (n: string) => local.get(f.param(n));
  const x = i32.add(get("dx"), i32.mul(local.get(image), i32.const(imageStride)));
  const y = i32.mul(local.get(image), i32.const(outStride));
  const add = (value: Node, offset = 0) => f32.store(local.get(to), f32.add(f32.load(local.get(to), offset), value), offset);
  const elements = outHeight * outWidth * channels;
  const max = forLoop(at, y, i32.add(y, i32.const(4 * elements)), 4, [
    local.set(to, i32.add(x, i32.load(i32.add(get("chosen"), local.get(at))))),
    add(f32.load(i32.add(get("dy"), local.get(at)))),
  ]);
  const mean = forLoop(row, i32.const(0), i32.const(outHeight), 1, [forLoop(column, i32.const(0), i32.const(outWidth), 1, [
    forLoop(c, i32.const(0), i32.const(channels), 1, [
      local.set(at, i32.add(y, i32.shl(i32.add(local.get(c), i32.mul(i32.const(channels),
        i32.add(i32.mul(local.get(row), i32.const(outWidth)), local.get(column)))), i32.const(2)))),
      local.set(to, i32.add(x, i32.shl(i32.add(local.get(c), i32.mul(i32.const(channels),
        i32.add(i32.mul(local.get(row), i32.const(strides[0] * width)), i32.mul(local.get(column), i32.const(strides[1]))))), i32.const(2)))),
      ...Array.from({ length: size[0] * size[1] }, (_, k) => add(
        f32.mul(f32.load(i32.add(get("dy"), local.get(at))), f32.const(1 / (size[0] * size[1]))),
        4 * channels * (Math.floor(k / size[1]) * width + (k % size[1])))),
    ]),
  ])]);
  f.emit(forLoop(image, i32.const(0), get("images"), 1, [operation === "max" ? max : mean]));
  return f;
}
