/**
 * Conductance-based balanced network, benchmark 1 of a review of simulators: 4000 integrate-and-fire neurons that keep each other active
 * without any input, in an irregular state. In some seeds the activity dies out.
 *
 * @source Brette et al. (2007), J. Comput. Neurosci. 23:349–398, appendix, benchmark 1. doi:10.1007/s10827-007-0038-6
 */
import { fixedProbability, Network, neuron } from "synfire";
import type { Quantity } from "synfire";
import { staticSynapse } from "synfire/models";

/** What `--set name=value` may change. `w_e`, `w_i`: conductance that a spike opens. */
export const settings = {
  w_e: "6 nS" as Quantity, w_i: "67 nS" as Quantity, p: 0.02,
  // With this seed the activity lives on.
  duration: "1 s" as Quantity, dt: "0.1 ms" as Quantity, seed: 6,
};

export const cell = neuron({
  name: "coba_lif",
  description: "Leaky integrate-and-fire neuron with exponential conductances",
  source: "doi:10.1007/s10827-007-0038-6",
  parameters: {
    C: "200 pF", g_L: "10 nS", E_L: "-60 mV", v_th: "-50 mV", v_reset: "-60 mV", t_ref: "5 ms",
    E_e: "0 mV", E_i: "-80 mV", tau_e: "5 ms", tau_i: "10 ms",
  },
  state: { v: "-60 mV", g_e: "0 nS", g_i: "0 nS" },
  receptors: { excitatory: "g_e", inhibitory: "g_i" },
  equations: `
    dv/dt = (g_L*(E_L - v) + g_e*(E_e - v) + g_i*(E_i - v)) / C : volt (unless refractory)
    dg_e/dt = -g_e / tau_e : siemens
    dg_i/dt = -g_i / tau_i : siemens`,
  threshold: "v > v_th",
  reset: "v = v_reset",
  refractory: "t_ref",
  method: "exponential-euler",
});

export function build({ w_e, w_i, p, seed }: typeof settings): Network {
  const net = new Network({ seed });
  // As if each neuron had just been bombarded: without this first push the network stays silent.
  const start = { v: "E_L + rand()*(v_th - E_L)", g_e: "max(40*nS + 15*nS*randn(), 0*nS)", g_i: "max(200*nS + 120*nS*randn(), 0*nS)" };
  const E = net.population("E", 3200, cell, start);
  const I = net.population("I", 800, cell, start);
  for (const target of [E, I]) {
    net.projection(E, target, staticSynapse, { connect: fixedProbability(p), receptor: "excitatory", weight: w_e });
    net.projection(I, target, staticSynapse, { connect: fixedProbability(p), receptor: "inhibitory", weight: w_i });
  }
  return net;
}
