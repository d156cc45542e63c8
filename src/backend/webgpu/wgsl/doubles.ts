/**
 * Arithmetic of f64 in 32-bit integers, for the few places where f32 is not enough: WGSL has no f64. A number is its bits, the low word in x
 * and the high word in y; results are rounded to nearest, ties to even. Numbers are finite, and subnormal ones count as 0.
 */
import { hexadecimal } from "./literal.ts";
import { multiplyWide } from "./philox.ts";
import type { Shader } from "./shader.ts";

/** A constant, as the bits of its f64. */
export function double(x: number): string {
  const [low, high] = new Uint32Array(Float64Array.of(x).buffer);
  return `vec2u(${hexadecimal(low!)}, ${hexadecimal(high!)})`;
}

const rounded = (shader: Shader): string => shader.use("round_f64", () => `
// The f64 nearest to a mantissa of 64 bits: with its highest bit set it stands for 1.… times 2^(exponent - 1023).
fn round_f64(sign: u32, exponent: i32, mantissa: vec2u) -> vec2u {
  if ((mantissa.x | mantissa.y) == 0u) { return vec2u(0u, 0u); }
  var m = mantissa;
  var e = exponent;
  if (m.y == 0u) {
    m = vec2u(0u, m.x);
    e -= 32;
  }
  let zeros = countLeadingZeros(m.y);
  if (zeros > 0u) { m = vec2u(m.x << zeros, (m.y << zeros) | (m.x >> (32u - zeros))); }
  e -= i32(zeros);
  if (e <= 0) { return vec2u(0u, sign); }
  if (e >= 2047) { return vec2u(0u, sign | 0x7ff00000u); }
  // Up when the first bit lost is set, and another lost bit or the last one kept.
  let up = u32((m.x & 0x400u) != 0u && (m.x & 0xbffu) != 0u);
  let kept = (m.x >> 11u) | (m.y << 21u);
  let low = kept + up;
  // The leading 1 of the mantissa adds 1 to the exponent.
  return vec2u(low, sign | ((m.y >> 11u) + (u32(e - 1) << 20u) + u32(low < kept)));
}`);

const mantissa = (shader: Shader): string => shader.use("mantissa_u64", () => `
// The 53 bits of a mantissa, in the upper ones of 64.
fn mantissa_u64(a: vec2u) -> vec2u { return vec2u(a.x << 11u, 0x80000000u | (a.y << 11u) | (a.x >> 21u)); }`);

const exponentOf = (shader: Shader): string => shader.use("exponent_f64", () => `
fn exponent_f64(a: vec2u) -> i32 { return i32((a.y >> 20u) & 0x7ffu); }`);

export const multiply = (shader: Shader): string => shader.use("multiply_f64", () => {
  const [wide, m, e] = [multiplyWide(shader), mantissa(shader), exponentOf(shader)];
  return `
fn multiply_f64(a: vec2u, b: vec2u) -> vec2u {
  let sign = (a.y ^ b.y) & 0x80000000u;
  if (${e}(a) == 0 || ${e}(b) == 0) { return vec2u(0u, sign); }
  let p = ${m}(a);
  let q = ${m}(b);
  let lower = ${wide}(p.x, q.x);
  let cross = ${wide}(p.x, q.y);
  let crossed = ${wide}(p.y, q.x);
  let upper = ${wide}(p.y, q.y);
  let sum = lower.y + cross.x;
  let rest = sum + crossed.x;
  let carry = u32(sum < cross.x) + u32(rest < sum);
  let first = upper.x + cross.y;
  let second = first + crossed.y;
  let low = second + carry;
  let high = upper.y + u32(first < upper.x) + u32(second < first) + u32(low < second);
  return ${rounded(shader)}(sign, ${e}(a) + ${e}(b) - 1022, vec2u(low | u32((lower.x | rest) != 0u), high));
}`;
});

export const add = (shader: Shader): string => shader.use("add_f64", () => {
  const [m, e] = [mantissa(shader), exponentOf(shader)];
  return `
fn add_f64(a: vec2u, b: vec2u) -> vec2u {
  if (${e}(a) == 0) { return select(b, vec2u(0u, a.y & b.y & 0x80000000u), ${e}(b) == 0); }
  if (${e}(b) == 0) { return a; }
  let a_size = a.y & 0x7fffffffu;
  let b_size = b.y & 0x7fffffffu;
  let is_less = a_size < b_size || (a_size == b_size && a.x < b.x);
  let large = select(a, b, is_less);
  let small = select(b, a, is_less);
  // One bit is left free for the carry; a bit that falls out at the lower end sets the last one.
  let p = ${halved(shader)}(${m}(large), 1u);
  let q = ${halved(shader)}(${m}(small), u32(${e}(large) - ${e}(small)) + 1u);
  let sign = large.y & 0x80000000u;
  if (((a.y ^ b.y) & 0x80000000u) == 0u) {
    let low = p.x + q.x;
    return ${rounded(shader)}(sign, ${e}(large) + 1, vec2u(low, p.y + q.y + u32(low < p.x)));
  }
  return ${rounded(shader)}(sign, ${e}(large) + 1, vec2u(p.x - q.x, p.y - q.y - u32(p.x < q.x)));
}`;
});

