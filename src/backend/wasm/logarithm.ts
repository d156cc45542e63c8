/** Logarithms in vector lanes: x = 2^e·m with m in [√½, √2), log x = e·ln 2 + log m. */
import { f32x4, i32, v128, type Node } from "./assembler.ts";
import type { Code } from "./code.ts";
import type { Lanes } from "./lanes.ts";
import { polynomial, splitPolynomial } from "./polynomial.ts";

const rootHalf = { f32: 0x3f3504f3n, f64: 0x3fe6a09e667f3bcdn } as const;

/** Exponent (as a number) and mantissa in [√½, √2) of a positive normal number. */
function split(code: Code, lanes: Lanes, x: Node): { exponent: Node; mantissa: Node } {
  const { integer, mantissaBits } = lanes;
  const bits = i32.const(mantissaBits);
  const e = code.let("e", integer.shr_s(integer.sub(x, integer.const(rootHalf[lanes.precision])), bits));
  const mantissa = integer.sub(x, integer.shl(e, bits));
  if (lanes.precision === "f32") return { exponent: f32x4.convert_i32x4_s(e), mantissa };
  // A small i64 as f64: set it into the low bits of 1.5·2^52.
  return { exponent: lanes.sub(integer.add(e, integer.const(0x4338000000000000n)), lanes.const(6755399441055744)), mantissa };
}

/** The logarithm of a positive normal number in two parts: e·ln 2's high part, and the rest; their sum is log x. */
function logParts(code: Code, lanes: Lanes, x: Node): { high: Node; low: Node } {
  const { exponent, mantissa } = split(code, lanes, x);
  const e = code.let("exponent", exponent);
  const f = code.let("f", lanes.sub(mantissa, lanes.const(1)));
  if (lanes.precision === "f32") {
    const square = code.let("square", lanes.mul(f, f));
    const series = polynomial(lanes, f, [
      0.3333331645, -0.2500079572, 0.2000228167, -0.1662497073, 0.1418142617, -0.1312529892, 0.128791675, -0.07865406573,
    ]);
    const correction = lanes.add(lanes.mul(lanes.mul(f, square), series), lanes.mul(e, lanes.const(-2.12194440054690583e-4)));
    const low = lanes.add(lanes.sub(correction, lanes.mul(square, lanes.const(0.5))), f);
    return { high: lanes.mul(e, lanes.const(0.693359375)), low };
  }
  // log(1 + f) = 2·atanh(s), s = f/(2 + f), arranged so that the large terms are exact (Tang 1990, doi:10.1145/98267.98294).
  const s = code.let("s", lanes.div(f, lanes.add(f, lanes.const(2))));
  const z = code.let("z", lanes.mul(s, s));
  const series = splitPolynomial(code, lanes, z,
    [0.6666666666666735, 0.3999999999940137, 0.28571428746903293, 0.2222219798375126, 0.18183600466761027, 0.15313002865231973, 0.14807534743003356]);
  const halfSquare = code.let("halfSquare", lanes.mul(lanes.mul(f, f), lanes.const(0.5)));
  const correction = lanes.add(lanes.mul(s, lanes.add(halfSquare, lanes.mul(z, series))), lanes.mul(e, lanes.const(1.9082149292705877e-10)));
  return { high: lanes.mul(e, lanes.const(0.6931471803691238)), low: lanes.sub(f, lanes.sub(halfSquare, correction)) };
}

/** log(x) of x in (0, ∞), normal: error ≤ 1 ulp. For arguments that are known to be so. */
export function logOfPositive(code: Code, lanes: Lanes, x: Node): Node {
  const { high, low } = logParts(code, lanes, code.let("x", x));
  return lanes.add(low, high);
}

/** log(x): error ≤ 1 ulp in f32 and f64; −infinity at 0, NaN below, subnormal arguments included. */
export function log(code: Code, lanes: Lanes, argument: Node): Node {
  return withSpecialCases(code, lanes, argument, (x, shift) => {
    const { high, low } = logParts(code, lanes, x);
    return lanes.add(lanes.add(low, high), lanes.mul(shift, lanes.const(Math.LN2)));
  });
}

/** log10(x): error ≤ 2 ulp in f32, ≤ 2 ulp in f64. */
export function log10(code: Code, lanes: Lanes, argument: Node): Node {
  return withSpecialCases(code, lanes, argument, (x, shift) => {
    const { exponent, mantissa } = split(code, lanes, x);
    const e = code.let("exponent10", lanes.add(exponent, shift));
    const natural = logOfPositive(code, lanes, mantissa);
    // log10 2 with trailing zeros, so that its product with the exponent is exact.
    const [high, low] = lanes.precision === "f32" ? [0.30078125, 2.487456639811952e-4] : [0.3010299955494702, 1.1451100898021838e-10];
    return lanes.add(lanes.add(lanes.mul(natural, lanes.const(Math.LOG10E)), lanes.mul(e, lanes.const(low))), lanes.mul(e, lanes.const(high)));
  });
}

/** Scales subnormal arguments by 2^mantissaBits (`shift` is then −mantissaBits) and fixes the results of 0, negative, infinite and NaN arguments. */
function withSpecialCases(code: Code, lanes: Lanes, argument: Node, positive: (x: Node, shift: Node) => Node): Node {
  const x = code.let("x", argument);
  const tiny = code.let("tiny", lanes.lt(x, lanes.const(lanes.precision === "f32" ? 2 ** -126 : 2 ** -1022)));
  const scaled = v128.bitselect(lanes.mul(x, lanes.const(2 ** lanes.mantissaBits)), x, tiny);
  const result = positive(code.let("scaled", scaled), v128.and(tiny, lanes.const(-lanes.mantissaBits)));
  const belowInfinity = v128.bitselect(result, x, lanes.lt(x, lanes.const(Infinity)));
  const zeroOrLess = v128.bitselect(lanes.const(-Infinity), lanes.const(NaN), lanes.eq(x, lanes.const(0)));
  return v128.bitselect(zeroOrLess, belowInfinity, lanes.le(x, lanes.const(0)));
}
