import { neuron } from "synfire";

/**
 * Leaky integrate-and-fire neuron with alpha-shaped synaptic currents, i(t) = w · e·t/τ · exp(−t/τ): a spike of weight w makes a current that
 * peaks at w after tau_exc or tau_inh. x is the rising stage of the alpha function. Inhibitory weights are negative. Linear, so integrated
 * exactly; `iaf_psc_alpha` of NEST.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C_m, tau_m | pF, ms | membrane capacitance, membrane time constant |
 * | E_L, v_th, v_reset | mV | resting potential, threshold, potential after a spike |
 * | t_ref | ms | refractory time |
 * | tau_exc, tau_inh | ms | time to the peak of excitatory currents, of inhibitory currents |
 * | i_ext | pA | injected current |
 *
 * @source Rotter & Diesmann (1999), Biol. Cybern. 81:381–402, §3.2. doi:10.1007/s004220050570
 */
export const lifAlphaCurrent = neuron({
  name: "lif_alpha_current",
  description: "Leaky integrate-and-fire neuron with alpha-shaped synaptic currents",
  source: "doi:10.1007/s004220050570",
  parameters: {
    C_m: "250 pF", tau_m: "10 ms", E_L: "-70 mV", v_th: "-55 mV", v_reset: "-70 mV", t_ref: "2 ms", tau_exc: "2 ms", tau_inh: "2 ms", i_ext: "0 pA",
  },
  state: { v: "-70 mV", i_exc: "0 pA", x_exc: "0 pA", i_inh: "0 pA", x_inh: "0 pA" },
  receptors: { exc: "x_exc", inh: "x_inh" },
  equations: `
    dv/dt = (E_L - v)/tau_m + (i_exc + i_inh + i_ext)/C_m : volt (unless refractory)
    di_exc/dt = (e*x_exc - i_exc)/tau_exc                 : amp
    dx_exc/dt = -x_exc/tau_exc                            : amp
    di_inh/dt = (e*x_inh - i_inh)/tau_inh                 : amp
    dx_inh/dt = -x_inh/tau_inh                            : amp`,
  threshold: "v >= v_th",
  reset: "v = v_reset",
  refractory: "t_ref",
});
