/** What goes wrong while a GPU runs a network, and how it ends: as on the processor where the processor knows it, and by its name where not. */
import { describe, expect, test } from "vitest";
import { allToAll, compile, Network, neuron, synapse } from "../../../src/index.ts";
import type { Progress, Simulation } from "../../../src/index.ts";
import { lifDelta } from "../../../models/index.ts";
import { gpuHere, gpuSkipped, noGpu } from "../../support/gpu.ts";
import { noisy } from "./networks.ts";

const onGpu = { dt: "0.1 ms", backend: "webgpu" } as const;
const failureOf = async (promise: Promise<unknown>): Promise<{ readonly name: string; readonly code?: string; readonly message: string }> =>
  promise.then(() => ({ name: "none", message: "no error" }), (error: Error) => error);
const soon = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function wholeRun(milliseconds: number, seed?: number): Promise<{ hash: string; spikes: number }> {
  await using whole = await compile(noisy(200, seed).net, onGpu);
  await whole.run(`${milliseconds} ms`);
  const { spikeHash, spikes } = whole.report();
  return { hash: spikeHash, spikes };
}

const explosive = neuron({
  name: "explosive", parameters: { k: "1 kHz" }, state: { v: 0.001 }, equations: "dv/dt = k*v*v : 1", method: "euler",
});

