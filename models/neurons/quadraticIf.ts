import { neuron } from "synfire";

/**
 * Quadratic integrate-and-fire neuron: the normal form of a neuron at a saddle-node bifurcation (type I excitability), with rest E_L and
 * unstable point v_crit. Above the rheobase g_L·(v_crit − E_L)/4 it fires, from arbitrarily low rates on. v_peak cuts the upstroke, which would
 * reach infinity in finite time. Receives delta-shaped input.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C_m, g_L, E_L | pF, nS, mV | membrane capacitance, leak conductance, resting potential |
 * | v_crit | mV | unstable point, from which v runs away |
 * | v_peak | mV | where a spike is cut |
 * | v_reset | mV | potential after a spike |
 * | t_ref | ms | refractory time |
 * | i_ext | pA | injected current |
 *
 * @source Latham, Richmond, Nelson & Nirenberg (2000), J. Neurophysiol. 83:808–827. doi:10.1152/jn.2000.83.2.808
 */
export const quadraticIf = neuron({
  name: "quadratic_if",
  description: "Quadratic integrate-and-fire neuron",
  source: "doi:10.1152/jn.2000.83.2.808",
  parameters: {
    C_m: "250 pF", g_L: "25 nS", E_L: "-65 mV", v_crit: "-50 mV", v_peak: "20 mV", v_reset: "-80 mV", t_ref: "0 ms", i_ext: "0 pA",
  },
  state: { v: "-65 mV" },
  receptors: { v: "v" },
  equations: "dv/dt = (g_L*(v - E_L)*(v - v_crit)/(v_crit - E_L) + i_ext)/C_m : volt (unless refractory)",
  threshold: "v >= v_peak",
  reset: "v = v_reset",
  refractory: "t_ref",
});
