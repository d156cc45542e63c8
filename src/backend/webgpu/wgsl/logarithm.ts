/** Logarithms: x = 2^e·m with m in [√½, √2), log x = e·ln 2 + log m, as in the WebAssembly back-end. */
import { literal } from "./literal.ts";
import { polynomial } from "./polynomial.ts";
import type { Shader } from "./shader.ts";

const coefficients = [
  0.3333331645, -0.2500079572, 0.2000228167, -0.1662497073, 0.1418142617, -0.1312529892, 0.128791675, -0.07865406573,
];

/** log(x) of x in (0, ∞), normal: error ≤ 1 ulp. */
export const logOfPositive = (shader: Shader): string => shader.use("log_of_positive_f32", () => `
// log(x) of a normal number above 0: error <= 1 ulp.
fn log_of_positive_f32(x: f32) -> f32 {
  let exponent = (bitcast<i32>(x) - 0x3f3504f3) >> 23u;
  let e = f32(exponent);
  let f = bitcast<f32>(bitcast<i32>(x) - (exponent << 23u)) - 1f;
  let square = f * f;
  let correction = (f * square) * ${polynomial("f", coefficients)} + e * -2.1219444e-4f;
  let low = (correction - square * 0.5f) + f;
  return low + e * 0.693359375f;
}`);

/** The argument as a normal number times 2^shift, by its bits, since devices may take subnormal numbers for 0. */
const scaled = (shader: Shader): string => shader.use("scaled_f32", () => `
struct Scaled { x: f32, shift: f32 }

// A positive number as a normal one and the power of 2 to multiply it by: subnormal numbers are taken times 2^23.
fn scaled_f32(x: f32) -> Scaled {
  let mantissa = bitcast<u32>(x);
  if (mantissa >= 0x00800000u) { return Scaled(x, 0f); }
  return Scaled(bitcast<f32>(bitcast<u32>(f32(mantissa)) - 0x3f000000u), -23f);
}`);

/** The tests that begin the logarithm of any number, by its bits. */
const special = (shader: Shader): string => `
  let bits = bitcast<u32>(x);
  if ((bits & 0x7fffffffu) == 0u) { return ${literal(-Infinity, shader)}; }
  if (bits > 0x7f800000u) { return ${literal(NaN, shader)}; }
  if (bits == 0x7f800000u) { return x; }
  let normal = ${scaled(shader)}(x);`;

export const log = (shader: Shader): string => shader.use("log_f32", () => `
// log(x): error <= 1 ulp; -infinity at 0, NaN below.
fn log_f32(x: f32) -> f32 {${special(shader)}
  return ${logOfPositive(shader)}(normal.x) + normal.shift * 0.6931472f;
}`);

export const log10 = (shader: Shader): string => shader.use("log10_f32", () => `
// log10(x): error <= 2 ulp; -infinity at 0, NaN below.
fn log10_f32(x: f32) -> f32 {${special(shader)}
  let exponent = (bitcast<i32>(normal.x) - 0x3f3504f3) >> 23u;
  let e = f32(exponent) + normal.shift;
  let natural = ${logOfPositive(shader)}(bitcast<f32>(bitcast<i32>(normal.x) - (exponent << 23u)));
  // log10(2) in two parts, the first of which times e is exact.
  return (natural * 0.4342945f + e * 2.4874567e-4f) + e * 0.30078125f;
}`);
