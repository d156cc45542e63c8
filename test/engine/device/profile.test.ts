import { describe, expect, test } from "vitest";
import { compile } from "../../../src/index.ts";
import { gpuHere, gpuSkipped, noGpu } from "../../support/gpu.ts";
import { noisy } from "./networks.ts";

test("a network on the processor has no device, and says so when its stages are asked for", async () => {
  await using simulation = await compile(noisy().net, { dt: "0.1 ms" });
  expect(simulation.device).toBeUndefined();
  await expect(simulation.profile("1 ms")).rejects.toThrow('profile: wasm runs on the processor\n  Compile with backend: "webgpu".');
});

const noTimestamps = noGpu || !(await gpuHere()).timestamps;

describe.skipIf(noGpu)(`on a GPU${gpuSkipped}`, () => {
  test("epochs are queued many at a time, and the host waits for no more than the end of each call", async () => {
    await using simulation = await compile(noisy().net, { dt: "0.1 ms", backend: "webgpu" });
    await simulation.run("30 ms");
    const before = simulation.device!;
    await simulation.run("300 ms");
    const after = simulation.device!;
    expect(after.epochSteps).toBe(15);
    const epochs = after.counts.epochs - before.counts.epochs, calls = after.counts.calls - before.counts.calls;
    expect(epochs).toBeGreaterThanOrEqual(200);
    // A call may need a second look, when it has more spikes than the ones before.
    expect(after.counts.readBacks - before.counts.readBacks).toBeLessThanOrEqual(2 * calls);
    expect(calls).toBeLessThan(epochs);
  });

  test.skipIf(noTimestamps)("every dispatch of a profile is measured, and its spikes are those of a run", async () => {
    await using profiled = await compile(noisy().net, { dt: "0.1 ms", backend: "webgpu" });
    await using plain = await compile(noisy().net, { dt: "0.1 ms", backend: "webgpu" });
    await profiled.run("20 ms");
    await plain.run("70 ms");
    const before = profiled.device!.counts.epochs;
    const stages = await profiled.profile("50 ms");
    const epochs = profiled.device!.counts.epochs - before;
    expect(stages.map(({ stage, dispatches }) => [stage, dispatches])).toEqual([["advance", epochs], ["deliver", epochs]]);
    for (const { milliseconds } of stages) expect(milliseconds).toBeGreaterThan(0);
    expect(profiled.report().spikeHash).toBe(plain.report().spikeHash);
  });

  test("the bytes that must move count state once an epoch, sums each step and synapses each spike", async () => {
    await using simulation = await compile(noisy(160).net, { dt: "0.1 ms", backend: "webgpu" });
    const { traffic } = simulation.device!;
    // LIF: v and the steps that it is still refractory, in 200 neurons; one sum of 4 bytes that is read and cleared.
    expect(traffic.perEpoch).toBe(200 * 4 * 2 * 2);
    expect(traffic.perStep).toBe(200 * 2 * 4);
    // E: 20 synapses for each of 200 targets, from 160 neurons: 2 bytes of target and a sum that is read and written; rows, items of 8 bytes.
    const rows = [160, 40].map((targets) => 8 + 2 * 8 + ((20 * targets) / 160) * (2 + 2 * 4));
    expect(traffic.perSpike[0]).toBeCloseTo(4 + rows[0]! + rows[1]!, 9);
  });
});
