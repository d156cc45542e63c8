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

  "conductances, a delay for each synapse, refractoriness": async () => {
    const net = new Network({ seed: 12 });
    const values = { tau_exc: "5 ms", tau_inh: "10 ms", v: "E_L + rand()*10*mV", t_ref: "2*ms + 3*ms*rand()" } as const;
    const E = net.population("E", 90, lifExpConductance, { ...values, i_ext: normal("260 pA", "40 pA") });
    const I = net.population("I", 22, lifExpConductance, { ...values, i_ext: "280 pA" });
    for (const target of [E, I]) {
      const connect = fixedProbability(0.1, { autapses: false }),
        delay = uniform("0.3 ms", "4 ms");
      net.projection(E, target, staticSynapse, { connect, receptor: "exc", weight: "2*nS*rand()", delay });
      net.projection(I, target, staticSynapse, { connect: fixedIndegree(4), receptor: "inh", weight: "10 nS", delay });
    }
    return spikesOf(net);
  },

  "nonlinear neurons, Poisson and listed sources, a change while running": async () => {
    const net = new Network({ seed: 13 });
    const N = net.population("N", 60, izhikevich, { a: "0.02 + 0.08*rand()", d: "8*mV - 6*mV*rand()**2" });
    const noise = net.poissonSource("noise", 40, { rate: "300*Hz*(1 + sin(2*pi*10*Hz*t))" });
    const listed = net.spikeSource("listed", 3, { times: [0.05, 0.05, 0.1, 0.15], indices: [0, 2, 1, 0] });
    net.projection(noise, N, staticSynapse, { connect: fixedIndegree(10), receptor: "v", weight: "0.8 mV", delay: "0.1 ms" });
    net.projection(listed, N, staticSynapse, { connect: explicit([0, 1, 2], [5, 6, 7]), receptor: "v", weight: "40 mV", delay: "2 ms" });
    net.projection(N, N, staticSynapse, { connect: (i, j) => j === (i + 1) % 60, receptor: "v", weight: "6 mV", delay: "1*ms + 0.05*ms*i" });
    net.at("120 ms", { target: N.slice(0, 30), set: { i_ext: "6 mV" } });
    return spikesOf(net);
  },
};
