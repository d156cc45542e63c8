/** Arrays that are longer than one binding of the GPU. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compile, fixedOutdegree, Network, neuron, uniform } from "synfire";
import { staticSynapse } from "synfire/models";
import type { Gpu } from "../../../src/backend/webgpu/gpu.ts";
import { gpuHere, gpuSkipped, noGpu } from "../../support/gpu.ts";

/** A GPU as these tests have it: its bindings are as long as what is written of 200 neurons in a call needs. */
const small: Record<string, number> = { maxStorageBufferBindingSize: 2 ** 21, maxStorageBuffersPerShaderStage: 8 };

/** Weights that come in whole quarters, so that sums are exact in f32 and in fixed point. */
function network(outdegree: number) {
  const counting = neuron({
    name: "counting", state: { kick: 0, received: 0 }, receptors: { kick: "kick", received: "received" },
    equations: "kick : 1 (impulse); received : 1 (impulse)", threshold: "kick + received > 2.5",
  });
  const net = new Network({ seed: 2 });
  const cells = net.population("cells", 200, counting);
  net.poissonInput(cells, { receptor: "kick", rate: "30 Hz", weight: 3 });
  net.projection(cells, cells, staticSynapse, {
    connect: fixedOutdegree(outdegree), receptor: "received", weight: "-0.5 + 0.25*floor(5*rand())", delay: uniform("0.2 ms", "2 ms"),
  });
  return net;
}

async function outcome(backend: "wasm" | "webgpu", outdegree: number) {
  await using sim = await compile(network(outdegree), { dt: "0.1 ms", backend });
  await sim.run("30 ms");
  const { spikeHash, spikes, synapticEvents } = sim.report();
  return { spikeHash, spikes, synapticEvents, text: sim.text() };
}

describe.skipIf(noGpu)(`synapses that are longer than a binding${gpuSkipped}`, () => {
  let gpu: Gpu, limits: GPUSupportedLimits;
  beforeEach(async () => {
    gpu = await gpuHere();
    ({ limits } = gpu);
    const limited = new Proxy(limits, { get: (all, name) => small[name as string] ?? (Reflect.get(all, name) as unknown) });
    Object.assign(gpu, { limits: limited });
  });
  afterEach(() => void Object.assign(gpu, { limits }));

  test("lie in several, and give the spikes of the CPU", async () => {
    const { text: _, ...right } = await outcome("wasm", 3000);
    const { text, ...got } = await outcome("webgpu", 3000);
    expect(right.spikes).toBeGreaterThan(100);
    expect(got).toEqual(right);
    // 600 000 targets with their delays, and as many weights, of 4 bytes each.
    expect(text.match(/fn load_\d+/g)!.length).toBeGreaterThanOrEqual(2);
    expect(new Set(text.match(/memory_\d+/g)).size).toBeGreaterThanOrEqual(3);
  }, 300_000);

  test("are refused where they need more than a GPU binds at once", async () => {
    await expect(outcome("webgpu", 12_000)).rejects.toThrow(/arrays \(\d+ MiB\) need \d+ buffers at once, and this GPU binds at most 8/);
  }, 300_000);
});
