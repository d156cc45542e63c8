import { synapse } from "synfire";

/**
 * Pair-based STDP fitted to the dependence of potentiation on the initial weight that Bi & Poo (1998) measured: potentiation grows with
 * w^mu, depression with w. There is no upper bound; in a balanced network the weights settle in a unimodal distribution. NEST's
 * `stdp_pl_synapse_hom` with w_0 = 1 in its unit of weight.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_plus, tau_minus | ms | width of the window of potentiation, width of the window of depression |
 * | lambda | 1 | learning rate |
 * | alpha | 1 | how much stronger depression is |
 * | mu | 1 | exponent of potentiation |
 * | w_0 | weight | the weight at which potentiation and depression are lambda·w_0 and alpha·lambda·w_0 |
 *
 * @source Morrison, Aertsen & Diesmann (2007), Neural Comput. 19:1437–1467. doi:10.1162/neco.2007.19.6.1437
 * @tested the slopes mu and 1 of potentiation and depression against the weight on double-logarithmic axes (Fig. 1)
 */
export const stdpMorrison = synapse({
  name: "stdp_morrison",
  description: "Pair-based STDP with power-law potentiation and no upper bound, all-to-all",
  source: "doi:10.1162/neco.2007.19.6.1437",
  parameters: { tau_plus: "20 ms", tau_minus: "20 ms", lambda: 0.1, alpha: 0.11, mu: 0.4, w_0: "1 weight" },
  state: { x: 0, y: 0 },
  equations: `
    dx/dt = -x / tau_plus : 1 (event-driven)
    dy/dt = -y / tau_minus : 1 (event-driven)`,
  onPre: "x += 1; w = max(w - alpha*lambda*w*y, 0); receptor += w",
  onPost: "y += 1; w = w + lambda*w_0*(w/w_0)^mu*x",
});
