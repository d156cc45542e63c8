/** Every neuron model means the same on both back-ends: the interpreter evaluates its kernel in f64, WebAssembly compiles it. */
import { expect, test } from "vitest";
import { compile, formatQuantity, Network } from "synfire";
import type { NeuronModel, Quantity } from "synfire";
import * as models from "synfire/models";

const neuronModels = Object.entries(models as Readonly<Record<string, unknown>>)
  .filter((entry): entry is [string, NeuronModel] => (entry[1] as { kind?: unknown }).kind === "neuron");

/** State of three neurons that begin at different values, after 30 ms, and the hash of their spikes. */
async function simulate(model: NeuronModel, backend: "wasm" | "interpreter", precision: "f32" | "f64") {
  const net = new Network({ seed: 7 });
  const first = model.checked.variables.find((v) => !v.impulse);
  const values: Record<string, Quantity[]> = {};
  if (first) values[first.name] = [0, 1, 2].map((k) => formatQuantity(first.initial * (1 - 0.02 * k), first.dimension) as Quantity);
  const cells = net.population("cells", 3, model, values);
  net.spikeMonitor(cells);
  await using simulation = await compile(net, { dt: "0.1 ms", backend, precision });
  await simulation.run("30 ms");
  const state = model.checked.variables.filter((v) => !v.impulse).map((v) => [v.name, simulation.get(cells, v.name)] as const);
  return { state: new Map(state), hash: simulation.report().spikeHash };
}

for (const [name, model] of neuronModels) {
  test(`${name} computes the same in f64 WebAssembly as in the interpreter, and stays near them in f32`, async () => {
    const interpreter = await simulate(model, "interpreter", "f64");
    const f64 = await simulate(model, "wasm", "f64"), f32 = await simulate(model, "wasm", "f32");
    expect(f64.hash).toBe(interpreter.hash);
    for (const [variable, expected] of interpreter.state) {
      // A tenth of a picoampere, the smallest of the natural scales, is nothing beside what drives a neuron.
      const scale = Math.max(...expected.map(Math.abs), 1e-13);
      expected.forEach((value, k) => {
        expect(Math.abs(f64.state.get(variable)![k]! - value) / scale).toBeLessThan(1e-9);
        expect(Number.isFinite(f32.state.get(variable)![k]!)).toBe(true);
        if (f32.hash === f64.hash) expect(Math.abs(f32.state.get(variable)![k]! - value) / scale).toBeLessThan(2e-3);
      });
    }
  });
}
