/**
 * Gaps between the targets of a source: the f32 arithmetic of backend/wasm/bernoulliTargets.ts, bit for bit, since a gap moves all targets
 * behind it.
 */
import { decimal } from "./wgsl/literal.ts";
import type { Shader } from "./wgsl/shader.ts";

/** log(1 + f)/f, as there. */
const logarithm = [
  1.0000008344650269, -0.5000140070915222, 0.33316028118133545, -0.24896791577339172, 0.20454758405685425, -0.18782734870910645, 0.12210974842309952,
];

/** `gap_of(word, scale, halvings)`: 1 or more. `scale` is that of math/bernoulli.ts times −1, `halvings` scale · log 2. */
export const gapOf = (shader: Shader): string => shader.use("gap_of", () => {
  const kept = apart(shader);
  const [last, ...rest] = [...logarithm].reverse().map(decimal) as [string, ...string[]];
  return `
fn gap_of(word: u32, scale: f32, halvings: f32) -> u32 {
  // An integer of 31 bits is converted in halves, whose sum is rounded to nearest.
  let n = word >> 1u;
  let number = ${kept}(f32(n >> 16u) * 65536f + f32(n & 0xffffu));
  let x = bitcast<i32>(${kept}(number + 0.5f));
  let e = (x - 0x4eb504f3) >> 23u;
  let f = bitcast<f32>(x - 0x0f800000 - (e << 23u)) - 1f;
  var log = ${last};
${rest.map((c) => `  log = ${kept}(${kept}(log * f) + ${c});`).join("\n")}
  log = ${kept}(log * f);
  let skip = ${kept}(${kept}(log * scale) + ${kept}(f32(e) * halvings));
  return bitcast<u32>(${kept}(min(${kept}(skip + 0.5000005f), 4194303f) + 8388608f)) - 0x4b000000u;
}`;
});

/** Compilers may make one rounding of a product and a sum. They cannot see that the bits which are flipped here are none. */
const apart = (shader: Shader): string => shader.use("kept_f32", () => `
// The value itself, rounded to f32.
fn kept_f32(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ (epoch.parity >> 1u)); }`);
