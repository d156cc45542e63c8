/** One device gives the same bits whenever the same network runs: again, in pieces of any length, after a reset, sampled or not. */
import { describe, expect, test } from "vitest";
import { compile, fixedProbability, Network } from "synfire";
import { lifDelta, staticSynapse, stdpPair } from "synfire/models";
import { gpuSkipped, noGpu } from "../support/gpu.ts";

function made() {
  const net = new Network({ seed: 17 });
  const E = net.population("E", 200, lifDelta, { v: "rand()*v_th" });
  const numbers = Array.from({ length: 300 }, (_, k) => k);
  const source = net.spikeSource("source", 10, { times: numbers.map((k) => k * 2e-4), indices: numbers.map((k) => k % 10) });
  net.poissonInput(E, { receptor: "v", rate: "9 kHz", weight: "0.13 mV" });
  net.projection(source, E, staticSynapse, { connect: fixedProbability(0.2), receptor: "v", weight: "0.37 mV", delay: "0.7 ms" });
  const P = net.projection(E, E, stdpPair, {
    connect: fixedProbability(0.1), receptor: "v", weight: "0.3*mV*rand()", w_max: "0.7 mV", a_plus: 0.05, delay: "1.5 ms",
  });
  return { net, E, P };
}

type Piece = `${number} ms`;

async function outcome(pieces: readonly Piece[], { sampled = false, again = false } = {}) {
  const { net, E, P } = made();
  if (sampled) net.stateMonitor(E, ["v"], { every: "0.3 ms", sample: 7 });
  await using sim = await compile(net, { dt: "0.1 ms", backend: "webgpu" });
  for (const piece of pieces) await sim.run(piece);
  if (again) {
    sim.reset();
    for (const piece of pieces) await sim.run(piece);
  }
  const { spikeHash, spikes, plasticEvents, synapticEvents } = sim.report();
  return { spikeHash, spikes, plasticEvents, synapticEvents, v: sim.get(E, "v"), w: sim.get(P, "w") };
}

describe.skipIf(noGpu)(`repeated runs${gpuSkipped}`, () => {
  test("two runs, odd pieces, a reset and a monitor change no bit of spikes, potentials and weights", { timeout: 240_000 }, async () => {
    const whole = await outcome(["60 ms"]);
    expect(whole.spikes).toBeGreaterThan(100);
    expect(await outcome(["60 ms"])).toEqual(whole);
    expect(await outcome(["0.1 ms", "0.3 ms", "7.7 ms", "3.2 ms", "0 ms", "48.7 ms"])).toEqual(whole);
    expect(await outcome(["20 ms", "40 ms"], { again: true })).toEqual(whole);
    expect(await outcome(["60 ms"], { sampled: true })).toEqual(whole);
  });

  test("a network in which all neurons spike in every step tells of every spike, more than are first read back", async () => {
    const run = async (backend: "wasm" | "webgpu") => {
      const net = new Network({ seed: 18 });
      const E = net.population("E", 3000, lifDelta, { t_ref: "0 ms", v_reset: "0 mV", i_ext: "1e9 nA" });
      const spikes = net.spikeMonitor(E);
      await using sim = await compile(net, { dt: "0.1 ms", backend });
      await sim.run("20 ms");
      return { hash: sim.report().spikeHash, times: spikes.times, indices: spikes.indices };
    };
    const gpu = await run("webgpu");
    expect(gpu.times.length).toBe(3000 * 200);
    expect(gpu).toEqual(await run("wasm"));
  });
});
