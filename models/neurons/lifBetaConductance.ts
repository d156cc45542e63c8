import { neuron } from "synfire";

/**
 * Leaky integrate-and-fire neuron with synaptic conductances that rise and decay exponentially (beta function, dual exponential):
 * g(t) ∝ exp(−t/tau_decay) − exp(−t/tau_rise). A spike of weight w makes a conductance that peaks at w. All weights are positive; the
 * reversal potentials decide what they do. Integrated by rkf45 (see lifExpConductance); `iaf_cond_beta` of NEST.
 *
 * `peak` is (tau_decay/tau_rise)^(tau_decay/(tau_decay − tau_rise)), which makes the peak 1, in a form that also holds for equal time
 * constants: there it is e, and the conductance an alpha function.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C_m, g_L | pF, nS | membrane capacitance, leak conductance |
 * | E_L, v_th, v_reset | mV | resting potential, threshold, potential after a spike |
 * | t_ref | ms | refractory time |
 * | E_exc, E_inh | mV | excitatory reversal potential, inhibitory reversal potential |
 * | tau_rise_exc, tau_decay_exc | ms | rise of excitatory synapses, decay of excitatory synapses |
 * | tau_rise_inh, tau_decay_inh | ms | rise of inhibitory synapses, decay of inhibitory synapses |
 * | i_ext | pA | injected current |
 *
 * @source Roth & van Rossum (2009), Modeling synapses, in: Computational Modeling Methods for Neuroscientists, MIT Press, §6.2.
 *         doi:10.7551/mitpress/9780262013277.001.0001
 */
export const lifBetaConductance = neuron({
  name: "lif_beta_conductance",
  description: "Leaky integrate-and-fire neuron with synaptic conductances that rise and decay exponentially",
  source: "doi:10.7551/mitpress/9780262013277.001.0001",
  parameters: {
    C_m: "250 pF", g_L: "16.6667 nS", E_L: "-70 mV", v_th: "-55 mV", v_reset: "-60 mV", t_ref: "2 ms", E_exc: "0 mV", E_inh: "-85 mV",
    tau_rise_exc: "0.2 ms", tau_decay_exc: "2 ms", tau_rise_inh: "0.5 ms", tau_decay_inh: "5 ms", i_ext: "0 pA",
  },
  state: { v: "-70 mV", g_exc: "0 nS", x_exc: "0 nS", g_inh: "0 nS", x_inh: "0 nS" },
  receptors: { exc: "x_exc", inh: "x_inh" },
  equations: `
    peak_exc = exp(1/exprel(log(tau_rise_exc/tau_decay_exc)))  : 1
    peak_inh = exp(1/exprel(log(tau_rise_inh/tau_decay_inh)))  : 1
    i_syn = g_exc*(E_exc - v) + g_inh*(E_inh - v)              : amp
    dv/dt = (g_L*(E_L - v) + i_syn + i_ext)/C_m                : volt (unless refractory)
    dg_exc/dt = (peak_exc*x_exc - g_exc)/tau_decay_exc         : siemens
    dx_exc/dt = -x_exc/tau_rise_exc                            : siemens
    dg_inh/dt = (peak_inh*x_inh - g_inh)/tau_decay_inh         : siemens
    dx_inh/dt = -x_inh/tau_rise_inh                            : siemens`,
  threshold: "v >= v_th",
  reset: "v = v_reset",
  refractory: "t_ref",
  method: "rkf45",
});