const halved = (shader: Shader): string => shader.use("shift_right_u64", () => `
// a / 2^n, n >= 1; the last bit is set when a bit fell out.
fn shift_right_u64(a: vec2u, n: u32) -> vec2u {
  if (n >= 64u) { return vec2u(u32((a.x | a.y) != 0u), 0u); }
  if (n > 32u) { return vec2u((a.y >> (n - 32u)) | u32((a.x | (a.y << (64u - n))) != 0u), 0u); }
  if (n == 32u) { return vec2u(a.y | u32(a.x != 0u), 0u); }
  return vec2u((a.x >> n) | (a.y << (32u - n)) | u32((a.x << (32u - n)) != 0u), a.y >> n);
}`);

export const subtract = (shader: Shader): string => shader.use("subtract_f64", () => `
fn subtract_f64(a: vec2u, b: vec2u) -> vec2u { return ${add(shader)}(a, vec2u(b.x, b.y ^ 0x80000000u)); }`);

export const divide = (shader: Shader): string => shader.use("divide_f64", () => {
  const [m, e] = [mantissa(shader), exponentOf(shader)];
  return `
// Bit by bit: 56 of them decide the rounding. b is not 0.
fn divide_f64(a: vec2u, b: vec2u) -> vec2u {
  let sign = (a.y ^ b.y) & 0x80000000u;
  if (${e}(a) == 0) { return vec2u(0u, sign); }
  var rest = ${halved(shader)}(${m}(a), 11u);
  let divisor = ${halved(shader)}(${m}(b), 11u);
  var quotient = vec2u(0u, 0u);
  for (var bit = 0u; bit < 56u; bit++) {
    quotient = vec2u(quotient.x << 1u, (quotient.y << 1u) | (quotient.x >> 31u));
    if (rest.y > divisor.y || (rest.y == divisor.y && rest.x >= divisor.x)) {
      rest = vec2u(rest.x - divisor.x, rest.y - divisor.y - u32(rest.x < divisor.x));
      quotient.x |= 1u;
    }
    rest = vec2u(rest.x << 1u, (rest.y << 1u) | (rest.x >> 31u));
  }
  let lost = u32((rest.x | rest.y) != 0u);
  return ${rounded(shader)}(sign, ${e}(a) - ${e}(b) + 1023, vec2u((quotient.x << 8u) | lost, (quotient.y << 8u) | (quotient.x >> 24u)));
}`;
});

export const divideByInteger = (shader: Shader): string => shader.use("divide_by_integer_f64", () => {
  const [m, e] = [mantissa(shader), exponentOf(shader)];
  return `
// a / n of a positive integer n < 2^16, digit by digit.
fn divide_by_integer_f64(a: vec2u, n: u32) -> vec2u {
  let sign = a.y & 0x80000000u;
  if (${e}(a) == 0) { return vec2u(0u, sign); }
  let p = ${m}(a);
  // Digits of 32, 16, 16 and 16 bits; the last one, for which a large n leaves room, is kept apart.
  let first = p.y / n;
  let second = ((p.y % n) << 16u) | (p.x >> 16u);
  let third = ((second % n) << 16u) | (p.x & 0xffffu);
  let fourth = (third % n) << 16u;
  let low = ((second / n) << 16u) | (third / n);
  let lost = u32(fourth % n != 0u);
  if (n < 256u) { return ${rounded(shader)}(sign, ${e}(a), vec2u(low | u32(fourth != 0u), first)); }
  let digit = (fourth / n) >> 8u;
  let below = u32(((fourth / n) & 0xffu) != 0u) | lost;
  return ${rounded(shader)}(sign, ${e}(a) - 8, vec2u((low << 8u) | digit | below, (first << 8u) | (low >> 24u)));
}`;
});

export const widen = (shader: Shader): string => shader.use("widen_f64", () => `
// The f64 of a finite f32.
fn widen_f64(x: f32) -> vec2u {
  let bits = bitcast<u32>(x);
  let sign = bits & 0x80000000u;
  let size = bits & 0x7fffffffu;
  if (size < 0x00800000u) { return ${rounded(shader)}(sign, 905, vec2u(0u, size)) | vec2u(0u, sign); }
  return vec2u(size << 29u, sign | ((size >> 3u) + 0x38000000u));
}`);

export const ofInteger = (shader: Shader): string => shader.use("integer_f64", () => `
// The f64 of an integer.
fn integer_f64(n: i32) -> vec2u {
  return ${rounded(shader)}(u32(n) & 0x80000000u, 1054, vec2u(0u, u32(abs(n))));
}`);

export const narrow = (shader: Shader): string => shader.use("narrow_f64", () => `
// The f32 nearest to an f64.
fn narrow_f64(a: vec2u) -> f32 {
  let sign = a.y & 0x80000000u;
  let e = ${exponentOf(shader)}(a) - 896;
  if (e >= 255) { return bitcast<f32>(sign | 0x7f800000u); }
  if (e < -24) { return bitcast<f32>(sign); }
  var m = 0x00800000u | ((a.y & 0xfffffu) << 3u) | (a.x >> 29u);
  var lost = a.x << 3u;
  // Subnormal results lose more bits.
  if (e < 1) {
    let shift = u32(1 - e);
    lost = (m << (32u - shift)) | u32(lost != 0u);
    m >>= shift;
  }
  let up = u32(lost > 0x80000000u || (lost == 0x80000000u && (m & 1u) == 1u));
  return bitcast<f32>(sign | ((u32(max(e - 1, 0)) << 23u) + m + up));
}`);
