import { neuron } from "synfire";

/**
 * Leaky integrate-and-fire neuron with conductances in units of its leak and a threshold that rises by delta_theta at each spike and falls back
 * over hours: no neuron can win every image. The threshold is v_th - offset + theta. With `adapting` 0, theta stays as it is.
 *
 * After a spike v is held for t_ref, and no other spike can follow for t_silent: the timer of the authors' code that is meant to end the
 * refractory time runs ten times too slowly, and the published results were made with it.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_m, E_L, v_reset | ms, mV, mV | membrane time constant, resting potential, potential after a spike |
 * | v_th, offset | mV | threshold when theta equals the offset, and that offset |
 * | delta_theta, tau_theta | mV, s | what a spike adds to theta, and how fast that decays |
 * | adapting | 1 | 1: theta changes, 0: it does not |
 * | t_ref, t_silent | ms | how long v is held, shortest interval between two spikes |
 * | E_e, E_i | mV | excitatory reversal potential, inhibitory reversal potential |
 * | tau_e, tau_i | ms | excitatory synaptic time constant, inhibitory synaptic time constant |
 *
 * @source Diehl & Cook (2015), Front. Comput. Neurosci. 9:99; values of the authors' code. doi:10.3389/fncom.2015.00099
 */
export const diehlCookExcitatory = neuron({
  name: "diehl_cook_excitatory",
  description: "Conductance-based integrate-and-fire neuron with a homeostatic threshold, excitatory cell of Diehl and Cook",
  source: "doi:10.3389/fncom.2015.00099",
  parameters: {
    tau_m: "100 ms", E_L: "-65 mV", v_reset: "-65 mV", v_th: "-52 mV", offset: "20 mV", delta_theta: "0.05 mV", tau_theta: "10000 s", adapting: 1,
    t_ref: "5 ms", t_silent: "50 ms", E_e: "0 mV", E_i: "-100 mV", tau_e: "1 ms", tau_i: "2 ms",
  },
  state: { v: "-65 mV", g_e: 0, g_i: 0, theta: "20 mV", since: "50 ms" },
  receptors: { excitatory: "g_e", inhibitory: "g_i" },
  equations: `
    dv/dt = (E_L - v + g_e*(E_e - v) + g_i*(E_i - v))/tau_m  : volt (unless refractory)
    dg_e/dt = -g_e/tau_e                                     : 1
    dg_i/dt = -g_i/tau_i                                     : 1
    dtheta/dt = -adapting*theta/tau_theta                    : volt
    dsince/dt = 1                                            : second`,
  threshold: "v > v_th - offset + theta and since > t_silent",
  reset: "v = v_reset; theta += adapting*delta_theta; since = 0*ms",
  refractory: "t_ref",
  method: "exponential-euler",
});
