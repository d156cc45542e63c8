/** What both Node and a browser run: one small layer on every engine. */
import { compileRates, RateNetwork } from "synfire/rate";
import { rateEngines } from "../../src/rate/matrix.ts";

export interface Learnt {
  readonly engine: string;
  readonly weights: readonly number[];
  /** Why it did not run. */
  readonly problem: string;
}

export async function learnt(): Promise<Learnt[]> {
  const all: Learnt[] = [];
  for (const engine of rateEngines) {
    const rates = new RateNetwork({ every: "10 ms" });
    const x = rates.input("x", 6, { values: (_time, update) => Float32Array.from({ length: 6 }, (_, k) => Math.sin(update * (k + 1))) });
    const y = rates.layer("y", 3, { activation: (drive) => Math.tanh(drive) });
    const c = rates.connect(x, y, { weights: (i, j) => 0.3 * Math.cos(i + 2 * j), rule: (w, pre, post) => w + 0.05 * post * (pre - post * w) });
    try {
      const run = await compileRates(rates, { engine });
      await run.run("200 ms");
      all.push({ engine, weights: [...(await run.weights(c))], problem: "" });
      await run[Symbol.asyncDispose]();
    } catch (error) {
      all.push({ engine, weights: [], problem: error instanceof Error ? error.message : String(error) });
    }
  }
  return all;
}
