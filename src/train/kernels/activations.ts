/** Functions of rate units and their derivatives, element by element; code is made for one layer's function. */
import { f32x4, f64, f64x2, forLoop, i32, i32x4, i8x16, local, v128 } from "../../backend/wasm/assembler.ts";
import type { Local, Module, Node } from "../../backend/wasm/assembler.ts";
import { Code } from "../../backend/wasm/code.ts";
import { lanesOf } from "../../backend/wasm/lanes.ts";
import { Values } from "../../backend/wasm/values.ts";
import { invariant } from "../../errors.ts";
import { number, substitute } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import { parseValue } from "../../lang/index.ts";
import { dimensionless } from "../../units/dimension.ts";
import type { ActivationFunction } from "../modelData.ts";

/** y over x; dy/dx and dy/dthreshold over x and y. Numbers that are not one stay so. */
interface Formulas { readonly value: string; readonly slope: string; readonly threshold?: string }

const formulas: Readonly<Record<ActivationFunction["type"], Formulas>> = {
  relu: { value: "max(x, 0)", slope: "int(x > 0)" },
  clip: { value: "min(max(x, 0), 1)", slope: "int(x > 0 and x < 1)" },
  sigmoid: { value: "1/(1 + exp(-x))", slope: "y*(1 - y)" },
  tanh: { value: "tanh(x)", slope: "1 - y*y" },
  softplus: { value: "max(x, 0) + log(1 + exp(-abs(x)))", slope: "1/(1 + exp(-x))" },
  // As in reference/activation.ts: between −λ/2L and λ(1 − 1/2L) steps pass gradients.
  qcfs: {
    value: "threshold*min(max(floor(x*levels/threshold + 0.5)/levels, 0), 1)",
    slope: "int(x > -threshold/(2*levels) and x < threshold*(1 - 1/(2*levels)))",
    threshold: "int(x > -threshold/(2*levels))*(int(x >= threshold*(1 - 1/(2*levels))) + int(x < threshold*(1 - 1/(2*levels)))*(y - x)/threshold)",
  },
  integer: { value: "min(max(floor(levels*x + 0.5), 0), levels)/levels", slope: "int(x > 0 and x < 1)" },
};

/**
 * `<name>_value(x, stride, rows, n, y, threshold)`: y = f(x); `<name>_slope(x, y, dy, stride, rows, n, dx, threshold)`: dx = dy·f′(x); for qcfs
 * also `<name>_threshold(x, y, dy, stride, rows, n, threshold)`: Σ dy·∂f/∂λ in f64 of sums of rows. `threshold` is the address of λ, 0 for functions
 * without one. Up to 3 numbers beyond a row's end are read and written.
 */
export function emitActivation(module: Module, name: string, activation: ActivationFunction): void {
  const of = formulas[activation.type], levels = "levels" in activation ? activation.levels : 1;
  emitRows(module, `${name}_value`, expression(of.value, levels), ["x"], "y");
  emitRows(module, `${name}_slope`, expression(`dy*(${of.slope})`, levels), ["x", "y", "dy"], "dx");
  if (of.threshold !== undefined) emitRows(module, `${name}_threshold`, expression(`dy*(${of.threshold})`, levels), ["x", "y", "dy"], undefined);
}

function expression(text: string, levels: number): Expr {
  const names = new Map(["x", "y", "dy", "threshold", "levels"].map((n) => [n, dimensionless] as const));
  return substitute(parseValue(text, { names, dimension: dimensionless, what: "an activation" }).expr, new Map([["levels", number(levels)]]));
}

/** A function over rows: the expression is stored, or summed up where nothing takes it. */
function emitRows(module: Module, name: string, e: Expr, inputs: readonly string[], output: string | undefined): void {
  const f = module.func(name, Object.fromEntries([...inputs, "stride", "rows", "n", ...(output === undefined ? [] : [output]), "threshold"].map((p) =>
    [p, "i32" as const])), output === undefined ? "f64" : undefined);
  const code = new Code(module, f), get = (p: string): Node => local.get(f.param(p));
  const threshold = code.let("threshold4", v128.load32_splat(get("threshold")));
  const row = f.local("row", "i32"), k = f.local("k", "i32"), begin = code.variable("begin", "i32", i32.const(0));
  const sum = f.local("sum", "v128"), total = f.local("total", "f64"), bytes = code.let("bytes", i32.shl(get("n"), i32.const(2)));
  const at = (p: string): Node => i32.add(i32.add(get(p), local.get(begin)), local.get(k));
  const four = (inside: Code): Node => {
    const values = new Values(lanesOf("f32"));
    const known = new Map([...inputs.map((p) => [p, values.leaf(p, v128.load(at(p)), false)] as const),
      ["threshold", values.leaf("threshold", threshold, true)] as const]);
    return values.force(values.keep(values.from(e, (n) => known.get(n) ?? invariant(false, `an activation reads ${n}`) as never)), inside);
  };
  code.add(forLoop(row, i32.const(0), get("rows"), 1, [
    local.set(sum, f32x4.const(0)),
    forLoop(k, i32.const(0), bytes, 16, code.inner((inside) => {
      const value = four(inside);
      inside.add(output === undefined ? local.set(sum, f32x4.add(local.get(sum), v128.and(value, inRow(bytes, k)))) : v128.store(at(output), value));
    })),
    ...(output === undefined ? [local.set(total, f64.add(local.get(total), sumOfLanes(sum)))] : []),
    local.set(begin, i32.add(local.get(begin), get("stride"))),
  ]));
  if (output === undefined) code.add(local.get(total));
}

/** Lanes that lie before the end of a row. */
const inRow = (bytes: Node, k: Local): Node =>
  i32x4.lt_s(i32x4.const(0, 4, 8, 12), i32x4.splat(i32.sub(bytes, local.get(k))));

const sumOfLanes = (sum: Local): Node => {
  const high = i8x16.shuffle(local.get(sum), local.get(sum), [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7]);
  const lane = (pair: Node, k: number): Node => f64x2.extract_lane(f64x2.promote_low_f32x4(pair), k);
  return f64.add(f64.add(lane(local.get(sum), 0), lane(local.get(sum), 1)), f64.add(lane(high, 0), lane(high, 1)));
};
