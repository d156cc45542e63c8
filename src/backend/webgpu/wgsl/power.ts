/** Powers, as in the WebAssembly back-end. */
import { multiply, narrow, widen } from "./doubles.ts";
import { literal } from "./literal.ts";
import type { Shader } from "./shader.ts";
import { exp, log } from "./wideFunctions.ts";

/** A call of x^n for an integer |n| ≤ 64, by repeated squaring: error ≤ n ulp. */
export function integerPower(shader: Shader, n: number): (x: string) => string {
  if (n === 0) return () => "1f";
  const name = `power_${n < 0 ? "minus_" : ""}${Math.abs(n)}_f32`;
  shader.use(name, () => {
    const lines: string[] = [];
    let square = "x";
    let product: string | undefined;
    for (let rest = Math.abs(n), power = 1; rest > 0; rest = Math.floor(rest / 2), power *= 2) {
      if (rest % 2 === 1) {
        const both: string | undefined = product && `x${power + (Math.abs(n) % power)}`;
        if (both) lines.push(`  let ${both} = ${product} * ${square};`);
        product = both ?? square;
      }
      if (rest > 1) {
        lines.push(`  let square${2 * power} = ${square} * ${square};`);
        square = `square${2 * power}`;
      }
    }
    return `fn ${name}(x: f32) -> f32 {\n${lines.map((line) => `${line}\n`).join("")}  return ${n < 0 ? "1f / " : ""}${product};\n}`;
  });
  return (x) => `${name}(${x})`;
}

export const pow = (shader: Shader): string => shader.use("pow_f32", () => `
// x^y = exp(y log |x|), in f64 and rounded once: error <= 1 ulp. A negative base has a power only for integer y. x^0 = 1.
fn pow_f32(x: f32, y: f32) -> f32 {
  let x_size = bitcast<u32>(x) & 0x7fffffffu;
  let y_size = bitcast<u32>(y) & 0x7fffffffu;
  if (y_size == 0u) { return 1f; }
  if (x_size > 0x7f800000u || y_size > 0x7f800000u) { return ${literal(NaN, shader)}; }
  // What is larger than 2^24 is an even integer.
  let is_integer = y_size >= 0x4b800000u || y == floor(y);
  let is_odd = is_integer && y_size < 0x4b800000u && floor(y * 0.5f) != y * 0.5f;
  let is_negative = (bitcast<u32>(x) >> 31u) == 1u;
  if (is_negative && x_size != 0u && x_size < 0x7f800000u && !is_integer) { return ${literal(NaN, shader)}; }
  let sign = select(0u, 0x80000000u, is_negative && is_odd);
  let grows = (x_size > 0x3f800000u) == (bitcast<i32>(y) >= 0);
  let extreme = bitcast<f32>(sign | select(0u, 0x7f800000u, grows));
  if (y_size == 0x7f800000u && x_size == 0x3f800000u) { return ${literal(NaN, shader)}; }
  if (x_size == 0u || x_size == 0x7f800000u || y_size == 0x7f800000u) { return extreme; }
  let exponent = ${multiply(shader)}(${widen(shader)}(y), ${log(shader)}(${widen(shader)}(bitcast<f32>(x_size))));
  // Above 2^8 the result overflows, or is nothing.
  if ((exponent.y & 0x7fffffffu) >= 0x40700000u) { return extreme; }
  return bitcast<f32>(bitcast<u32>(${narrow(shader)}(${exp(shader)}(exponent))) | sign);
}`);
