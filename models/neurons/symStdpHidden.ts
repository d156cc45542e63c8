import { neuron } from "synfire";

/**
 * Leaky integrate-and-fire neuron with conductances in units of its leak and a threshold v_th - offset + theta. At a spike theta rises by
 * delta_theta * 10 mV / |theta - 10 mV|: the higher it stands, the less. With `adapting` 0, theta stays as it is.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_m, E_L, v_reset | ms, mV, mV | membrane time constant, resting potential, potential after a spike |
 * | v_th, offset | mV | threshold when theta equals the offset, and that offset |
 * | delta_theta, tau_theta | mV, s | what a spike adds to a theta of 20 mV, and how fast that decays |
 * | adapting | 1 | 1: theta changes, 0: it does not |
 * | t_ref | ms | refractory time |
 * | E_e, E_i | mV | excitatory reversal potential, inhibitory reversal potential |
 * | tau_e, tau_i | ms | excitatory synaptic time constant, inhibitory synaptic time constant |
 *
 * @source Hao, Huang, Dong & Xu (2020), Neural Netw. 121:387–395; values of the authors' code. doi:10.1016/j.neunet.2019.09.007
 */
export const symStdpHidden = neuron({
  name: "sym_stdp_hidden",
  description: "Conductance-based integrate-and-fire neuron whose threshold rises ever more slowly, hidden cell of the sym-STDP network",
  source: "doi:10.1016/j.neunet.2019.09.007",
  parameters: {
    tau_m: "100 ms", E_L: "-65 mV", v_reset: "-65 mV", v_th: "-52 mV", offset: "20 mV", delta_theta: "0.07 mV", tau_theta: "6000 s", adapting: 1,
    t_ref: "2 ms", E_e: "0 mV", E_i: "-100 mV", tau_e: "1 ms", tau_i: "2 ms",
  },
  state: { v: "-65 mV", g_e: 0, g_i: 0, theta: "20 mV" },
  receptors: { excitatory: "g_e", inhibitory: "g_i" },
  equations: `
    dv/dt = (E_L - v + g_e*(E_e - v) + g_i*(E_i - v))/tau_m  : volt (unless refractory)
    dg_e/dt = -g_e/tau_e                                     : 1
    dg_i/dt = -g_i/tau_i                                     : 1
    dtheta/dt = -adapting*theta/tau_theta                    : volt`,
  threshold: "v > v_th - offset + theta",
  reset: "v = v_reset; theta += adapting*delta_theta*10*mV/abs(theta - 10*mV)",
  refractory: "t_ref",
  method: "exponential-euler",
  presets: {
    mnist: {},
    mnist_1600: { tau_theta: "8000 s" },
    mnist_6400: { delta_theta: "0.05 mV", tau_theta: "20000 s" },
    fashion_400: { v_th: "-60 mV", delta_theta: "0.05 mV", tau_theta: "50000 s" },
    fashion_6400: { v_th: "-60 mV", delta_theta: "0.05 mV", tau_theta: "20000 s" },
  },
});
