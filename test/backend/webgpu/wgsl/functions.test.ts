import { describe, expect, test } from "vitest";
import { apply, name, operations, type Expr, type Op } from "../../../../src/ir/expr.ts";
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

/** Random bits, and a grid of the everyday. */
function values(count: number): Float32Array {
  const bits = new Uint32Array(count);
  let state = 12345;
  for (let k = 0; k < count; k++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bits[k] = state ^ (state >>> 15);
  }
  const all = new Float32Array(bits.buffer);
  all.forEach((x, k) => {
    if (k % 4 === 1) all[k] = ((bits[k]! >>> 8) / 2 ** 24 - 0.5) * 20;
    if (k % 4 === 2) all[k] = ((bits[k]! >>> 8) / 2 ** 24 - 0.5) * 2;
    if (k % 4 === 3) all[k] = ((bits[k]! >>> 8) / 2 ** 24 - 0.5) * 200;
    if (x !== 0 && Math.abs(x) < 2 ** -126) all[k] = 0;
  });
  all.set(special);
  return all;
}

function differing(op: string, got: Float32Array, right: Float32Array, a: Float32Array, b?: Float32Array): string[] {
  const gotBits = new Uint32Array(got.buffer, got.byteOffset, got.length);
  const rightBits = new Uint32Array(right.buffer, right.byteOffset, right.length);
  return [...gotBits].flatMap((bits, k) => {
    // Devices may take subnormal numbers for zeros.
    if (Math.abs(right[k]!) < 2 ** -126 && got[k] === 0) return [];
    if (bits === rightBits[k] || (Number.isNaN(got[k]) && Number.isNaN(right[k]))) return [];
    return [`${op}(${a[k]}${b ? `, ${b[k]}` : ""}) = ${got[k]}, not ${right[k]}`];
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
