import { neuron } from "synfire";

/**
 * Exponential integrate-and-fire neuron: a leak and a spike current that grows with sharpness delta_T beyond v_T. The rheobase is
 * g_L·(v_T − E_L − delta_T). Beyond v_peak, where the spike is noted, the slope is held (`u`), so that no step overflows. The parameters are those
 * fitted to the Wang–Buzsáki neuron in the paper, for a membrane of 10⁻⁴ cm². Receives delta-shaped input.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C_m, g_L, E_L | pF, nS, mV | membrane capacitance, leak conductance, resting potential |
 * | v_T, delta_T | mV | threshold of the upstroke, and its sharpness |
 * | v_peak | mV | where a spike is cut |
 * | v_reset | mV | potential after a spike |
 * | t_ref | ms | refractory time |
 * | i_ext | pA | injected current |
 *
 * @source Fourcaud-Trocmé, Hansel, van Vreeswijk & Brunel (2003), J. Neurosci. 23:11628–11640. doi:10.1523/JNEUROSCI.23-37-11628.2003
 */
export const exponentialIf = neuron({
  name: "exponential_if",
  description: "Exponential integrate-and-fire neuron",
  source: "doi:10.1523/JNEUROSCI.23-37-11628.2003",
  parameters: {
    C_m: "100 pF", g_L: "10 nS", E_L: "-65 mV", v_T: "-59.9 mV", delta_T: "3.48 mV", v_peak: "-30 mV", v_reset: "-68 mV", t_ref: "1.7 ms",
    i_ext: "0 pA",
  },
  state: { v: "-65 mV" },
  receptors: { v: "v" },
  equations: `
    u = min(v, v_peak)                                                          : volt
    dv/dt = (g_L*(E_L - u) + g_L*delta_T*exp((u - v_T)/delta_T) + i_ext)/C_m    : volt (unless refractory)`,
  threshold: "v >= v_peak",
  reset: "v = v_reset",
  refractory: "t_ref",
});
