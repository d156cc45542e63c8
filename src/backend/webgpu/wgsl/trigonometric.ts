/** Sine, cosine, tangent and their inverses, as in the WebAssembly back-end. */
import { add, double, multiply, narrow, subtract, widen } from "./doubles.ts";
import { decimal, literal } from "./literal.ts";
import { isNaN32, rounded, withSignOf } from "./plain.ts";
import { polynomial } from "./polynomial.ts";
import type { Shader } from "./shader.ts";

/** π minus π rounded to f32. */
const lostPi = Math.PI - Math.fround(Math.PI);
const arctanCoefficients = [-0.3333331645, 0.1999852359, -0.1424433142, 0.1059877351, -0.06088981405];
const arcsinCoefficients = [0.1666665971, 0.07500496507, 0.04451787844, 0.03180274367, 0.01445010491, 0.03750799969];

export const arctan = (shader: Shader): string => shader.use("arctan_f32", () => `
// arctan(x): error <= 2 ulp.
fn arctan_f32(x: f32) -> f32 {
  if (${isNaN32(shader)}(x)) { return x; }
  let size = abs(x);
  var reduced = size;
  var offset = 0f;
  // What the rounding of the offset lost.
  var lost = 0f;
  if (size > 2.4142137f) {
    // Above tan(3 pi / 8): pi / 2 + arctan(-1 / x).
    reduced = -1f / size;
    offset = ${decimal(Math.PI / 2)};
    lost = ${decimal(lostPi / 2)};
  } else if (size > 0.41421357f) {
    // Above tan(pi / 8): pi / 4 + arctan((x - 1) / (x + 1)).
    reduced = (size - 1f) / (size + 1f);
    offset = ${decimal(Math.PI / 4)};
    lost = ${decimal(lostPi / 4)};
  }
  let z = reduced * reduced;
  let series = (reduced * z) * ${polynomial("z", arctanCoefficients)};
  return ${withSignOf(shader)}(offset + (reduced + (series + lost)), x);
}`);

/** arcsin of |x|, or of √((1 − |x|)/2) where |x| > 1/2. */
const arcsinPart = (shader: Shader): string => shader.use("arcsin_part_f32", () => `
// arcsin(size), or arcsin(sqrt((1 - size) / 2)) where size > 1/2.
fn arcsin_part_f32(size: f32) -> f32 {
  let is_large = size > 0.5f;
  let z = select(size * size, (1f - size) * 0.5f, is_large);
  let base = select(size, sqrt(z), is_large);
  return base + (base * z) * ${polynomial("z", arcsinCoefficients)};
}`);

export const arcsin = (shader: Shader): string => shader.use("arcsin_f32", () => `
// arcsin(x): error <= 2.5 ulp; NaN outside [-1, 1].
fn arcsin_f32(x: f32) -> f32 {
  let size = abs(x);
  let value = ${arcsinPart(shader)}(size);
  let upper = ${decimal(Math.PI / 2)} - ${rounded(shader)}((value + value) - ${decimal(lostPi / 2)});
  return ${withSignOf(shader)}(select(value, upper, size > 0.5f), x);
}`);

export const arccos = (shader: Shader): string => shader.use("arccos_f32", () => `
// arccos(x): error <= 2 ulp; NaN outside [-1, 1].
fn arccos_f32(x: f32) -> f32 {
  let value = ${arcsinPart(shader)}(abs(x));
  let twice = value + value;
  if (abs(x) > 0.5f) { return select(twice, ${decimal(Math.PI)} - ${rounded(shader)}(twice - ${decimal(lostPi)}), x < 0f); }
  return ${decimal(Math.PI / 2)} - ${rounded(shader)}(select(value, -value, x < 0f) - ${decimal(lostPi / 2)});
}`);

// π/2 in pieces of 33, 33 and 53 bits: n times either of the first two is exact for |n| < 2^20.
const pieces = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21] as const;
const magic = 6755399441055744;
const sineCoefficients = [-0.1666665524, 0.008332176134, -0.0001951695158];
const cosineCoefficients = [0.04166664556, -0.001388737233, 2.443875746e-5];

