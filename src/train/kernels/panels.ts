/**
 * Panels: a matrix cut into vertical strips a few vectors wide, each stored row after row, the last one filled up with zeros. Products and sums of
 * rows walk a strip from top to bottom, so that what they read is contiguous whatever the strides of the matrix.
 */
import { f32, forLoop, i32, if_, local, v128 } from "../../backend/wasm/assembler.ts";
import type { Func, Local, Module, Node } from "../../backend/wasm/assembler.ts";
import { Code } from "../../backend/wasm/code.ts";

/** Columns of a strip that is so many vectors wide. */
export const columnsOf = (vectors: number): number => 4 * vectors;

/** f32 numbers that a matrix [rows, columns] takes in strips. */
export const panelLength = (rows: number, columns: number, vectors: number): number =>
  rows * columnsOf(vectors) * Math.ceil(columns / columnsOf(vectors));

/**
 * `panels_V(source, rowStride, columnStride, rows, columns, target, firstPanel, lastPanel)` copies strips firstPanel … lastPanel − 1 of a matrix of
 * f32 numbers; strides in bytes, so that a matrix and its transpose are cut alike.
 */
export function emitPanels(module: Module, vectors: number): Func {
  const f = module.func(`panels_${vectors}`, {
    source: "i32", rowStride: "i32", columnStride: "i32", rows: "i32", columns: "i32", target: "i32", firstPanel: "i32", lastPanel: "i32",
  });
  const code = new Code(module, f);
  const get = (name: string) => local.get(f.param(name));
  const width = columnsOf(vectors);
  const panel = f.local("panel", "i32"), row = f.local("row", "i32"), column = f.local("column", "i32");
  const from = f.local("from", "i32"), to = f.local("to", "i32"), left = f.local("left", "i32"), at = f.local("at", "i32");
  const plain = code.let("plain", i32.eq(get("columnStride"), i32.const(4)));
  const copyRow = Array.from({ length: vectors }, (_, v) => v128.store(local.get(to), v128.load(local.get(from), 16 * v), 16 * v));
  const copyPart = [
    local.set(at, local.get(from)),
    forLoop(column, i32.const(0), i32.const(width), 1, [
      if_(i32.lt_u(local.get(column), local.get(left)), [f32.store(offset(to, column), f32.load(local.get(at)))], [f32.store(offset(to, column),
        f32.const(0))]),
      local.set(at, i32.add(local.get(at), get("columnStride"))),
    ]),
  ];
  code.add(forLoop(panel, get("firstPanel"), get("lastPanel"), 1, [
    local.set(left, i32.sub(get("columns"), i32.mul(local.get(panel), i32.const(width)))),
    local.set(from, i32.add(get("source"), i32.mul(i32.mul(local.get(panel), i32.const(width)), get("columnStride")))),
    local.set(to, i32.add(get("target"), i32.mul(i32.mul(local.get(panel), i32.const(4 * width)), get("rows")))),
    forLoop(row, i32.const(0), get("rows"), 1, [
      if_(i32.and(plain, i32.ge_u(local.get(left), i32.const(width))), copyRow, copyPart),
      local.set(from, i32.add(local.get(from), get("rowStride"))),
      local.set(to, i32.add(local.get(to), i32.const(4 * width))),
    ]),
  ]));
  return f;
}

/**
 * Stores vectors of a row that may end before they do: only the first `left` of their numbers.
 *
 * @param left columns that remain, above 0
 */
export function storeColumns(address: Node, vectors: readonly Local[], left: Node): Node[] {
  const whole = vectors.map((value, v) => v128.store(address, local.get(value), 16 * v));
  const part = vectors.map((value, v) => if_(i32.ge_s(left, i32.const(4 * v + 4)), [v128.store(address, local.get(value), 16 * v)], [
    if_(i32.gt_s(left, i32.const(4 * v)), [v128.store32_lane(address, local.get(value), 0, 16 * v)]),
    if_(i32.gt_s(left, i32.const(4 * v + 1)), [v128.store32_lane(address, local.get(value), 1, 16 * v + 4)]),
    if_(i32.gt_s(left, i32.const(4 * v + 2)), [v128.store32_lane(address, local.get(value), 2, 16 * v + 8)]),
  ]));
  return [if_(i32.ge_s(left, i32.const(columnsOf(vectors.length))), whole, part)];
}

const offset = (base: Local, index: Local): Node => i32.add(local.get(base), i32.shl(local.get(index), i32.const(2)));
