import { neuron } from "synfire";

/**
 * Leaky integrate-and-fire neuron with AMPA, NMDA and GABA conductances. AMPA and GABA decay exponentially; NMDA rises and decays, peaks at the
 * weight, and passes current only as far as depolarisation drives magnesium out of its channels: the fraction
 * 1/(1 + [Mg]/3.57 mM · exp(−0.062 v/mV)) is open. All weights are positive. NMDA channels that saturate are synapses of the model nmda.
 * Values are those of the cortical pyramidal cell of Brunel & Wang. Integrated by rkf45 (see lifExpConductance).
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C_m, g_L | pF, nS | membrane capacitance, leak conductance |
 * | E_L, v_th, v_reset | mV | resting potential, threshold, potential after a spike |
 * | t_ref | ms | refractory time |
 * | E_exc, E_inh | mV | excitatory reversal potential (AMPA and NMDA), inhibitory reversal potential |
 * | tau_ampa, tau_gaba | ms | decay of AMPA, decay of GABA |
 * | tau_nmda_rise, tau_nmda_decay | ms | rise of NMDA, decay of NMDA |
 * | Mg | 1 | extracellular magnesium, mM |
 * | i_ext | pA | injected current |
 *
 * @source Jahr & Stevens (1990), J. Neurosci. 10:3178–3182. doi:10.1523/JNEUROSCI.10-09-03178.1990
 * @source Brunel & Wang (2001), J. Comput. Neurosci. 11:63–85. doi:10.1023/A:1011204814320
 */
export const lifNmda = neuron({
  name: "lif_nmda",
  description: "Leaky integrate-and-fire neuron with AMPA, NMDA (magnesium block) and GABA conductances",
  source: "doi:10.1523/JNEUROSCI.10-09-03178.1990",
  parameters: {
    C_m: "500 pF", g_L: "25 nS", E_L: "-70 mV", v_th: "-50 mV", v_reset: "-55 mV", t_ref: "2 ms", E_exc: "0 mV", E_inh: "-70 mV",
    tau_ampa: "2 ms", tau_gaba: "5 ms", tau_nmda_rise: "2 ms", tau_nmda_decay: "100 ms", Mg: 1, i_ext: "0 pA",
  },
  state: { v: "-70 mV", g_ampa: "0 nS", g_nmda: "0 nS", x_nmda: "0 nS", g_gaba: "0 nS" },
  receptors: { ampa: "g_ampa", nmda: "x_nmda", gaba: "g_gaba" },
  equations: `
    unblocked = 1/(1 + Mg/3.57*exp(-0.062*v/mV))                                          : 1
    peak_nmda = exp(1/exprel(log(tau_nmda_rise/tau_nmda_decay)))                          : 1
    i_syn = (g_ampa + g_nmda*unblocked)*(E_exc - v) + g_gaba*(E_inh - v)                  : amp
    dv/dt = (g_L*(E_L - v) + i_syn + i_ext)/C_m                                           : volt (unless refractory)
    dg_ampa/dt = -g_ampa/tau_ampa                                                         : siemens
    dg_nmda/dt = (peak_nmda*x_nmda - g_nmda)/tau_nmda_decay                               : siemens
    dx_nmda/dt = -x_nmda/tau_nmda_rise                                                    : siemens
    dg_gaba/dt = -g_gaba/tau_gaba                                                         : siemens`,
  threshold: "v >= v_th",
  reset: "v = v_reset",
  refractory: "t_ref",
  method: "rkf45",
});
