import { beforeAll, expect, test } from "vitest";
import "../support/gpu.ts";
import { findGpu } from "../../src/backend/webgpu/gpu.ts";
import { openEngine } from "../../src/rate/chooseEngine.ts";
import type { Rule } from "../../src/rate/data.ts";
import { offerWebGpu } from "../../src/rate/engines/gpuJsPackage.ts";
import { newReals, rateEngines } from "../../src/rate/matrix.ts";
import type { MatrixSpec, RateEngine, RatePrecision, Reals } from "../../src/rate/matrix.ts";
import { difference } from "./patterns.ts";

let noGpu: string | undefined;
beforeAll(async () => {
  noGpu = await offerWebGpu();
});

const needsGpu = (name: RateEngine): boolean => name === "webgpu" || name === "gpu.js-webgpu";

/** Rules with every kind of argument. */
const rules: Readonly<Record<string, { readonly rule: Rule; readonly kinds: MatrixSpec["kinds"] }>> = {
  Oja: { rule: (w, pre, post) => w + 0.01 * post * (pre - post * w), kinds: ["pre", "post"] },
  BCM: { rule: (w, pre, post, eta, theta) => w + eta * pre * post * (post - theta), kinds: ["pre", "post", "number", "post"] },
  covariance: {
    rule: (w, pre, post, eta, meanPre, meanPost, most) => Math.max(-most, Math.min(most, w + eta * (pre - meanPre) * (post - meanPost))),
    kinds: ["pre", "post", "number", "pre", "post", "number"],
  },
  block: {
    rule: (w, pre, post) => {
      const change = Math.tanh(pre) * post;
      if (change > 0) return w + 0.01 * change;
      return w - 0.02 * change * w ** 2;
    },
    kinds: ["pre", "post"],
  },
};

/** Products and updates of one matrix, from fixed numbers; and what its weights are then. */
async function worked(name: RateEngine, spec: MatrixSpec, precision: RatePrecision = "f32", updates = 5): Promise<{ sums: Reals; weights: Reals }> {
  const engine = await openEngine(name, precision);
  const matrix = await engine.matrix(spec);
  const fill = (length: number, seed: number): Reals => newReals(precision, length).map((_, k) => Math.sin(seed * (k + 1)));
  await matrix.write(fill(spec.rows * spec.columns, 0.7).map((w, k) => (spec.hollow && k % (spec.columns + 1) === 0 ? 0 : w)));
  const sums = newReals(precision, spec.columns);
  for (let u = 0; u < updates; u++) {
    const rates = fill(spec.rows, 1.1 + u);
    await matrix.multiply(rates, sums);
    const extras = spec.kinds.slice(2).map((kind, k) => (kind === "number" ? 0.02 + k : fill(kind === "pre" ? spec.rows : spec.columns, 2.3 + k)));
    await matrix.learn([rates, sums, ...extras]);
  }
  const weights = await matrix.read();
  matrix.dispose();
  engine.dispose();
  return { sums, weights };
}

const shapes = [[1, 1], [3, 5], [37, 19], [16, 64], [65, 130]] as const;

for (const name of rateEngines.filter((n) => n !== "javascript")) {
  test(`${name}: products and all kinds of rules are those of plain JavaScript within 1e-5`, async ({ skip }) => {
    if (needsGpu(name) && noGpu !== undefined) skip(noGpu);
    for (const [rule, given] of Object.entries(rules)) {
      for (const [rows, columns] of shapes) {
        const spec: MatrixSpec = { what: rule, rows, columns, ...given, hollow: false };
        const [own, plain] = [await worked(name, spec), await worked("javascript", spec)];
        expect(difference(own.weights, plain.weights), `weights of ${rule}, ${rows} × ${columns}`).toBeLessThan(1e-5);
        expect(difference(own.sums, plain.sums), `sums of ${rule}, ${rows} × ${columns}`).toBeLessThan(1e-5);
      }
    }
  });

  test(`${name}: the diagonal of a hollow matrix stays zero, and a matrix without a rule stays what it was`, async ({ skip }) => {
    if (needsGpu(name) && noGpu !== undefined) skip(noGpu);
    const rule: Rule = (w, pre, post) => w + pre * post + 1;
    const { weights } = await worked(name, { what: "hollow", rows: 9, columns: 9, kinds: ["pre", "post"], rule, hollow: true });
    for (let i = 0; i < 9; i++) for (let j = 0; j < 9; j++) expect(weights[i * 9 + j] === 0, `${i}, ${j}`).toBe(i === j);
    const engine = await openEngine(name, "f32");
    const matrix = await engine.matrix({ what: "fixed", rows: 2, columns: 3, kinds: [], hollow: false });
    await matrix.write([1, 2, 3, 4, 5, 6]);
    const sums = new Float32Array(3);
    await matrix.multiply(Float32Array.of(10, 1), sums);
    expect([...sums]).toEqual([14, 25, 36]);
    expect([...(await matrix.read())]).toEqual([1, 2, 3, 4, 5, 6]);
    matrix.dispose();
  });
}

