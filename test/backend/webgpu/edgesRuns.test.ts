/** Learning synapses on the GPU over longer runs, with changes in between, delays of their own, limits and new beginnings. */
import { describe, expect, test } from "vitest";
import { compile, fixedIndegree, Network, neuron, oneToOne, synapse } from "synfire";
import type { Projection, Simulation } from "synfire";
import { stdpPair } from "synfire/models";
import { gpuSkipped, noGpu } from "../../support/gpu.ts";

type Backend = "wasm" | "webgpu";
type Act = (sim: Simulation, projection: Projection) => Promise<void>;

/** Repeats spikes and sums what else it receives. */
const obedient = neuron({
  name: "obedient", state: { command: 0, received: 0 }, receptors: { command: "command", silent: "received" },
  equations: "command : 1 (impulse); received : 1", threshold: "command > 0",
});
const passOn = synapse({ name: "pass_on" });

/** Targets repeat the spikes of Poisson sources, so that spikes are the same whatever the weights become. */
async function outcome(backend: Backend, options: Readonly<Record<string, unknown>>, act: Act): Promise<number[]> {
  const net = new Network({ seed: 12 });
  const sources = net.poissonSource("sources", 100, { rate: "30 Hz" });
  const commands = net.poissonSource("commands", 60, { rate: "25 Hz" });
  const targets = net.population("targets", 60, obedient);
  net.projection(commands, targets, passOn, { connect: oneToOne(), receptor: "command", weight: 1, delay: "0.5 ms" });
  const projection = net.projection(sources, targets, stdpPair, {
    connect: fixedIndegree(50), weight: "0.2 + 0.6*rand()", w_max: 1, delay: "1.5 ms", receptor: "silent", ...options,
  } as never);
  await using sim = await compile(net, { dt: "0.5 ms", backend, precision: "f32", deferPlasticity: false });
  await act(sim, projection);
  return [...sim.get(projection, "w"), ...sim.get(projection, "x" as never)];
}

async function expectSame(options: Readonly<Record<string, unknown>>, act: Act): Promise<void> {
  const right = await outcome("wasm", options, act);
  expect(new Set(right).size, "weights that differ").toBeGreaterThan(1000);
  expect(await outcome("webgpu", options, act)).toEqual(right);
}

describe.skipIf(noGpu)(`synapses that learn on the GPU${gpuSkipped}`, () => {
  test("a second of pair STDP on a given raster leaves the bits of the WebAssembly back-end in weights and traces", async () => {
    await expectSame({}, (sim) => sim.run("1 s"));
  }, 120_000);

  test("delays of each synapse's own, up to 60 steps, leave the same bits", async () => {
    await expectSame({ delay: "0.5*ms + 29*ms*rand()" }, (sim) => sim.run("300 ms"));
  }, 120_000);

  test("spikes under way stay so while weights are set, learning is switched off and on, and a parameter changes", async () => {
    await expectSame({ delay: "11 ms" }, async (sim, projection) => {
      await sim.run("100.5 ms");
      sim.set(projection, { w: sim.get(projection, "w").map((w) => w / 2) } as never);
      await sim.run("50 ms");
      sim.setPlasticity(projection, false);
      await sim.run("23.5 ms");
      sim.setPlasticity(projection, true);
      await sim.run("50 ms");
      sim.set(projection, { a_plus: 0.02 } as never);
      await sim.run("50 ms");
    });
  }, 120_000);

  test("a simulation that begins anew does the same again", async () => {
    await expectSame({ delay: "3 ms" }, async (sim, projection) => {
      await sim.run("100 ms");
      const first = [...sim.get(projection, "w")];
      sim.reset();
      await sim.run("100 ms");
      expect([...sim.get(projection, "w")]).toEqual(first);
    });
  }, 120_000);

  test("weights that are set a thousand times as large arrive as large", async () => {
    const received = async (backend: Backend): Promise<Float64Array> => {
      const net = new Network({ seed: 4 });
      const sources = net.poissonSource("sources", 40, { rate: "100 Hz" });
      const targets = net.population("targets", 20, obedient);
      const projection = net.projection(sources, targets, stdpPair, {
        connect: fixedIndegree(10), weight: "0.2 + 0.6*rand()", delay: "1 ms", receptor: "silent", w_max: 1,
      });
      await using sim = await compile(net, { dt: "0.5 ms", backend, precision: "f32", deferPlasticity: false });
      await sim.run("20 ms");
      sim.set(projection, { w: sim.get(projection, "w").map((w) => 1000 * w) });
      await sim.run("20 ms");
      return sim.get(targets, "received");
    };
    const right = await received("wasm"), got = await received("webgpu");
    expect(Math.max(...right)).toBeGreaterThan(1000);
    right.forEach((x, k) => expect(Math.abs(got[k]! / x - 1), `target ${k}`).toBeLessThan(1e-5));
  }, 120_000);

  test("a step of pair STDP takes three dispatches, with delays of each synapse's own and with a dendritic delay too", async () => {
    for (const options of [{ delay: "1 ms" }, { delay: "1*ms + 2*ms*rand()" }, { dendriticDelay: "1 ms" }]) {
      const net = new Network({ seed: 4 });
      const cells = net.population("cells", 20, obedient);
      net.projection(cells, cells, stdpPair, { connect: fixedIndegree(10), weight: 0.5, receptor: "silent", w_max: 1, ...options } as never);
      await using sim = await compile(net, { dt: "0.5 ms", backend: "webgpu", deferPlasticity: false });
      const stages = [...sim.text().matchAll(/^\/\* stage (\w+) \*\/$/gm)].map(([, name]) => name!);
      // Two more run once in a call, and once in all.
      expect(stages.filter((name) => name !== "prime" && name !== "finish"), JSON.stringify(options)).toHaveLength(3);
    }
  }, 120_000);

  test("the first weight that leaves its limits stops both back-ends with the same words", async () => {
    const message = async (backend: Backend): Promise<string> => {
      try {
        await outcome(backend, { limits: [0.1, 0.81] }, (sim) => sim.run("200 ms"));
      } catch (error) {
        return (error as Error).message;
      }
      return "none left its limits";
    };
    const right = await message("wasm");
    expect(right).toMatch(/w of synapse \d+ → \d+ became 0\.\d+ at t = .*outside its limits/);
    expect(await message("webgpu")).toBe(right);
  }, 120_000);
});
