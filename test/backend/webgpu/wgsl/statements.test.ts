import { describe, expect, test } from "vitest";
import { expressionText } from "../../../../src/backend/webgpu/wgsl/expression.ts";
import { foldedKernel } from "../../../../src/backend/webgpu/wgsl/folding.ts";
import { literal, statementLines } from "../../../../src/backend/webgpu/wgsl/statements.ts";
import { Shader } from "../../../../src/backend/webgpu/wgsl/shader.ts";
import { add, apply, div, mul, name, number, select, sub, type Expr, type Op } from "../../../../src/ir/expr.ts";
import type { MapKernel, Statement } from "../../../../src/ir/kernel.ts";
import { seedOf, uniformAt } from "../../../../src/math/random.ts";
import { gpuSkipped, noGpu } from "../../../support/gpu.ts";
import { compiled } from "../../harness.ts";
import { evaluated } from "./evaluated.ts";

const scope = new Map([["v", "v"], ["tau", "tau"], ["I", "I"], ["fired", "fired"]]);
const written = (e: Expr): string => expressionText(new Shader(), e, scope);

test("expressions are written as a person would read them, with the constants of the WebAssembly back-end", () => {
  expect([
    written(div(sub(name("I"), name("v")), name("tau"))),
    written(div(name("v"), number(0.02))),
    written(select(apply("ge", name("v"), number(-0.05)), number(1), apply("min", name("v"), name("I")))),
    written(apply("int", apply("and", apply("lt", name("v"), number(0)), apply("not", name("fired"))))),
    written(apply("pow", name("v"), number(3))),
    written(add(apply("exp", div(name("v"), name("tau"))), mul(number(2), number(3)))),
  ]).toEqual([
    "(rounded_f32(I - v) / tau)",
    "(v * 50f)",
    "select(min_f32(v, I), 1f, (v >= (-0.05f)))",
    "select(0f, 1f, ((v < 0f) & (!fired)))",
    "power_3_f32(v)",
    "(exp_f32(rounded_f32(v / tau)) + 6f)",
  ]);
});

test("a module declares a function once, after what it uses", () => {
  const shader = new Shader();
  expressionText(shader, apply("exprel", name("v")), scope);
  expressionText(shader, apply("exprel", name("I")), scope);
  expect([...shader.text().matchAll(/fn (\w+)/g)].map((m) => m[1]))
    .toEqual(["is_nan_f32", "infinity_f32", "exp_fraction_f32", "expm1_f32", "exprel_f32"]);
});

test("exp is written with its error bound", () => {
  const shader = new Shader();
  expressionText(shader, apply("exp", name("v")), scope);
  expect(shader.text()).toMatchInlineSnapshot(`
    "fn is_nan_f32(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }

    var<private> infinity_f32_bits: u32 = 0x7f800000u;

    fn infinity_f32() -> f32 { return bitcast<f32>(infinity_f32_bits); }

    // exp(x - n ln 2) - 1 where n is the integer nearest to x / ln 2.
    fn exp_fraction_f32(x: f32, n: f32) -> f32 {
      let r = (x - n * 0.693359375f) - n * -2.1219444e-4f;
      let series = (((((0.0001990784f * r + 0.0013933822f) * r + 0.008333285f) * r + 0.041666463f) * r + 0.16666667f) * r + 0.5f);
      return series * (r * r) + r;
    }

    // exp(x): error <= 1 ulp where the result is a normal number, 0 where it would be subnormal, infinity above the largest; NaN stays NaN.
    fn exp_f32(x: f32) -> f32 {
      if (is_nan_f32(x)) { return x; }
      if (x > 88.72283f) { return infinity_f32(); }
      if (x < -87.33654f) { return 0f; }
      let n = round(x * 1.442695f);
      return bitcast<f32>(bitcast<i32>(exp_fraction_f32(x, n) + 1f) + (i32(n) << 23u));
    }
    "
  `);
});

test("names that WGSL reserves, that functions have, or that other values have, get a number", () => {
  const shader = new Shader();
  expect(["v", "v", "loop", "exp_f32", "v next", "2x", "__v", "τ"].map((n) => shader.fresh(n)))
    .toEqual(["v", "v_1", "loop_1", "exp_f32_1", "v_next", "x2x", "v_2", "x"]);
});

const repeat: Statement = {
  kind: "while", condition: apply("gt", name("v"), number(1)), limit: 20,
  body: [
    { kind: "let", name: "half", value: mul(name("v"), number(0.5)) },
    { kind: "assign", name: "v", value: sub(name("half"), number(0.1)) },
  ],
};

test("a loop ends with its condition or at its limit, and its lets stay inside", () => {
  const shader = new Shader();
  const inside = new Map([["v", "v"]]);
  expect(statementLines(shader, [{ kind: "let", name: "half", value: name("v") }, repeat], inside)).toEqual([
    "var half = v;",
    "for (var turn = 0u; turn < 20u; turn++) {",
    "  if (!(v > 1f)) { break; }",
    "  var half_1 = rounded_f32(v * 0.5f);",
    "  v = rounded_f32(half_1 - 0.1f);",
    "}",
  ]);
  expect([...inside]).toEqual([["v", "v"], ["half", "half"]]);
});

