import { synapse } from "synfire";

/**
 * STDP with presynaptically centred nearest-neighbour pairing: each presynaptic spike is paired with the last postsynaptic one before it and
 * with the first one after it. A postsynaptic spike takes all presynaptic spikes since the one before it, and erases them. Spikes that coincide
 * at the synapse form no pair.
 *
 * Changes depend on the weight as in stdpPowerLaw. With `dendriticDelay` and no `delay` this is NEST's `stdp_nn_pre_centered_synapse`.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_plus, tau_minus | ms | width of the window of potentiation, width of the window of depression |
 * | lambda | 1 | learning rate: change by a pair of no delay, as a fraction of w_max |
 * | alpha | 1 | how much stronger depression is |
 * | mu_plus, mu_minus | 1 | exponent of potentiation, exponent of depression |
 * | w_max | weight | upper bound; the lower one is 0 |
 *
 * @source Izhikevich & Desai (2003), Neural Comput. 15:1511–1523. doi:10.1162/089976603321891783
 * @source Morrison, Diesmann & Gerstner (2008), Biol. Cybern. 98:459–478, §4.1. doi:10.1007/s00422-008-0233-1
 * @tested Fig. 7B: which spikes form pairs, listed by a program that knows no traces; NEST's stdp_nn_pre_centered_synapse to 1e-9
 */
export const stdpNearestPre = synapse({
  name: "stdp_nearest_pre",
  description: "STDP of presynaptically centred nearest-neighbour pairs",
  source: "doi:10.1162/089976603321891783",
  parameters: { tau_plus: "20 ms", tau_minus: "20 ms", lambda: 0.01, alpha: 1, mu_plus: 1, mu_minus: 1, w_max: "1 weight" },
  state: { x: 0, y: 0 },
  equations: `
    dx/dt = -x / tau_plus : 1 (event-driven)
    dy/dt = -y / tau_minus : 1 (event-driven)
    potentiation = lambda * max(1 - w/w_max, 0)^mu_plus : 1
    depression = alpha*lambda * (w/w_max)^mu_minus : 1`,
  onPre: "w = w_max * max(w/w_max - depression*y, 0); x += 1; receptor += w",
  onPost: "w = w_max * min(w/w_max + potentiation*x, 1); x = 0; y = 1",
  presets: { additive: { mu_plus: 0, mu_minus: 0 }, multiplicative: { mu_plus: 1, mu_minus: 1 } },
});
