/** The function that follows the instructions of `proceduralDoubles.ts` for one edge. */
import { codes, registers } from "./proceduralDoubles.ts";
import { add, divide, double, multiply, ofInteger } from "./wgsl/doubles.ts";
import { philox } from "./wgsl/philox.ts";
import type { Shader } from "./wgsl/shader.ts";

/**
 * `compute_f64(program, length, source, goal, element, high)`: the f64 that the `length` words of `own` from `program` on compute. The module
 * declares `tables_at`, from where `program` counts.
 */
export const computeDouble = (shader: Shader): string => shader.use("compute_f64", () => {
  const results: Readonly<Record<keyof typeof codes, string>> = {
    number: "word.yz",
    add: `${add(shader)}(a, b)`,
    mul: `${multiply(shader)}(a, b)`,
    div: `${divide(shader)}(a, b)`,
    sqrt: `${squareRoot(shader)}(a)`,
    less: `select(vec2u(0u, 0u), ${double(1)}, ${less(shader)}(a, b))`,
    select: "select(values[word.w], b, (a.x | a.y) != 0u)",
    xor: "a ^ b",
    and: "a & b",
    source: `${ofInteger(shader)}(i32(source))`,
    goal: `${ofInteger(shader)}(i32(goal))`,
    uniform: `${fraction(shader)}(words[(element >> 2u) & 3u])`,
    even: `${fraction(shader)}(pair.x)`,
    rest: `${rest(shader)}(pair.y)`,
    turned: `select(vec2u(0u, 0u), ${double(1)}, (turn & 1u) == 1u)`,
    sign: "vec2u(0u, (turn & 2u) << 30u)",
    exponent: `${ofInteger(shader)}(${exponentOf(shader)}(a))`,
    mantissa: `vec2u(a.x, a.y - (bitcast<u32>(${exponentOf(shader)}(a)) << 20u))`,
    scale: "vec2u(a.x, a.y + (b.x << 20u))",
  };
  return `
fn compute_f64(program: u32, length: u32, source: u32, goal: u32, element: u32, high: u32) -> vec2u {
  var values: array<vec2u, ${registers}>;
  var result: vec2u;
  for (var k = 0u; k < length; k += 4u) {
    let at = tables_at + program + k;
    let word = vec4u(own[at], own[at + 1u], own[at + 2u], own[at + 3u]);
    let code = word.x & 0xffu;
    let a = values[min(word.y, ${registers - 1}u)];
    let b = values[min(word.z, ${registers - 1}u)];
    var words: vec4u;
    if (code >= ${codes.uniform}u && code <= ${codes.sign}u) {
      words = ${philox(shader)}(vec4u((element >> 4u) * 4u + (element & 3u), high, word.y, word.z));
    }
    let pair = select(words.xy, words.zw, (element & 8u) != 0u);
    // The nearest quarter of a turn, and one more for the elements that get a cosine.
    let turn = ${quarters(shader)}(pair.y) + 1u - ((element >> 2u) & 1u);
    switch (code) {
${Object.entries(results).map(([name, text]) => `      case ${codes[name as keyof typeof codes]}u: { result = ${text}; } // ${name}`).join("\n")}
      default: {}
    }
    values[word.x >> 8u] = result;
  }
  return result;
}`;
});

const quarters = (shader: Shader): string => shader.use("quarters_of", () => `
// The quarter of a turn that is nearest to n / 2^32 of one, from the middle the even one.
fn quarters_of(n: u32) -> u32 {
  let low = n & 0x3fffffffu;
  let whole = n >> 30u;
  return whole + u32(low > 0x20000000u || (low == 0x20000000u && (whole & 1u) == 1u));
}`);

const rest = (shader: Shader): string => shader.use("rest_of_turn_f64", () => `
// n / 2^32 without its quarters.
fn rest_of_turn_f64(n: u32) -> vec2u {
  let r = ${ofInteger(shader)}(bitcast<i32>(n - (${quarters(shader)}(n) << 30u)));
  return select(r, vec2u(r.x, r.y - (32u << 20u)), (r.y & 0x7ff00000u) != 0u);
}`);

const fraction = (shader: Shader): string => shader.use("fraction_f64", () => `
// n / 2^32.
fn fraction_f64(n: u32) -> vec2u {
  if (n == 0u) { return vec2u(0u, 0u); }
  let zeros = countLeadingZeros(n);
  let m = n << zeros;
  return vec2u(m << 21u, ((1022u - zeros) << 20u) | ((m >> 11u) & 0xfffffu));
}`);

const exponentOf = (shader: Shader): string => shader.use("log_exponent_f64", () => `
// The exponent that leaves a mantissa in [root of 1/2, root of 2).
fn log_exponent_f64(a: vec2u) -> i32 { return bitcast<i32>(a.y - 0x3fe6a09eu - u32(a.x < 0x667f3bcdu)) >> 20u; }`);

const less = (shader: Shader): string => shader.use("less_f64", () => `
// a < b. Zeros of either sign are equal.
fn less_f64(a: vec2u, b: vec2u) -> bool {
  if ((((a.y | b.y) << 1u) | a.x | b.x) == 0u) { return false; }
  let is_negative = (a.y >> 31u) == 1u;
  if (is_negative != ((b.y >> 31u) == 1u)) { return is_negative; }
  let is_smaller = a.y < b.y || (a.y == b.y && a.x < b.x);
  return select(is_smaller, !is_smaller && any(a != b), is_negative);
}`);

const squareRoot = (shader: Shader): string => shader.use("square_root_f64", () => `
// Bit by bit: 54 bits of the root, the last of which decides the rounding, since no root lies in the middle of two numbers.
fn square_root_f64(a: vec2u) -> vec2u {
  if ((a.y & 0x7ff00000u) == 0u) { return vec2u(0u, a.y & 0x80000000u); }
  let exponent = i32(a.y >> 20u) - 1023;
  // The mantissa as a number below 2^54, in the upper bits of 64; twice as large for odd exponents.
  let mantissa = vec2u(a.x, (a.y & 0xfffffu) | 0x100000u);
  let shift = 10u + u32(exponent & 1);
  var digits = vec2u(mantissa.x << shift, (mantissa.y << shift) | (mantissa.x >> (32u - shift)));
  var rest = vec2u(0u, 0u);
  var root = vec2u(0u, 0u);
  for (var bit = 0u; bit < 54u; bit++) {
    rest = vec2u((rest.x << 2u) | (digits.y >> 30u), (rest.y << 2u) | (rest.x >> 30u));
    digits = vec2u(digits.x << 2u, (digits.y << 2u) | (digits.x >> 30u));
    let trial = vec2u((root.x << 2u) | 1u, (root.y << 2u) | (root.x >> 30u));
    root = vec2u(root.x << 1u, (root.y << 1u) | (root.x >> 31u));
    if (rest.y > trial.y || (rest.y == trial.y && rest.x >= trial.x)) {
      rest = vec2u(rest.x - trial.x, rest.y - trial.y - u32(rest.x < trial.x));
      root.x |= 1u;
    }
  }
  let low = root.x + 1u;
  let high = root.y + u32(low == 0u);
  return vec2u((low >> 1u) | (high << 31u), (u32((exponent >> 1u) + 1023) << 20u) | ((high >> 1u) & 0xfffffu));
}`);
