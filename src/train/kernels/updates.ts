/** Elementwise work on weights and gradients: arrays of f32 rounded up to multiples of 4 numbers. */
import { f32x4, f64, f64x2, forLoop, i32, i8x16, local, v128 } from "../../backend/wasm/assembler.ts";
import type { Func, Module, Node } from "../../backend/wasm/assembler.ts";
import { Code } from "../../backend/wasm/code.ts";
import { atPanel, shifted } from "./denseProduct.ts";
import { columnsOf, storeColumns } from "./panels.ts";

/** Vectors of a strip whose columns are summed together. */
export const sumVectors = 8;

/**
 * `column_sums(d, stride, rows, n, begin, sums, firstPanel, lastPanel)`: sums[j] = begin[j] + Σ_r D[r, j] in ascending order, for the columns of some
 * strips of 32. Reads up to a strip beyond the end of rows and of `begin`.
 */
export function emitColumnSums(module: Module): Func {
  const f = module.func("column_sums", {
    d: "i32", stride: "i32", rows: "i32", n: "i32", begin: "i32", sums: "i32", firstPanel: "i32", lastPanel: "i32",
  });
  const get = (name: string) => local.get(f.param(name));
  const panel = f.local("panel", "i32"), row = f.local("row", "i32"), at = f.local("at", "i32"), left = f.local("left", "i32"), to = f.local("to",
    "i32");
  const totals = Array.from({ length: sumVectors }, (_, v) => f.local(`sum${v}`, "v128"));
  f.emit(forLoop(panel, get("firstPanel"), get("lastPanel"), 1, [
    ...atPanel(panel, left, columnsOf(sumVectors), get("n")),
    local.set(to, shifted(get("begin"), panel, 16 * sumVectors)),
    ...totals.map((sum, v) => local.set(sum, v128.load(local.get(to), 16 * v))),
    local.set(at, shifted(get("d"), panel, 16 * sumVectors)),
    forLoop(row, i32.const(0), get("rows"), 1, [
      ...totals.map((sum, v) => local.set(sum, f32x4.add(local.get(sum), v128.load(local.get(at), 16 * v)))),
      local.set(at, i32.add(local.get(at), get("stride"))),
    ]),
    local.set(to, shifted(get("sums"), panel, 16 * sumVectors)),
    ...storeColumns(local.get(to), totals, local.get(left)),
  ]));
  return f;
}

/**
 * `adam(values, gradient, mean, square, count, scale, beta1, beta2, rate, root, epsilon, decay)`: one update of weights by g = scale·gradient, with
 * rate = learning rate/(1 − β1ⁿ), root = 1/√(1 − β2ⁿ) and decay = learning rate times weight decay.
 *
 * @source Kingma & Ba (2015), arXiv:1412.6980; Loshchilov & Hutter (2019), arXiv:1711.05101
 */
export function emitAdam(module: Module): Func {
  const f = module.func("adam", {
    values: "i32", gradient: "i32", mean: "i32", square: "i32", count: "i32",
    scale: "f64", beta1: "f64", beta2: "f64", rate: "f64", root: "f64", epsilon: "f64", decay: "f64",
  });
  const code = new Code(module, f);
  const get = (name: string) => local.get(f.param(name));
  const splat = (name: string, value = get(name)) => code.let(`${name}4`, splatted(value));
  const scale = splat("scale"), beta1 = splat("beta1"), beta2 = splat("beta2"), rate = splat("rate"), root = splat("root"),
    epsilon = splat("epsilon");
  const decay = splat("decay"), rest1 = splat("rest1", f64.sub(f64.const(1), get("beta1"))), rest2 = splat("rest2", f64.sub(f64.const(1),
    get("beta2")));
  const at = f.local("at", "i32"), g = f.local("g", "v128"), m = f.local("m", "v128"), s = f.local("s", "v128"), v = f.local("v", "v128");
  const place = (name: string) => i32.add(get(name), local.get(at));
  const step = f32x4.div(f32x4.mul(rate, local.get(m)), f32x4.add(f32x4.mul(f32x4.sqrt(local.get(s)), root), epsilon));
  code.add(forLoop(at, i32.const(0), i32.shl(get("count"), i32.const(2)), 16, [
    local.set(g, f32x4.mul(scale, v128.load(place("gradient")))),
    local.set(m, f32x4.add(f32x4.mul(beta1, v128.load(place("mean"))), f32x4.mul(rest1, local.get(g)))),
    local.set(s, f32x4.add(f32x4.mul(beta2, v128.load(place("square"))), f32x4.mul(rest2, f32x4.mul(local.get(g), local.get(g))))),
    local.set(v, v128.load(place("values"))),
    v128.store(place("mean"), local.get(m)),
    v128.store(place("square"), local.get(s)),
    v128.store(place("values"), f32x4.sub(f32x4.sub(local.get(v), f32x4.mul(decay, local.get(v))), step)),
  ]));
  return f;
}

