import { neuron } from "synfire";

/**
 * Leaky integrate-and-fire neuron whose threshold theta jumps by delta_theta at each spike and decays back to theta_0: spike-frequency
 * adaptation, and intervals that are negatively correlated when the input is noisy. Receives delta-shaped input.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C_m, tau_m | pF, ms | membrane capacitance, membrane time constant |
 * | E_L, v_reset | mV | resting potential, potential after a spike |
 * | t_ref | ms | refractory time |
 * | theta_0 | mV | resting threshold |
 * | delta_theta, tau_theta | mV, ms | what a spike adds to the threshold, and how fast that decays |
 * | i_ext | pA | injected current |
 *
 * @source Chacron, Longtin & Maler (2001), J. Neurosci. 21:5328–5343. doi:10.1523/JNEUROSCI.21-14-05328.2001
 */
export const lifAdaptiveThreshold = neuron({
  name: "lif_adaptive_threshold",
  description: "Leaky integrate-and-fire neuron with a threshold that rises at each spike",
  source: "doi:10.1523/JNEUROSCI.21-14-05328.2001",
  parameters: {
    C_m: "250 pF", tau_m: "10 ms", E_L: "-70 mV", v_reset: "-70 mV", t_ref: "2 ms", theta_0: "-55 mV", delta_theta: "3 mV", tau_theta: "100 ms",
    i_ext: "0 pA",
  },
  state: { v: "-70 mV", theta: "-55 mV" },
  receptors: { v: "v" },
  equations: `
    dv/dt = (E_L - v)/tau_m + i_ext/C_m       : volt (unless refractory)
    dtheta/dt = (theta_0 - theta)/tau_theta   : volt`,
  threshold: "v >= theta",
  reset: "v = v_reset; theta += delta_theta",
  refractory: "t_ref",
});
