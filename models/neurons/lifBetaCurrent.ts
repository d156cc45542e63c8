import { neuron } from "synfire";

/**
 * Leaky integrate-and-fire neuron with synaptic currents that rise and decay exponentially (beta function, dual exponential):
 * i(t) ∝ exp(−t/tau_decay) − exp(−t/tau_rise). A spike of weight w makes a current that peaks at w. Inhibitory weights are negative.
 *
 * `peak` is (tau_decay/tau_rise)^(tau_decay/(tau_decay − tau_rise)), which makes the peak 1, in a form that also holds for equal time
 * constants: there it is e, and the current an alpha function. Linear, so integrated exactly.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C_m, tau_m | pF, ms | membrane capacitance, membrane time constant |
 * | E_L, v_th, v_reset | mV | resting potential, threshold, potential after a spike |
 * | t_ref | ms | refractory time |
 * | tau_rise_exc, tau_decay_exc | ms | rise of excitatory synapses, decay of excitatory synapses |
 * | tau_rise_inh, tau_decay_inh | ms | rise of inhibitory synapses, decay of inhibitory synapses |
 * | i_ext | pA | injected current |
 *
 * @source Roth & van Rossum (2009), Modeling synapses, in: Computational Modeling Methods for Neuroscientists, MIT Press, §6.2.
 *         doi:10.7551/mitpress/9780262013277.001.0001. The exact step: Rotter & Diesmann (1999), doi:10.1007/s004220050570
 */
export const lifBetaCurrent = neuron({
  name: "lif_beta_current",
  description: "Leaky integrate-and-fire neuron with synaptic currents that rise and decay exponentially",
  source: "doi:10.7551/mitpress/9780262013277.001.0001",
  parameters: {
    C_m: "250 pF", tau_m: "10 ms", E_L: "-70 mV", v_th: "-55 mV", v_reset: "-70 mV", t_ref: "2 ms",
    tau_rise_exc: "0.5 ms", tau_decay_exc: "2 ms", tau_rise_inh: "1 ms", tau_decay_inh: "5 ms", i_ext: "0 pA",
  },
  state: { v: "-70 mV", i_exc: "0 pA", x_exc: "0 pA", i_inh: "0 pA", x_inh: "0 pA" },
  receptors: { exc: "x_exc", inh: "x_inh" },
  equations: `
    peak_exc = exp(1/exprel(log(tau_rise_exc/tau_decay_exc)))  : 1
    peak_inh = exp(1/exprel(log(tau_rise_inh/tau_decay_inh)))  : 1
    dv/dt = (E_L - v)/tau_m + (i_exc + i_inh + i_ext)/C_m      : volt (unless refractory)
    di_exc/dt = (peak_exc*x_exc - i_exc)/tau_decay_exc         : amp
    dx_exc/dt = -x_exc/tau_rise_exc                            : amp
    di_inh/dt = (peak_inh*x_inh - i_inh)/tau_decay_inh         : amp
    dx_inh/dt = -x_inh/tau_rise_inh                            : amp`,
  threshold: "v >= v_th",
  reset: "v = v_reset",
  refractory: "t_ref",
});
