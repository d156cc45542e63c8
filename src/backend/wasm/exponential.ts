/**
 * exp and its relatives in vector lanes: Cody–Waite reduction x = n·ln 2 + r, |r| ≤ ln 2 / 2, and a polynomial in r. The result's
 * exponent is adjusted by integer addition. No fused multiply-add: the bits are the same on every machine.
 */
import { i32, v128, type Node } from "./assembler.ts";
import type { Code } from "./code.ts";
import type { Lanes } from "./lanes.ts";
import { polynomial, splitPolynomial } from "./polynomial.ts";

interface Constants {
  /** 1.5·2^mantissaBits: adding it rounds to an integer, which then sits in the low bits. */
  readonly magic: number;
  readonly ln2High: number;
  readonly ln2Low: number;
  /** (e^r − 1 − r)/r². */
  readonly coefficients: readonly number[];
  /** The largest x whose exp is finite, the smallest whose exp is a normal number. */
  readonly largest: number;
  readonly smallest: number;
  /** Below this, expm1 is −1. */
  readonly expm1Smallest: number;
}

const constants: Readonly<Record<"f32" | "f64", Constants>> = {
  f32: {
    magic: 12582912, ln2High: 0.693359375, ln2Low: -2.12194440054690583e-4,
    coefficients: [0.5, 0.1666666716, 0.04166646302, 0.008333285339, 0.001393382205, 0.0001990783931],
    largest: 88.72283172607422, smallest: -87.33654022216797, expm1Smallest: -20,
  },
  f64: {
    magic: 6755399441055744, ln2High: 0.6931471803691238, ln2Low: 1.9082149292705877e-10,
    coefficients: [0.5, 0.1666666666666667, 0.041666666666666685, 0.008333333333326025, 0.0013888888888874177, 0.0001984126987520655,
      2.4801587347863205e-5, 2.7557254911859576e-6, 2.7557252406588966e-7, 2.5105419792683684e-8, 2.0921760350080757e-9],
    largest: 709.782712893384, smallest: -708.396418532264, expm1Smallest: -45,
  },
};

/** Splits a clamped x: `shifted` holds n in its low bits, `fraction` is e^r − 1. */
function reduce(code: Code, lanes: Lanes, x: Node): { shifted: Node; n: Node; fraction: Node } {
  const c = constants[lanes.precision];
  const shifted = code.let("shifted", lanes.add(lanes.mul(x, lanes.const(Math.LOG2E)), lanes.const(c.magic)));
  const n = code.let("n", lanes.sub(shifted, lanes.const(c.magic)));
  const r = code.let("r", lanes.sub(lanes.sub(x, lanes.mul(n, lanes.const(c.ln2High))), lanes.mul(n, lanes.const(c.ln2Low))));
  const series = lanes.precision === "f32" ? polynomial(lanes, r, c.coefficients) : splitPolynomial(code, lanes, r, c.coefficients);
  return { shifted, n, fraction: lanes.add(lanes.mul(series, lanes.mul(r, r)), r) };
}

const clamp = (lanes: Lanes, x: Node, low: number, high: number): Node => lanes.pmax(lanes.pmin(x, lanes.const(high)), lanes.const(low));

/**
 * exp(x): error ≤ 1 ulp in f32 and in f64 wherever the result is a normal number; 0 where it would be subnormal, infinity above the
 * largest finite result; NaN stays NaN.
 */
export function exp(code: Code, lanes: Lanes, argument: Node): Node {
  const c = constants[lanes.precision];
  const x = code.let("x", argument);
  const { shifted, fraction } = reduce(code, lanes, code.let("clamped", clamp(lanes, x, c.smallest, c.largest)));
  // 1 + fraction lies in [0.7, 1.42]; within the clamped range adding n to its exponent can neither overflow nor reach subnormals.
  const scaled = lanes.integer.add(lanes.add(fraction, lanes.const(1)), lanes.integer.shl(shifted, i32.const(lanes.mantissaBits)));
  const withZero = v128.andnot(scaled, lanes.lt(x, lanes.const(c.smallest)));
  return lanes.add(withZero, v128.and(lanes.gt(x, lanes.const(c.largest)), lanes.const(Infinity)));
}

/** exp(x) − 1 without cancellation: error ≤ 2 ulp in f32 and f64. */
export function expm1(code: Code, lanes: Lanes, argument: Node): Node {
  const c = constants[lanes.precision];
  const x = code.let("clamped", clamp(lanes, argument, c.expm1Smallest, c.largest + 1));
  const { shifted, fraction } = reduce(code, lanes, x);
  // With h = 2^(n−1), 2·(h·fraction + (h − 1/2)) is exact in h and overflows only when the result does.
  const half = code.let("half", lanes.integer.add(lanes.const(0.5), lanes.integer.shl(shifted, i32.const(lanes.mantissaBits))));
  const halved = code.let("halved", lanes.add(lanes.mul(half, fraction), lanes.sub(half, lanes.const(0.5))));
  return lanes.add(halved, halved);
}

/** (exp(x) − 1)/x, and 1 at 0: error ≤ 3 ulp in f32 and f64; overflows where exp(x) does. */
export function exprel(code: Code, lanes: Lanes, argument: Node): Node {
  const x = code.let("x", argument);
  const numerator = expm1(code, lanes, x);
  // Infinity divided by a finite number stays infinity.
  const finite = lanes.pmin(x, lanes.const(lanes.precision === "f32" ? 3e38 : 1e308));
  return v128.bitselect(lanes.const(1), lanes.div(numerator, finite), lanes.eq(x, lanes.const(0)));
}

/** sinh(x): error ≤ 3 ulp; overflows where exp(|x|) does. */
export function sinh(code: Code, lanes: Lanes, argument: Node): Node {
  const x = code.let("x", argument);
  const size = code.let("size", lanes.abs(x));
  const t = code.let("t", expm1(code, lanes, size));
  // t + t/(t + 1) = e^x − e^−x; with t infinite the quotient is NaN, so it is bounded first.
  const bounded = code.let("bounded", lanes.pmin(t, lanes.const(1e30)));
  const sum = lanes.add(t, lanes.div(bounded, lanes.add(bounded, lanes.const(1))));
  return v128.or(lanes.mul(sum, lanes.const(0.5)), v128.and(x, lanes.const(-0)));
}

/** cosh(x): error ≤ 2 ulp; overflows where exp(|x|) does. */
export function cosh(code: Code, lanes: Lanes, argument: Node): Node {
  const e = code.let("e", exp(code, lanes, lanes.abs(argument)));
  return lanes.add(lanes.mul(e, lanes.const(0.5)), lanes.div(lanes.const(0.5), e));
}

/** tanh(x): error ≤ 3 ulp in f32, ≤ 4 ulp in f64. */
export function tanh(code: Code, lanes: Lanes, argument: Node): Node {
  const x = code.let("x", argument);
  const size = code.let("size", lanes.pmin(lanes.abs(x), lanes.const(lanes.precision === "f32" ? 10 : 20)));
  const t = code.let("t", expm1(code, lanes, lanes.add(size, size)));
  return v128.or(lanes.div(t, lanes.add(t, lanes.const(2))), v128.and(x, lanes.const(-0)));
}
