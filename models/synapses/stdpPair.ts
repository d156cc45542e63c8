import { synapse } from "synfire";

/**
 * Additive pair-based STDP with hard bounds: every presynaptic spike forms a pair with every postsynaptic one. A pair of pre before post adds
 * a_plus·w_max·exp(−Δt/tau_plus), one of post before pre takes a_minus·w_max·exp(−Δt/tau_minus). Competition of the inputs of a neuron makes
 * their weights bimodal.
 *
 * With axonal delays it is Brian2's example of STDP; with a dendritic delay, NEST's `stdp_synapse` of mu_plus = mu_minus = 0, lambda = a_plus
 * and alpha = a_minus/a_plus, but that it sends the weight as it was before the spike's own depression.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_plus, tau_minus | ms | width of the window of potentiation, width of the window of depression |
 * | a_plus, a_minus | 1 | potentiation by a pair of no delay as a fraction of w_max, depression by one |
 * | w_max | weight | upper bound; the lower one is 0 |
 *
 * @source Song, Miller & Abbott (2000), Nat. Neurosci. 3:919–926. doi:10.1038/78829
 * @tested Fig. 1: the window, pair by pair; Fig. 2: weights become bimodal; NEST's stdp_synapse to 1e-9
 */
export const stdpPair = synapse({
  name: "stdp_pair",
  description: "Additive pair-based STDP with hard bounds, all-to-all",
  source: "doi:10.1038/78829",
  parameters: { tau_plus: "20 ms", tau_minus: "20 ms", a_plus: 0.01, a_minus: 0.0105, w_max: "1 weight" },
  state: { x: 0, y: 0 },
  equations: `
    dx/dt = -x / tau_plus : 1 (event-driven)
    dy/dt = -y / tau_minus : 1 (event-driven)`,
  onPre: "receptor += w; x += 1; w = clip(w - a_minus*w_max*y, 0, w_max)",
  onPost: "y += 1; w = clip(w + a_plus*w_max*x, 0, w_max)",
});
