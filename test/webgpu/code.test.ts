/** The WGSL of whole networks, one for each kind of stage, as it was when it was last read. */
import { describe, expect, test } from "vitest";
import { compile, fixedIndegree, Network, uniform } from "synfire";
import { adExCurrent, izhikevich, lifDelta, staticSynapse } from "synfire/models";
import { gpuSkipped, noGpu } from "../support/gpu.ts";

const networks: Readonly<Record<string, (net: Network) => void>> = {
  elements_plain: (net) => void net.population("E", 100, lifDelta),
  elements_with_draws: (net) => {
    const E = net.population("E", 100, lifDelta);
    net.poissonInput(E, { receptor: "v", rate: "9 kHz", weight: "0.1 mV" });
    net.noiseInput(E, { into: "i_ext", mean: "1 nA", std: "2 nA" });
  },
  elements_of_two_families: (net) => {
    net.population("E", 100, lifDelta, { tau_m: "20 ms" });
    net.population("I", 50, lifDelta, { tau_m: "10 ms" });
    net.population("Z", 30, izhikevich);
    net.population("A", 20, adExCurrent, {}, { method: "euler" });
    net.spikeSource("S", 5, { times: [0.001], indices: [2] });
  },
  edges_static: (net) => {
    const E = net.population("E", 100, lifDelta), I = net.population("I", 50, lifDelta);
    net.projection(E, I, staticSynapse, { connect: fixedIndegree(10), receptor: "v", weight: "0.2 mV", delay: "1.5 ms" });
    net.projection(E, E, staticSynapse, { connect: fixedIndegree(10), receptor: "v", weight: "0.2*mV*rand()", delay: "1.5 ms" });
    net.projection(I, E, staticSynapse, { connect: fixedIndegree(5), receptor: "v", weight: "-1*mV*rand()", delay: uniform("1 ms", "3 ms") });
  },
};

describe.skipIf(noGpu)(`code for the GPU${gpuSkipped}`, () => {
  test.each(Object.entries(networks))("the code of stages is the one that was read: %s", async (name, build) => {
    const net = new Network({ seed: 1 });
    build(net);
    await using sim = await compile(net, { dt: "0.1 ms", backend: "webgpu" });
    await expect(`${sim.text()}\n`).toMatchFileSnapshot(`../golden/wgsl/${name}.wgsl`);
  });
});
