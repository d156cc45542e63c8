/** Rows times a row of factors. */
import { f32x4, forLoop, i32, local, v128 } from "../../backend/wasm/assembler.ts";
import type { Func, Module, Node } from "../../backend/wasm/assembler.ts";

/** `scaled_rows(x, stride, rows, n, factors, y)`: Y[r, j] = X[r, j]·factors[j]. Up to 3 numbers beyond a row's end are read and written. */
export function emitScaledRows(module: Module): Func {
  const f = module.func("scaled_rows", { x: "i32", stride: "i32", rows: "i32", n: "i32", factors: "i32", y: "i32" });
  const get = (name: string): Node => local.get(f.param(name));
  const row = f.local("row", "i32"), begin = f.local("begin", "i32"), k = f.local("k", "i32");
  const at = (name: string): Node => i32.add(i32.add(get(name), local.get(begin)), local.get(k));
  f.emit(forLoop(row, i32.const(0), get("rows"), 1, [
    forLoop(k, i32.const(0), i32.shl(get("n"), i32.const(2)), 16, [
      v128.store(at("y"), f32x4.mul(v128.load(at("x")), v128.load(i32.add(get("factors"), local.get(k))))),
    ]),
    local.set(begin, i32.add(local.get(begin), get("stride"))),
  ]));
  return f;
}
