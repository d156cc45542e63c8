/**
 * A million neurons and a thousand million synapses, which are not stored: those of a neuron are made anew from the random numbers that they
 * were drawn from, whenever it spikes. Excitatory and inhibitory neurons in the asynchronous irregular state, wired with one probability, at some
 * spikes a second.
 *
 * @source Brunel (2000), J. Comput. Neurosci. 8:183–208 (network), doi:10.1023/A:1008925309027; Knight & Nowotny (2021), Nat. Comput. Sci. 1:136–142
 * (procedural connectivity), doi:10.1038/s43588-020-00022-7
 */
import { fixedProbability, Network } from "synfire";
import type { Quantity } from "synfire";
import { lifDelta, staticSynapse } from "synfire/models";

/** What `--set name=value` may change. `outdegree`: mean synapses of a neuron. `store`: keep the synapses in memory. */
export const settings = {
  neurons: 1_000_000, outdegree: 1000, g: 6, eta: 1.05, J: 0.1, store: false,
  duration: "100 ms" as Quantity, dt: "0.1 ms" as Quantity, seed: 1,
};

/** @param settings `J` is the excitatory potential in mV, `-g*J` the inhibitory one; `eta` the input from outside, 1 just reaches threshold. */
export function build({ neurons, outdegree, g, eta, J, store, seed }: typeof settings): Network {
  const net = new Network({ seed });
  const cell = { tau_m: "20 ms", v_th: "20 mV", v_reset: "10 mV", t_ref: "2 ms", v: "rand() * v_th" } as const;
  const excitatory = Math.round(0.8 * neurons);
  const cells = net.population("cells", neurons, lifDelta, cell);
  const E = cells.slice(0, excitatory), I = cells.slice(excitatory, neurons);
  const connect = fixedProbability(Math.min(1, outdegree / neurons));
  net.projection(E, cells, staticSynapse, { connect, receptor: "v", weight: `${J} mV`, delay: "1.5 ms", store });
  net.projection(I, cells, staticSynapse, { connect, receptor: "v", weight: `${-g * J} mV`, delay: "1.5 ms", store });
  net.poissonInput(cells, { receptor: "v", rate: `${(eta * 20) / (J * 0.02)} Hz`, weight: `${J} mV` });
  return net;
}
