import { neuron } from "synfire";

/**
 * Leaky integrate-and-fire neuron with alpha-shaped synaptic conductances, g(t) = w · e·t/τ · exp(−t/τ): a spike of weight w makes a
 * conductance that peaks at w after tau_exc or tau_inh. x is the rising stage of the alpha function. All weights are positive; the reversal
 * potentials decide what they do. Integrated by rkf45 (see lifExpConductance); `iaf_cond_alpha` of NEST.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C_m, g_L | pF, nS | membrane capacitance, leak conductance |
 * | E_L, v_th, v_reset | mV | resting potential, threshold, potential after a spike |
 * | t_ref | ms | refractory time |
 * | E_exc, E_inh | mV | excitatory reversal potential, inhibitory reversal potential |
 * | tau_exc, tau_inh | ms | time to the peak of excitatory conductances, of inhibitory conductances |
 * | i_ext | pA | injected current |
 *
 * @source Kuhn, Aertsen & Rotter (2004), J. Neurosci. 24:2345–2356. doi:10.1523/JNEUROSCI.3349-03.2004
 */
export const lifAlphaConductance = neuron({
  name: "lif_alpha_conductance",
  description: "Leaky integrate-and-fire neuron with alpha-shaped synaptic conductances",
  source: "doi:10.1523/JNEUROSCI.3349-03.2004",
  parameters: {
    C_m: "250 pF", g_L: "16.6667 nS", E_L: "-70 mV", v_th: "-55 mV", v_reset: "-60 mV", t_ref: "2 ms",
    E_exc: "0 mV", E_inh: "-85 mV", tau_exc: "0.2 ms", tau_inh: "2 ms", i_ext: "0 pA",
  },
  state: { v: "-70 mV", g_exc: "0 nS", x_exc: "0 nS", g_inh: "0 nS", x_inh: "0 nS" },
  receptors: { exc: "x_exc", inh: "x_inh" },
  equations: `
    i_syn = g_exc*(E_exc - v) + g_inh*(E_inh - v)  : amp
    dv/dt = (g_L*(E_L - v) + i_syn + i_ext)/C_m    : volt (unless refractory)
    dg_exc/dt = (e*x_exc - g_exc)/tau_exc          : siemens
    dx_exc/dt = -x_exc/tau_exc                     : siemens
    dg_inh/dt = (e*x_inh - g_inh)/tau_inh          : siemens
    dx_inh/dt = -x_inh/tau_inh                     : siemens`,
  threshold: "v >= v_th",
  reset: "v = v_reset",
  refractory: "t_ref",
  method: "rkf45",
});
