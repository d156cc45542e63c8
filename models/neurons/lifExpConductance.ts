import { neuron } from "synfire";

/**
 * Leaky integrate-and-fire neuron with exponentially decaying synaptic conductances: a spike of weight w adds a conductance that starts at w
 * and decays with tau_exc or tau_inh. All weights are positive; the reversal potentials decide what they do. `iaf_cond_exp` of NEST.
 *
 * Integrated by rkf45, as NEST does, because tau_exc is near the usual step. With longer time constants (5 ms and a step of 0.1 ms)
 * exponential Euler is as good and much faster: give the population `{ method: "exponential-euler" }`.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C_m, g_L | pF, nS | membrane capacitance, leak conductance |
 * | E_L, v_th, v_reset | mV | resting potential, threshold, potential after a spike |
 * | t_ref | ms | refractory time |
 * | E_exc, E_inh | mV | excitatory reversal potential, inhibitory reversal potential |
 * | tau_exc, tau_inh | ms | excitatory synaptic time constant, inhibitory synaptic time constant |
 * | i_ext | pA | injected current |
 *
 * @source Meffin, Burkitt & Grayden (2004), J. Comput. Neurosci. 16:159–175. doi:10.1023/B:JCNS.0000014108.03012.81
 */
export const lifExpConductance = neuron({
  name: "lif_exp_conductance",
  description: "Leaky integrate-and-fire neuron with exponential synaptic conductances",
  source: "doi:10.1023/B:JCNS.0000014108.03012.81",
  parameters: {
    C_m: "250 pF", g_L: "16.6667 nS", E_L: "-70 mV", v_th: "-55 mV", v_reset: "-60 mV", t_ref: "2 ms",
    E_exc: "0 mV", E_inh: "-85 mV", tau_exc: "0.2 ms", tau_inh: "2 ms", i_ext: "0 pA",
  },
  state: { v: "-70 mV", g_exc: "0 nS", g_inh: "0 nS" },
  receptors: { exc: "g_exc", inh: "g_inh" },
  equations: `
    i_syn = g_exc*(E_exc - v) + g_inh*(E_inh - v)  : amp
    dv/dt = (g_L*(E_L - v) + i_syn + i_ext)/C_m    : volt (unless refractory)
    dg_exc/dt = -g_exc/tau_exc                     : siemens
    dg_inh/dt = -g_inh/tau_inh                     : siemens`,
  threshold: "v >= v_th",
  reset: "v = v_reset",
  refractory: "t_ref",
  method: "rkf45",
});
