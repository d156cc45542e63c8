import { neuron } from "synfire";

/**
 * The squid giant axon of Hodgkin and Huxley: a patch of membrane with sodium, potassium and leak currents, per unit of area.
 *
 * Potentials are absolute, with rest at −65 mV (the paper counts from rest, with the opposite sign); rates are those of 6.3 °C. A spike is
 * reported when v rises through v_spike, and no second one before v has fallen below it again. Use steps of 0.05 ms or less.
 *
 * Receptor `v` adds a weight to the membrane; `ex` and `in` add it to synaptic conductances, which the paper's membrane does not have.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C | uF/cm^2 | membrane capacitance |
 * | g_Na, g_K, g_L | mS/cm^2 | maximal conductances |
 * | E_Na, E_K, E_L | mV | reversal potentials |
 * | v_spike | mV | where a spike is reported |
 * | E_ex, E_in, tau_ex, tau_in | mV, ms | reversal potentials and time constants of the synapses |
 * | i_ext | uA/cm^2 | input current |
 *
 * @source Hodgkin & Huxley (1952), J. Physiol. 117:500–544, table 3. doi:10.1113/jphysiol.1952.sp004764
 */
export const hodgkinHuxley = neuron({
  name: "hodgkin_huxley",
  description: "Squid giant axon of Hodgkin and Huxley: sodium, potassium and leak currents of a patch of membrane",
  source: "doi:10.1113/jphysiol.1952.sp004764",
  parameters: {
    C: "1 uF/cm^2", g_Na: "120 mS/cm^2", g_K: "36 mS/cm^2", g_L: "0.3 mS/cm^2", E_Na: "50 mV", E_K: "-77 mV", E_L: "-54.387 mV", v_spike: "0 mV",
    E_ex: "0 mV", E_in: "-80 mV", tau_ex: "5 ms", tau_in: "10 ms", i_ext: "0 uA/cm^2",
  },
  state: { v: "-65 mV", m: 0.0529325, h: 0.596121, n: 0.317677, g_ex: "0 mS/cm^2", g_in: "0 mS/cm^2" },
  receptors: { v: "v", ex: "g_ex", in: "g_in" },
  equations: `
    # exprel(x) = (exp(x) - 1)/x, so that 0.1*(v + 40)/(1 - exp(-(v + 40)/10)) has a value at v = -40 mV, too.
    alpha_m = 1/exprel(-(v + 40*mV)/(10*mV))/ms : hertz
    beta_m = 4*exp(-(v + 65*mV)/(18*mV))/ms : hertz
    alpha_h = 0.07*exp(-(v + 65*mV)/(20*mV))/ms : hertz
    beta_h = 1/(1 + exp(-(v + 35*mV)/(10*mV)))/ms : hertz
    alpha_n = 0.1/exprel(-(v + 55*mV)/(10*mV))/ms : hertz
    beta_n = 0.125*exp(-(v + 65*mV)/(80*mV))/ms : hertz
    i_Na = g_Na*m**3*h*(E_Na - v) : amp/metre**2
    i_K = g_K*n**4*(E_K - v) : amp/metre**2
    i_syn = g_ex*(E_ex - v) + g_in*(E_in - v) : amp/metre**2
    dv/dt = (i_Na + i_K + g_L*(E_L - v) + i_syn + i_ext) / C : volt
    dm/dt = alpha_m*(1 - m) - beta_m*m : 1
    dh/dt = alpha_h*(1 - h) - beta_h*h : 1
    dn/dt = alpha_n*(1 - n) - beta_n*n : 1
    dg_ex/dt = -g_ex/tau_ex : siemens/metre**2
    dg_in/dt = -g_in/tau_in : siemens/metre**2`,
  threshold: "v >= v_spike",
  refractory: "v >= v_spike",
});
