import { neuron } from "synfire";

/**
 * Leaky integrate-and-fire neuron with exponentially decaying synaptic currents: a spike of weight w adds a current that starts at w and decays
 * with tau_exc or tau_inh. Inhibitory weights are negative. Linear, so integrated exactly; `iaf_psc_exp` of NEST.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C_m, tau_m | pF, ms | membrane capacitance, membrane time constant |
 * | E_L, v_th, v_reset | mV | resting potential, threshold, potential after a spike |
 * | t_ref | ms | refractory time |
 * | tau_exc, tau_inh | ms | excitatory synaptic time constant, inhibitory synaptic time constant |
 * | i_ext | pA | injected current |
 *
 * @source Rotter & Diesmann (1999), Biol. Cybern. 81:381–402. doi:10.1007/s004220050570
 */
export const lifExpCurrent = neuron({
  name: "lif_exp_current",
  description: "Leaky integrate-and-fire neuron with exponential synaptic currents",
  source: "doi:10.1007/s004220050570",
  parameters: {
    C_m: "250 pF", tau_m: "10 ms", E_L: "-70 mV", v_th: "-55 mV", v_reset: "-70 mV", t_ref: "2 ms", tau_exc: "2 ms", tau_inh: "2 ms", i_ext: "0 pA",
  },
  state: { v: "-70 mV", i_exc: "0 pA", i_inh: "0 pA" },
  receptors: { exc: "i_exc", inh: "i_inh" },
  equations: `
    dv/dt = (E_L - v)/tau_m + (i_exc + i_inh + i_ext)/C_m : volt (unless refractory)
    di_exc/dt = -i_exc/tau_exc                            : amp
    di_inh/dt = -i_inh/tau_inh                            : amp`,
  threshold: "v >= v_th",
  reset: "v = v_reset",
  refractory: "t_ref",
});
