/** exp and log in the f64 of doubles.ts, as in the WebAssembly back-end, for functions whose f32 result needs more than f32 on the way. */
import { add, divide, double, multiply, ofInteger, subtract } from "./doubles.ts";
import type { Shader } from "./shader.ts";

const magic = 6755399441055744;
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;
const exponential = [0.5, 0.1666666666666667, 0.041666666666666685, 0.008333333333326025, 0.0013888888888874177, 0.0001984126987520655,
  2.4801587347863205e-5, 2.7557254911859576e-6, 2.7557252406588966e-7, 2.5105419792683684e-8, 2.0921760350080757e-9];
const logarithm = [0.6666666666666735, 0.3999999999940137, 0.28571428746903293, 0.2222219798375126, 0.18183600466761027, 0.15313002865231973,
  0.14807534743003356];

/** A function that evaluates a polynomial as even and odd half, in a loop: drivers put every called function where it is called. */
function polynomial(shader: Shader, name: string, coefficients: readonly number[]): string {
  const pairs = Array.from({ length: Math.ceil(coefficients.length / 2) }, (_, k) => [coefficients[2 * k]!, coefficients[2 * k + 1] ?? 0] as const);
  const [plus, times] = [add(shader), multiply(shader)];
  return shader.use(name, () => `
// Even and odd coefficients, from the last.
const ${name}_pairs = array<array<vec2u, 2>, ${pairs.length}>(
${pairs.reverse().map(([even, odd]) => `  array<vec2u, 2>(${double(even)}, ${double(odd)}), // ${even}, ${odd}\n`).join("")});

fn ${name}(x: vec2u) -> vec2u {
  let square = ${times}(x, x);
  var even = vec2u(0u, 0u);
  var odd = even;
  for (var k = 0u; k < ${pairs.length}u; k++) {
    even = ${plus}(${times}(even, square), ${name}_pairs[k][0]);
    odd = ${plus}(${times}(odd, square), ${name}_pairs[k][1]);
  }
  return ${plus}(even, ${times}(odd, x));
}`);
}

/** exp(x) for |x| ≤ 700. */
export const exp = (shader: Shader): string => shader.use("exp_f64", () => {
  const [plus, minus, times] = [add(shader), subtract(shader), multiply(shader)];
  return `
// exp(x) for |x| <= 700: error <= 1 ulp.
fn exp_f64(x: vec2u) -> vec2u {
  // Adding 1.5 times 2^52 rounds to an integer, which then sits in the low bits.
  let shifted = ${plus}(${times}(x, ${double(Math.LOG2E)}), ${double(magic)});
  let n = ${minus}(shifted, ${double(magic)});
  let r = ${minus}(${minus}(x, ${times}(n, ${double(ln2High)})), ${times}(n, ${double(ln2Low)}));
  let series = ${polynomial(shader, "exp_series_f64", exponential)}(r);
  let scaled = ${plus}(${plus}(${times}(series, ${times}(r, r)), r), ${double(1)});
  return vec2u(scaled.x, scaled.y + (shifted.x << 20u));
}`;
});

/** log(x) of a positive normal number. */
export const log = (shader: Shader): string => shader.use("log_f64", () => {
  const [plus, minus, times] = [add(shader), subtract(shader), multiply(shader)];
  return `
// log(x) of a positive number: error <= 1 ulp. With f = m - 1 and s = f / (2 + f) it is 2 artanh(s), arranged so that the large terms are exact.
fn log_f64(x: vec2u) -> vec2u {
  let exponent = bitcast<i32>(x.y - 0x3fe6a09eu - u32(x.x < 0x667f3bcdu)) >> 20u;
  let e = ${ofInteger(shader)}(exponent);
  let f = ${minus}(vec2u(x.x, x.y - (bitcast<u32>(exponent) << 20u)), ${double(1)});
  let s = ${divide(shader)}(f, ${plus}(f, ${double(2)}));
  let z = ${times}(s, s);
  let series = ${polynomial(shader, "log_series_f64", logarithm)}(z);
  let half_square = ${times}(${times}(f, f), ${double(0.5)});
  let correction = ${plus}(${times}(s, ${plus}(half_square, ${times}(z, series))), ${times}(e, ${double(ln2Low)}));
  return ${plus}(${minus}(f, ${minus}(half_square, correction)), ${times}(e, ${double(ln2High)}));
}`;
});
