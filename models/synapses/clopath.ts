import { synapse } from "synfire";

/**
 * Voltage-based STDP with homeostasis. A presynaptic spike depresses the synapse in proportion to how far the slowly filtered voltage
 * `u_minus` of the postsynaptic neuron lies above theta_minus; while its voltage u exceeds theta_plus and its filtered voltage `u_plus` theta_minus,
 * the presynaptic trace x potentiates. Depression grows with the square of the mean depolarisation `u_mean`, which keeps rates in check.
 *
 * The postsynaptic neuron is adExClopath, or has its variables v, held (what remains of a spike, which lies at V_clamp), u_plus, u_minus and
 * u_mean. Potentiation is advanced in every step.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_x | ms | decay of the presynaptic trace |
 * | A_LTD | 1/mV | amplitude of depression, as a fraction of w_ref |
 * | A_LTP | 1/mV^2 | amplitude of potentiation, as a fraction of w_ref |
 * | theta_minus, theta_plus | mV | voltages above which filtered and momentary voltage count |
 * | u_ref | mV | mean depolarisation at which depression has the amplitude A_LTD |
 * | homeostasis | 1 | 1: depression scales with (u_mean/u_ref)²; 0: its amplitude is constant |
 * | E_L | mV | resting potential, from which the mean depolarisation counts |
 * | w_ref | weight | weight of which the amplitudes are fractions |
 * | w_min, w_max | weight | bounds |
 *
 * @source Clopath, Büsing, Vasilaki & Gerstner (2010), Nat. Neurosci. 13:344–352. doi:10.1038/nn.2479
 * @tested Fig. 2b: pairs of ±10 ms at 10, 30 and 50 Hz, beside the numbers of NEST's clopath_synapse with aeif_psc_delta_clopath
 */
export const clopath = synapse({
  name: "clopath",
  description: "Voltage-based STDP with homeostasis",
  source: "doi:10.1038/nn.2479",
  parameters: {
    tau_x: "15 ms", A_LTD: "1.4e-4 1/mV", A_LTP: "8e-5 1/mV^2", theta_minus: "-70.6 mV", theta_plus: "-45.3 mV", u_ref: "7.745966692414834 mV",
    homeostasis: 0, E_L: "-70.6 mV", w_ref: "1 weight", w_min: "0 weight", w_max: "100 weight",
  },
  state: { x: 0 },
  equations: `
    dx/dt = -x / tau_x : 1 (event-driven)
    u = select(held_post > dt/2, V_clamp_post, v_post) : volt
    drive = max(u - theta_plus, 0*mV) * max(u_plus_post - theta_minus, 0*mV) : volt^2
    target_rate = homeostasis*((u_mean_post - E_L)/u_ref)^2 + 1 - homeostasis : 1
    dw/dt = w_ref * A_LTP * (x/tau_x) * drive * int(w < w_max) : weight (clock-driven)`,
  onPre: `receptor += w; x += 1
    w = clip(w - w_ref*A_LTD*target_rate*max(u_minus_post - theta_minus, 0*mV), w_min, w_max)`,
});
