import { synapse } from "synfire";

/**
 * Multiplicative pair-based STDP: potentiation is proportional to what is left to w_max, depression to the weight. The bounds are never
 * crossed, and uncorrelated spikes lead to one stable weight, w_max·tau_plus/(tau_plus + alpha·tau_minus).
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_plus, tau_minus | ms | width of the window of potentiation, width of the window of depression |
 * | lambda | 1 | learning rate |
 * | alpha | 1 | how much stronger depression is |
 * | w_max | weight | upper bound; the lower one is 0 |
 *
 * @source Rubin, Lee & Sompolinsky (2001), Phys. Rev. Lett. 86:364–367. doi:10.1103/PhysRevLett.86.364
 * @tested the stable weight and its unimodal distribution under uncorrelated spikes (Fig. 1)
 */
export const stdpMultiplicative = synapse({
  name: "stdp_multiplicative",
  description: "Multiplicative pair-based STDP, all-to-all",
  source: "doi:10.1103/PhysRevLett.86.364",
  parameters: { tau_plus: "20 ms", tau_minus: "20 ms", lambda: 0.01, alpha: 1.05, w_max: "1 weight" },
  state: { x: 0, y: 0 },
  equations: `
    dx/dt = -x / tau_plus : 1 (event-driven)
    dy/dt = -y / tau_minus : 1 (event-driven)`,
  onPre: "x += 1; w = max(w - alpha*lambda*w*y, 0); receptor += w",
  onPost: "y += 1; w = min(w + lambda*(w_max - w)*x, w_max)",
});
