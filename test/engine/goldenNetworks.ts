/** Three tiny networks that between them use most of what decides about spikes, in single precision. */
import { compile, explicit, fixedIndegree, fixedProbability, Network, normal, uniform } from "synfire";
import { izhikevich, lifDelta, lifExpConductance, staticSynapse } from "synfire/models";

async function spikesOf(net: Network): Promise<{ readonly spikes: number; readonly hash: string }> {
  const sim = await compile(net, { dt: "0.1 ms", precision: "f32", backend: "wasm" });
  await sim.run("200 ms");
  const { spikes, spikeHash } = sim.report();
  await sim[Symbol.asyncDispose]();
  return { spikes, hash: spikeHash };
}

export const goldenNetworks = {
  "delta neurons, random weights, one delay": async () => {
    const net = new Network({ seed: 11 });
    const E = net.population("E", 80, lifDelta, { v: "rand() * v_th", tau_m: uniform("15 ms", "25 ms") });
    const I = net.population("I", 20, lifDelta, { v: "rand() * v_th" });
    for (const target of [E, I]) {
      net.projection(E, target, staticSynapse, { connect: fixedIndegree(8), receptor: "v", weight: normal("0.3 mV", "0.1 mV"), delay: "1.5 ms" });
      net.projection(I, target, staticSynapse, { connect: fixedProbability(0.1), receptor: "v", weight: "-1 mV", delay: "1.5 ms" });
      net.poissonInput(target, { receptor: "v", rate: "13 kHz", weight: "0.1 mV" });
    }
    return spikesOf(net);
  },
};
