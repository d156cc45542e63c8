/** Every synapse model but those that need neurons of their own does on the GPU what it does in WebAssembly. */
import { describe, expect, test } from "vitest";
import * as models from "synfire/models";
import { outcome } from "../../models/synapses/versatile.ts";
import { gpuSkipped, noGpu } from "../../support/gpu.ts";

const isSynapse = (m: unknown): boolean => typeof m === "object" && m !== null && "usesReceptor" in m;
const names = Object.entries(models).flatMap(([name, m]) => (isSynapse(m) && name !== "clopath" ? [name] : []));
const delayed = ["stdpPair", "stdpTriplet", "rewardStdp", "calciumGraupnerBrunel", "deviceConductance"];

async function largestError(name: string, dendritic: boolean): Promise<number> {
  const right = await outcome(name, { backend: "wasm", precision: "f32", dendritic });
  const got = await outcome(name, { backend: "webgpu", precision: "f32", dendritic });
  return Math.max(...Object.entries(right).flatMap(([variable, values]) => {
    const scale = Math.max(...values.map(Math.abs), 1e-12);
    return Array.from(values, (value, k) => Math.abs(value - got[variable]![k]!) / scale);
  }));
}

describe.skipIf(noGpu)(`synapse models on the GPU${gpuSkipped}`, () => {
  test("there are all of them", () => expect(names.length).toBeGreaterThan(30));

  test.each(names)("%s: weights and neurons are those of the WebAssembly back-end", async (name) => {
    expect(await largestError(name, false)).toBeLessThan(2e-5);
  }, 120_000);

  test.each(delayed)("%s, with a dendritic delay: weights and neurons are those of the WebAssembly back-end", async (name) => {
    expect(await largestError(name, true)).toBeLessThan(2e-5);
  }, 120_000);
});
