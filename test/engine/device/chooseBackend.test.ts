import { describe, expect, test, vi } from "vitest";
import { compileChosen } from "../../../src/engine/compile.ts";
import { chooseBackend, measuredRace } from "../../../src/engine/device/chooseBackend.ts";
import type { Choosing, Race } from "../../../src/engine/device/chooseBackend.ts";
import { SimulationError, UnsupportedError } from "../../../src/errors.ts";
import { compile } from "../../../src/index.ts";
import type { Simulation } from "../../../src/index.ts";
import type { Gpu } from "../../../src/backend/webgpu/gpu.ts";
import { gpuHere, gpuSkipped, noGpu } from "../../support/gpu.ts";
import { noisy } from "./networks.ts";

const card = { name: "NVIDIA H200", software: false } as Gpu;
const never = () => Promise.reject(new Error("nothing may be compiled"));
const raced = (race: Omit<Race, "simulated">, gpu = card): Choosing =>
  ({ find: async () => ({ gpu }), race: async () => ({ simulated: 0.0256, ...race }) });
const failing = (error: Error): Choosing => ({ find: async () => ({ gpu: card }), race: () => Promise.reject(error) });

test("a card that takes less time for the same stretch is chosen, and both times are told", async () => {
  expect(await chooseBackend({}, never, raced({ wasm: 52.04, webgpu: 3.1 })))
    .toEqual({ backend: "webgpu", reason: "NVIDIA H200 took 3.1 ms for 25.6 ms of it in a warm-up, WebAssembly 52 ms" });
});

test("a card that takes longer is not chosen", async () => {
  expect(await chooseBackend({}, never, raced({ wasm: 0.5, webgpu: 26 })))
    .toEqual({ backend: "wasm", reason: "WebAssembly took 0.5 ms for 25.6 ms of it in a warm-up, NVIDIA H200 26 ms" });
});

test.each([
  ["no GPU", {}, { find: async () => ({ reason: "the driver is not installed" }), race: never },
    "there is no GPU to run on: the driver is not installed"],
  ["a software driver", {}, raced({ wasm: 9, webgpu: 1 }, { ...card, name: "SwiftShader", software: true }),
    "SwiftShader is a software driver, slower than WebAssembly on the same processor"],
  ["f64", { precision: "f64" }, raced({ wasm: 9, webgpu: 1 }), "GPUs compute in f32, not in f64"],
  ["several processes", { processes: { size: 4 } }, raced({ wasm: 9, webgpu: 1 }),
    "4 processes simulate the network together, and a GPU belongs to one"],
  ["what the GPU cannot do", {}, failing(new UnsupportedError("x", "E: too many arrays", "Use fewer.")), "the GPU cannot run it: E: too many arrays"],
  ["a failing warm-up", {}, failing(new SimulationError("x", "E produced NaN", "")), "its warm-up failed: E produced NaN"],
] as const)("%s leaves the network to WebAssembly, and the reason says so", async (_, wanted, choosing, reason) => {
  expect(await chooseBackend(wanted, never, choosing as Choosing)).toEqual({ backend: "wasm", reason });
});

test("a fault of ours in the warm-up is not hidden", async () => {
  await expect(chooseBackend({}, never, failing(new TypeError("x is undefined")))).rejects.toThrow("x is undefined");
});

test("without a card that is faster, auto gives what WebAssembly gives, and the report says why", async () => {
  const { net } = noisy();
  await using auto = await compile(net, { dt: "0.1 ms", backend: "auto", precision: "f64" });
  await using named = await compile(net, { dt: "0.1 ms", backend: "wasm", precision: "f64" });
  await auto.run("100 ms");
  await named.run("100 ms");
  expect(auto.report()).toMatchObject({ backend: "wasm", backendReason: "GPUs compute in f32, not in f64", spikeHash: named.report().spikeHash });
  expect(auto.backendReason).toBe("GPUs compute in f32, not in f64");
  expect(named.report()).not.toHaveProperty("backendReason");
});

test("mistakes in the description are told as without auto", async () => {
  const { net } = noisy();
  await expect(compile(net, { dt: "0 ms", backend: "auto" })).rejects.toThrow("dt 0 ms is not a positive time");
});

describe.skipIf(noGpu)(`auto with a GPU${gpuSkipped}`, () => {
  /** Takes the driver of this machine for a card that wins. */
  const asCard = async (): Promise<Choosing> => {
    const gpu = { ...(await gpuHere()), software: false };
    return { find: async () => ({ gpu }), race: async (compiled) => ({ ...(await measuredRace(compiled)), simulated: 0.02, wasm: 1, webgpu: 0.5 }) };
  };

  test("spikes after a warm-up are those of the named back-end, and monitors, sinks and hooks saw nothing of it", async () => {
    const { net, E } = noisy();
    const spikes = net.spikeMonitor(E), states = net.stateMonitor(E, ["v"], { sample: 3 });
    const hook = vi.fn();
    net.at("10 ms", hook);
    await using auto = await compileChosen(net, { dt: "0.1 ms", backend: "auto" }, await asCard());
    expect([spikes.times.length, states.times.length, auto.time, hook.mock.calls.length]).toEqual([0, 0, 0, 0]);
    await auto.run("50 ms");
    const { backend, backendReason, spikeHash, gpu } = auto.report();
    expect(backend).toBe("webgpu");
    expect(backendReason).toBe(`${(await gpuHere()).name} took 0.5 ms for 20 ms of it in a warm-up, WebAssembly 1 ms`);
    expect(gpu).toEqual({ name: (await gpuHere()).name, software: (await gpuHere()).software });
    expect([spikes.times.length > 0, states.times.length, hook.mock.calls.length]).toEqual([true, 500, 1]);

    const { net: same } = noisy();
    same.at("10 ms", () => {});
    await using named: Simulation = await compile(same, { dt: "0.1 ms", backend: "webgpu" });
    await named.run("50 ms");
    expect(spikeHash).toBe(named.report().spikeHash);
  });

  test("the race itself runs both back-ends on the same part of the network's course", async () => {
    const { net } = noisy();
    const gpu = { ...(await gpuHere()), software: false };
    const runs: Record<string, number[]> = { wasm: [], webgpu: [] };
    const choice = await chooseBackend({}, async (backend) => {
      const simulation = await compile(net, { dt: "0.1 ms", backend });
      return {
        dt: simulation.dt,
        run: async (duration) => {
          await simulation.run(duration);
          runs[backend]!.push(simulation.time);
        },
        [Symbol.asyncDispose]: () => simulation[Symbol.asyncDispose](),
      };
    }, { find: async () => ({ gpu }), race: measuredRace });
    expect(choice.reason).toContain("in a warm-up");
    expect(runs["webgpu"]!.length).toBeGreaterThan(1);
    expect(runs["webgpu"]).toEqual(runs["wasm"]!.slice(0, runs["webgpu"]!.length));
  });
});
