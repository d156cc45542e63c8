/** Values of which most are 0 become lists of those that are not. */
import { block, br_if, f32, f32x4, forLoop, i32, i32x4, if_, label, local, loop, v128 } from "../../backend/wasm/assembler.ts";
import type { Func, Module } from "../../backend/wasm/assembler.ts";
import { Code } from "../../backend/wasm/code.ts";

/**
 * `value_lists(values, stride, rows, n, starts, pairs)`: u32 starts [rows + 1] and, from pairs[2·starts[r]] on, number and value of those that are
 * not 0
 * in row r, ascending. Returns how many there are; `pairs` needs room for all of them. Reads up to 3 numbers beyond a row's end.
 */
export function emitValueLists(module: Module): Func {
  const f = module.func("value_lists", { values: "i32", stride: "i32", rows: "i32", n: "i32", starts: "i32", pairs: "i32" }, "i32");
  const code = new Code(module, f);
  const get = (name: string) => local.get(f.param(name));
  const row = f.local("row", "i32"), at = f.local("at", "i32"), k = f.local("k", "i32"), four = f.local("four", "i32"), lane = f.local("lane", "i32");
  const to = code.variable("to", "i32", get("pairs"));
  const again = label(), done = label();
  const count = () => i32.shr_u(i32.sub(local.get(to), get("pairs")), i32.const(3));
  const left = i32.sub(get("n"), local.get(k));
  code.add(
    forLoop(row, i32.const(0), get("rows"), 1, [
      i32.store(i32.add(get("starts"), i32.shl(local.get(row), i32.const(2))), count()),
      local.set(at, i32.add(get("values"), i32.mul(local.get(row), get("stride")))),
      forLoop(k, i32.const(0), get("n"), 4, [
        local.set(four, i32x4.bitmask(f32x4.ne(v128.load(local.get(at)), f32x4.const(0)))),
        if_(i32.lt_u(left, i32.const(4)), [local.set(four, i32.and(local.get(four), i32.sub(i32.shl(i32.const(1), left), i32.const(1))))]),
        if_(local.get(four), [block(done, loop(again,
          local.set(lane, i32.ctz(local.get(four))),
          i32.store(local.get(to), i32.add(local.get(k), local.get(lane))),
          i32.store(local.get(to), i32.load(i32.add(local.get(at), i32.shl(local.get(lane), i32.const(2)))), 4),
          local.set(to, i32.add(local.get(to), i32.const(8))),
          local.set(four, i32.and(local.get(four), i32.sub(local.get(four), i32.const(1)))),
          br_if(again, local.get(four)),
        ))]),
        local.set(at, i32.add(local.get(at), i32.const(16))),
      ]),
    ]),
    i32.store(i32.add(get("starts"), i32.shl(get("rows"), i32.const(2))), count()),
    count(),
  );
  return f;
}

/**
 * `value_lists_across(values, stride, firstColumn, lastColumn, rows, starts, pairs)`: the same for columns: numbers of rows and values, column by
 * column;
 * starts [lastColumn − firstColumn + 1].
 */
export function emitValueListsAcross(module: Module): Func {
  const f = module.func("value_lists_across", {
    values: "i32", stride: "i32", firstColumn: "i32", lastColumn: "i32", rows: "i32", starts: "i32", pairs: "i32",
  }, "i32");
  const code = new Code(module, f);
  const get = (name: string) => local.get(f.param(name));
  const row = f.local("row", "i32"), column = f.local("column", "i32"), at = f.local("at", "i32");
  const to = code.variable("to", "i32", get("pairs")), start = code.variable("start", "i32", get("starts"));
  const count = () => i32.shr_u(i32.sub(local.get(to), get("pairs")), i32.const(3));
  const next = () => [i32.store(local.get(start), count()), local.set(start, i32.add(local.get(start), i32.const(4)))];
  code.add(
    forLoop(column, get("firstColumn"), get("lastColumn"), 1, [
      ...next(),
      local.set(at, i32.add(get("values"), i32.shl(local.get(column), i32.const(2)))),
      forLoop(row, i32.const(0), get("rows"), 1, [
        if_(i32.eqz(f32.eq(f32.load(local.get(at)), f32.const(0))), [
          i32.store(local.get(to), local.get(row)),
          f32.store(local.get(to), f32.load(local.get(at)), 4),
          local.set(to, i32.add(local.get(to), i32.const(8))),
        ]),
        local.set(at, i32.add(local.get(at), get("stride"))),
      ]),
    ]),
    ...next(),
    count(),
  );
  return f;
}
