/** WebAssembly that layers of neurons need between cells and tensors: spikes as numbers, and products of one step with recurrent weights. */
import { f32, f32x4, forLoop, i32, if_, local, v128 } from "../../backend/wasm/assembler.ts";
import type { Module, Node } from "../../backend/wasm/assembler.ts";
import { Code } from "../../backend/wasm/code.ts";

/** `spike_values(bits, bitStride, rows, units, values, stride)`: 1 where the bit of a neuron is set, else 0; rows of values `stride` bytes apart. */
export function emitSpikeValues(module: Module): void {
  const f = module.func("spike_values", { bits: "i32", bitStride: "i32", rows: "i32", units: "i32", values: "i32", stride: "i32" });
  const code = new Code(module, f);
  const row = f.local("row", "i32"), unit = f.local("unit", "i32"), left = f.local("left", "i32");
  const at = code.variable("at", "i32");
  const word = i32.load(i32.add(local.get(f.param("bits")), i32.shl(i32.shr_u(local.get(unit), i32.const(5)), i32.const(2))));
  code.add(forLoop(row, i32.const(0), local.get(f.param("rows")), 1, [
    local.set(at, local.get(f.param("values"))),
    forLoop(unit, i32.const(0), local.get(f.param("units")), 1, [
      // A word of 32 neurons that are silent, as most are, is written at once.
      local.set(left, i32.sub(local.get(f.param("units")), local.get(unit))),
      if_(i32.and(i32.ge_u(local.get(left), i32.const(32)), i32.eqz(i32.or(i32.and(local.get(unit), i32.const(31)), word))), [
        ...Array.from({ length: 8 }, (_, k) => v128.store(local.get(at), f32x4.const(0), 16 * k)),
        local.set(at, i32.add(local.get(at), i32.const(128))),
        local.set(unit, i32.add(local.get(unit), i32.const(31))),
      ], [
        f32.store(local.get(at), f32.convert_i32_u(i32.and(i32.shr_u(word, i32.and(local.get(unit), i32.const(31))), i32.const(1)))),
        local.set(at, i32.add(local.get(at), i32.const(4))),
      ]),
    ]),
    local.set(f.param("bits"), i32.add(local.get(f.param("bits")), local.get(f.param("bitStride")))),
    local.set(f.param("values"), i32.add(local.get(f.param("values")), local.get(f.param("stride")))),
  ]));
}

/** Columns that the products keep in registers. */
const wide = 16;

/**
 * `add_product(a, aStride, b, c, cStride, rows, inner, columns)`: C += A·B, A [rows, inner] and C [rows, columns] with rows so many bytes apart,
 * B [inner, columns] contiguous. Zeros of A are passed over, so spikes cost what their number says; sums run over `inner` in ascending order.
 */
export function emitAddProduct(module: Module): void {
  const f = module.func("add_product", {
    a: "i32", aStride: "i32", b: "i32", c: "i32", cStride: "i32", rows: "i32", inner: "i32", columns: "i32",
  });
  const code = new Code(module, f);
  const get = (name: string) => local.get(f.param(name));
  const row = f.local("row", "i32"), column = f.local("column", "i32"), k = f.local("k", "i32");
  const from = f.local("from", "i32"), at = f.local("at", "i32"), factor = f.local("factor", "f32"), wideFactor = f.local("wide_factor", "v128");
  const sums = Array.from({ length: wide / 4 }, (_, v) => f.local(`sum${v}`, "v128")), sum = f.local("sum", "f32");
  const rowBytes = code.let("row_bytes", i32.shl(get("columns"), i32.const(2)));
  const whole = code.let("whole", i32.and(get("columns"), i32.const(-wide)));
  const there = code.variable("there", "i32");
  const strip = (load: readonly Node[], add: readonly Node[], store: readonly Node[]): Node[] => [
    local.set(there, i32.add(get("c"), i32.shl(local.get(column), i32.const(2)))),
    local.set(at, i32.add(get("b"), i32.shl(local.get(column), i32.const(2)))),
    local.set(from, get("a")),
    ...load,
    forLoop(k, i32.const(0), get("inner"), 1, [
      local.set(factor, f32.load(local.get(from))),
      if_(i32.eqz(f32.eq(local.get(factor), f32.const(0))), add),
      local.set(from, i32.add(local.get(from), i32.const(4))),
      local.set(at, i32.add(local.get(at), rowBytes)),
    ]),
    ...store,
  ];
  code.add(forLoop(row, i32.const(0), get("rows"), 1, [
    forLoop(column, i32.const(0), whole, wide, strip(
      sums.map((s, v) => local.set(s, v128.load(local.get(there), 16 * v))),
      [
        local.set(wideFactor, f32x4.splat(local.get(factor))),
        ...sums.map((s, v) => local.set(s, f32x4.add(local.get(s), f32x4.mul(local.get(wideFactor), v128.load(local.get(at), 16 * v))))),
      ],
      sums.map((s, v) => v128.store(local.get(there), local.get(s), 16 * v)),
    )),
    forLoop(column, whole, get("columns"), 1, strip(
      [local.set(sum, f32.load(local.get(there)))],
      [local.set(sum, f32.add(local.get(sum), f32.mul(local.get(factor), f32.load(local.get(at)))))],
      [f32.store(local.get(there), local.get(sum))],
    )),
    local.set(f.param("a"), i32.add(get("a"), get("aStride"))),
    local.set(f.param("c"), i32.add(get("c"), get("cStride"))),
  ]));
}
