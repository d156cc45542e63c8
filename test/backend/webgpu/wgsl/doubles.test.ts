import { describe, expect, test } from "vitest";
import { add, divide, divideByInteger, multiply, narrow, ofInteger, subtract, widen } from "../../../../src/backend/webgpu/wgsl/doubles.ts";
import { Shader } from "../../../../src/backend/webgpu/wgsl/shader.ts";
import { wordAt } from "../../../../src/math/philox.ts";
import { seedOf } from "../../../../src/math/random.ts";
import { gpuSkipped, noGpu } from "../../../support/gpu.ts";
import { evaluated } from "./evaluated.ts";

const size = 4096;
const word = (element: number, draw: number): number => wordAt(seedOf(5), element, 0, 0, draw);

/** Random mantissas, a third of them of few bits (so that ties and exact results occur), and exponents from 2^-spread to 2^spread; ±0 too. */
function doubles(draw: number, spread: number): Float64Array {
  return Float64Array.from({ length: size }, (_, k) => {
    if (k < 4) return [0, -0, 1, -1][(k + draw) % 4]!;
    const mantissa = k % 3 === 0 ? word(k, draw) % 16 : word(k, draw) + (word(k, draw + 1) >>> 11) * 2 ** -21;
    const sign = word(k, draw + 2) % 2 === 0 ? 1 : -1;
    return sign * mantissa * 2 ** ((word(k, draw + 3) % (2 * spread)) - spread);
  });
}

const halves = (numbers: Float64Array, half: 0 | 1): Uint32Array => new Uint32Array(numbers.buffer).filter((_, k) => k % 2 === half);

/** The f64 that a function gives, put together of its words. */
async function resultOf(call: (shader: Shader) => string, columns: Record<string, Float32Array | Uint32Array>): Promise<Float64Array> {
  const words = new Uint32Array(2 * size);
  for (const [half, component] of (["x", "y"] as const).entries()) {
    const shader = new Shader();
    (await evaluated(shader, `(${call(shader)}).${component}`, columns)).forEach((bits, k) => (words[2 * k + half] = bits));
  }
  return new Float64Array(words.buffer);
}

describe.skipIf(noGpu)(`f64 in integers${gpuSkipped}`, () => {
  const operations = [
    ["sums", add, (x: number, y: number) => x + y, 30], ["differences", subtract, (x: number, y: number) => x - y, 30],
    ["products", multiply, (x: number, y: number) => x * y, 400], ["quotients", divide, (x: number, y: number) => x / y, 400],
  ] as const;
  for (const [what, operation, right, spread] of operations) {
    test(`${what} have the bits of IEEE 754`, async () => {
      const a = doubles(10, spread);
      const b = doubles(20, spread).map((y) => (what === "quotients" && y === 0 ? 3 : y));
      const columns = { ax: halves(a, 0), ay: halves(a, 1), bx: halves(b, 0), by: halves(b, 1) };
      const got = await resultOf((shader) => `${operation(shader)}(vec2u(ax, ay), vec2u(bx, by))`, columns);
      const wrong = got.findIndex((x, k) => !Object.is(x, right(a[k]!, b[k]!)));
      expect(wrong, `${a[wrong]}, ${b[wrong]}: ${got[wrong]}, not ${right(a[wrong]!, b[wrong]!)}`).toBe(-1);
    });
  }

  test("quotients by integers have the bits of IEEE 754", async () => {
    const a = doubles(30, 400);
    const n = Uint32Array.from({ length: size }, (_, k) => 1 + (k % 5 === 0 ? k : word(k, 40) % 65535));
    const got = await resultOf((shader) => `${divideByInteger(shader)}(vec2u(ax, ay), n)`, { ax: halves(a, 0), ay: halves(a, 1), n });
    const wrong = got.findIndex((x, k) => !Object.is(x, a[k]! / n[k]!));
    expect(wrong, `${a[wrong]} / ${n[wrong]} = ${got[wrong]}, not ${a[wrong]! / n[wrong]!}`).toBe(-1);
  });

  test("conversions from f32 and from integers are exact, and those to f32 are rounded as Math.fround rounds", async () => {
    const bits = Uint32Array.from({ length: size }, (_, k) => (k < 8 ? k * 0x00200000 : word(k, 50) & 0xbfffffff));
    const wide = await resultOf((shader) => `${widen(shader)}(bitcast<f32>(bits))`, { bits });
    expect([...wide]).toEqual([...new Float32Array(bits.buffer)].map(Number));
    const whole = await resultOf((shader) => `${ofInteger(shader)}(bitcast<i32>(bits))`, { bits });
    expect([...whole]).toEqual([...new Int32Array(bits.buffer)].map((x) => x));
    const a = doubles(60, 170);
    const shader = new Shader();
    const call = `bitcast<u32>(${narrow(shader)}(vec2u(ax, ay)))`;
    const narrowed = new Float32Array((await evaluated(shader, call, { ax: halves(a, 0), ay: halves(a, 1) })).buffer);
    const wrong = narrowed.findIndex((x, k) => !Object.is(x, Math.fround(a[k]!)) && Math.abs(a[k]!) >= 2 ** -126);
    expect(wrong, `${a[wrong]}: ${narrowed[wrong]}, not ${Math.fround(a[wrong]!)}`).toBe(-1);
  });
});
