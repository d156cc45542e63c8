/** With weights that fixed point holds exactly, the networks B and D1 fire on the GPU the very spikes that they fire in WebAssembly. */
import { describe, expect, test } from "vitest";
import { allToAll, Network } from "synfire";
import { staticSynapse } from "synfire/models";
import * as cuba from "../../models/networks/cuba.ts";
import { cell } from "../../models/networks/izhikevich2003.ts";
import { gpuSkipped, noGpu } from "../support/gpu.ts";
import { record } from "./runs.ts";

/** A network like D1: the same neurons, and weights that are whole multiples of 2^-20 V below 0.5 and 1 mV. */
function allToAllNetwork(): Network {
  const net = new Network({ seed: 1 });
  const E = net.population("E", 800, cell, { r: "rand()", c: "-65*mV + 15*mV*r^2", d: "8*mV - 6*mV*r^2", noise: "5 mV", u: "b*v" });
  const I = net.population("I", 200, cell, { r: "rand()", a: "0.02 + 0.08*r", b: "0.25 - 0.05*r", d: "2 mV", noise: "2 mV", u: "b*v" });
  for (const target of [E, I]) {
    net.projection(E, target, staticSynapse, { connect: allToAll(), receptor: "current", weight: `floor(524*rand())/${2 ** 20}*volt` });
    net.projection(I, target, staticSynapse, { connect: allToAll(), receptor: "current", weight: `-floor(1048*rand())/${2 ** 20}*volt` });
  }
  return net;
}

describe.skipIf(noGpu)(`identical spikes${gpuSkipped}`, () => {
  test("CUBA (B) fires the same spikes for 100 ms", { timeout: 120_000 }, async () => {
    const weights = { w_e: `${1699 / 2 ** 20} V`, w_i: `${-9437 / 2 ** 20} V` } as const;
    const made = () => cuba.build({ ...cuba.settings, ...weights });
    const wasm = await record(made(), { dt: "0.1 ms" }, "100 ms"), gpu = await record(made(), { dt: "0.1 ms", backend: "webgpu" }, "100 ms");
    expect(wasm.count).toBeGreaterThan(1000);
    expect([gpu.hash, gpu.count]).toEqual([wasm.hash, wasm.count]);
  });

  test("Izhikevich's 1000 neurons, all to all (D1), fire the same spikes for 100 ms", { timeout: 120_000 }, async () => {
    const wasm = await record(allToAllNetwork(), { dt: "1 ms" }, "100 ms");
    const gpu = await record(allToAllNetwork(), { dt: "1 ms", backend: "webgpu" }, "100 ms");
    expect(wasm.count).toBeGreaterThan(300);
    expect([gpu.hash, gpu.count]).toEqual([wasm.hash, wasm.count]);
  });
});
