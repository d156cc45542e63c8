import { neuron } from "synfire";

/**
 * Leaky integrate-and-fire neuron with escape noise: instead of at a sharp threshold it spikes with the rate (hazard)
 * rho_th · exp((v − v_th)/delta_v); delta_v → 0 is the sharp threshold. The probability of a spike in a step is 1 − exp(−hazard·dt).
 * Receives delta-shaped input.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C_m, tau_m | pF, ms | membrane capacitance, membrane time constant |
 * | E_L | mV | resting potential |
 * | v_th | mV | potential at which the hazard is rho_th |
 * | v_reset | mV | potential after a spike |
 * | t_ref | ms | refractory time |
 * | rho_th, delta_v | Hz, mV | hazard at v_th, and the voltage over which it grows by e |
 * | i_ext | pA | injected current |
 *
 * @source Plesser & Gerstner (2000), Neural Comput. 12:367–384. doi:10.1162/089976600300015835
 */
export const escapeNoise = neuron({
  name: "escape_noise",
  description: "Leaky integrate-and-fire neuron that escapes over its threshold at a rate that grows exponentially with the voltage",
  source: "doi:10.1162/089976600300015835",
  parameters: {
    C_m: "250 pF", tau_m: "10 ms", E_L: "-70 mV", v_th: "-55 mV", v_reset: "-70 mV", t_ref: "2 ms", rho_th: "100 Hz", delta_v: "2 mV", i_ext: "0 pA",
  },
  state: { v: "-70 mV" },
  receptors: { v: "v" },
  equations: `
    dv/dt = (E_L - v)/tau_m + i_ext/C_m         : volt (unless refractory)
    hazard = rho_th*exp((v - v_th)/delta_v)     : hertz`,
  threshold: "rand() < -expm1(-hazard*dt)",
  reset: "v = v_reset",
  refractory: "t_ref",
});
