import { neuron } from "synfire";

/**
 * Leaky integrate-and-fire neuron whose membrane jumps by the weight of each arriving spike. What arrives while it is refractory is lost.
 * Linear, so integrated exactly; `iaf_psc_delta` of NEST, with R = tau_m/C_m.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_m | ms | membrane time constant |
 * | v_rest | mV | resting potential |
 * | v_th | mV | threshold |
 * | v_reset | mV | potential after a spike |
 * | t_ref | ms | refractory time |
 * | R | Mohm | membrane resistance, tau_m/C_m |
 * | i_ext | nA | injected current |
 *
 * @source Brunel (2000), J. Comput. Neurosci. 8:183–208. doi:10.1023/A:1008925309027
 */
export const lifDelta = neuron({
  name: "lif_delta",
  description: "Leaky integrate-and-fire neuron with delta-shaped synaptic input",
  source: "doi:10.1023/A:1008925309027",
  parameters: { tau_m: "20 ms", v_rest: "0 mV", v_th: "20 mV", v_reset: "10 mV", t_ref: "2 ms", R: "1 Mohm", i_ext: "0 nA" },
  state: { v: "0 mV" },
  receptors: { v: "v" },
  equations: "dv/dt = (v_rest - v + R*i_ext) / tau_m : volt (unless refractory)",
  threshold: "v >= v_th",
  reset: "v = v_reset",
  refractory: "t_ref",
});