test("in f64, WebAssembly gives what plain JavaScript gives, to 1e-14", async () => {
  for (const given of Object.values(rules)) {
    const spec: MatrixSpec = { what: "f64", rows: 37, columns: 19, ...given, hollow: false };
    const [own, plain] = [await worked("wasm", spec, "f64"), await worked("javascript", spec, "f64")];
    expect(difference(own.weights, plain.weights)).toBeLessThan(1e-14);
  }
});

test("products in WebAssembly have the bits of plain JavaScript", async () => {
  for (const [rows, columns] of shapes) {
    const spec: MatrixSpec = { what: "bits", rows, columns, kinds: ["pre", "post"], rule: (w) => w, hollow: false };
    expect((await worked("wasm", spec)).sums).toEqual((await worked("javascript", spec)).sums);
  }
});

test("gpu.js lets go of every matrix that it replaces: 10 000 updates leave as many buffers on the GPU as 10", async ({ skip }) => {
  if (noGpu !== undefined) skip(noGpu);
  const live = countBuffers();
  const engine = await openEngine("gpu.js-webgpu", "f32");
  const matrix = await engine.matrix({ what: "leak", rows: 8, columns: 8, ...rules["Oja"]!, hollow: false });
  const rates = new Float32Array(8).fill(0.1);
  const advance = async (updates: number): Promise<number> => {
    for (let u = 0; u < updates; u++) await matrix.learn([rates, rates]);
    await matrix.read();
    return live();
  };
  const early = await advance(10);
  expect(early).toBeGreaterThan(0);
  expect(await advance(9990)).toBe(early);
  matrix.dispose();
  expect(live()).toBeLessThan(early);
});

for (const name of ["gpu.js-webasm", "gpu.js-cpu"] as const) {
  test(`${name}: 10 000 updates of a matrix of 64 kB leave less than 64 MB behind`, async () => {
    const engine = await openEngine(name, "f32");
    const matrix = await engine.matrix({ what: "leak", rows: 128, columns: 128, ...rules["Oja"]!, hollow: false });
    const rates = new Float32Array(128).fill(0.1);
    const before = process.memoryUsage().arrayBuffers;
    for (let u = 0; u < 10_000; u++) await matrix.learn([rates, rates]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 2 ** 20);
    matrix.dispose();
  });
}

test("a GPU that is lost is named, with the connection that missed it", async ({ skip }) => {
  const found = await findGpu();
  if (!("gpu" in found)) skip(found.reason);
  else {
    const engine = await openEngine("webgpu", "f32");
    const matrix = await engine.matrix({ what: "rate connection x → y", rows: 4, columns: 4, ...rules["Oja"]!, hollow: false });
    found.gpu.device.destroy();
    const rates = new Float32Array(4);
    await expect(async () => await matrix.multiply(rates, rates)).rejects.toThrow(/^rate connection x → y: the GPU was lost/);
  }
});

/** How many buffers were created on any GPU device and not destroyed since. */
function countBuffers(): () => number {
  const alive = new Set<object>();
  const { GPUDevice, GPUBuffer } = globalThis as unknown as { GPUDevice: { prototype: GPUDevice }; GPUBuffer: { prototype: GPUBuffer } };
  const create = GPUDevice.prototype.createBuffer, destroy = GPUBuffer.prototype.destroy;
  GPUDevice.prototype.createBuffer = function (this: GPUDevice, descriptor) {
    const made = create.call(this, descriptor);
    alive.add(made);
    return made;
  };
  GPUBuffer.prototype.destroy = function (this: GPUBuffer) {
    alive.delete(this);
    return destroy.call(this);
  };
  return () => alive.size;
}
