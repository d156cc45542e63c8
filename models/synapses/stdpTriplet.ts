import { synapse } from "synfire";

/**
 * Triplet STDP with all-to-all interaction: a postsynaptic spike potentiates by the presynaptic trace r1, the more so the more postsynaptic
 * spikes came before it (o2); a presynaptic spike depresses by the postsynaptic trace o1, the more so the more presynaptic spikes came before
 * it (r2). It explains that pairs at high rates potentiate in either order. The slow traces act with their values just before the spike.
 *
 * The amplitudes of the paper are fractions of the initial weight: give that as w_ref. With `dendriticDelay` and no `delay` this is NEST's
 * `stdp_triplet_synapse`, w_ref being 1 in its unit of weight. The default is the full model of visual cortex.
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
 * @tested Fig. 5: the change by 60 pairs of ±10 ms at 0.1 to 50 Hz; NEST's stdp_triplet_synapse to 1e-9
 */
export const stdpTriplet = synapse({
  name: "stdp_triplet",
  description: "Triplet STDP, all-to-all",
  source: "doi:10.1523/JNEUROSCI.1425-06.2006",
  parameters: {
    tau_plus: "16.8 ms", tau_minus: "33.7 ms", tau_x: "101 ms", tau_y: "125 ms",
    a2_plus: 5e-10, a3_plus: 6.2e-3, a2_minus: 7e-3, a3_minus: 2.3e-4, w_ref: "1 weight", w_max: "100 weight",
  },
  state: { r1: 0, r2: 0, o1: 0, o2: 0 },
  equations: `
    dr1/dt = -r1 / tau_plus : 1 (event-driven)
    dr2/dt = -r2 / tau_x : 1 (event-driven)
    do1/dt = -o1 / tau_minus : 1 (event-driven)
    do2/dt = -o2 / tau_y : 1 (event-driven)`,
  onPre: "w = max(w - w_ref*o1*(a2_minus + a3_minus*r2), 0); r1 += 1; r2 += 1; receptor += w",
  onPost: "w = min(w + w_ref*r1*(a2_plus + a3_plus*o2), w_max); o1 += 1; o2 += 1",
  presets: {
    visual: {},
    visualMinimal: { tau_y: "114 ms", a2_plus: 0, a3_plus: 6.5e-3, a2_minus: 7.1e-3, a3_minus: 0 },
    hippocampal: { tau_x: "946 ms", tau_y: "27 ms", a2_plus: 6.1e-3, a3_plus: 6.7e-3, a2_minus: 1.6e-3, a3_minus: 1.4e-3 },
    hippocampalMinimal: { tau_y: "40 ms", a2_plus: 5.3e-3, a3_plus: 8e-3, a2_minus: 3.5e-3, a3_minus: 0 },
  },
});
