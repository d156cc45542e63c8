/**
 * exp and its relatives in vector lanes: Cody–Waite reduction x = n·ln 2 + r, |r| ≤ ln 2 / 2, and a polynomial in r. The result's
 * exponent is adjusted by integer addition. No fused multiply-add: the bits are the same on every machine.
 */
import { i32, if_, local, v128, type Node } from "./assembler.ts";
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
}

const constants: Readonly<Record<"f32" | "f64", Constants>> = {
  f32: {
    magic: 12582912, ln2High: 0.693359375, ln2Low: -2.12194440054690583e-4,
    coefficients: [0.5, 0.1666666716, 0.04166646302, 0.008333285339, 0.001393382205, 0.0001990783931],
    largest: 88.72283172607422, smallest: -87.33654022216797,
  },
  f64: {
    magic: 6755399441055744, ln2High: 0.6931471803691238, ln2Low: 1.9082149292705877e-10,
    coefficients: [0.5, 0.1666666666666667, 0.041666666666666685, 0.008333333333326025, 0.0013888888888874177, 0.0001984126987520655,
      2.4801587347863205e-5, 2.7557254911859576e-6, 2.7557252406588966e-7, 2.5105419792683684e-8, 2.0921760350080757e-9],
    largest: 709.782712893384, smallest: -708.396418532264,
  },
};

/**
 * The steps of exp and expm1. Expressions use them one by one, so that exp and expm1 of the same argument
 * share all but the last. Nodes that are read twice must be locals.
 */
export const expSteps = {
  clamped: (_: Code, lanes: Lanes, x: Node): Node => {
    const c = constants[lanes.precision];
    return lanes.pmax(lanes.pmin(x, lanes.const(c.largest)), lanes.const(c.smallest));
  },
  /** n in the low bits. */
  shifted: (_: Code, lanes: Lanes, clamped: Node): Node =>
    lanes.add(lanes.mul(clamped, lanes.const(Math.LOG2E)), lanes.const(constants[lanes.precision].magic)),
  /** e^r − 1. */
  fraction: (code: Code, lanes: Lanes, clamped: Node, shifted: Node): Node => {
    const c = constants[lanes.precision];
    const n = code.let("n", lanes.sub(shifted, lanes.const(c.magic)));
    const r = code.let("r", lanes.sub(lanes.sub(clamped, lanes.mul(n, lanes.const(c.ln2High))), lanes.mul(n, lanes.const(c.ln2Low))));
    const series = lanes.precision === "f32" ? polynomial(lanes, r, c.coefficients) : splitPolynomial(code, lanes, r, c.coefficients);
    return lanes.add(lanes.mul(series, lanes.mul(r, r)), r);
  },
  exp: (_: Code, lanes: Lanes, x: Node, shifted: Node, fraction: Node): Node => {
    // 1 + fraction lies in [0.7, 1.42]; within the clamped range adding n to its exponent can neither overflow nor reach subnormals.
    const scaled = lanes.integer.add(lanes.add(fraction, lanes.const(1)), lanes.integer.shl(shifted, i32.const(lanes.mantissaBits)));
    return lanes.add(v128.andnot(scaled, lanes.lt(x, lanes.const(constants[lanes.precision].smallest))), overflow(lanes, x));
  },
  expm1: (code: Code, lanes: Lanes, x: Node, shifted: Node, fraction: Node): Node => {
    // With h = 2^(n−1), 2·(h·fraction + (h − 1/2)) is exact in h and overflows only when the result does.
    const half = code.let("half", lanes.integer.add(lanes.const(0.5), lanes.integer.shl(shifted, i32.const(lanes.mantissaBits))));
    const halved = code.let("halved", lanes.add(lanes.mul(half, fraction), lanes.sub(half, lanes.const(0.5))));
    return lanes.add(lanes.add(halved, halved), overflow(lanes, x));
  },
} as const;

/** Infinity in the lanes above the largest argument with a finite exp, else 0. */
const overflow = (lanes: Lanes, x: Node): Node => v128.and(lanes.gt(x, lanes.const(constants[lanes.precision].largest)), lanes.const(Infinity));

function inSteps(code: Code, lanes: Lanes, argument: Node, last: "exp" | "expm1"): Node {
  const x = code.let("x", argument);
  const clamped = code.let("clamped", expSteps.clamped(code, lanes, x));
  const shifted = code.let("shifted", expSteps.shifted(code, lanes, clamped));
  return expSteps[last](code, lanes, x, shifted, expSteps.fraction(code, lanes, clamped, shifted));
}

/**
 * exp(x): error ≤ 1 ulp in f32 and in f64 wherever the result is a normal number; 0 where it would be subnormal, infinity above the
 * largest finite result; NaN stays NaN.
 */
export const exp = (code: Code, lanes: Lanes, x: Node): Node => inSteps(code, lanes, x, "exp");

/** exp(x) − 1 without cancellation: error ≤ 2 ulp in f32 and f64. */
export const expm1 = (code: Code, lanes: Lanes, x: Node): Node => inSteps(code, lanes, x, "expm1");

/** The divisor of exprel, finite, so that infinity divided by it stays infinity. */
const largestDivisor = { f32: 3e38, f64: 1e308 } as const;
/** Below this magnitude the Taylor series of exprel is exact to rounding. */
const smallArgument = 0.5;
const exprelSeries = (terms: number): number[] => {
  const series = [1];
  for (let k = 1; k < terms; k++) series.push(series[k - 1]! / (k + 1));
  return series;
};
const exprelTerms = { f32: exprelSeries(8), f64: exprelSeries(15) } as const;

/**
 * (exp(x) − 1)/x, and 1 at 0: error ≤ 3 ulp in f32 and f64; overflows where exp(x) does. Integrators mostly ask for small arguments (rate ×
 * step), so when all lanes are small a short polynomial is all that runs.
 */
export function exprel(code: Code, lanes: Lanes, argument: Node): Node {
  const x = code.let("x", argument);
  const isSmall = lanes.lt(lanes.abs(x), lanes.const(smallArgument));
  const result = code.variable("exprel", "v128", splitPolynomial(code, lanes, x, exprelTerms[lanes.precision]));
  const allLanes = 2 ** lanes.count - 1;
  code.add(if_(i32.ne(lanes.bitmask(isSmall), i32.const(allLanes)), code.inner((inside) => {
    const general = lanes.div(expm1(inside, lanes, x), lanes.pmin(x, lanes.const(largestDivisor[lanes.precision])));
    inside.add(local.set(result, v128.bitselect(local.get(result), general, isSmall)));
  })));
  return local.get(result);
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
