/** Poisson counts, as f32. Definitions: src/math/random.ts. */
import { largestNumberOfParts, largestVaryingMean, lowBitsDraw, partStride, poissonTable, sequentialPart } from "../../../math/random.ts";
import { add, divideByInteger, multiply, narrow, widen } from "./doubles.ts";
import { exp as exp32 } from "./exponential.ts";
import { decimal, hexadecimal, literal } from "./literal.ts";
import { halfWordAt, wordAt } from "./philox.ts";
import type { Shader } from "./shader.ts";
import { exp } from "./wideFunctions.ts";

/** Counts of one constant mean by inversion of a table: `poissonAt` of src/math/random.ts. */
export function poissonText(shader: Shader, mean: number, element: string, step: string, stream: string, draw: string): string {
  const called = `poisson_${String(mean).replaceAll(/[^0-9a-z]/g, "_")}_at`;
  const name = shader.use(called, () => {
    const table = poissonTable(mean);
    const part = constantPart(shader, called, mean / table.parts, table.start, [...table.thresholds]);
    if (table.parts === 1) return `
// Poisson counts of mean ${mean}.
fn ${called}(element: u32, step: u32, stream: u32, draw: u32) -> f32 { return f32(${part}(element, step, stream, draw)); }`;
    return `
// Poisson counts of mean ${mean}, in ${table.parts} parts.
fn ${called}(element: u32, step: u32, stream: u32, draw: u32) -> f32 {
  var count = 0u;
  for (var part = 0u; part < ${table.parts}u; part++) { count += ${part}(element, step, stream, draw + part * ${partStride}u); }
  return f32(count);
}`;
  });
  return `${name}(${element}, ${step}, ${stream}, ${draw})`;
}

/** A function that counts the thresholds of one part at or below the element's word. */
function constantPart(shader: Shader, called: string, mean: number, start: number, thresholds: readonly number[]): string {
  const name = called.replace(/_at$/, "_part_at");
  return shader.use(name, () => {
    const half = halfWordAt(shader);
    const count = shader.use(called.replace(/_at$/, "_count_bits"), () => `
// How many thresholds a word reaches.
fn ${called.replace(/_at$/, "_count_bits")}(word: u32) -> u32 {
  var count = ${start}u;
${thresholds.map((t) => `  count += u32(word >= ${hexadecimal(t)});\n`).join("")}  return count;
}`);
    return `
// Poisson counts of mean ${mean}. The low 16 bits of a word matter only where its high ones are those of a threshold.
fn ${name}(element: u32, step: u32, stream: u32, draw: u32) -> u32 {
  let high = ${half}(element, step, stream, draw) << 16u;
  let count = ${count}(high);
  if (count == ${count}(high | 0xffffu)) { return count; }
  return ${count}(high | ${half}(element, step, stream, draw + ${lowBitsDraw}u));
}`;
  });
}

/**
 * Counts of a mean that differs between elements or steps, an f32 expression, times a `factor` where there is one (the product is not
 * rounded to f32): `varyingPoissonAt` of src/math/random.ts. 0 for a mean ≤ 0; NaN for NaN and above 2^19.
 */
export function varyingPoissonText(
  shader: Shader, mean: string, element: string, step: string, stream: string, draw: string, factor = "1f",
): string {
  return `${varying(shader)}(${mean}, ${factor}, ${element}, ${step}, ${stream}, ${draw})`;
}

const varying = (shader: Shader): string => shader.use("varying_poisson_at", () => `
// Poisson counts of a mean times a factor: 0 where it is negative, NaN where it is NaN or above 2^19.
fn varying_poisson_at(mean: f32, factor: f32, element: u32, step: u32, stream: u32, draw: u32) -> f32 {
  let mean_size = bitcast<u32>(mean) & 0x7fffffffu;
  let factor_size = bitcast<u32>(factor) & 0x7fffffffu;
  if (mean_size > 0x7f800000u || factor_size > 0x7f800000u) { return ${literal(NaN, shader)}; }
  if (mean_size == 0x7f800000u || factor_size == 0x7f800000u) { return ${infinite(shader)}(mean, factor); }
  let product = ${multiply(shader)}(${widen(shader)}(mean), ${widen(shader)}(factor));
  if ((product.x | (product.y & 0x7fffffffu)) == 0u || (product.y >> 31u) == 1u) { return 0f; }
  if (product.y > ${high(largestVaryingMean)} || (product.y == ${high(largestVaryingMean)} && product.x > 0u)) { return ${literal(NaN, shader)}; }
  let parts = ${partsOf(shader)}(product);
  let share = ${narrow(shader)}(product) / f32(parts);
  let none = ${exp32(shader)}(-share);
  var count = 0u;
  for (var part = 0u; part < parts; part++) {
    let word = ${wordAt(shader)}(element, step, stream, draw + part * ${partStride}u);
    let quick = ${quickInversion(shader)}(word, share, none);
    if (quick >= 0) {
      count += u32(quick);
    } else {
      count += ${inversion(shader)}(word, ${divideByInteger(shader)}(product, parts));
    }
  }
  return f32(count);
}`);

