/** Neurons advance by steps of one length on a GPU: threads of a workgroup go together, so all would wait for the one that needs the most steps. */
import { UnsupportedError } from "../../errors.ts";
import type { Integration } from "../../lower/lowered.ts";

/** @throws {UnsupportedError} when a population chooses its own steps */
export function checkEqualSteps(populations: readonly { readonly name: string; readonly integration: Integration | undefined }[]): void {
  const found = populations.find(({ integration }) => integration?.method === "rkf45");
  if (!found) return;
  throw new UnsupportedError(
    "webgpu", `population "${found.name}" is integrated by rkf45, which chooses the steps of each neuron; the GPU takes steps of one length`,
    `Use rk4: net.population("${found.name}", size, model, values, { method: "rk4" }), or backend: "wasm".`);
}
