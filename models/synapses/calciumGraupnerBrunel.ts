import { synapse } from "synfire";

/**
 * Calcium-based plasticity: spikes of either side raise the calcium of the synapse, presynaptic ones with a delay (that of the pathway
 * `calcium`). Above theta_d calcium drives the efficacy rho down, above theta_p up, and noise of size sigma acts meanwhile; without stimulation
 * rho settles at 0 (DOWN) or 1 (UP). What is sent is w·(1 + rho·(b − 1)): w is the weight of the DOWN state, b times w that of the UP state.
 *
 * Give the projection `delay: { transmit: …, calcium: "13.7 ms" }`; calciumDelays holds that delay for each preset. Calcium steps are exact, rho
 * follows in steps of dt.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_ca | ms | decay of calcium |
 * | pre_calcium, post_calcium | 1 | calcium by a presynaptic spike, calcium by a postsynaptic one |
 * | theta_d, theta_p | 1 | calcium above which the synapse is depressed, calcium above which it is potentiated |
 * | gamma_d, gamma_p | 1 | rate of depression in units of 1/tau, rate of potentiation in units of 1/tau |
 * | sigma | 1 | size of the noise |
 * | tau | s | time constant of the efficacy |
 * | rho_star | 1 | efficacy that separates the basins of the two states |
 * | b | 1 | weight of the UP state relative to that of the DOWN state |
 *
 * @source Graupner & Brunel (2012), PNAS 109:3991–3996, Table S1 and the authors' program. doi:10.1073/pnas.1109359109
 * @tested Fig. 2: the six shapes of the window; Fig. 4B: pairs in cortical slices at 0.1 to 50 Hz
 */
export const calciumGraupnerBrunel = synapse({
  name: "calcium_graupner_brunel",
  description: "Calcium-based plasticity with two stable states",
  source: "doi:10.1073/pnas.1109359109",
  parameters: {
    tau_ca: "20 ms", pre_calcium: 1, post_calcium: 2, theta_d: 1, theta_p: 1.3, gamma_d: 200, gamma_p: 321.808, sigma: 2.8284, tau: "150 s",
    rho_star: 0.5, b: 5,
  },
  state: { c: 0, rho: 0 },
  equations: `
    dc/dt = -c / tau_ca : 1 (event-driven)
    above_d = int(c > theta_d) : 1
    above_p = int(c > theta_p) : 1
    drift = -rho*(1 - rho)*(rho_star - rho) + gamma_p*(1 - rho)*above_p - gamma_d*rho*above_d : 1
    drho/dt = drift/tau + sigma*sqrt((above_d + above_p)/tau)*xi : 1 (clock-driven)`,
  onPre: { transmit: "receptor += w*(1 + rho*(b - 1))", calcium: "c += pre_calcium" },
  onPost: "c += post_calcium",
  presets: {
    DP: {},
    DPD: { pre_calcium: 0.9, post_calcium: 0.9, gamma_d: 250, gamma_p: 550 },
    DPDprime: { theta_p: 2.5, gamma_d: 50, gamma_p: 600 },
    P: { pre_calcium: 2, post_calcium: 2, gamma_d: 160, gamma_p: 257.447 },
    D: { pre_calcium: 0.6, post_calcium: 0.6, gamma_d: 500, gamma_p: 550, sigma: 5.6568 },
    Dprime: { theta_p: 3.5, gamma_d: 60, gamma_p: 600 },
    hippocampalSlices: {
      tau_ca: "48.8373 ms", pre_calcium: 1, post_calcium: 0.275865, gamma_d: 313.0965, gamma_p: 1645.59, sigma: 9.1844, tau: "688.355 s",
      b: 5.28145,
    },
    hippocampalCultures: {
      tau_ca: "11.9536 ms", pre_calcium: 0.58156, post_calcium: 1.76444, gamma_d: 61.141, gamma_p: 113.6545, sigma: 2.5654,
      tau: "33.7596 s", b: 36.0263,
    },
    corticalSlices: {
      tau_ca: "22.6936 ms", pre_calcium: 0.5617539, post_calcium: 1.23964, gamma_d: 331.909, gamma_p: 725.085, sigma: 3.3501,
      tau: "346.3615 s", b: 5.40988,
    },
  },
});

/** Delay D between a presynaptic spike and the calcium it brings, of each preset: for the pathway `calcium`. */
export const calciumDelays = {
  DP: "13.7 ms", DPD: "4.6 ms", DPDprime: "2.2 ms", P: "0 ms", D: "0 ms", Dprime: "0 ms",
  hippocampalSlices: "18.8008 ms", hippocampalCultures: "10 ms", corticalSlices: "4.6098 ms",
} as const;
