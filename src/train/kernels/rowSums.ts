/** Products with spikes: of the second matrix, the rows of those that spiked are summed up. */
import { block, br_if, f32x4, forLoop, i32, label, local, loop, v128 } from "../../backend/wasm/assembler.ts";
import type { Func, Module, Node } from "../../backend/wasm/assembler.ts";
import { Code } from "../../backend/wasm/code.ts";
import { atPanel, shifted } from "./denseProduct.ts";
import { columnsOf, storeColumns } from "./panels.ts";

/**
 * Vectors of a strip, a cache line wide, so that every row of a strip is one line of the first-level cache. 10⁹ additions a second at a density of
 * 10 % (400 rows, 700 inputs, 512 columns; a core of an AMD EPYC, Zen 4): 2 vectors 12.9, 3 15.3, 4 18.4, 5 18.1, 8 11.3, 12 6. The dense product
 * makes 21.6 of a product and an addition each, so sums of rows are faster below a density of 85 %.
 */
export const widestSum = 4;

/** Vectors of the strips that cover so many columns. */
export const stripVectors = (columns: number): number => Math.min(widestSum, Math.ceil(columns / 4));

/** Rows added at a time: V8 loads them all before it adds, and more would not fit into the registers. */
const unroll = 2;

/**
 * `row_sums_V(starts, ids, firstRow, lastRow, panels, inputs, begin, beginStride, y, yStride, n, firstPanel, lastPanel)`:
 * Y[r, :] = begin[r, :] + Σ W[i, :] over the i in list r, in the order of the list, for rows firstRow … lastRow − 1 and the columns of some strips.
 * W [inputs, n] as strips V vectors wide; lists as `spike_lists` makes them. `begin` and `y` belong to row firstRow; `begin` may be a row of
 * biases (stride 0) or Y itself; up to a strip is read beyond its end.
 *
 * `weighted_sums_V(…)` sums value·W[i, :] instead, over the pairs (i, value) that `value_lists` makes.
 */
export function emitRowSums(module: Module, vectors: number, of: "spikes" | "values" = "spikes"): Func {
  const weighted = of === "values";
  const f = module.func(`${weighted ? "weighted" : "row"}_sums_${vectors}`, {
    starts: "i32", ids: "i32", firstRow: "i32", lastRow: "i32", panels: "i32", inputs: "i32", begin: "i32", beginStride: "i32", y: "i32",
      yStride: "i32",
    n: "i32", firstPanel: "i32", lastPanel: "i32",
  });
  const code = new Code(module, f);
  const get = (name: string) => local.get(f.param(name));
  const panel = f.local("panel", "i32"), row = f.local("row", "i32"), left = f.local("left", "i32"), base = f.local("base", "i32");
  const at = f.local("at", "i32"), end = f.local("end", "i32"), to = f.local("to", "i32"), beginAt = f.local("beginAt", "i32"), w = f.local("w",
    "i32");
  const sums = Array.from({ length: vectors }, (_, v) => f.local(`sum${v}`, "v128"));
  const bytes = weighted ? 8 : 4, factor = f.local("factor", "v128");
  const add = (k: number): Node[] => [
    local.set(w, i32.add(local.get(base), i32.mul(i32.load(local.get(at), bytes * k), i32.const(16 * vectors)))),
    ...(weighted ? [local.set(factor, v128.load32_splat(local.get(at), bytes * k + 4))] : []),
    ...sums.map((sum, v) => {
      const one = v128.load(local.get(w), 16 * v);
      return local.set(sum, f32x4.add(local.get(sum), weighted ? f32x4.mul(local.get(factor), one) : one));
    }),
  ];
  const start = (r: Node) => i32.add(get("ids"), i32.mul(i32.load(i32.add(get("starts"), i32.shl(r, i32.const(2)))), i32.const(bytes)));
  code.add(forLoop(panel, get("firstPanel"), get("lastPanel"), 1, [
    ...atPanel(panel, left, columnsOf(vectors), get("n")),
    local.set(base, i32.add(get("panels"), i32.mul(i32.mul(local.get(panel), i32.const(16 * vectors)), get("inputs")))),
    local.set(to, shifted(get("y"), panel, 16 * vectors)),
    local.set(beginAt, shifted(get("begin"), panel, 16 * vectors)),
    local.set(end, start(get("firstRow"))),
    forLoop(row, get("firstRow"), get("lastRow"), 1, [
      local.set(at, local.get(end)),
      local.set(end, start(i32.add(local.get(row), i32.const(1)))),
      ...sums.map((sum, v) => local.set(sum, v128.load(local.get(beginAt), 16 * v))),
      ...whileAtLeast(at, end, bytes * unroll, Array.from({ length: unroll }, (_, k) => add(k)).flat()),
      ...whileAtLeast(at, end, bytes, add(0)),
      ...storeColumns(local.get(to), sums, local.get(left)),
      local.set(to, i32.add(local.get(to), get("yStride"))),
      local.set(beginAt, i32.add(local.get(beginAt), get("beginStride"))),
    ]),
  ]));
  return f;
}

/** Repeats while at least so many bytes remain before `end`, and goes on by as many. */
function whileAtLeast(at: Func["params"][number], end: Func["params"][number], bytes: number, body: readonly Node[]): Node[] {
  const again = label(), done = label();
  return [block(done, loop(again,
    br_if(done, i32.lt_s(i32.sub(local.get(end), local.get(at)), i32.const(bytes))),
    ...body,
    local.set(at, i32.add(local.get(at), i32.const(bytes))),
    br_if(again, i32.const(1)),
  ))];
}
