/**
 * Sine, cosine, tangent and their inverses in vector lanes. x = n·π/2 + r with |r| ≤ π/4; for f32 the reduction runs in f64, so it
 * loses nothing up to |x| = 1e6. Beyond |x| = 1e6 the absolute error grows as 1.2e-16·|x| (the caller's x is rarely that exact).
 */
import { f32x4, f64x2, i8x16, i32, i32x4, i64x2, v128, type Node } from "./assembler.ts";
import type { Code } from "./code.ts";
import type { Lanes } from "./lanes.ts";
import { polynomial, splitPolynomial } from "./polynomial.ts";

// π/2 in pieces of 33, 33 and 53 bits: n times either of the first two is exact for |n| < 2^20.
const pieces = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21] as const;
const magic = 6755399441055744;

const evenWords = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];
const highHalf = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
const lowHalves = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

/** Applies an f64 function to all four lanes of an f32 vector and rounds once. */
export function throughF64(code: Code, x: Node, f: (wide: Node) => Node): Node {
  const narrow = code.let("narrow", x);
  const low = code.let("low", f64x2.promote_low_f32x4(narrow));
  const high = code.let("high", f64x2.promote_low_f32x4(i8x16.shuffle(narrow, narrow, highHalf)));
  return i8x16.shuffle(f32x4.demote_f64x2_zero(f(low)), f32x4.demote_f64x2_zero(f(high)), lowHalves);
}

function reduceF64(code: Code, x: Node): { shifted: Node; r: Node } {
  const shifted = code.let("shifted", f64x2.add(f64x2.mul(x, f64x2.const(2 / Math.PI)), f64x2.const(magic)));
  const n = code.let("n", f64x2.sub(shifted, f64x2.const(magic)));
  const r = pieces.reduce((rest, piece) => f64x2.sub(rest, f64x2.mul(n, f64x2.const(piece))), x);
  return { shifted, r };
}

/** r, and n as integer lanes (i32 for f32, low bits of i64 for f64). */
function reduce(code: Code, lanes: Lanes, x: Node): { quadrant: Node; r: Node } {
  if (lanes.precision === "f64") {
    const { shifted, r } = reduceF64(code, code.let("x", x));
    return { quadrant: shifted, r: code.let("r", r) };
  }
  const words: Node[] = [];
  const r = code.let("r", throughF64(code, x, (wide) => {
    const reduced = reduceF64(code, wide);
    words.push(reduced.shifted);
    return code.let("rest", reduced.r);
  }));
  return { quadrant: code.let("quadrant", i8x16.shuffle(words[0]!, words[1]!, evenWords)), r };
}

const sineCoefficients = {
  f32: [-0.1666665524, 0.008332176134, -0.0001951695158],
  f64: [-0.16666666666666632, 0.008333333333322457, -0.0001984126982981747, 2.7557313689291363e-6, -2.5050757001936608e-8, 1.589669880125196e-10],
};
const cosineCoefficients = {
  f32: [0.04166664556, -0.001388737233, 2.443875746e-5],
  f64: [0.041666666666666616, -0.0013888888888876, 2.4801587290486986e-5, -2.7557314607061354e-7, 2.087575416284958e-9, -1.136109231646114e-11],
};

/** Sine and cosine of |r| ≤ π/4. */
function sineAndCosine(code: Code, lanes: Lanes, r: Node): { sine: Node; cosine: Node } {
  const z = code.let("z", lanes.mul(r, r));
  const sine = lanes.add(r, lanes.mul(lanes.mul(r, z), polynomial(lanes, z, sineCoefficients[lanes.precision])));
  // 1 − z/2 is rounded; what the rounding lost goes into the small part.
  const half = code.let("halfSquare", lanes.mul(z, lanes.const(0.5)));
  const top = code.let("top", lanes.sub(lanes.const(1), half));
  const lost = lanes.sub(lanes.sub(lanes.const(1), top), half);
  const cosine = lanes.add(top, lanes.add(lost, lanes.mul(lanes.mul(z, z), polynomial(lanes, z, cosineCoefficients[lanes.precision]))));
  return { sine: code.let("sine", sine), cosine: code.let("cosine", cosine) };
}