const reduced = (shader: Shader): string => shader.use("quarter_f32", () => {
  const [minus, times] = [subtract(shader), multiply(shader)];
  const rest = pieces.reduce((sum, piece) => `${minus}(${sum}, ${times}(n, ${double(piece)}))`, "wide");
  return `
struct Quarter { quadrant: u32, r: f32 }

// x = quadrant pi / 2 + r with |r| <= pi / 4, by way of f64: nothing is lost up to |x| = 1e6; the error of r grows as 1.2e-16 |x| beyond.
fn quarter_f32(x: f32) -> Quarter {
  if (abs(x) < ${decimal(Math.PI / 4)}) { return Quarter(0u, x); }
  let wide = ${widen(shader)}(x);
  // Adding 1.5 times 2^52 rounds to an integer, which then sits in the low bits.
  let shifted = ${add(shader)}(${times}(wide, ${double(2 / Math.PI)}), ${double(magic)});
  let n = ${minus}(shifted, ${double(magic)});
  return Quarter(shifted.x, ${narrow(shader)}(${rest}));
}`;
});

const sineOf = (shader: Shader): string => shader.use("sine_part_f32", () => `
// sin(r) of |r| <= pi / 4.
fn sine_part_f32(r: f32) -> f32 {
  let z = r * r;
  return r + (r * z) * ${polynomial("z", sineCoefficients)};
}`);

const cosineOf = (shader: Shader): string => shader.use("cosine_part_f32", () => `
// cos(r) of |r| <= pi / 4. 1 - z / 2 is rounded; what the rounding lost goes into the small part.
fn cosine_part_f32(r: f32) -> f32 {
  let z = r * r;
  let half_square = z * 0.5f;
  let top = 1f - half_square;
  let lost = ${rounded(shader)}(1f - ${rounded(shader)}(top)) - half_square;
  return top + (lost + (z * z) * ${polynomial("z", cosineCoefficients)});
}`);

/** sin of x plus a number of quarter turns. */
const sineOfQuarter = (shader: Shader): string => shader.use("sine_of_quarter_f32", () => `
fn sine_of_quarter_f32(r: f32, quadrant: u32) -> f32 {
  var value = 0f;
  if ((quadrant & 1u) == 0u) { value = ${sineOf(shader)}(r); } else { value = ${cosineOf(shader)}(r); }
  return bitcast<f32>(bitcast<u32>(value) ^ ((quadrant & 2u) << 30u));
}`);

/** The line that answers for infinities and NaN. */
const unlessFinite = (shader: Shader): string => `if ((bitcast<u32>(x) & 0x7f800000u) == 0x7f800000u) { return ${literal(NaN, shader)}; }`;

export const sin = (shader: Shader): string => shader.use("sin_f32", () => `
// sin(x): error <= 2 ulp for |x| <= 1e6.
fn sin_f32(x: f32) -> f32 {
  ${unlessFinite(shader)}
  let quarter = ${reduced(shader)}(x);
  return ${sineOfQuarter(shader)}(quarter.r, quarter.quadrant);
}`);

export const cos = (shader: Shader): string => shader.use("cos_f32", () => `
// cos(x): error <= 2 ulp for |x| <= 1e6.
fn cos_f32(x: f32) -> f32 {
  ${unlessFinite(shader)}
  let quarter = ${reduced(shader)}(x);
  return ${sineOfQuarter(shader)}(quarter.r, quarter.quadrant + 1u);
}`);

export const tan = (shader: Shader): string => shader.use("tan_f32", () => `
// tan(x): error <= 3 ulp for |x| <= 1e6.
fn tan_f32(x: f32) -> f32 {
  ${unlessFinite(shader)}
  let quarter = ${reduced(shader)}(x);
  let sine = ${sineOf(shader)}(quarter.r);
  let cosine = ${cosineOf(shader)}(quarter.r);
  if ((quarter.quadrant & 1u) == 1u) { return -cosine / sine; }
  return sine / cosine;
}`);
