import { neuron } from "synfire";

/**
 * Leaky integrate-and-fire neuron with conductances in units of its leak: one spike of its excitatory partner (weight 10.4) makes it fire.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_m, E_L, v_th, v_reset | ms, mV, mV, mV | membrane time constant, resting potential, threshold, potential after a spike |
 * | t_ref | ms | refractory time |
 * | E_e, E_i | mV | excitatory reversal potential, inhibitory reversal potential |
 * | tau_e, tau_i | ms | excitatory synaptic time constant, inhibitory synaptic time constant |
 *
 * @source Diehl & Cook (2015), Front. Comput. Neurosci. 9:99; values of the authors' code. doi:10.3389/fncom.2015.00099
 */
export const diehlCookInhibitory = neuron({
  name: "diehl_cook_inhibitory",
  description: "Conductance-based integrate-and-fire neuron, inhibitory cell of Diehl and Cook",
  source: "doi:10.3389/fncom.2015.00099",
  parameters: {
    tau_m: "10 ms", E_L: "-60 mV", v_th: "-40 mV", v_reset: "-45 mV", t_ref: "2 ms", E_e: "0 mV", E_i: "-85 mV", tau_e: "1 ms", tau_i: "2 ms",
  },
  state: { v: "-60 mV", g_e: 0, g_i: 0 },
  receptors: { excitatory: "g_e", inhibitory: "g_i" },
  equations: `
    dv/dt = (E_L - v + g_e*(E_e - v) + g_i*(E_i - v))/tau_m  : volt (unless refractory)
    dg_e/dt = -g_e/tau_e                                     : 1
    dg_i/dt = -g_i/tau_i                                     : 1`,
  threshold: "v > v_th",
  reset: "v = v_reset",
  refractory: "t_ref",
  method: "exponential-euler",
});
