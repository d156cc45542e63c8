/** Numbers as WGSL writes them. */
import type { Shader } from "./shader.ts";

/**
 * An f32 literal of exactly Math.fround(x). Infinities and NaN are calls of functions: WGSL has no literal for them and refuses constant
 * expressions that yield them.
 */
export function literal(x: number, shader: Shader): string {
  const rounded = Math.fround(x);
  if (Number.isNaN(rounded)) return `${unusual(shader, "nan_f32", 0x7fc00000)}()`;
  if (!Number.isFinite(rounded)) {
    const infinity = `${unusual(shader, "infinity_f32", 0x7f800000)}()`;
    return rounded > 0 ? infinity : `(-${infinity})`;
  }
  // A compiler may take the sign of a literal zero away, and subnormal literals too.
  if (Object.is(rounded, -0)) return `${unusual(shader, "negative_zero_f32", 0x80000000)}()`;
  return decimal(rounded);
}

/** The shortest decimal literal of exactly Math.fround(x), a finite number; negative ones stand in parentheses. */
export function decimal(x: number): string {
  const rounded = Math.fround(x);
  let digits = 1;
  // A literal above the largest f32 is an error, even where it would be rounded to it.
  const isLarge = (text: string): boolean => Math.abs(Number(text)) > 3.4028234663852886e38;
  while (Math.fround(Number(rounded.toPrecision(digits))) !== rounded || isLarge(rounded.toPrecision(digits))) digits++;
  const text = `${Number(rounded.toPrecision(digits))}f`.replace("e+", "e");
  return rounded < 0 ? `(${text})` : text;
}

export const hexadecimal = (word: number): string => `0x${(word >>> 0).toString(16).padStart(8, "0")}u`;

/** A function that makes a number of its bits while the shader runs, for what must not be a constant expression. */
function unusual(shader: Shader, name: string, bits: number): string {
  return shader.use(name, () => {
    const variable = shader.use(`${name}_bits`, () => `var<private> ${name}_bits: u32 = ${hexadecimal(bits)};`);
    return `fn ${name}() -> f32 { return bitcast<f32>(${variable}); }`;
  });
}
