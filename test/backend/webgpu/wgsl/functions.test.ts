import { describe, expect, test } from "vitest";
import { apply, name, operations, type Expr, type Op } from "../../../../src/ir/expr.ts";
import { seedOf, uniformAt } from "../../../../src/math/random.ts";
import { gpuSkipped, noGpu } from "../../../support/gpu.ts";
import { applied, compiled } from "../../harness.ts";
import { evaluatedExpression } from "./evaluated.ts";

/** What the WebAssembly back-end computes. */
function inWebAssembly(value: Expr, a: Float32Array, b?: Float32Array): Float32Array {
  const kernel = compiled(applied(value, b ? ["a", "b"] : ["a"]), a.length, "f32");
  kernel.view("a").set(a);
  if (b) kernel.view("b").set(b);
  kernel.step();
  return kernel.view("y").subarray(0, a.length) as Float32Array;
}

const special = [0, -0, 1, -1, 0.5, -0.5, 2, -2, 1.5, -1.5, 2.5, -2.5, 3, 7, 87, -87, 88.6, 88.8, -87.4, 1000, -1000, 8388609.5, 2 ** 24, 3e38, -3e38,
  1.17549435e-38, Infinity, -Infinity, NaN, 0.41421357, 2.4142137, 0.78539816, 0.78539822, 1e-3, 1e6, 0.7071067, 0.7071068];

/** Numbers of every magnitude from 2^-60 to 2^60, and many of the everyday; then the special ones. */
function values(count: number): Float32Array {
  const all = Float32Array.from({ length: count }, (_, k) => {
    const u = uniformAt(seedOf(7), k, 0, 0, 0) - 0.5;
    return [u * 20, u * 2, u * 200, u * 2 ** Math.floor(120 * uniformAt(seedOf(7), k, 1, 0, 0) - 60)][k % 4]!;
  });
  all.set(special);
  return all;
}

/** Where the bits differ. Devices may take numbers that are, or come of, subnormal ones for zeros; NaN has many bits. */
function differing(op: string, got: Float32Array, right: Float32Array, a: Float32Array, b?: Float32Array): string[] {
  return Array.from(got).flatMap((x, k) => {
    const isTiny = Math.max(Math.abs(x), Math.abs(right[k]!)) < 2 ** -124;
    const isTinyQuotient = op === "mod" && a[k] !== 0 && Math.abs(a[k]! / b![k]!) < 2 ** -126;
    return Object.is(x, right[k]) || isTiny || isTinyQuotient ? [] : [`${op}(${a[k]}${b ? `, ${b[k]}` : ""}) = ${x}, not ${right[k]}`];
  });
}

describe.skipIf(noGpu)(`WGSL functions${gpuSkipped}`, () => {
  for (const op of Object.keys(operations) as Op[]) {
    const { arity, operands, result } = operations[op];
    if (operands !== "number") continue;
    const call = arity === 1 ? apply(op, name("a")) : apply(op, name("a"), name("b"));
    const expression = result === "boolean" ? apply("int", call) : call;
    test(`${op} has the bits of the WebAssembly back-end`, async () => {
      const a = values(16000);
      const b = arity === 1 ? undefined : a.map((_, k) => a[(k * 7919 + 13) % a.length]!);
      const wrong = differing(op, await evaluatedExpression(expression, a, b), inWebAssembly(expression, a, b), a, b);
      expect(wrong.slice(0, 20).concat(wrong.length > 20 ? [`and ${wrong.length}`] : [])).toEqual([]);
    });
  }
});
