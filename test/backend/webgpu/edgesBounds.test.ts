import { expect, test } from "vitest";
import { largestSent } from "../../../src/backend/webgpu/edgeBounds.ts";
import type { EdgeKernel } from "../../../src/ir/edge.ts";
import { add, mul, name, number } from "../../../src/ir/expr.ts";
import { address, assign, into, layoutOf, out } from "./edgeLayouts.ts";

/** Weights of 0.25 that may become w_max = 2, or what the kernels make of them. */
function sent(kernel: EdgeKernel, others: readonly EdgeKernel[], weight = 0.25): { readonly now: number; readonly ever: number } {
  const buffer = new ArrayBuffer(65536 * 12);
  const [layout, ...more] = [kernel, ...others].map((k) => layoutOf(k, false));
  new Float32Array(buffer, address("w"), layout!.count).fill(weight);
  new Float32Array(buffer, address("w_max"), layout!.count).fill(2);
  return largestSent({ edges: [layout, ...more] } as never, layout!, 0, buffer);
}

test("weights that all kernels clip are bounded by the clip, or by what they are where that is larger", () => {
  expect(sent(out, [into])).toEqual({ now: 0.25, ever: 2 });
  expect(sent(out, [into], 7)).toEqual({ now: 7, ever: 7 });
  expect(sent(out, [into], -3)).toEqual({ now: 3, ever: 3 });
});

test("one kernel without a clip leaves them without a bound", () => {
  expect(sent(out, [into, { ...into, body: [assign("w", add(name("w"), number(0.1)))] }])).toEqual({ now: 0.25, ever: Infinity });
  expect(sent(out, [{ ...into, body: [assign("w", mul(name("w"), number(0.9)))] }])).toEqual({ now: 0.25, ever: 2 });
});
