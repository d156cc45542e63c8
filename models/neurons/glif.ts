import { neuron } from "synfire";

/**
 * Generalised leaky integrate-and-fire neuron of the Allen Institute (GLIF 5): after-spike currents, a reset that depends on the voltage at the
 * spike, and a threshold with a part that spikes raise and a part that follows the voltage. The presets are the levels 1 to 4, which leave
 * mechanisms out. While refractory nothing moves; the reset applies what would have decayed in t_ref, as the model was fitted.
 *
 * `v_reset` is the offset of the reset, the voltage that f_v = 0 resets to. Synaptic currents are alpha functions that peak at their weight;
 * inhibitory weights are negative. Linear between spikes, so integrated exactly; NEST's `glif_psc` holds the mean of the after-spike currents over
 * each step instead.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C_m, g_L, E_L | pF, nS, mV | membrane capacitance, leak conductance, resting potential |
 * | t_ref | ms | refractory time |
 * | theta_inf | mV | resting threshold |
 * | f_v, v_reset | 1, mV | fraction of v − E_L that the reset keeps, and its offset |
 * | delta_theta, b_s | mV, Hz | what a spike adds to the threshold, and the rate at which that decays |
 * | a_v, b_v | Hz | how the threshold follows the voltage, and forgets it |
 * | delta_i_1, delta_i_2 | pA | what a spike adds to the slow after-spike current, to the fast one |
 * | k_1, k_2 | Hz | rate at which the slow one decays, the fast one |
 * | f_1, f_2 | 1 | fraction of the slow one that outlasts a spike, of the fast one |
 * | tau_exc, tau_inh | ms | time to the peak of excitatory currents, of inhibitory currents |
 * | i_ext | pA | injected current |
 *
 * @source Teeter et al. (2018), Nat. Commun. 9:709. doi:10.1038/s41467-017-02717-4
 */
export const glif = neuron({
  name: "glif",
  description: "Generalised leaky integrate-and-fire neuron of the Allen Institute (GLIF 1 to 5), alpha-shaped synaptic currents",
  source: "doi:10.1038/s41467-017-02717-4",
  parameters: {
    C_m: "58.72 pF", g_L: "9.43 nS", E_L: "-78.85 mV", t_ref: "3.75 ms", theta_inf: "-51.68 mV",
    f_v: 0.2, v_reset: "-60.34 mV",                                                          // E_L + 18.51 mV
    delta_theta: "0.37 mV", b_s: "9 Hz",                                                     // threshold raised by spikes, and its decay
    a_v: "5 Hz", b_v: "90 Hz",                                                               // threshold following the voltage, and its decay
    delta_i_1: "-9.18 pA", k_1: "3 Hz", f_1: 1, delta_i_2: "-198.94 pA", k_2: "100 Hz", f_2: 1, // after-spike currents
    tau_exc: "2 ms", tau_inh: "2 ms", i_ext: "0 pA",
  },
  state: {
    v: "-78.85 mV", theta_s: "0 mV", theta_v: "0 mV", i_1: "0 pA", i_2: "0 pA", i_exc: "0 pA", x_exc: "0 pA", i_inh: "0 pA", x_inh: "0 pA",
  },
  receptors: { exc: "x_exc", inh: "x_inh" },
  equations: `
    dv/dt = (g_L*(E_L - v) + i_1 + i_2 + i_exc + i_inh + i_ext)/C_m : volt (unless refractory)
    dtheta_s/dt = -b_s*theta_s                                      : volt (unless refractory)
    dtheta_v/dt = a_v*(v - E_L) - b_v*theta_v                       : volt (unless refractory)
    di_1/dt = -k_1*i_1                                              : amp (unless refractory)
    di_2/dt = -k_2*i_2                                              : amp (unless refractory)
    di_exc/dt = (e*x_exc - i_exc)/tau_exc                           : amp
    dx_exc/dt = -x_exc/tau_exc                                      : amp
    di_inh/dt = (e*x_inh - i_inh)/tau_inh                           : amp
    dx_inh/dt = -x_inh/tau_inh                                      : amp`,
  threshold: "v > theta_inf + theta_s + theta_v",
  reset: `
    v = v_reset + f_v*(v - E_L)
    theta_s = theta_s*exp(-b_s*t_ref) + delta_theta
    i_1 = f_1*i_1*exp(-k_1*t_ref) + delta_i_1
    i_2 = f_2*i_2*exp(-k_2*t_ref) + delta_i_2`,
  refractory: "t_ref",
  presets: {
    glif1: { f_v: 0, v_reset: "-78.85 mV", delta_theta: "0 mV", a_v: "0 Hz", delta_i_1: "0 pA", delta_i_2: "0 pA" },
    glif2: { a_v: "0 Hz", delta_i_1: "0 pA", delta_i_2: "0 pA" },
    glif3: { f_v: 0, v_reset: "-78.85 mV", delta_theta: "0 mV", a_v: "0 Hz" },
    glif4: { a_v: "0 Hz" },
    glif5: {},
  },
});