/**
 * `sgd(values, gradient, velocity, count, scale, momentum, rate, decay)`: velocity = momentum·velocity + scale·gradient; values −= rate·velocity +
 * decay·values.
 */
export function emitSgd(module: Module): Func {
  const f = module.func("sgd", {
    values: "i32", gradient: "i32", velocity: "i32", count: "i32", scale: "f64", momentum: "f64", rate: "f64", decay: "f64",
  });
  const code = new Code(module, f);
  const get = (name: string) => local.get(f.param(name));
  const [scale, momentum, rate, decay] = ["scale", "momentum", "rate", "decay"].map((name) => code.let(`${name}4`, splatted(get(name)))) as [Node,
    Node, Node, Node];
  const at = f.local("at", "i32"), g = f.local("g", "v128"), v = f.local("v", "v128");
  const place = (name: string) => i32.add(get(name), local.get(at));
  code.add(forLoop(at, i32.const(0), i32.shl(get("count"), i32.const(2)), 16, [
    local.set(g, f32x4.add(f32x4.mul(momentum, v128.load(place("velocity"))), f32x4.mul(scale, v128.load(place("gradient"))))),
    local.set(v, v128.load(place("values"))),
    v128.store(place("velocity"), local.get(g)),
    v128.store(place("values"), f32x4.sub(f32x4.sub(local.get(v), f32x4.mul(decay, local.get(v))), f32x4.mul(rate, local.get(g)))),
  ]));
  return f;
}

/** `sum_of_squares(values, count)` in f64: of even lanes and odd lanes, then both. */
export function emitSumOfSquares(module: Module): Func {
  const f = module.func("sum_of_squares", { values: "i32", count: "i32" }, "f64");
  const code = new Code(module, f);
  const get = (name: string) => local.get(f.param(name));
  const sum = code.variable("sum", "v128", f64x2.const(0));
  const at = f.local("at", "i32"), four = f.local("four", "v128"), two = f.local("two", "v128");
  const add = (value: Node): Node[] => [
    local.set(two, f64x2.promote_low_f32x4(value)),
    local.set(sum, f64x2.add(local.get(sum), f64x2.mul(local.get(two), local.get(two)))),
  ];
  code.add(
    forLoop(at, i32.const(0), i32.shl(get("count"), i32.const(2)), 16, [
      local.set(four, v128.load(i32.add(get("values"), local.get(at)))),
      ...add(local.get(four)),
      ...add(i8x16.shuffle(local.get(four), local.get(four), [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7])),
    ]),
    f64.add(f64x2.extract_lane(local.get(sum), 0), f64x2.extract_lane(local.get(sum), 1)),
  );
  return f;
}

/** An f64 number, rounded, in all four lanes. */
const splatted = (value: Node): Node => {
  const low = f32x4.demote_f64x2_zero(f64x2.splat(value));
  return i8x16.shuffle(low, low, Array.from({ length: 16 }, (_, k) => k % 4));
};