test("constants are folded through lets and assignments, up to the reset", () => {
  const kernel: MapKernel = {
    name: "k", state: ["v"], constants: [], scalars: [], inputs: [], draws: [], finite: [],
    body: [{ kind: "let", name: "k", value: mul(number(2), number(4)) }, { kind: "assign", name: "v", value: div(name("v"), name("k")) }],
    spike: {
      condition: apply("gt", name("v"), name("k")),
      reset: [{ kind: "assign", name: "v", value: apply("pow", name("v"), div(number(4), name("k"))) }],
    },
  };
  const { body, spike } = foldedKernel(kernel);
  expect(body[1]).toEqual({ kind: "assign", name: "v", value: mul(name("v"), number(0.125)) });
  expect(spike).toEqual({
    condition: apply("gt", name("v"), number(8)), reset: [{ kind: "assign", name: "v", value: apply("sqrt", name("v")) }],
  });
});

/** A random expression of v and I without functions that amplify differences beyond all bounds. */
function randomExpression(seed: number, depth: number, at = { draw: 0 }): Expr {
  const u = (): number => uniformAt(seedOf(seed), 0, 0, 0, at.draw++);
  if (depth === 0) return [name("v"), name("I"), number(Math.round(u() * 40 - 20) / 8), number(u())][Math.floor(u() * 4)]!;
  const inner = (): Expr => randomExpression(seed, depth - 1, at);
  const binary: readonly Op[] = ["add", "sub", "mul", "div", "min", "max"];
  if (u() < 0.75) return apply(binary[Math.floor(u() * binary.length)]!, inner(), inner());
  const unary: readonly Op[] = ["exp", "tanh", "neg", "abs", "floor", "exprel", "cos", "sign"];
  return u() < 0.5 ? apply(unary[Math.floor(u() * unary.length)]!, inner()) : select(apply("lt", inner(), inner()), inner(), inner());
}

describe.skipIf(noGpu)(`statements in WGSL${gpuSkipped}`, () => {
  const size = 1024;
  const v = Float32Array.from({ length: size }, (_, k) => 8 * uniformAt(seedOf(1), k, 0, 0, 0) - 4);
  const I = Float32Array.from({ length: size }, (_, k) => 8 * uniformAt(seedOf(2), k, 0, 0, 0) - 4);

  async function compare(body: readonly Statement[]): Promise<void> {
    const kernel: MapKernel = { name: "k", state: ["v"], constants: ["I"], scalars: [], inputs: [], draws: [], body, finite: [] };
    const inWebAssembly = compiled(kernel, size, "f32");
    inWebAssembly.view("v").set(v);
    inWebAssembly.view("I").set(I);
    inWebAssembly.step();
    const shader = new Shader();
    const lines = statementLines(shader, body, new Map([["v", "state"], ["I", "I"]]));
    const bits = await evaluated(shader, "bitcast<u32>(state)", { v, I }, ["var state = v;", ...lines]);
    const got = new Float32Array(bits.buffer);
    const right = inWebAssembly.view("v");
    const isTiny = (x: number): boolean => Math.abs(x) < 2 ** -100;
    const wrong = Array.from(got).findIndex((x, k) => !Object.is(x, right[k]) && !(isTiny(x) && isTiny(right[k]!)));
    expect(wrong, `of v = ${v[wrong]}, I = ${I[wrong]}: ${got[wrong]}, not ${right[wrong]}\n${lines.join("\n")}`).toBe(-1);
  }

  test("a loop over elements with different numbers of turns has the bits of the WebAssembly back-end", async () => {
    await compare([{ kind: "assign", name: "v", value: mul(name("v"), number(1000)) }, repeat]);
  });

  test("random expressions have the bits of the WebAssembly back-end", async () => {
    for (let k = 0; k < 30; k++) {
      const held = randomExpression(1000 + k, 3);
      await compare([
        { kind: "let", name: "held", value: held },
        { kind: "assign", name: "v", value: add(name("held"), mul(number(3), randomExpression(2000 + k, 3))) },
      ]);
    }
  });

  test("literals are exact, infinities and NaN included", async () => {
    const numbers = [0, -0, 1 / 3, -1e-38, 3.4028234663852886e38, 16777217, 1e-45, Infinity, -Infinity, NaN, ...v.subarray(0, 50)];
    const shader = new Shader();
    const lines = numbers.map((x, k) => `if (at == ${k}u) { value = ${literal(x, shader)}; }`);
    const column = new Float32Array(numbers.length);
    const bits = await evaluated(shader, "bitcast<u32>(value)", { column }, ["var value = column;", ...lines]);
    const right = Float32Array.from(numbers);
    new Float32Array(bits.buffer).forEach((x, k) => {
      expect(Object.is(x, right[k]) || (x === 0 && Math.abs(right[k]!) < 2 ** -126 && right[k] !== 0), `${numbers[k]} is ${x}`).toBe(true);
    });
  });
});
