import { synapse } from "synfire";

/**
 * Pair-based STDP whose changes depend on the weight by a power law: potentiation with (1 − w/w_max)^mu_plus, depression with
 * (w/w_max)^mu_minus. Exponents of 0 are the additive rule, of 1 the multiplicative one, those between them interpolate.
 *
 * With `dendriticDelay` and no `delay` this is NEST's `stdp_synapse`, coincidences included: its delay is our dendriticDelay, its
 * tau_minus (a parameter of the neuron there) ours.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_plus, tau_minus | ms | width of the window of potentiation, width of the window of depression |
 * | lambda | 1 | learning rate: change by a pair of no delay, as a fraction of w_max |
 * | alpha | 1 | how much stronger depression is |
 * | mu_plus, mu_minus | 1 | exponent of potentiation, exponent of depression |
 * | w_max | weight | upper bound; the lower one is 0 |
 *
 * @source Gütig, Aharonov, Rotter & Sompolinsky (2003), J. Neurosci. 23:3697–3714. doi:10.1523/JNEUROSCI.23-09-03697.2003
 * @source van Rossum, Bi & Turrigiano (2000), J. Neurosci. 20:8812–8821. doi:10.1523/JNEUROSCI.20-23-08812.2000
 * @tested the stable weight 1/(1 + alpha^(1/mu)) of uncorrelated spikes for several mu (Fig. 2 of Gütig et al.); NEST's stdp_synapse to 1e-9
 */
export const stdpPowerLaw = synapse({
  name: "stdp_power_law",
  description: "Pair-based STDP with a power-law dependence on the weight, all-to-all",
  source: "doi:10.1523/JNEUROSCI.23-09-03697.2003",
  parameters: { tau_plus: "20 ms", tau_minus: "20 ms", lambda: 0.01, alpha: 1, mu_plus: 1, mu_minus: 1, w_max: "1 weight" },
  state: { x: 0, y: 0 },
  equations: `
    dx/dt = -x / tau_plus : 1 (event-driven)
    dy/dt = -y / tau_minus : 1 (event-driven)
    potentiation = lambda * max(1 - w/w_max, 0)^mu_plus : 1
    depression = alpha*lambda * (w/w_max)^mu_minus : 1`,
  onPre: "x += 1; w = w_max * max(w/w_max - depression*y, 0); receptor += w",
  onPost: "y += 1; w = w_max * min(w/w_max + potentiation*x, 1)",
  presets: {
    additive: { mu_plus: 0, mu_minus: 0, alpha: 1.05 },
    multiplicative: { mu_plus: 1, mu_minus: 1, alpha: 1.05 },
    guetig: { mu_plus: 0.02, mu_minus: 0.02, alpha: 1.05 },
    vanRossum: { mu_plus: 0, mu_minus: 1 },
  },
});