/** Lanes whose integer has this bit set, as a mask. */
const bitMask = (lanes: Lanes, quadrant: Node, bit: 0 | 1): Node => {
  const top = lanes.precision === "f32" ? 31 : 63;
  const shifted = lanes.integer.shl(quadrant, i32.const(top - bit));
  return lanes.precision === "f32" ? i32x4.shr_s(shifted, i32.const(31)) : i64x2.shr_s(shifted, i32.const(63));
};

function sineOfQuadrant(code: Code, lanes: Lanes, r: Node, quadrant: Node): Node {
  const { sine, cosine } = sineAndCosine(code, lanes, r);
  const value = v128.bitselect(cosine, sine, bitMask(lanes, quadrant, 0));
  return v128.xor(value, v128.and(bitMask(lanes, quadrant, 1), lanes.const(-0)));
}

/** sin(x): error ≤ 2 ulp in f32 and f64, for |x| ≤ 1e6. */
export function sin(code: Code, lanes: Lanes, x: Node): Node {
  const { quadrant, r } = reduce(code, lanes, x);
  return sineOfQuadrant(code, lanes, r, quadrant);
}

/** cos(x): error ≤ 2 ulp in f32 and f64, for |x| ≤ 1e6. */
export function cos(code: Code, lanes: Lanes, x: Node): Node {
  const { quadrant, r } = reduce(code, lanes, x);
  return sineOfQuadrant(code, lanes, r, code.let("next", lanes.integer.add(quadrant, lanes.integer.const(1n))));
}

/** tan(x): error ≤ 3 ulp in f32 and f64, for |x| ≤ 1e6. */
export function tan(code: Code, lanes: Lanes, x: Node): Node {
  const { quadrant, r } = reduce(code, lanes, x);
  const { sine, cosine } = sineAndCosine(code, lanes, r);
  const odd = code.let("odd", bitMask(lanes, quadrant, 0));
  const negative = v128.xor(cosine, v128.and(odd, lanes.const(-0)));
  return lanes.div(v128.bitselect(negative, sine, odd), v128.bitselect(sine, cosine, odd));
}

const arctanCoefficients = {
  f32: [-0.3333331645, 0.1999852359, -0.1424433142, 0.1059877351, -0.06088981405],
  f64: [-0.3333333333333333, 0.1999999999999811, -0.14285714285431267, 0.11111111090384275, -0.09090908211663282, 0.0769228406649724,
    -0.06666243666675646, 0.0587716860700043, -0.052192507747171005, 0.0450665728988539, -0.033540245218272605, 0.015256258116841063],
};
const arcsinCoefficients = {
  f32: [0.1666665971, 0.07500496507, 0.04451787844, 0.03180274367, 0.01445010491, 0.03750799969],
  f64: [0.1666666666666674, 0.07499999999974893, 0.04464285717152694, 0.03038194282973809, 0.022372212079002245, 0.017351657071139764,
    0.013980348427235985, 0.01140232292720977, 0.010763242457368954, 0.0037639259925174506, 0.021581586452023134, -0.020838306776816792,
    0.03253765232781192],
};

