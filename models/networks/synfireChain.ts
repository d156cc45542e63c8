/**
 * A synfire chain: groups of 100 neurons, each neuron of a group reaching all of the next, in the background activity of cortex. Two
 * pulse packets enter the first group, each blurred in time. The weak one dies out; the strong one grows to a full volley, sharpens to
 * less than a millisecond and travels on.
 *
 * @source Diesmann, Gewaltig & Aertsen (1999), Nature 402:529–533. doi:10.1038/990101
 */
import { allToAll, clippedNormal, dimensions, Network, neuron, normal, parseQuantity } from "synfire";
import type { Quantity } from "synfire";
import { staticSynapse } from "synfire/models";

/** What `--set name=value` may change. A packet has a number of spikes, a time and a width (standard deviation). */
export const settings = {
  groups: 10,
  weakSpikes: 40, weakTime: "50 ms" as Quantity, strongSpikes: 80, strongTime: "150 ms" as Quantity, width: "2 ms" as Quantity,
  duration: "250 ms" as Quantity, dt: "0.1 ms" as Quantity, seed: 1,
};

export const groupSize = 100;

export const cell = neuron({
  name: "synfire_lif",
  description: "Leaky integrate-and-fire neuron with alpha-shaped currents",
  source: "doi:10.1038/990101",
  parameters: { C: "250 pF", tau_m: "10 ms", tau_syn: "0.325 ms", E_L: "-70 mV", v_th: "-55 mV", v_reset: "-70 mV", t_ref: "1 ms" },
  state: { v: "-62 mV", I: "0 pA", x: "0 pA" },
  receptors: { current: "x" },
  equations: `
    dv/dt = (E_L - v)/tau_m + I/C : volt (unless refractory)
    dI/dt = (e*x - I)/tau_syn : amp
    dx/dt = -x/tau_syn : amp`,
  threshold: "v >= v_th",
  reset: "v = v_reset",
  refractory: "t_ref",
  method: "exact",
});

export function build({ groups, weakSpikes, weakTime, strongSpikes, strongTime, width, seed }: typeof settings): Network {
  const net = new Network({ seed });
  const chain = net.population("chain", groups * groupSize, cell, { v: normal("-61.5 mV", "2.5 mV") });
  const group = (k: number) => chain.slice(k * groupSize, (k + 1) * groupSize);
  // A current of this peak makes a potential of 0.14 mV.
  const weight = "45.7 pA";
  for (let k = 0; k + 1 < groups; k++) {
    net.projection(group(k), group(k + 1), staticSynapse, { connect: allToAll(), receptor: "current", weight, delay: "5 ms" });
  }
  // Each neuron has 20 000 synapses: 17 600 from excitatory neurons of 2 Hz, 2400 from inhibitory ones of 12.5 Hz.
  net.poissonInput(chain, { receptor: "current", rate: "35.2 kHz", weight });
  net.poissonInput(chain, { receptor: "current", rate: "30 kHz", weight: "-45.7 pA" });
  // A packet: all its sources fire at once, and each spike reaches each neuron after a delay of its own, 10 ms on average.
  for (const [name, spikes, time] of [["weak", weakSpikes, weakTime], ["strong", strongSpikes, strongTime]] as const) {
    const moment = parseQuantity(time, dimensions.second, `${name}Time`) - 0.01;
    const indices = Array.from({ length: spikes }, (_, k) => k);
    const packet = net.spikeSource(`${name} packet`, spikes, { times: indices.map(() => moment), indices });
    const delay = clippedNormal("10 ms", width, "0.1 ms", "20 ms");
    net.projection(packet, group(0), staticSynapse, { connect: allToAll(), receptor: "current", weight, delay });
  }
  net.spikeMonitor(chain);
  return net;
}
