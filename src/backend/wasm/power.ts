/** Powers in vector lanes. */
import { v128, type Node } from "./assembler.ts";
import type { Code } from "./code.ts";
import { exp } from "./exponential.ts";
import { lanesOf, type Lanes } from "./lanes.ts";
import { log } from "./logarithm.ts";
import { throughF64 } from "./trigonometric.ts";

/** x^n for an integer |n| ≤ 64 by repeated squaring: error ≤ n ulp. */
export function integerPower(code: Code, lanes: Lanes, x: Node, n: number): Node {
  if (n === 0) return lanes.const(1);
  let square = code.let("power", x);
  let product: Node | undefined;
  for (let rest = Math.abs(n); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) product = product ? code.let("product", lanes.mul(product, square)) : square;
    if (rest > 1) square = code.let("power", lanes.mul(square, square));
  }
  return n < 0 ? lanes.div(lanes.const(1), product!) : product!;
}

/**
 * x^y. f32 is computed in f64 and rounded once (≤ 1 ulp); f64 is exp(y·log|x|) with an error of at most 2 + 2·|y·log x| ulp.
 * A negative base has a power only for integer y. x^0 = 1.
 */
export function pow(code: Code, lanes: Lanes, x: Node, y: Node): Node {
  if (lanes.precision === "f64") return wide(code, x, code.let("y", y));
  const exponents: Node[] = [];
  throughF64(code, y, (part) => {
    exponents.push(part);
    return part;
  });
  let half = 0;
  return throughF64(code, x, (part) => wide(code, part, exponents[half++]!));
}

function wide(code: Code, base: Node, y: Node): Node {
  const f64 = lanesOf("f64");
  const x = code.let("x", base);
  const size = code.let("size", exp(code, f64, f64.mul(y, log(code, f64, f64.abs(x)))));
  const halfY = code.let("halfY", f64.mul(y, f64.const(0.5)));
  const odd = v128.andnot(f64.ne(halfY, f64.floor(halfY)), f64.ne(y, f64.floor(y)));
  const isInteger = f64.eq(y, f64.floor(y));
  const signed = v128.xor(size, v128.and(v128.and(odd, x), f64.const(-0)));
  // Negative and finite base with a fraction for an exponent: no real power.
  const undefined_ = v128.andnot(v128.and(f64.lt(x, f64.const(0)), f64.gt(x, f64.const(-Infinity))), isInteger);
  const value = v128.bitselect(f64.const(NaN), signed, undefined_);
  return code.let("result", v128.bitselect(f64.const(1), value, f64.eq(y, f64.const(0))));
}

