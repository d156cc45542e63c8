import { expect, test, vi } from "vitest";
import "../support/gpu.ts";
import { compileRates, RateNetwork } from "synfire/rate";
import type { EngineChoice, Rule } from "synfire/rate";
import { findGpu } from "../../src/backend/webgpu/gpu.ts";
import type { Gpu } from "../../src/backend/webgpu/gpu.ts";
import { difference } from "./patterns.ts";

// Whatever GPU is here passes for a graphics card.
vi.mock(import("../../src/backend/webgpu/gpu.ts"), async (original) => {
  const real = await original();
  return {
    ...real,
    findGpu: async () => {
      const found = await real.findGpu();
      return "gpu" in found ? { gpu: Object.create(found.gpu, { software: { value: false } }) as Gpu } : found;
    },
  };
});

const step = (w: number, pre: number, post: number): number => w + 1e-4 * pre * post;
const rules: Readonly<Record<string, Rule>> = {
  expression: (w, pre, post) => w + 1e-4 * pre * post,
  closure: (w, pre, post) => step(w, pre, post),
  loop: (w, pre, post) => {
    let sum = w;
    for (let k = 0; k < 2; k++) { sum = sum + 5e-5 * pre * post; }
    return sum;
  },
};

async function learnt(rule: Rule, engine: EngineChoice): Promise<{ weights: Float64Array; engine: string; reason: string }> {
  const rates = new RateNetwork({ every: "10 ms" });
  const x = rates.input("x", 512, { values: (_t, update) => Float32Array.from({ length: 512 }, (_, k) => Math.sin(k * update)) });
  const y = rates.layer("y", 512, { activation: (drive) => Math.tanh(drive) });
  const c = rates.connect(x, y, { weights: (i, j) => 0.1 * Math.cos(i * j), rule });
  await using run = await compileRates(rates, { engine });
  await run.run("30 ms");
  return { weights: await run.weights(c), ...run.engines[0]! };
}

test("with a graphics card, large matrices are tried on it and in WebAssembly, learn the same, and say what they got and why", async ({ skip }) => {
  const found = await findGpu();
  if (!("gpu" in found)) skip(found.reason);
  for (const [name, rule] of Object.entries(rules)) {
    const chosen = await learnt(rule, "auto"), plain = await learnt(rule, "javascript");
    expect(difference(chosen.weights, plain.weights), name).toBeLessThan(1e-5);
    expect(chosen.reason, name).toMatch(/^[\d.e+]+ ms an update in WebAssembly, ([\d.e+]+ ms|it does not run) on \w/);
    expect(["wasm", name === "expression" ? "webgpu" : "gpu.js-webgpu"], name).toContain(chosen.engine);
    if (name === "closure") expect(chosen.reason).toContain("does not run");
  }
});

test("without a graphics card, and for small matrices, WebAssembly is taken without trying", async () => {
  const rates = new RateNetwork({ every: "10 ms" });
  const x = rates.input("x", 40, { values: new Float32Array(40) }), y = rates.layer("y", 40, { activation: (drive) => drive });
  rates.connect(x, y, { weights: 0.1, rule: rules["expression"]! });
  await using run = await compileRates(rates);
  expect(run.engines).toEqual([{ connection: "x → y", engine: "wasm", device: "WebAssembly SIMD", reason: "the fastest without a graphics card" }]);
});
