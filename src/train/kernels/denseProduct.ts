/** Products of dense matrices: tiles of a few rows and vectors in registers, over strips of the second matrix. */
import { f32x4, forLoop, i32, local, v128 } from "../../backend/wasm/assembler.ts";
import type { Func, Local, Module, Node } from "../../backend/wasm/assembler.ts";
import { Code } from "../../backend/wasm/code.ts";
import { columnsOf, storeColumns } from "./panels.ts";

export interface Tile { readonly rows: number; readonly vectors: number }

/** How the numbers of a row of the first matrix lie: one after another, or those of a column do (a transpose). */
export type Lie = "rows" | "columns";

/**
 * `product_rows_RxV(a, stride, panels, begin, beginStride, c, cStride, m, k, n, firstPanel, lastPanel)`: C = begin + A·B for the columns of some
 * strips.
 * A [m, k] with `stride` bytes from row to row (`product_columns_…`: from column to column, its rows contiguous), B [k, n] as strips V vectors
 * wide, C [m, n]. `begin` is what sums start from: a row of biases (stride 0) or C itself; up to a strip is read beyond its end. Each sum
 * runs over k in ascending order, with products rounded before they are added.
 */
export function emitDenseProduct(module: Module, lie: Lie, { rows, vectors }: Tile): Func {
  const f = module.func(`product_${lie}_${rows}x${vectors}`, {
    a: "i32", stride: "i32", panels: "i32", begin: "i32", beginStride: "i32", c: "i32", cStride: "i32", m: "i32", k: "i32", n: "i32",
    firstPanel: "i32", lastPanel: "i32",
  });
  const code = new Code(module, f);
  const get = (name: string) => local.get(f.param(name));
  const panel = f.local("panel", "i32"), row = f.local("row", "i32"), left = f.local("left", "i32"), b = f.local("b", "i32"), step = f.local("step",
    "i32");
  const from = f.local("from", "i32"), to = f.local("to", "i32"), beginAt = f.local("beginAt", "i32"), bBase = f.local("bBase", "i32");
  const sums = Array.from({ length: rows * vectors }, (_, s) => f.local(`sum${s}`, "v128"));
  const bs = Array.from({ length: vectors }, (_, v) => f.local(`b${v}`, "v128"));
  const as = Array.from({ length: rows }, (_, r) => f.local(`a${r}`, "i32"));
  const factor = f.local("factor", "v128");
  const inTiles = code.let("inTiles", i32.mul(i32.div_u(get("m"), i32.const(rows)), i32.const(rows)));
  const tile = (height: number): Node[] => [
    ...as.slice(0, lie === "rows" ? height : 1).map((a, r) => local.set(a, r === 0 ? local.get(from) : i32.add(local.get(as[r - 1]!),
      get("stride")))),
    ...sums.slice(0, height * vectors).map((sum, s) => {
      const start = local.set(sum, v128.load(local.get(beginAt), 16 * (s % vectors)));
      return s > 0 && s % vectors === 0 ? [local.set(beginAt, i32.add(local.get(beginAt), get("beginStride"))), start] : [start];
    }).flat(),
    local.set(beginAt, i32.add(local.get(beginAt), get("beginStride"))),
    local.set(b, local.get(bBase)),
    ...inner(height),
    ...Array.from({ length: height }, (_, r) => [
      ...storeColumns(local.get(to), sums.slice(r * vectors, (r + 1) * vectors), local.get(left)),
      local.set(to, i32.add(local.get(to), get("cStride"))),
    ]).flat(),
  ];
  const one = (height: number, u: number): Node[] => [
    ...bs.map((v, at) => local.set(v, v128.load(local.get(b), 16 * at + u * 16 * vectors))),
    ...Array.from({ length: height }, (_, r) => [
      local.set(factor, lie === "rows" ? v128.load32_splat(local.get(as[r]!), 4 * u) : v128.load32_splat(local.get(as[0]!), 4 * r)),
      ...bs.map((v, at) => {
        const sum = sums[r * vectors + at]!;
        return local.set(sum, f32x4.add(local.get(sum), f32x4.mul(local.get(factor), local.get(v))));
      }),
    ]).flat(),
  ];
  const advance = (height: number, unroll: number): Node[] => [
    local.set(b, i32.add(local.get(b), i32.const(unroll * 16 * vectors))),
    ...(lie === "rows" ? as.slice(0, height).map((a) => local.set(a, i32.add(local.get(a), i32.const(4 * unroll)))) :
      [local.set(as[0]!, i32.add(local.get(as[0]!), get("stride")))]),
  ];
  const unroll = 4;
  const inFours = code.let("inFours", i32.and(get("k"), i32.const(-unroll)));
  const inner = (height: number): Node[] => [
    forLoop(step, i32.const(0), inFours, unroll, lie === "rows" ?
      [...Array.from({ length: unroll }, (_, u) => one(height, u)).flat(), ...advance(height, unroll)] :
      Array.from({ length: unroll }, () => [...one(height, 0), ...advance(height, 1)]).flat()),
    forLoop(step, inFours, get("k"), 1, [...one(height, 0), ...advance(height, 1)]),
  ];
  const rowBytes = (height: number) => (lie === "rows" ? i32.mul(i32.const(height), get("stride")) : i32.const(4 * height));
  const walk = (height: number, first: Node, last: Node) => forLoop(row, first, last, height, [
    ...tile(height),
    local.set(from, i32.add(local.get(from), rowBytes(height))),
  ]);
  code.add(forLoop(panel, get("firstPanel"), get("lastPanel"), 1, [
    ...atPanel(panel, left, columnsOf(vectors), get("n")),
    local.set(bBase, i32.add(get("panels"), i32.mul(i32.mul(local.get(panel), i32.const(16 * vectors)), get("k")))),
    local.set(from, get("a")),
    local.set(to, shifted(get("c"), panel, 16 * vectors)),
    local.set(beginAt, shifted(get("begin"), panel, 16 * vectors)),
    walk(rows, i32.const(0), inTiles),
    walk(1, inTiles, get("m")),
  ]));
  return f;
}

/** Columns that remain from a strip on. */
export const atPanel = (panel: Local, left: Local, width: number, columns: Node): Node[] =>
  [local.set(left, i32.sub(columns, i32.mul(local.get(panel), i32.const(width))))];

/** The address of a strip's first column. */
export const shifted = (address: Node, panel: Local, bytes: number): Node => i32.add(address, i32.mul(local.get(panel), i32.const(bytes)));
