import { expect, test, vi } from "vitest";
import { compileRates, RateNetwork } from "synfire/rate";
import type { EngineChoice } from "synfire/rate";

vi.mock("gpu.js", () => {
  throw new Error("there is none");
});

async function compiled(engine: EngineChoice) {
  const rates = new RateNetwork({ every: "1 ms" });
  const x = rates.input("x", 2, { values: [1, 2] }), y = rates.layer("y", 1, { activation: (drive) => 2 * drive });
  const c = rates.connect(x, y, { weights: 1, rule: (w, pre) => w + pre });
  return { c, y, run: await compileRates(rates, { engine }) };
}

test("without the package gpu.js, layers that ask for it run as plain JavaScript and say so", async () => {
  const { run, c, y } = await compiled("gpu.js");
  expect(run.engines[0]).toMatchObject({ engine: "javascript", device: "JavaScript" });
  expect(run.engines[0]!.reason).toMatch(/^the package gpu\.js .*; the same functions run as plain JavaScript$/);
  await run.run("1 ms");
  expect([...run.rates(y), ...(await run.weights(c))]).toEqual([6, 2, 3]);
  await run[Symbol.asyncDispose]();
});

test("without the package gpu.js, one of its modes by name is an error that says how to get it; the default needs it not", async () => {
  await expect(compiled("gpu.js-cpu")).rejects.toThrow(/^rate layers: the package gpu\.js .*\n {2}Install it, or use engine "auto"\.$/);
  const { run } = await compiled("auto");
  expect(run.engines[0]).toMatchObject({ engine: "wasm" });
  await run[Symbol.asyncDispose]();
});
