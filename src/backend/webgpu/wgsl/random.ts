/**
 * Random numbers of an element, each a function of (element, step, stream, draw) and the declared keys: the words are those of every other
 * back-end, the arithmetic on them that of the WebAssembly back-end in f32. Definitions: src/math/random.ts.
 */
import { logOfPositive } from "./logarithm.ts";
import { philox, wordAt } from "./philox.ts";
import { polynomial } from "./polynomial.ts";
import type { Shader } from "./shader.ts";

export { declareKeys } from "./philox.ts";
export { poissonText, varyingPoissonText } from "./poisson.ts";

/** Uniform in [0, 1): the upper 24 bits of the word. Arguments are u32 expressions, here and below. */
export function uniformText(shader: Shader, element: string, step: string, stream: string, draw: string): string {
  const name = shader.use("uniform_at", () => `
// Uniform in [0, 1).
fn uniform_at(element: u32, step: u32, stream: u32, draw: u32) -> f32 {
  return f32(${wordAt(shader)}(element, step, stream, draw) >> 8u) * 0x1p-24f;
}`);
  return `${name}(${element}, ${step}, ${stream}, ${draw})`;
}

/** Standard normal by Box & Muller (1958), doi:10.1214/aoms/1177706645; |x| ≤ 5.77. */
export function normalText(shader: Shader, element: string, step: string, stream: string, draw: string): string {
  const name = shader.use("normal_at", () => `
// Standard normal by the transform of Box and Muller on two words.
fn normal_at(element: u32, step: u32, stream: u32, draw: u32) -> f32 {
  let words = ${philox(shader)}(vec4u((element >> 4u) * 4u + (element & 3u), step, stream, draw));
  let pair = select(words.xy, words.zw, (element & 8u) != 0u);
  let radius = sqrt(${logOfPositive(shader)}((f32(pair.x >> 9u) + 0.5f) * 0x1p-23f) * -2f);
  let turn = f32(pair.y >> 8u) * 0x1p-24f;
  // The elements of odd vectors get the sine, those of even ones the cosine, which is the sine of a quarter more.
  let quarter = select(1u, 0u, (element & 4u) != 0u);
  return radius * ${sineOfTurns(shader)}(turn, quarter);
}`);
  return `${name}(${element}, ${step}, ${stream}, ${draw})`;
}

const sine = [6.283185482, -41.34166336, 81.59255219, -75.40193939];
const cosine = [-19.73920822, 64.93933105, -85.44387054, 59.24994278];

export const sineOfTurns = (shader: Shader): string => shader.use("sine_of_turns_f32", () => `
// sin(2 pi turn + quarter pi / 2) of a turn in [0, 1]: it loses its quarters exactly, the rest |r| <= 1/8; error <= 1.5 ulp of 1.
fn sine_of_turns_f32(turn: f32, quarter: u32) -> f32 {
  let n = round(turn * 4f);
  let r = turn - n * 0.25f;
  let z = r * r;
  let sine = r * ${polynomial("z", sine)};
  let cosine = z * ${polynomial("z", cosine)} + 1f;
  let quarters = u32(n) + quarter;
  let value = select(sine, cosine, (quarters & 1u) != 0u);
  return bitcast<f32>(bitcast<u32>(value) ^ ((quarters & 2u) << 30u));
}`);
