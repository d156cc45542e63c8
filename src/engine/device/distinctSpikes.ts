/** A GPU is told of a source's spikes as one bit a step. */
import { UnsupportedError } from "../../errors.ts";
import { dimensions } from "../../units/dimension.ts";
import { formatQuantity } from "../../units/quantity.ts";

/**
 * @param schedule in the order of steps, then sources
 * @throws {UnsupportedError} when a source spikes more than once in a step
 */
export function checkDistinct(schedule: { readonly steps: Float64Array; readonly ids: Uint32Array }, name: string, dt: number): void {
  const { steps, ids } = schedule;
  for (let k = 1; k < steps.length; k++) {
    if (steps[k] !== steps[k - 1] || ids[k] !== ids[k - 1]) continue;
    const time = formatQuantity(Number(((steps[k]! + 1) * dt).toPrecision(12)), dimensions.second);
    throw new UnsupportedError(
      "webgpu", `spikeSource "${name}": neuron ${ids[k]} spikes more than once in the step that ends at ${time}, which the GPU cannot tell apart`,
      'Use a shorter dt, one spike with a larger weight, or backend: "wasm".');
  }
}
