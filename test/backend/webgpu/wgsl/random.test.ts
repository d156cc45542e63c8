import { describe, expect, test } from "vitest";
import { Module } from "../../../../src/backend/wasm/assembler.ts";
import { emitFillKernel } from "../../../../src/backend/wasm/fillKernel.ts";
import { wordAt as wordFunction } from "../../../../src/backend/webgpu/wgsl/philox.ts";
import { declareKeys, normalText, poissonText, uniformText, varyingPoissonText } from "../../../../src/backend/webgpu/wgsl/random.ts";
import { Shader } from "../../../../src/backend/webgpu/wgsl/shader.ts";
import type { MapKernel } from "../../../../src/ir/kernel.ts";
import { keySchedule, wordAt } from "../../../../src/math/philox.ts";
import { poissonAt, poissonTable, seedOf, uniformOf, varyingPoissonAt } from "../../../../src/math/random.ts";
import { gpuSkipped, noGpu } from "../../../support/gpu.ts";
import { evaluated } from "./evaluated.ts";

const seed = seedOf(0x123456789abcd);
const size = 8192;
const counter = ["element", "stepNumber", "streamNumber", "drawNumber"] as const;

/** Random counters. */
const random = (k: number): Uint32Array => Uint32Array.from({ length: size }, (_, e) => wordAt(seedOf(99), e, k, 0, 0));
const columns = { element: random(0), stepNumber: random(1), streamNumber: random(2), drawNumber: random(3) };
const drawOf = (k: number): number => columns.drawNumber[k]! % 2 ** 20;

function shader(): Shader {
  const made = new Shader();
  declareKeys(made, seed);
  return made;
}

const at = <T>(value: (element: number, step: number, stream: number, k: number) => T): T[] =>
  Array.from({ length: size }, (_, k) => value(columns.element[k]!, columns.stepNumber[k]!, columns.streamNumber[k]!, k));

const asNumbers = (bits: Uint32Array<ArrayBuffer>): number[] => [...new Float32Array(bits.buffer)];

/** Normal numbers of elements from …, step 77, stream 0xdeadbeef, draw 5, as the WebAssembly back-end fills them. */
function normalsInWebAssembly(from: number, count: number): Float32Array {
  const draw = { name: "x", draw: 5, distribution: "normal" } as const;
  const kernel: MapKernel = { name: "k", state: [], constants: [], scalars: [], inputs: [], draws: [draw], body: [], finite: [] };
  const module = new Module();
  const layout = { address: () => 0, drawAddress: () => 1024, keyAddress: 512, stream: 0xdeadbeef };
  const { name } = emitFillKernel(module, kernel, layout, "f32");
  const memory = new WebAssembly.Memory({ initial: 8, maximum: 8 });
  new Uint32Array(memory.buffer, 512, 20).set(keySchedule(seed));
  const bytes = module.encode({ pages: 8, maximumPages: 8, shared: false });
  const fill = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports[name] as (...a: number[]) => void;
  fill(from, from + count, 77, 0);
  return new Float32Array(memory.buffer, 1024, count);
}

describe.skipIf(noGpu)(`random numbers in WGSL${gpuSkipped}`, () => {
  test("words and uniform numbers of random counters are the defined ones to the last bit", async () => {
    const s = shader();
    const right = at((element, step, stream, k) => wordAt(seed, element, step, stream, columns.drawNumber[k]!));
    expect([...(await evaluated(s, `${wordFunction(s)}(${counter.join(", ")})`, columns))]).toEqual(right);
    const uniforms = await evaluated(s, `bitcast<u32>(${uniformText(s, ...counter)})`, columns);
    expect(asNumbers(uniforms)).toEqual(right.map((word) => uniformOf(word, "f32")));
  });

  test("normal numbers have the bits of the WebAssembly back-end", async () => {
    const s = shader();
    const from = 1 << 20;
    const element = Uint32Array.from({ length: 65536 }, (_, k) => from + k);
    const got = await evaluated(s, `bitcast<u32>(${normalText(s, "element", "77u", "0xdeadbeefu", "5u")})`, { element });
    const numbers = asNumbers(got);
    const wrong = normalsInWebAssembly(from, element.length).findIndex((x, k) => x !== numbers[k]);
    expect(wrong).toBe(-1);
  });

  for (const mean of [0, 0.001, 0.7, 2, 17.3, 24, 200]) {
    test(`Poisson counts of mean ${mean} are those of the definition`, async () => {
      const s = shader();
      const table = poissonTable(mean);
      const text = poissonText(s, mean, "element", "stepNumber", "streamNumber", "(drawNumber % 1048576u)");
      const got = asNumbers(await evaluated(s, `bitcast<u32>(${text})`, columns));
      expect(got).toEqual(at((element, step, stream, k) => poissonAt(seed, element, step, stream, drawOf(k), table)));
    });
  }

  test("Poisson counts of a varying mean, times a factor, are those of the definition", async () => {
    const s = shader();
    const means = [0, 1e-30, 0.01, 0.5, 2, 7.9, 8, 8.0001, 16, 31, -1, 0.3];
    const mean = Float32Array.from({ length: size }, (_, k) => (k < 4 ? [250, 1000, 8192, 8193][k]! : means[k % 12]!));
    const draw = "(drawNumber % 1048576u)";
    for (const factor of [1, Math.fround(0.1)]) {
      const text = varyingPoissonText(s, "mean", "element", "stepNumber", "streamNumber", draw, `${factor}f`);
      const got = asNumbers(await evaluated(s, `bitcast<u32>(${text})`, { ...columns, mean }));
      expect(got).toEqual(at((element, step, stream, k) => varyingPoissonAt(seed, element, step, stream, drawOf(k), mean[k]! * factor)));
    }
  });

  test("a mean that is no number, infinite or above 2^19 gives NaN, and a negative one 0", async () => {
    const s = shader();
    const mean = Float32Array.of(NaN, Infinity, 524289, -Infinity, -1, -0);
    const text = varyingPoissonText(s, "mean", "0u", "0u", "0u", "0u");
    const got = asNumbers(await evaluated(s, `bitcast<u32>(${text})`, { mean }));
    expect(got).toEqual([...mean].map((m) => varyingPoissonAt(seed, 0, 0, 0, 0, m)));
    expect(got.slice(0, 3)).toEqual([NaN, NaN, NaN]);
    expect(got.slice(3)).toEqual([0, 0, 0]);
  });
});
