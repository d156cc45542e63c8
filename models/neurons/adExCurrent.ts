import { neuron } from "synfire";
import { adExPatterns } from "./adExPatterns.ts";

/**
 * Adaptive exponential integrate-and-fire neuron (AdEx) with exponentially decaying synaptic currents: NEST's aeif_psc_exp.
 *
 * The upstroke is followed with adaptive steps inside dt (rkf45), and v enters the equations no higher than V_peak, so that they stay
 * bounded. A population may ask for `{ method: "euler" }` instead, which is many times faster and cuts the upstroke where it finds it. The
 * defaults are the pyramidal cell of 2005; the presets are the firing patterns of Naud et al. (2008), table 1.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C, g_L, E_L | pF, nS, mV | capacitance, leak conductance, leak reversal potential |
 * | V_T, Delta_T | mV | threshold of the upstroke, and its sharpness |
 * | V_peak, V_reset | mV | where a spike is cut, and v after it |
 * | t_ref | ms | how long v is held at V_reset |
 * | a, b, tau_w | nS, pA, ms | subthreshold adaptation, adaptation by a spike, its time constant |
 * | tau_ex, tau_in | ms | time constants of the synapses |
 * | i_ext | pA | input current |
 *
 * @source Brette & Gerstner (2005), J. Neurophysiol. 94:3637–3642. doi:10.1152/jn.00686.2005
 * @source Naud, Marcille, Clopath & Gerstner (2008), Biol. Cybern. 99:335–347. doi:10.1007/s00422-008-0264-7
 */
export const adExCurrent = neuron({
  name: "adex_current",
  description: "Adaptive exponential integrate-and-fire neuron with exponential synaptic currents",
  source: "doi:10.1152/jn.00686.2005",
  parameters: {
    C: "281 pF", g_L: "30 nS", E_L: "-70.6 mV", V_T: "-50.4 mV", Delta_T: "2 mV", V_peak: "0 mV", V_reset: "-70.6 mV", t_ref: "0 ms",
    a: "4 nS", b: "80.5 pA", tau_w: "144 ms", tau_ex: "5 ms", tau_in: "10 ms", i_ext: "0 pA",
  },
  state: { v: "-70.6 mV", w: "0 pA", i_ex: "0 pA", i_in: "0 pA" },
  receptors: { ex: "i_ex", in: "i_in" },
  equations: `
    x = min(v, V_peak) : volt
    dv/dt = (g_L*(E_L - x) + g_L*Delta_T*exp((x - V_T)/Delta_T) - w + i_ex + i_in + i_ext) / C : volt (unless refractory)
    dw/dt = (a*(x - E_L) - w) / tau_w : amp
    di_ex/dt = -i_ex/tau_ex : amp
    di_in/dt = -i_in/tau_in : amp`,
  threshold: "v >= V_peak",
  reset: "v = V_reset; w += b",
  refractory: "t_ref",
  method: "rkf45",
  presets: adExPatterns,
});
