import { neuron } from "synfire";

/**
 * Adaptive exponential integrate-and-fire neuron with a spike afterpotential, a moving threshold and the filtered voltages on which
 * voltage-based plasticity (the synapse model clopath) acts. A spike is held at V_clamp for t_clamp, as wide as an action potential.
 *
 * `u_plus` and `u_minus` follow the voltage with tau_plus and tau_minus, late by t_filter: four stages of t_filter/4 stand for the delay of the
 * authors' program, which keeps a spike from acting on itself. `u_mean` follows u_minus. Delta-shaped inputs; NEST's
 * `aeif_psc_delta_clopath`, but for the form of the delay.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C, g_L, E_L | pF, nS, mV | capacitance, leak conductance, leak reversal potential |
 * | Delta_T | mV | sharpness of the upstroke |
 * | V_T_rest, V_T_max, tau_V_T | mV, mV, ms | threshold of the upstroke at rest, threshold after a spike, how fast it returns |
 * | V_peak, V_clamp, V_reset, t_clamp | mV, mV, mV, ms | where a spike is cut, where it is held, where v goes then, how long it is held |
 * | a, b, tau_w | nS, pA, ms | subthreshold adaptation, adaptation by a spike, its time constant |
 * | I_sp, tau_z | pA, ms | depolarising current after a spike, its time constant |
 * | tau_plus, tau_minus, tau_mean | ms | time constant of u_plus, time constant of u_minus, time constant of u_mean |
 * | t_filter | ms | by how much u_plus and u_minus are late |
 * | i_ext | pA | injected current |
 *
 * @source Clopath, Büsing, Vasilaki & Gerstner (2010), Nat. Neurosci. 13:344–352. doi:10.1038/nn.2479
 */
export const adExClopath = neuron({
  name: "adex_clopath",
  description: "Adaptive exponential integrate-and-fire neuron with the filtered voltages of voltage-based plasticity",
  source: "doi:10.1038/nn.2479",
  parameters: {
    C: "281 pF", g_L: "30 nS", E_L: "-70.6 mV", Delta_T: "2 mV", V_T_rest: "-50.4 mV", V_T_max: "30.4 mV", tau_V_T: "50 ms", V_peak: "33 mV",
    V_clamp: "33 mV", V_reset: "-60 mV", t_clamp: "2 ms", a: "4 nS", b: "80.5 pA", tau_w: "144 ms", I_sp: "400 pA", tau_z: "40 ms",
    tau_plus: "7 ms", tau_minus: "10 ms", tau_mean: "500 ms", t_filter: "5 ms", i_ext: "0 pA",
  },
  state: {
    v: "-70.6 mV", w: "0 pA", z: "0 pA", V_T: "-50.4 mV", held: "0 ms", late_1: "-70.6 mV", late_2: "-70.6 mV", late_3: "-70.6 mV",
    late_4: "-70.6 mV", u_plus: "-70.6 mV", u_minus: "-70.6 mV", u_mean: "-70.6 mV",
  },
  receptors: { v: "v" },
  equations: `
    x = min(v, V_peak) : volt
    # What remains of the spike, and the voltage while it lasts.
    dheld/dt = -1 : second
    u = select(held > 1*us, V_clamp, x) : volt
    dv/dt = (g_L*(E_L - x) + g_L*Delta_T*exp((x - V_T)/Delta_T) - w + z + i_ext) / C : volt (unless refractory)
    dw/dt = int(held <= 1*us) * (a*(u - E_L) - w) / tau_w : amp
    dz/dt = -z / tau_z : amp
    dV_T/dt = (V_T_rest - V_T) / tau_V_T : volt
    dlate_1/dt = (u - late_1) / (t_filter/4) : volt
    dlate_2/dt = (late_1 - late_2) / (t_filter/4) : volt
    dlate_3/dt = (late_2 - late_3) / (t_filter/4) : volt
    dlate_4/dt = (late_3 - late_4) / (t_filter/4) : volt
    du_plus/dt = (late_4 - u_plus) / tau_plus : volt
    du_minus/dt = (late_4 - u_minus) / tau_minus : volt
    du_mean/dt = (u_minus - u_mean) / tau_mean : volt`,
  threshold: "v >= V_peak",
  reset: "v = V_reset; w += b; z = I_sp; V_T = V_T_max; held = t_clamp",
  refractory: "t_clamp",
  method: "rkf45",
});
