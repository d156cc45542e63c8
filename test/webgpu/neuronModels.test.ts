/** Every neuron model computes on the GPU what it computes in WebAssembly in single precision. */
import { describe, expect, test } from "vitest";
import { compile, formatQuantity, Network } from "synfire";
import type { NeuronModel, Quantity } from "synfire";
import * as models from "synfire/models";
import { gpuSkipped, noGpu } from "../support/gpu.ts";

const neuronModels = Object.entries(models as Readonly<Record<string, unknown>>)
  .filter((entry): entry is [string, NeuronModel] => (entry[1] as { kind?: unknown }).kind === "neuron");

/** State of three neurons that begin at different values, after 10 ms, and the hash of their spikes. */
async function simulate(model: NeuronModel, backend: "wasm" | "webgpu", method?: "rk4") {
  const net = new Network({ seed: 7 });
  const first = model.checked.variables.find((v) => !v.impulse);
  const values: Record<string, Quantity[]> = {};
  if (first) values[first.name] = [0, 1, 2].map((k) => formatQuantity(first.initial * (1 - 0.02 * k), first.dimension) as Quantity);
  const cells = net.population("cells", 3, model, values, method ? { method } : {});
  await using simulation = await compile(net, { dt: "0.1 ms", backend });
  await simulation.run("10 ms");
  const state = model.checked.variables.filter((v) => !v.impulse).map((v) => [v.name, [...simulation.get(cells, v.name)]] as const);
  return { state: Object.fromEntries(state), hash: simulation.report().spikeHash, method: simulation.report().integrators[0]?.method };
}

describe.skipIf(noGpu)(`neuron models on the GPU${gpuSkipped}`, () => {
  test.each(neuronModels)("%s: state and spikes are those of WebAssembly", async (_, model) => {
    // The GPU refuses rkf45.
    const method = (await simulate(model, "wasm")).method === "rkf45" ? "rk4" : undefined;
    const gpu = await simulate(model, "webgpu", method), wasm = await simulate(model, "wasm", method);
    expect(gpu.hash).toBe(wasm.hash);
    for (const [name, values] of Object.entries(wasm.state)) {
      const scale = Math.max(...values.map(Math.abs), 1e-30);
      values.forEach((x, k) => expect(Math.abs(gpu.state[name]![k]! - x) / scale, `${name} of neuron ${k}`).toBeLessThan(1e-6));
    }
  });
});
