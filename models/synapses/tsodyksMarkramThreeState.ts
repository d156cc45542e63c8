import { synapse } from "synfire";

/**
 * Short-term plasticity with three states of the resources: recovered (x), active (y) and inactive (1 − x − y). Active ones are inactivated
 * with tau_in and only then recover, so responses to fast trains are a little smaller than those of tsodyksMarkram, where y is neglected. The
 * postsynaptic receptor should decay with tau_in. NEST's `tsodyks_synapse`.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | U | 1 | utilisation of resources by the first spike |
 * | tau_rec, tau_fac | ms | time constant of recovery from depression, time constant of facilitation (0: none) |
 * | tau_in | ms | time constant of inactivation, that of the synaptic current |
 *
 * @source Tsodyks, Uziel & Markram (2000), J. Neurosci. 20:RC50. doi:10.1523/JNEUROSCI.20-01-j0003.2000
 * @tested x, y and the released amounts against the equations integrated with a fine step
 */
export const tsodyksMarkramThreeState = synapse({
  name: "tsodyks_markram_three_state",
  description: "Short-term depression and facilitation with recovered, active and inactive resources",
  source: "doi:10.1523/JNEUROSCI.20-01-j0003.2000",
  parameters: { U: 0.5, tau_rec: "800 ms", tau_fac: "0 ms", tau_in: "3 ms" },
  state: { x: 1, y: 0, u: 0 },
  // A tau_fac of 0 stands for one far below a step: nothing is left of u at the next spike.
  equations: `
    dx/dt = (1 - x - y) / tau_rec : 1 (event-driven)
    dy/dt = -y / tau_in : 1 (event-driven)
    du/dt = -u / max(tau_fac, dt/1000) : 1 (event-driven)`,
  onPre: "u += U*(1 - u); receptor += w*u*x; y += u*x; x -= u*x",
  presets: {
    depressing: { U: 0.5, tau_rec: "800 ms", tau_fac: "0 ms", tau_in: "3 ms" },
    facilitating: { U: 0.03, tau_rec: "130 ms", tau_fac: "530 ms", tau_in: "1.5 ms" },
    excitatoryToInhibitory: { U: 0.04, tau_rec: "100 ms", tau_fac: "1000 ms", tau_in: "3 ms" },
  },
});
