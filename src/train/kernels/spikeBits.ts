/** Values become bits, and bits become values. */
import { f32x4, forLoop, i32, i32x4, if_, local, v128 } from "../../backend/wasm/assembler.ts";
import type { Func, Module } from "../../backend/wasm/assembler.ts";
import { Code } from "../../backend/wasm/code.ts";

/**
 * `bits_of(values, stride, rows, n, bits, bitsStride)`: sets the bits of values that are not 0, and the remaining bits of a row's last word to 0.
 * Returns 0 when all values were 0 or 1. Reads up to 3 numbers beyond a row's end.
 */
export function emitBitsOf(module: Module): Func {
  const f = module.func("bits_of", { values: "i32", stride: "i32", rows: "i32", n: "i32", bits: "i32", bitsStride: "i32" }, "i32");
  const code = new Code(module, f);
  const get = (name: string) => local.get(f.param(name));
  const row = f.local("row", "i32"), k = f.local("k", "i32"), word = f.local("word", "i32"), at = f.local("at", "i32"), four = f.local("four", "i32");
  const left = f.local("left", "i32"), begin = f.local("begin", "i32"), values = f.local("v", "v128"), other = code.variable("other", "v128",
    f32x4.const(0));
  const ones = f32x4.const(1), zeros = f32x4.const(0);
  const inRow = i32x4.lt_s(i32x4.const(0, 1, 2, 3), i32x4.splat(local.get(left)));
  code.add(
    forLoop(row, i32.const(0), get("rows"), 1, [
      local.set(begin, i32.add(get("values"), i32.mul(local.get(row), get("stride")))),
      local.set(at, i32.add(get("bits"), i32.mul(local.get(row), get("bitsStride")))),
      local.set(word, i32.const(0)),
      forLoop(k, i32.const(0), get("n"), 4, [
        local.set(values, v128.load(i32.add(local.get(begin), i32.shl(local.get(k), i32.const(2))))),
        local.set(left, i32.sub(get("n"), local.get(k))),
        if_(i32.lt_u(local.get(left), i32.const(4)), [local.set(values, v128.and(local.get(values), inRow))]),
        local.set(four, i32x4.bitmask(f32x4.ne(local.get(values), zeros))),
        if_(local.get(four), [
          local.set(other, v128.or(local.get(other), v128.and(f32x4.ne(local.get(values), zeros), f32x4.ne(local.get(values), ones)))),
          local.set(word, i32.or(local.get(word), i32.shl(local.get(four), i32.and(local.get(k), i32.const(31))))),
        ]),
        if_(i32.eq(i32.and(local.get(k), i32.const(31)), i32.const(28)), [
          i32.store(local.get(at), local.get(word)),
          local.set(word, i32.const(0)),
          local.set(at, i32.add(local.get(at), i32.const(4))),
        ]),
      ]),
      if_(i32.and(i32.sub(i32.and(i32.add(get("n"), i32.const(3)), i32.const(-4)), i32.const(0)), i32.const(31)), [i32.store(local.get(at),
        local.get(word))]),
    ]),
    v128.any_true(local.get(other)),
  );
  return f;
}

/** `values_of(bits, bitsStride, rows, n, values, stride)`: 1 where a bit is set, else 0. Writes up to 3 numbers beyond a row's end. */
export function emitValuesOf(module: Module): Func {
  const f = module.func("values_of", { bits: "i32", bitsStride: "i32", rows: "i32", n: "i32", values: "i32", stride: "i32" });
  const get = (name: string) => local.get(f.param(name));
  const row = f.local("row", "i32"), k = f.local("k", "i32"), from = f.local("from", "i32"), to = f.local("to", "i32"), four = f.local("four",
    "v128");
  const masks = i32x4.const(1, 2, 4, 8);
  f.emit(forLoop(row, i32.const(0), get("rows"), 1, [
    local.set(from, i32.add(get("bits"), i32.mul(local.get(row), get("bitsStride")))),
    local.set(to, i32.add(get("values"), i32.mul(local.get(row), get("stride")))),
    forLoop(k, i32.const(0), get("n"), 4, [
      local.set(four, i32x4.splat(i32.shr_u(
        i32.load(i32.add(local.get(from), i32.shl(i32.shr_u(local.get(k), i32.const(5)), i32.const(2)))), i32.and(local.get(k), i32.const(31))))),
      v128.store(i32.add(local.get(to), i32.shl(local.get(k), i32.const(2))), v128.and(i32x4.eq(v128.and(local.get(four), masks), masks),
        f32x4.const(1))),
    ]),
  ]));
  return f;
}
