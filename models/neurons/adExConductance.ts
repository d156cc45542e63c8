import { neuron } from "synfire";
import { adExPatterns } from "./adExPatterns.ts";

/**
 * Adaptive exponential integrate-and-fire neuron (AdEx) with exponentially decaying synaptic conductances.
 *
 * The upstroke is followed with adaptive steps inside dt (rkf45), and v enters the equations no higher than V_peak, so that they stay
 * bounded: this is NEST's aeif_cond_exp. A population may ask for `{ method: "euler" }` instead, which is many times faster and cuts the upstroke
 * where it finds it. The defaults are the pyramidal cell of 2005; the presets are the firing patterns of Naud et al. (2008), table 1.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C, g_L, E_L | pF, nS, mV | capacitance, leak conductance, leak reversal potential |
 * | V_T, Delta_T | mV | threshold of the upstroke, and its sharpness |
 * | V_peak, V_reset | mV | where a spike is cut, and v after it |
 * | t_ref | ms | how long v is held at V_reset |
 * | a, b, tau_w | nS, pA, ms | subthreshold adaptation, adaptation by a spike, its time constant |
 * | E_ex, E_in, tau_ex, tau_in | mV, ms | reversal potentials and time constants of the synapses |
 * | i_ext | pA | input current |
 *
 * @source Brette & Gerstner (2005), J. Neurophysiol. 94:3637–3642. doi:10.1152/jn.00686.2005
 * @source Naud, Marcille, Clopath & Gerstner (2008), Biol. Cybern. 99:335–347. doi:10.1007/s00422-008-0264-7
 */
export const adExConductance = neuron({
  name: "adex_conductance",
  description: "Adaptive exponential integrate-and-fire neuron with exponential synaptic conductances",
  source: "doi:10.1152/jn.00686.2005",
  parameters: {
    C: "281 pF", g_L: "30 nS", E_L: "-70.6 mV", V_T: "-50.4 mV", Delta_T: "2 mV", V_peak: "0 mV", V_reset: "-70.6 mV", t_ref: "0 ms",
    a: "4 nS", b: "80.5 pA", tau_w: "144 ms", E_ex: "0 mV", E_in: "-85 mV", tau_ex: "5 ms", tau_in: "10 ms", i_ext: "0 pA",
  },
  state: { v: "-70.6 mV", w: "0 pA", g_ex: "0 nS", g_in: "0 nS" },
  receptors: { ex: "g_ex", in: "g_in" },
  equations: `
    x = min(v, V_peak) : volt
    i_syn = g_ex*(E_ex - x) + g_in*(E_in - x) : amp
    dv/dt = (g_L*(E_L - x) + g_L*Delta_T*exp((x - V_T)/Delta_T) - w + i_syn + i_ext) / C : volt (unless refractory)
    dw/dt = (a*(x - E_L) - w) / tau_w : amp
    dg_ex/dt = -g_ex/tau_ex : siemens
    dg_in/dt = -g_in/tau_in : siemens`,
  threshold: "v >= V_peak",
  reset: "v = V_reset; w += b",
  refractory: "t_ref",
  method: "rkf45",
  presets: adExPatterns,
});
