import { synapse } from "synfire";

/**
 * Triplet STDP with nearest-spike interaction: as stdpTriplet, but each trace is set to 1 by a spike instead of raised by 1, so that only the
 * last spike of each side counts. The default is the full model of visual cortex.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_plus, tau_x | ms | time constants of the presynaptic traces r1 and r2 |
 * | tau_minus, tau_y | ms | time constants of the postsynaptic traces o1 and o2 |
 * | a2_plus, a3_plus | 1 | potentiation by a pair, potentiation by a triplet post-pre-post |
 * | a2_minus, a3_minus | 1 | depression by a pair, depression by a triplet pre-post-pre |
 * | w_ref | weight | weight of which these are fractions |
 * | w_max | weight | upper bound; the lower one is 0 |
 *
 * @source Pfister & Gerstner (2006), J. Neurosci. 26:9673–9682, Tables 3 and 4. doi:10.1523/JNEUROSCI.1425-06.2006
 * @tested Fig. 5: the change by 60 pairs of ±10 ms at 0.1 to 50 Hz
 */
export const stdpTripletNearest = synapse({
  name: "stdp_triplet_nearest",
  description: "Triplet STDP, nearest spikes only",
  source: "doi:10.1523/JNEUROSCI.1425-06.2006",
  parameters: {
    tau_plus: "16.8 ms", tau_minus: "33.7 ms", tau_x: "714 ms", tau_y: "40 ms",
    a2_plus: 8.8e-11, a3_plus: 5.3e-2, a2_minus: 6.6e-3, a3_minus: 3.1e-3, w_ref: "1 weight", w_max: "100 weight",
  },
  state: { r1: 0, r2: 0, o1: 0, o2: 0 },
  equations: `
    dr1/dt = -r1 / tau_plus : 1 (event-driven)
    dr2/dt = -r2 / tau_x : 1 (event-driven)
    do1/dt = -o1 / tau_minus : 1 (event-driven)
    do2/dt = -o2 / tau_y : 1 (event-driven)`,
  onPre: "w = max(w - w_ref*o1*(a2_minus + a3_minus*r2), 0); r1 = 1; r2 = 1; receptor += w",
  onPost: "w = min(w + w_ref*r1*(a2_plus + a3_plus*o2), w_max); o1 = 1; o2 = 1",
  presets: {
    visual: {},
    visualMinimal: { tau_y: "40 ms", a2_plus: 0, a3_plus: 5e-2, a2_minus: 8e-3, a3_minus: 0 },
    hippocampal: { tau_x: "575 ms", tau_y: "47 ms", a2_plus: 4.6e-3, a3_plus: 9.1e-3, a2_minus: 3e-3, a3_minus: 7.5e-9 },
    hippocampalMinimal: { tau_y: "48 ms", a2_plus: 4.6e-3, a3_plus: 9.1e-3, a2_minus: 3e-3, a3_minus: 0 },
  },
});
