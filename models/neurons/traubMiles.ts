import { neuron } from "synfire";

/**
 * Pyramidal cell after Traub and Miles, reduced to one compartment with fast sodium and delayed-rectifier potassium currents, and
 * exponentially decaying synaptic conductances: the neuron of benchmark 3 (COBAHH) of Brette et al. (2007), 20 000 µm² of membrane.
 *
 * A spike is reported when v rises through v_spike; for t_ref after it no other is, while the equations go on.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C | pF | membrane capacitance |
 * | g_Na, g_K, g_L | nS | maximal conductances |
 * | E_Na, E_K, E_L | mV | reversal potentials |
 * | V_T | mV | shifts the rates of sodium and potassium, and so the threshold |
 * | v_spike, t_ref | mV, ms | where a spike is reported, and for how long no other is |
 * | E_ex, E_in, tau_ex, tau_in | mV, ms | reversal potentials and time constants of the synapses |
 * | i_ext | nA | input current |
 *
 * @source Brette et al. (2007), J. Comput. Neurosci. 23:349–398, appendix 2, benchmark 3. doi:10.1007/s10827-007-0038-6
 * @source Traub & Miles (1991), Neuronal Networks of the Hippocampus, Cambridge University Press. doi:10.1017/CBO9780511895401
 */
export const traubMiles = neuron({
  name: "traub_miles",
  description: "Hodgkin–Huxley neuron after Traub and Miles with exponential synaptic conductances, as in the COBAHH benchmark",
  source: "doi:10.1007/s10827-007-0038-6",
  parameters: {
    C: "200 pF", g_Na: "20000 nS", g_K: "6000 nS", g_L: "10 nS", E_Na: "50 mV", E_K: "-90 mV", E_L: "-65 mV",
    V_T: "-63 mV", v_spike: "-20 mV", t_ref: "3 ms",
    E_ex: "0 mV", E_in: "-80 mV", tau_ex: "5 ms", tau_in: "10 ms", i_ext: "0 nA",
  },
  state: { v: "-65 mV", m: 0, h: 1, n: 0, g_ex: "0 nS", g_in: "0 nS" },
  receptors: { ex: "g_ex", in: "g_in" },
  equations: `
    u = v - V_T : volt
    alpha_m = 1.28/exprel((13*mV - u)/(4*mV))/ms : hertz
    beta_m = 1.4/exprel((u - 40*mV)/(5*mV))/ms : hertz
    alpha_h = 0.128*exp((17*mV - u)/(18*mV))/ms : hertz
    beta_h = 4/(1 + exp((40*mV - u)/(5*mV)))/ms : hertz
    alpha_n = 0.16/exprel((15*mV - u)/(5*mV))/ms : hertz
    beta_n = 0.5*exp((10*mV - u)/(40*mV))/ms : hertz
    i_Na = g_Na*m**3*h*(E_Na - v) : amp
    i_K = g_K*n**4*(E_K - v) : amp
    i_syn = g_ex*(E_ex - v) + g_in*(E_in - v) : amp
    dv/dt = (g_L*(E_L - v) + i_Na + i_K + i_syn + i_ext) / C : volt
    dm/dt = alpha_m*(1 - m) - beta_m*m : 1
    dh/dt = alpha_h*(1 - h) - beta_h*h : 1
    dn/dt = alpha_n*(1 - n) - beta_n*n : 1
    dg_ex/dt = -g_ex/tau_ex : siemens
    dg_in/dt = -g_in/tau_in : siemens`,
  threshold: "v > v_spike",
  refractory: "t_ref",
});
