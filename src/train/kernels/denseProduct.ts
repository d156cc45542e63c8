/** Products of dense matrices: tiles of a few rows and vectors in registers, over strips of the second matrix. */
import { f32x4, forLoop, i32, i8x16, if_, local, v128 } from "../../backend/wasm/assembler.ts";
import type { Func, Local, Module, Node } from "../../backend/wasm/assembler.ts";
import { Code } from "../../backend/wasm/code.ts";
import { columnsOf, storeColumns } from "./panels.ts";

/** Rows of a tile: four numbers of a column of the first matrix lie side by side. */
export const tileRows = 4;

/**
 * `dense_product_V(a, kStride, tileStride, panels, begin, beginStride, c, cStride, m, k, n, firstPanel, lastPanel)`: C = begin + A·B for the
 * columns of some strips. The four rows of a tile of A [m, k] lie side by side, `kStride` bytes from column to column; tiles are `tileStride` bytes
 * apart: 16 and 16·k as `tiles` makes them, or the stride of Aᵀ's rows and 16 for a transpose as it is. B [k, n] as strips V vectors wide, C [m, n].
 * `begin` is what sums start from: a row of biases (stride 0) or C itself; up to a strip is read beyond its end. Each sum runs over k in ascending
 * order, with products rounded before they are added.
 */
export function emitDenseProduct(module: Module, vectors: number): Func {
  const f = module.func(`dense_product_${vectors}`, {
    a: "i32", kStride: "i32", tileStride: "i32", panels: "i32", begin: "i32", beginStride: "i32", c: "i32", cStride: "i32",
    m: "i32", k: "i32", n: "i32", firstPanel: "i32", lastPanel: "i32",
  });
  const code = new Code(module, f);
  const get = (name: string) => local.get(f.param(name));
  const integer = (name: string) => f.local(name, "i32");
  const panel = integer("panel"), row = integer("row"), left = integer("left"), a = integer("aAt"), b = integer("b"), bEnd = integer("bEnd");
  const from = integer("from"), to = integer("to"), beginAt = integer("beginAt"), bBase = integer("bBase");
  const sums = Array.from({ length: tileRows * vectors }, (_, s) => f.local(`sum${s}`, "v128"));
  const bs = Array.from({ length: vectors }, (_, v) => f.local(`b${v}`, "v128"));
  const factors = Array.from({ length: tileRows }, (_, r) => f.local(`factor${r}`, "v128"));
  const inTiles = code.variable("inTiles", "i32", i32.and(get("m"), i32.const(-tileRows)));
  const next = (address: Local, by: Node) => local.set(address, i32.add(local.get(address), by));
  // V8 moves all loads of a block to its front: more than one column at a time would not fit into the registers.
  const column = (height: number): Node[] => [
    ...bs.map((v, at) => local.set(v, v128.load(local.get(b), 16 * at))),
    ...factors.slice(0, height).map((factor, r) => local.set(factor, v128.load32_splat(local.get(a), 4 * r))),
    ...factors.slice(0, height).flatMap((factor, r) => bs.map((v, at) => {
      const sum = sums[r * vectors + at]!;
      return local.set(sum, f32x4.add(local.get(sum), f32x4.mul(local.get(factor), local.get(v))));
    })),
    next(a, get("kStride")),
  ];
  const tile = (height: number): Node[] => [
    local.set(a, local.get(from)),
    ...Array.from({ length: height }, (_, r) => [
      ...bs.map((_v, at) => local.set(sums[r * vectors + at]!, v128.load(local.get(beginAt), 16 * at))),
      next(beginAt, get("beginStride")),
    ]).flat(),
    forLoop(b, local.get(bBase), local.get(bEnd), 16 * vectors, column(height)),
    ...Array.from({ length: height }, (_, r) => [
      ...storeColumns(local.get(to), sums.slice(r * vectors, (r + 1) * vectors), local.get(left)),
      next(to, get("cStride")),
    ]).flat(),
  ];
  code.add(forLoop(panel, get("firstPanel"), get("lastPanel"), 1, [
    ...atPanel(panel, left, columnsOf(vectors), get("n")),
    local.set(bBase, i32.add(get("panels"), i32.mul(i32.mul(local.get(panel), i32.const(16 * vectors)), get("k")))),
    local.set(bEnd, i32.add(local.get(bBase), i32.mul(get("k"), i32.const(16 * vectors)))),
    local.set(from, get("a")),
    local.set(to, shifted(get("c"), panel, 16 * vectors)),
    local.set(beginAt, shifted(get("begin"), panel, 16 * vectors)),
    forLoop(row, i32.const(0), local.get(inTiles), tileRows, [...tile(tileRows), next(from, get("tileStride"))]),
    forLoop(row, local.get(inTiles), get("m"), 1, [...tile(1), next(from, i32.const(4))]),
  ]));
  return f;
}

