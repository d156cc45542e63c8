/** Philox 4x32-10 in 32-bit words: WGSL has no product of 64 bits, so it is put together from halves. Definition and source: src/math/philox.ts. */
import { keySchedule, multipliers, rounds, type Seed } from "../../../math/philox.ts";
import { hexadecimal } from "./literal.ts";
import type { Shader } from "./shader.ts";

/** Declares the ten round keys of a seed as constants, for all that draws random numbers in this module. */
export function declareKeys(shader: Shader, seed: Seed): void {
  const keys = keySchedule(seed);
  shader.use("philox_keys", () => {
    const lines = Array.from({ length: rounds }, (_, k) => `  vec2u(${hexadecimal(keys[2 * k]!)}, ${hexadecimal(keys[2 * k + 1]!)}),`);
    return `const philox_keys = array<vec2u, ${rounds}>(\n${lines.join("\n")}\n);`;
  });
}

export const multiplyWide = (shader: Shader): string => shader.use("multiply_u32", () => `
// The low and the high word of a product.
fn multiply_u32(a: u32, b: u32) -> vec2u {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let middle = a1 * b0 + ((a0 * b0) >> 16u);
  let upper = a0 * b1 + (middle & 0xffffu);
  return vec2u(a * b, a1 * b1 + (middle >> 16u) + (upper >> 16u));
}`);

const round = (shader: Shader): string => shader.use("philox_round", () => `
fn philox_round(c: vec4u, key: vec2u) -> vec4u {
  let p = ${multiplyWide(shader)}(${hexadecimal(multipliers[0])}, c.x);
  let q = ${multiplyWide(shader)}(${hexadecimal(multipliers[1])}, c.z);
  return vec4u(q.y ^ c.y ^ key.x, q.x, p.y ^ c.w ^ key.y, p.x);
}`);

export const philox = (shader: Shader): string => shader.use("philox", () => `
// Philox 4x32-10: four random words of a counter. Salmon et al. 2011, doi:10.1145/2063384.2063405
fn philox(counter: vec4u) -> vec4u {
  var c = counter;
${Array.from({ length: rounds }, (_, k) => `  c = ${round(shader)}(c, philox_keys[${k}]);`).join("\n")}
  return c;
}`);

/** The random word of an element: `wordAt` of src/math/philox.ts. */
export const wordAt = (shader: Shader): string => shader.use("word_at", () => `
// The word of an element; 16 consecutive elements share one block of four counters.
fn word_at(element: u32, step: u32, stream: u32, draw: u32) -> u32 {
  let words = ${philox(shader)}(vec4u((element >> 4u) * 4u + (element & 3u), step, stream, draw));
  return words[(element >> 2u) & 3u];
}`);

/** Sixteen random bits of an element: `halfWordAt` of src/math/random.ts. */
export const halfWordAt = (shader: Shader): string => shader.use("half_word_at", () => `
// 16 bits of an element; 32 consecutive elements share one block of four counters.
fn half_word_at(element: u32, step: u32, stream: u32, draw: u32) -> u32 {
  let words = ${philox(shader)}(vec4u((element >> 5u) * 4u + (element & 3u), step, stream, draw));
  return (words[(element >> 2u) & 3u] >> (element & 16u)) & 0xffffu;
}`);
