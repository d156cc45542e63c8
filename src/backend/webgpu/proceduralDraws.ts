/** Random numbers of edges that are made anew, in f32 from the four words of their counter. Definitions: src/math/random.ts. */
import { logOfPositive } from "./wgsl/logarithm.ts";
import { rounded } from "./wgsl/plain.ts";
import { sineOfTurns } from "./wgsl/random.ts";
import type { Shader } from "./wgsl/shader.ts";

/** Largest error of a draw: of all 32 bits of a word are used, as in f64, so that only f32 itself errs. */
export const drawError = { uniform: 1.2e-7, normal: 1e-5 } as const;

/** A draw of the element whose counter has those words. */
export function drawText(shader: Shader, distribution: "uniform" | "normal", words: string, element: string): string {
  return `${distribution === "uniform" ? uniform(shader) : normal(shader)}(${words}, ${element})`;
}

const uniform = (shader: Shader): string => shader.use("uniform_of_words_f32", () => `
// Uniform in [0, 1].
fn uniform_of_words_f32(words: vec4u, element: u32) -> f32 { return f32(words[(element >> 2u) & 3u]) * 0x1p-32f; }`);

const normal = (shader: Shader): string => shader.use("normal_of_words_f32", () => `
// Standard normal. Of u near 1 the logarithm is that of 1 - v; turns are reduced in integers.
fn normal_of_words_f32(words: vec4u, element: u32) -> f32 {
  let pair = select(words.xy, words.zw, (element & 8u) != 0u);
  let quarter = (pair.y >> 30u) + ((pair.y >> 29u) & 1u);
  let rest = f32(bitcast<i32>(pair.y - (quarter << 30u))) * 0x1p-32f;
  let v = (f32(~pair.x) + 0.5f) * 0x1p-32f;
  let near = ${rounded(shader)}(1f - v);
  var logarithm = -v;
  if (pair.x < 0xb504f334u) {
    logarithm = ${logOfPositive(shader)}((f32(pair.x) + 0.5f) * 0x1p-32f);
  } else if (near < 1f) {
    logarithm = ${logOfPositive(shader)}(near) * (v / (1f - near));
  }
  let odd = (element >> 2u) & 1u;
  return sqrt(logarithm * -2f) * ${sineOfTurns(shader)}(rest, quarter + 1u - odd);
}`);
