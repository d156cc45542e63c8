import { neuron } from "synfire";

/**
 * Generalised integrate-and-fire neuron of Mihalas and Niebur: linear between spikes, with spike-induced currents and a threshold theta that follows
 * the voltage (accommodation, a > 0). Its resets, theta = max(theta, theta_r) and I_j = R_j·I_j + A_j, make it fire, adapt, burst and rebound in the
 * patterns of cortical cells. The presets are patterns of the paper's figure 1 with its currents: G/C is 50/s, and 100 pA are its I/C of 1 V/s.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C_m, G, E_L | pF, nS, mV | membrane capacitance, leak conductance, resting potential |
 * | a, b | Hz | how the threshold follows the voltage, how fast it returns |
 * | theta_inf, theta_r | mV | resting threshold, lowest threshold after a spike |
 * | v_reset | mV | potential after a spike |
 * | k_1, k_2 | Hz | rate at which the first spike-induced current decays, the second |
 * | R_1, R_2 | 1 | fraction of the first current that outlasts a spike, of the second |
 * | A_1, A_2 | pA | what a spike adds to the first current, to the second |
 * | i_ext | pA | injected current |
 *
 * @source Mihalaş & Niebur (2009), Neural Comput. 21:704–718. doi:10.1162/neco.2008.12-07-680
 */
export const mihalasNiebur = neuron({
  name: "mihalas_niebur",
  description: "Generalised integrate-and-fire neuron of Mihalas and Niebur with spike-induced currents and a threshold that follows the voltage",
  source: "doi:10.1162/neco.2008.12-07-680",
  parameters: {
    C_m: "100 pF", G: "5 nS", E_L: "-70 mV", a: "0 Hz", b: "10 Hz", theta_inf: "-50 mV", theta_r: "-60 mV", v_reset: "-70 mV",
    k_1: "200 Hz", k_2: "20 Hz", R_1: 0, R_2: 1, A_1: "0 pA", A_2: "0 pA", i_ext: "0 pA",
  },
  state: { v: "-70 mV", theta: "-50 mV", i_1: "0 pA", i_2: "0 pA" },
  receptors: { v: "v" },
  equations: `
    dv/dt = (i_ext + i_1 + i_2 - G*(v - E_L))/C_m    : volt
    dtheta/dt = a*(v - E_L) - b*(theta - theta_inf)  : volt
    di_1/dt = -k_1*i_1                               : amp
    di_2/dt = -k_2*i_2                               : amp`,
  threshold: "v >= theta",
  reset: "i_1 = R_1*i_1 + A_1; i_2 = R_2*i_2 + A_2; v = v_reset; theta = max(theta, theta_r)",
  presets: {
    tonicSpiking: { i_ext: "150 pA" },
    spikeFrequencyAdaptation: { a: "5 Hz", i_ext: "200 pA" },
    phasicSpiking: { a: "5 Hz", i_ext: "150 pA" },
    hyperpolarisationInducedSpiking: { a: "30 Hz", i_ext: "-100 pA" },
    hyperpolarisationInducedBursting: { a: "30 Hz", A_1: "1000 pA", A_2: "-60 pA", i_ext: "-100 pA" },
    tonicBursting: { a: "5 Hz", A_1: "1000 pA", A_2: "-60 pA", i_ext: "200 pA" },
    phasicBursting: { a: "5 Hz", A_1: "1000 pA", A_2: "-60 pA", i_ext: "150 pA" },
    mixedMode: { a: "5 Hz", A_1: "500 pA", A_2: "-30 pA", i_ext: "200 pA" },
  },
});
