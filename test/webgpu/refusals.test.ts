/** What the GPU cannot do is refused by name, before or when it would happen, and never done otherwise. */
import { describe, expect, test } from "vitest";
import { compile, Network } from "synfire";
import { lifDelta } from "synfire/models";
import { gpuSkipped, noGpu } from "../support/gpu.ts";

const network = (): Network => {
  const net = new Network({ seed: 19 });
  net.population("E", 20, lifDelta, { i_ext: "25 nA" });
  return net;
};

describe.skipIf(noGpu)(`refusals${gpuSkipped}`, () => {
  test("double precision is refused with what to use in its place", async () => {
    await expect(compile(network(), { dt: "0.1 ms", backend: "webgpu", precision: "f64" })).rejects.toThrow(
      'compile: GPUs compute in f32 only, not in f64\n  Use precision: "f32", or backend: "wasm".');
  });

  test("several threads are not used, and a warning says why", async () => {
    const warnings: string[] = [];
    await using sim = await compile(network(), { dt: "0.1 ms", backend: "webgpu", threads: 4, onWarning: (text) => warnings.push(text) });
    expect(warnings).toEqual(["one thread instead of 4: the GPU does the work"]);
    expect([sim.threads, sim.backend]).toEqual([1, "webgpu"]);
  });

  test("a source that spikes twice in a step is refused by its name, also when the spike is added later", async () => {
    const net = network();
    net.spikeSource("twice", 3, { times: [0.001, 0.00101], indices: [2, 2] });
    await expect(compile(net, { dt: "0.1 ms", backend: "webgpu" })).rejects.toThrow(
      'spikeSource "twice": neuron 2 spikes more than once in the step that ends at 1 ms, which the GPU cannot tell apart');
    const later = network();
    const source = later.spikeSource("later", 3, { times: [0.005], indices: [1] });
    await using sim = await compile(later, { dt: "0.1 ms", backend: "webgpu" });
    expect(() => source.add([0.00502], [1])).toThrow('spikeSource "later": neuron 1 spikes more than once in the step that ends at 5 ms');
    source.add([0.0051], [1]);
    await sim.run("10 ms");
    expect(sim.report().populations.find((p) => p.name === "later")!.spikes).toBe(2);
  });

  test("a neuron that becomes NaN ends the run with its name, its number and the time, as in WebAssembly", async () => {
    const message = async (backend: "wasm" | "webgpu"): Promise<string> => {
      const net = new Network({ seed: 20 });
      const cells = net.population("cells", 40, lifDelta, { v: "rand()*v_th" });
      net.at("5.3 ms", { target: cells.slice(7, 8), set: { tau_m: "-1e-6 ms", v: "-10 mV" } });
      await using sim = await compile(net, { dt: "0.1 ms", backend });
      return await sim.run("20 ms").then(() => "no failure", (error: Error) => `${error.name}: ${error.message}`);
    };
    const gpu = await message("webgpu");
    expect(gpu).toMatch(/^SimulationError: population "cells": v became infinite in neuron 7 at t = 5\.4 ms/);
    expect(gpu).toBe(await message("wasm"));
  });
});