const high = (x: number): string => hexadecimal(new Uint32Array(Float64Array.of(x).buffer)[1]!);

const infinite = (shader: Shader): string => shader.use("infinite_mean_f32", () => `
// 0 for a mean of -infinity, else NaN.
fn infinite_mean_f32(mean: f32, factor: f32) -> f32 {
  let sizes = (vec2u(bitcast<u32>(mean), bitcast<u32>(factor))) & vec2u(0x7fffffffu);
  let is_negative = ((bitcast<u32>(mean) ^ bitcast<u32>(factor)) >> 31u) == 1u;
  if (is_negative && sizes.x != 0u && sizes.y != 0u) { return 0f; }
  return ${literal(NaN, shader)};
}`);

const partsOf = (shader: Shader): string => shader.use("poisson_parts_f64", () => `
// ceil(mean / ${sequentialPart}), at least 1 and at most ${largestNumberOfParts}.
fn poisson_parts_f64(mean: vec2u) -> u32 {
  let exponent = i32(mean.y >> 20u) - ${1023 + Math.log2(sequentialPart)};
  if (exponent < 0) { return 1u; }
  if (exponent >= ${Math.log2(largestNumberOfParts)}) { return ${largestNumberOfParts}u; }
  let mantissa = 0x00100000u | (mean.y & 0xfffffu);
  let whole = mantissa >> (20u - u32(exponent));
  return whole + u32(((mantissa << (12u + u32(exponent))) | mean.x) != 0u);
}`);

/** Where a number lies nearer to a cumulative probability than this, f32 does not decide: its errors add up to less than 2^-18. */
const doubtful = 2 ** -17;

const quickInversion = (shader: Shader): string => shader.use("poisson_quick_f32", () => `
// How many cumulative probabilities of a Poisson distribution are at or below word / 2^32; -1 where f32 does not tell, 1 in 7000 words.
fn poisson_quick_f32(word: u32, mean: f32, none: f32) -> i32 {
  if (mean > ${2 * sequentialPart}f) { return -1; }
  let u = f32(word) * 0x1p-32f;
  var probability = none;
  var cumulative = none;
  for (var n = 0; n < 64; n++) {
    if (abs(u - cumulative) < ${decimal(doubtful)}) { return -1; }
    if (u < cumulative) { return n; }
    probability *= mean / f32(n + 1);
    cumulative += probability;
  }
  return -1;
}`);

const inversion = (shader: Shader): string => shader.use("poisson_inversion_u32", () => `
// How many cumulative probabilities of a Poisson distribution (mean in f64) are at or below word / 2^32.
fn poisson_inversion_u32(word: u32, mean: vec2u) -> u32 {
  var probability = ${exp(shader)}(vec2u(mean.x, mean.y ^ 0x80000000u));
  var cumulative = probability;
  var n = 0u;
  while (${reaches(shader)}(word, cumulative)) {
    n++;
    probability = ${multiply(shader)}(probability, ${divideByInteger(shader)}(mean, n));
    cumulative = ${add(shader)}(cumulative, probability);
  }
  return n;
}`);

const reaches = (shader: Shader): string => shader.use("word_reaches_f64", () => `
// Whether word / 2^32 >= probability, which is above 0.
fn word_reaches_f64(word: u32, probability: vec2u) -> bool {
  let exponent = i32(probability.y >> 20u) - 991;
  if (exponent >= 32) { return false; }
  if (exponent < 0) { return word > 0u; }
  let below = 31u - u32(exponent);
  let mantissa = 0x80000000u | (probability.y << 11u) | (probability.x >> 21u);
  let whole = mantissa >> below;
  let has_rest = (mantissa & ((1u << below) - 1u)) != 0u || (probability.x << 11u) != 0u;
  return word > whole || (word == whole && !has_rest);
}`);
