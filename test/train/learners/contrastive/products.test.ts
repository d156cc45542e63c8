/** The products that learners use: WebAssembly against plain loops. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { plainProducts } from "../../../../src/train/learners/contrastive/products.ts";
import { wasmProducts } from "../../../../src/train/learners/contrastive/wasmProducts.ts";

test("products in WebAssembly equal those of plain loops for any sizes, and add to what is there", async () => {
  const plain = plainProducts("f64"), wasm = await wasmProducts(2 ** 26);
  const size = fc.integer({ min: 1, max: 40 });
  fc.assert(fc.property(size, size, size, fc.constantFrom("forward", "backward", "outer"), (rows, inputs, units, name) => {
    const lengths = { x: rows * inputs, y: rows * units, w: inputs * units };
    const filled = (products: typeof plain) => {
      const make = (length: number, phase: number) => {
        const array = products.array(length);
        array.forEach((_, k) => (array[k] = Math.fround(Math.sin(phase + 1.7 * k))));
        return array;
      };
      const x = make(lengths.x, 1), y = make(lengths.y, 2), w = make(lengths.w, 3);
      if (name === "forward") products.forward(y, x, w, rows, inputs, units);
      else if (name === "backward") products.backward(x, y, w, rows, inputs, units);
      else products.outer(w, x, y, rows, inputs, units);
      return [...x, ...y, ...w];
    };
    const expected = filled(plain);
    filled(wasm).forEach((value, k) => expect(value).toBeCloseTo(expected[k]!, 4));
  }), { numRuns: 60 });
});

test("a learner that needs more memory than there is says so", async () => {
  const wasm = await wasmProducts(2 ** 20);
  expect(() => wasm.array(2 ** 18)).toThrow("arrays of a learner need more than 1048576 bytes");
});
