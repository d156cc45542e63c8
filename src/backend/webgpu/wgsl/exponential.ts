/**
 * exp and its relatives: x = n·ln 2 + r, |r| ≤ ln 2 / 2, and a polynomial in r, as in the WebAssembly back-end. The result's exponent is
 * adjusted by integer addition.
 */
import { literal } from "./literal.ts";
import { isNaN32, withSignOf } from "./plain.ts";
import { polynomial, splitPolynomial } from "./polynomial.ts";
import type { Shader } from "./shader.ts";

/** (e^r − 1 − r)/r². */
const coefficients = [0.5, 0.1666666716, 0.04166646302, 0.008333285339, 0.001393382205, 0.0001990783931];

/** e^r − 1 of r = x − n·ln 2. */
const fraction = (shader: Shader): string => shader.use("exp_fraction_f32", () => `
// exp(x - n ln 2) - 1 where n is the integer nearest to x / ln 2.
fn exp_fraction_f32(x: f32, n: f32) -> f32 {
  let r = (x - n * 0.693359375f) - n * -2.1219444e-4f;
  let series = ${polynomial("r", coefficients)};
  return series * (r * r) + r;
}`);

export const exp = (shader: Shader): string => shader.use("exp_f32", () => `
// exp(x): error <= 1 ulp where the result is a normal number, 0 where it would be subnormal, infinity above the largest; NaN stays NaN.
fn exp_f32(x: f32) -> f32 {
  if (${isNaN32(shader)}(x)) { return x; }
  if (x > 88.72283f) { return ${literal(Infinity, shader)}; }
  if (x < -87.33654f) { return 0f; }
  let n = round(x * 1.442695f);
  return bitcast<f32>(bitcast<i32>(${fraction(shader)}(x, n) + 1f) + (i32(n) << 23u));
}`);

export const expm1 = (shader: Shader): string => shader.use("expm1_f32", () => `
// exp(x) - 1 without cancellation: error <= 2 ulp.
fn expm1_f32(x: f32) -> f32 {
  if (${isNaN32(shader)}(x)) { return x; }
  if (x > 88.72283f) { return ${literal(Infinity, shader)}; }
  if (x < -87.33654f) { return -1f; }
  let n = round(x * 1.442695f);
  // With half = 2^(n-1), twice (half fraction + (half - 1/2)) overflows only when the result does.
  let half = bitcast<f32>(0x3f000000 + (i32(n) << 23u));
  let halved = half * ${fraction(shader)}(x, n) + (half - 0.5f);
  return halved + halved;
}`);

/** 1, 1/2, 1/6, …: 1/(k + 1)!. */
const exprelSeries = Array.from({ length: 7 }).reduce<number[]>((series, _, k) => [...series, series[k]! / (k + 2)], [1]);

export const exprel = (shader: Shader): string => shader.use("exprel_f32", () => `
// (exp(x) - 1) / x, and 1 at 0: error <= 3 ulp; overflows where exp(x) does.
fn exprel_f32(x: f32) -> f32 {
  if (abs(x) < 0.5f) {
    let square = x * x;
    return ${splitPolynomial("x", "square", exprelSeries)};
  }
  // A finite divisor keeps infinity what it is.
  return ${expm1(shader)}(x) / select(x, 3e38f, x > 3e38f);
}`);

export const sinh = (shader: Shader): string => shader.use("sinh_f32", () => `
// sinh(x): error <= 3 ulp; overflows where exp(|x|) does.
fn sinh_f32(x: f32) -> f32 {
  let t = ${expm1(shader)}(abs(x));
  // t + t / (t + 1) = exp(x) - exp(-x); with t infinite the quotient would be NaN.
  let bounded = select(t, 1e30f, t > 1e30f);
  return ${withSignOf(shader)}((t + bounded / (bounded + 1f)) * 0.5f, x);
}`);

export const cosh = (shader: Shader): string => shader.use("cosh_f32", () => `
// cosh(x): error <= 2 ulp; overflows where exp(|x|) does.
fn cosh_f32(x: f32) -> f32 {
  let e = ${exp(shader)}(abs(x));
  return e * 0.5f + 0.5f / e;
}`);

export const tanh = (shader: Shader): string => shader.use("tanh_f32", () => `
// tanh(x): error <= 3 ulp.
fn tanh_f32(x: f32) -> f32 {
  let size = select(abs(x), 10f, abs(x) > 10f);
  let t = ${expm1(shader)}(size + size);
  return ${withSignOf(shader)}(t / (t + 2f), x);
}`);
