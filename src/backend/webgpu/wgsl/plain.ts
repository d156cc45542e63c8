/** Operations of one line that WGSL has not, or not with the same meaning, and what the functions of this library share. */
import type { Shader } from "./shader.ts";

export const min = (shader: Shader): string => shader.use("min_f32", () => `
// The first operand stays when a comparison with NaN is false.
fn min_f32(a: f32, b: f32) -> f32 { return select(a, b, b < a); }`);

export const max = (shader: Shader): string => shader.use("max_f32", () => `
// The first operand stays when a comparison with NaN is false.
fn max_f32(a: f32, b: f32) -> f32 { return select(a, b, a < b); }`);

export const mod = (shader: Shader): string => shader.use("mod_f32", () => `
// The remainder with the sign of y.
fn mod_f32(x: f32, y: f32) -> f32 { return x - y * floor(x / y); }`);

export const sign = (shader: Shader): string => shader.use("sign_f32", () => `
// 1 or -1; zeros and NaN stay.
fn sign_f32(x: f32) -> f32 { return select(x, select(1f, -1f, x < 0f), abs(x) > 0f); }`);

/** Bits decide what is NaN: compilers may assume that there is none. */
export const isNaN32 = (shader: Shader): string => shader.use("is_nan_f32", () => `
fn is_nan_f32(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }`);

export const withSignOf = (shader: Shader): string => shader.use("with_sign_of_f32", () => `
// A number that is not negative, with the sign of x.
fn with_sign_of_f32(size: f32, x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(size) | (bitcast<u32>(x) & 0x80000000u)); }`);

/**
 * WGSL lets compilers rearrange operations, and SwiftShader makes (1 − x) − 2 into −1 − x. A detour by bits keeps it from that; it costs
 * nothing on a card.
 */
export const rounded = (shader: Shader): string => shader.use("rounded_f32", () => `
// The value itself, rounded to f32: what is around it is not rearranged with what made it.
fn rounded_f32(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x)); }`);
