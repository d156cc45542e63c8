import { synapse } from "synfire";

/**
 * Short-term plasticity: each spike releases the fraction u of the resources x that are left, which recover with tau_rec; u itself jumps with
 * each spike and decays with tau_fac (0: no facilitation, u = U at each spike). What arrives is w·u·x, and the receptor gives it its
 * course in time. NEST's `tsodyks2_synapse`.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | U | 1 | utilisation of resources by the first spike |
 * | tau_rec, tau_fac | ms | time constant of recovery from depression, time constant of facilitation |
 *
 * @source Tsodyks, Pawelzik & Markram (1998), Neural Comput. 10:821–835. doi:10.1162/089976698300017502
 * @source Tsodyks & Markram (1997), PNAS 94:719–723. doi:10.1073/pnas.94.2.719
 * @tested Fig. 1 of 1998: depressing and facilitating responses at 20 and 70 Hz and their stationary amplitudes; NEST's tsodyks2_synapse to 1e-9
 */
export const tsodyksMarkram = synapse({
  name: "tsodyks_markram",
  description: "Short-term depression and facilitation",
  source: "doi:10.1162/089976698300017502",
  parameters: { U: 0.5, tau_rec: "800 ms", tau_fac: "0 ms" },
  state: { x: 1, u: 0 },
  // A tau_fac of 0 stands for one far below a step: nothing is left of u at the next spike.
  equations: `
    dx/dt = (1 - x) / tau_rec : 1 (event-driven)
    du/dt = -u / max(tau_fac, dt/1000) : 1 (event-driven)`,
  onPre: "u += U*(1 - u); receptor += w*u*x; x -= u*x",
  presets: {
    depressing: { U: 0.5, tau_rec: "800 ms", tau_fac: "0 ms" },
    facilitating: { U: 0.03, tau_rec: "130 ms", tau_fac: "530 ms" },
  },
});