/**
 * `tiles(a, stride, m, k, target)`: four rows of a matrix after another, their numbers side by side: [⌈m/4⌉, k, 4]. Rows behind m repeat the last
 * one;
 * up to 3 numbers are read beyond a row's end and 12 written beyond the target's.
 */
export function emitTiles(module: Module): Func {
  const f = module.func("tiles", { a: "i32", stride: "i32", m: "i32", k: "i32", target: "i32" });
  const get = (name: string) => local.get(f.param(name));
  const row = f.local("row", "i32"), at = f.local("at", "i32"), to = f.local("to", "i32"), base = f.local("base", "i32");
  const rows = Array.from({ length: tileRows }, (_, r) => f.local(`row${r}`, "i32"));
  const [a, b, c, d] = rows.map((_, r) => f.local(`v${r}`, "v128")) as [Local, Local, Local, Local];
  const [ab, cd, ab2, cd2] = rows.map((_, r) => f.local(`pair${r}`, "v128")) as [Local, Local, Local, Local];
  const low = (x: Local, y: Local) => i8x16.shuffle(local.get(x), local.get(y), [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23]);
  const high = (x: Local, y: Local) => i8x16.shuffle(local.get(x), local.get(y), [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31]);
  const lows = (x: Local, y: Local) => i8x16.shuffle(local.get(x), local.get(y), [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
  const highs = (x: Local, y: Local) => i8x16.shuffle(local.get(x), local.get(y), [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31]);
  f.emit(
    local.set(base, get("target")),
    forLoop(row, i32.const(0), get("m"), tileRows, [
      local.set(rows[0]!, i32.add(get("a"), i32.mul(local.get(row), get("stride")))),
      ...rows.slice(1).flatMap((address, r) => [
        local.set(address, local.get(rows[r]!)),
        if_(i32.lt_u(i32.add(local.get(row), i32.const(r + 1)), get("m")), [local.set(address, i32.add(local.get(address), get("stride")))]),
      ]),
      local.set(to, local.get(base)),
      forLoop(at, i32.const(0), i32.shl(get("k"), i32.const(2)), 16, [
        ...[a, b, c, d].map((v, r) => local.set(v, v128.load(i32.add(local.get(rows[r]!), local.get(at))))),
        local.set(ab, low(a, b)), local.set(cd, low(c, d)), local.set(ab2, high(a, b)), local.set(cd2, high(c, d)),
        v128.store(local.get(to), lows(ab, cd)), v128.store(local.get(to), highs(ab, cd), 16),
        v128.store(local.get(to), lows(ab2, cd2), 32), v128.store(local.get(to), highs(ab2, cd2), 48),
        local.set(to, i32.add(local.get(to), i32.const(64))),
      ]),
      local.set(base, i32.add(local.get(base), i32.shl(get("k"), i32.const(4)))),
    ]),
  );
  return f;
}

/** Columns that remain from a strip on. */
export const atPanel = (panel: Local, left: Local, width: number, columns: Node): Node[] =>
  [local.set(left, i32.sub(columns, i32.mul(local.get(panel), i32.const(width))))];

/** The address of a strip's first column. */
export const shifted = (address: Node, panel: Local, bytes: number): Node => i32.add(address, i32.mul(local.get(panel), i32.const(bytes)));
