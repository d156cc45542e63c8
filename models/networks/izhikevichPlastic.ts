/**
 * The large sparse network of `izhikevichSparse` whose excitatory synapses learn: 100 000 neurons of 100 synapses each, axonal delays of 1
 * to 20 ms, additive spike-timing-dependent plasticity of all pairs of spikes on 8 million synapses. A spike is compared with those of the
 * target when it arrives there, so each delay selects its own timing.
 *
 * @source neurons: Izhikevich (2003), IEEE Trans. Neural Netw. 14:1569–1572. doi:10.1109/TNN.2003.820440
 * @source wiring and plasticity: Izhikevich (2006), Neural Comput. 18:245–282. doi:10.1162/089976606775093882
 */
import { fixedOutdegree, Network } from "synfire";
import type { Quantity } from "synfire";
import { staticSynapse, stdpPair } from "synfire/models";
import { cell } from "./izhikevichSparse.ts";

/** What `--set name=value` may change. `scale` multiplies the number of neurons; each keeps 100 synapses. */
export const settings = {
  scale: 1, w_e: "6 mV" as Quantity, w_i: "-5 mV" as Quantity, w_max: "10 mV" as Quantity,
  a_plus: 0.01, a_minus: 0.012, tau_plus: "20 ms" as Quantity, tau_minus: "20 ms" as Quantity,
  duration: "1 s" as Quantity, dt: "1 ms" as Quantity, seed: 1,
};

/** @param settings `w_e` is where excitatory weights begin; a pair of spikes changes them by at most `a_plus * w_max` and `a_minus * w_max`. */
export function build({ scale, w_e, w_i, w_max, a_plus, a_minus, tau_plus, tau_minus, seed }: typeof settings): Network {
  const net = new Network({ seed });
  const [excitatory, inhibitory] = [Math.round(80_000 * scale), Math.round(20_000 * scale)];
  // One population, so that an excitatory neuron has one row of synapses onto all: the first are excitatory.
  const cells = net.population("cells", excitatory + inhibitory, cell, {
    a: `select(i < ${excitatory}, 0.02, 0.1)`, d: `select(i < ${excitatory}, 8*mV, 2*mV)`,
  });
  const E = cells.slice(0, excitatory), I = cells.slice(excitatory, cells.size);
  // 1 … 20 ms, each as likely.
  const learning = { receptor: "current", weight: w_e, delay: "1*ms + floor(20*rand())*ms", a_plus, a_minus, tau_plus, tau_minus, w_max } as const;
  net.projection(E, cells, stdpPair, { connect: fixedOutdegree(100), ...learning });
  net.projection(I, E, staticSynapse, { connect: fixedOutdegree(100), receptor: "current", weight: w_i, delay: "1 ms" });
  return net;
}
