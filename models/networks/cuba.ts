/**
 * Current-based balanced network, benchmark 2 of a review of simulators: 4000 integrate-and-fire neurons whose resting potential lies
 * above threshold and which hold each other back.
 *
 * @source Brette et al. (2007), J. Comput. Neurosci. 23:349–398, appendix, benchmark 2. doi:10.1007/s10827-007-0038-6
 */
import { fixedProbability, Network, neuron } from "synfire";
import type { Quantity } from "synfire";
import { staticSynapse } from "synfire/models";

/** What `--set name=value` may change. `w_e`, `w_i`: what a spike adds to the synaptic current, times the membrane's resistance. */
export const settings = {
  w_e: "1.62 mV" as Quantity, w_i: "-9 mV" as Quantity, p: 0.02,
  duration: "1 s" as Quantity, dt: "0.1 ms" as Quantity, seed: 1,
};

export const cell = neuron({
  name: "cuba_lif",
  description: "Leaky integrate-and-fire neuron with exponential currents, in volt",
  source: "doi:10.1007/s10827-007-0038-6",
  parameters: { tau_m: "20 ms", E_L: "-49 mV", v_th: "-50 mV", v_reset: "-60 mV", t_ref: "5 ms", tau_e: "5 ms", tau_i: "10 ms" },
  state: { v: "-60 mV", g_e: "0 mV", g_i: "0 mV" },
  receptors: { excitatory: "g_e", inhibitory: "g_i" },
  equations: `
    dv/dt = (g_e + g_i + E_L - v) / tau_m : volt (unless refractory)
    dg_e/dt = -g_e / tau_e : volt
    dg_i/dt = -g_i / tau_i : volt`,
  threshold: "v > v_th",
  reset: "v = v_reset",
  refractory: "t_ref",
  method: "exact",
});

export function build({ w_e, w_i, p, seed }: typeof settings): Network {
  const net = new Network({ seed });
  const start = { v: "v_reset + rand()*(v_th - v_reset)" };
  const E = net.population("E", 3200, cell, start);
  const I = net.population("I", 800, cell, start);
  for (const target of [E, I]) {
    net.projection(E, target, staticSynapse, { connect: fixedProbability(p), receptor: "excitatory", weight: w_e });
    net.projection(I, target, staticSynapse, { connect: fixedProbability(p), receptor: "inhibitory", weight: w_i });
  }
  return net;
}
