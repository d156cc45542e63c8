/** Vectors of which only the first lanes exist: the end of a row that is no whole number of vectors. */
import { f32x4, i32, if_, local, return_, v128 } from "../../backend/wasm/assembler.ts";
import type { Func, Module } from "../../backend/wasm/assembler.ts";
import { helper } from "../../backend/wasm/code.ts";
import type { Lanes } from "../../backend/wasm/lanes.ts";

/** load_part(address, left): the lanes that there are, zeros beyond. */
export function loadPart(module: Module, lanes: Lanes): Func {
  const { precision } = lanes;
  return helper(module, `load_part_${precision}`, () => {
    const f = module.func(`load_part_${precision}`, { address: "i32", left: "i32" }, "v128", false);
    const at = local.get(f.param("address")), left = local.get(f.param("left")), x = f.local("x", "v128");
    f.emit(
      if_(i32.ge_s(left, i32.const(lanes.count)), [return_(v128.load(at))]),
      if_(i32.le_s(left, i32.const(0)), [return_(f32x4.const(0))]),
      ...(precision === "f64" ? [local.set(x, v128.load64_zero(at))] : [
        local.set(x, v128.load32_zero(at)),
        if_(i32.gt_s(left, i32.const(1)), [local.set(x, v128.load32_lane(at, local.get(x), 1, 4))]),
        if_(i32.gt_s(left, i32.const(2)), [local.set(x, v128.load32_lane(at, local.get(x), 2, 8))]),
      ]),
      local.get(x),
    );
    return f;
  });
}

/** store_part(address, value, left). */
export function storePart(module: Module, lanes: Lanes): Func {
  const { precision } = lanes;
  return helper(module, `store_part_${precision}`, () => {
    const f = module.func(`store_part_${precision}`, { address: "i32", value: "v128", left: "i32" }, "void", false);
    const at = local.get(f.param("address")), left = local.get(f.param("left")), x = local.get(f.param("value"));
    f.emit(
      if_(i32.ge_s(left, i32.const(lanes.count)), [v128.store(at, x), return_()]),
      if_(i32.le_s(left, i32.const(0)), [return_()]),
      ...(precision === "f64" ? [v128.store64_lane(at, x, 0)] : [
        v128.store32_lane(at, x, 0),
        if_(i32.gt_s(left, i32.const(1)), [v128.store32_lane(at, x, 1, 4)]),
        if_(i32.gt_s(left, i32.const(2)), [v128.store32_lane(at, x, 2, 8)]),
      ]),
    );
    return f;
  });
}