describe.skipIf(noGpu)(`on a GPU${gpuSkipped}`, () => {
  test("a signal stops a run; what was recorded is kept, and the next run goes on as if nothing had been", async () => {
    const { net, E, I } = noisy();
    const spikes = net.spikeMonitor(E, I);
    await using sim = await compile(net, onGpu);
    const controller = new AbortController();
    const stopped = await failureOf(sim.run("100000 s", { signal: controller.signal, onProgress: () => controller.abort() }));
    expect(stopped.name).toBe("AbortError");
    const steps = Math.round(sim.time / sim.dt);
    expect(steps).toBeGreaterThan(0);
    expect(spikes.count).toBe(sim.report().spikes);
    await sim.run("30.1 ms");
    expect(await wholeRun((steps + 301) / 10)).toEqual({ hash: sim.report().spikeHash, spikes: spikes.count });
  });

  test("progress grows from call to call and ends with the whole duration", async () => {
    await using sim = await compile(noisy().net, onGpu);
    const seen: Progress[] = [];
    await sim.run("400 ms", { onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toEqual({ time: expect.closeTo(0.4, 9) as number, duration: 0.4, spikes: sim.report().spikes });
    for (let k = 1; k < seen.length; k++) expect(seen[k]!.time).toBeGreaterThan(seen[k - 1]!.time);
  });

  test("an error of onProgress or of a change ends the run, and the next run goes on", async () => {
    const { net } = noisy();
    let thrown = 0;
    net.at("5 ms", () => {
      if (thrown++ === 0) throw new Error("mine");
    });
    await using sim = await compile(net, onGpu);
    const refuse = (): void => {
      throw new Error("yours");
    };
    expect((await failureOf(sim.run("1 ms", { onProgress: refuse }))).message).toBe("yours");
    expect((await failureOf(sim.run("10 ms"))).message).toBe("mine");
    expect(sim.time).toBeCloseTo(0.005, 12);
    await sim.run("5 ms");
    expect((await wholeRun(10)).hash).toBe(sim.report().spikeHash);
  });

  test("a simulation that is disposed of while it runs stops, and what it recorded stays", async () => {
    const { net, E, I } = noisy();
    const spikes = net.spikeMonitor(E, I);
    const sim = await compile(net, onGpu);
    const running = failureOf(sim.run("100000 s"));
    await soon(150);
    await sim[Symbol.asyncDispose]();
    expect((await running).message).toMatch("this simulation has been disposed of");
    expect(spikes.count).toBe(sim.report().spikes);
    expect(sim.text()).toContain("@compute");
  });

  test("two simulations that run at once on one device have the spikes of each alone", async () => {
    await using a = await compile(noisy(200, 3).net, onGpu);
    await using b = await compile(noisy(120, 8).net, onGpu);
    await Promise.all([a.run("100 ms"), b.run("100 ms")]);
    expect(a.report().spikeHash).toBe((await wholeRun(100, 3)).hash);
    await using alone = await compile(noisy(120, 8).net, onGpu);
    await alone.run("100 ms");
    expect(b.report().spikeHash).toBe(alone.report().spikeHash);
  });

  test("a device that is lost in the middle of a run ends it by that name; the next compile opens another", async () => {
    const expected = await wholeRun(20);
    const { net, E, I } = noisy();
    const spikes = net.spikeMonitor(E, I);
    const { device, name } = await gpuHere();
    const sim = await compile(net, onGpu);
    const running = failureOf(sim.run("100000 s"));
    await soon(150);
    device.destroy();
    const failure = await running;
    expect([failure.name, failure.code]).toEqual(["SimulationError", "webgpu-lost"]);
    expect(failure.message).toMatch(`the GPU ${name} stopped working during the run: destroyed`);
    expect(failure.message).toContain('Compile the network again, or use backend: "wasm"');
    expect(spikes.count).toBe(sim.report().spikes);
    // What it held is gone for good.
    expect((await failureOf(sim.run("1 ms"))).code).toBe("webgpu-lost");
    await sim[Symbol.asyncDispose]();
    expect((await gpuHere()).device).not.toBe(device);
    expect(await wholeRun(20)).toEqual(expected);
  });

  test("a neuron that leaves the finite numbers is named as on the processor, with the same step and value", async () => {
    const messages: string[] = [], times: number[] = [];
    for (const backend of ["wasm", "webgpu"] as const) {
      const net = new Network();
      const P = net.population("P", 20, explosive, { v: "int(i == 17)" });
      const trace = net.stateMonitor(P, ["v"], { every: "1 ms" });
      await using sim = await compile(net, { dt: "1 ms", backend });
      messages.push((await failureOf(sim.run("1 s"))).message);
      times.push(sim.time);
      expect(trace.times.length).toBe(Math.round(sim.time * 1000));
      expect([...trace.get("v"), ...sim.get(P, "v")].every(Number.isFinite)).toBe(true);
      // Again: the same neuron fails at the same step. Then with a start from which nothing explodes.
      expect((await failureOf(sim.run("1 s"))).message).toBe(messages.at(-1));
      sim.reset();
      sim.set(P, { v: 0.001 });
      await sim.run("100 ms");
      expect(sim.time).toBeCloseTo(0.1, 12);
    }
    expect(messages[0]).toMatch(/population "P": v became infinite in neuron 17 at t = \d+ ms; its last finite value was/);
    expect(messages[1]).toBe(messages[0]);
    expect(times[1]).toBe(times[0]);
  });

  test("an input that outgrows the numbers of the GPU ends the run with its step and what to do; the processor goes on", async () => {
    const growing = synapse({ name: "growing", onPre: "receptor += w; w = 2*w" });
    const make = () => {
      const net = new Network();
      const source = net.spikeSource("S", 1);
      source.add(Array.from({ length: 40 }, (_, k) => 0.002 + 0.001 * k), Array<number>(40).fill(0));
      const cells = net.population("cells", 3, lifDelta, { v_th: "1e30 V" });
      net.projection(source, cells, growing, { connect: allToAll(), receptor: "v", weight: "1 mV", delay: "1 ms" });
      return net;
    };
    await using there = await compile(make(), onGpu);
    const failure = await failureOf(there.run("50 ms"));
    expect(failure.code).toBe("input-overflow");
    expect(failure.message)
      .toMatch(/^a sum of synaptic input left the range of the GPU's fixed-point numbers at t = [\d.]+ ms\n {2}.*backend: "wasm"/);
    expect(there.time).toBeGreaterThan(0.002);
    expect(there.time).toBeLessThan(0.04);
    await using here = await compile(make(), { dt: "0.1 ms" });
    await here.run("50 ms");
    expect(here.time).toBeCloseTo(0.05, 12);
  });

  test("hundreds of simulations leave no buffer on the GPU and no memory behind", { timeout: 240_000 }, async () => {
    const { device } = await gpuHere();
    const living = new Set<GPUBuffer>();
    const make = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) => {
      const buffer = make(descriptor), destroy = buffer.destroy.bind(buffer);
      living.add(buffer);
      buffer.destroy = () => {
        living.delete(buffer);
        return destroy();
      };
      return buffer;
    };
    try {
      const resident: number[] = [];
      for (let k = 0; k < 200; k++) {
        const { net, E } = noisy(80);
        net.spikeMonitor(E);
        net.stateMonitor(E, ["v"], { sample: 2 });
        const sim: Simulation = await compile(net, onGpu);
        await sim.run("2 ms");
        expect(living.size).toBeGreaterThan(5);
        await sim[Symbol.asyncDispose]();
        expect(living.size).toBe(0);
        resident.push(process.memoryUsage.rss());
      }
      // A simulation holds some megabytes on the device and in its arena: one in ten that stayed would show.
      const most = (from: number, to: number): number => Math.max(...resident.slice(from, to));
      expect(most(150, 200) - most(50, 100)).toBeLessThan(60e6);
    } finally {
      device.createBuffer = make;
    }
  });
});