/** arctan(x): error ≤ 2 ulp in f32 and f64. */
export function arctan(code: Code, lanes: Lanes, argument: Node): Node {
  const { add, sub, mul, div, gt } = lanes;
  const x = code.let("x", argument);
  const size = code.let("size", lanes.abs(x));
  // Above tan(3π/8): π/2 + arctan(−1/x); above tan(π/8): π/4 + arctan((x − 1)/(x + 1)).
  const steep = code.let("steep", gt(size, lanes.const(Math.SQRT2 + 1)));
  const middle = code.let("middle", v128.andnot(gt(size, lanes.const(Math.SQRT2 - 1)), steep));
  const numerator = v128.bitselect(lanes.const(-1), v128.bitselect(sub(size, lanes.const(1)), size, middle), steep);
  const denominator = v128.bitselect(size, v128.bitselect(add(size, lanes.const(1)), lanes.const(1), middle), steep);
  const reduced = code.let("reduced", div(numerator, denominator));
  const z = code.let("z", mul(reduced, reduced));
  const series = mul(mul(reduced, z), polynomial(lanes, z, arctanCoefficients[lanes.precision]));
  const offset = v128.or(v128.and(steep, lanes.const(Math.PI / 2)), v128.and(middle, lanes.const(Math.PI / 4)));
  // What the rounding of π/2 and π/4 to the lane type lost.
  const lost = lostPi(lanes);
  const remainder = v128.or(v128.and(steep, lanes.const(lost / 2)), v128.and(middle, lanes.const(lost / 4)));
  const value = add(offset, add(reduced, add(series, remainder)));
  return v128.or(value, v128.and(x, lanes.const(-0)));
}

/** arcsin(x): error ≤ 2.5 ulp in f32, ≤ 2 ulp in f64; NaN outside [−1, 1]. */
export function arcsin(code: Code, lanes: Lanes, argument: Node): Node {
  const x = code.let("x", argument);
  const size = code.let("size", lanes.abs(x));
  const { large, value } = arcsinPart(code, lanes, size);
  // Above 1/2: arcsin(x) = π/2 − 2·arcsin(√((1 − x)/2)).
  const upper = lanes.sub(lanes.const(Math.PI / 2), lanes.sub(lanes.add(value, value), lanes.const(lostPi(lanes) / 2)));
  return v128.or(v128.bitselect(upper, value, large), v128.and(x, lanes.const(-0)));
}

/** arccos(x): error ≤ 2 ulp in f32 and f64; NaN outside [−1, 1]. */
export function arccos(code: Code, lanes: Lanes, argument: Node): Node {
  const x = code.let("x", argument);
  const { large, value } = arcsinPart(code, lanes, code.let("size", lanes.abs(x)));
  const lost = lostPi(lanes);
  const negative = code.let("negative", lanes.lt(x, lanes.const(0)));
  const twice = code.let("twice", lanes.add(value, value));
  const whenLarge = v128.bitselect(lanes.sub(lanes.const(Math.PI), lanes.sub(twice, lanes.const(lost))), twice, negative);
  const signed = v128.xor(value, v128.and(x, lanes.const(-0)));
  const whenSmall = lanes.sub(lanes.const(Math.PI / 2), lanes.sub(signed, lanes.const(lost / 2)));
  return v128.bitselect(whenLarge, whenSmall, large);
}

/** arcsin of |x|, or of √((1 − |x|)/2) where |x| > 1/2 (`large`). */
function arcsinPart(code: Code, lanes: Lanes, size: Node): { large: Node; value: Node } {
  const large = code.let("large", lanes.gt(size, lanes.const(0.5)));
  const half = lanes.mul(lanes.sub(lanes.const(1), size), lanes.const(0.5));
  const z = code.let("z", v128.bitselect(half, lanes.mul(size, size), large));
  const base = code.let("base", v128.bitselect(lanes.sqrt(z), size, large));
  const series = lanes.precision === "f32"
    ? polynomial(lanes, z, arcsinCoefficients.f32)
    : splitPolynomial(code, lanes, z, arcsinCoefficients.f64);
  return { large, value: code.let("value", lanes.add(base, lanes.mul(lanes.mul(base, z), series))) };
}

/** π minus π rounded to the lane type. */
const lostPi = (lanes: Lanes): number => (lanes.precision === "f32" ? Math.PI - Math.fround(Math.PI) : 1.2246467991473532e-16);
