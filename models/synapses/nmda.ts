import { synapse } from "synfire";

/**
 * NMDA synapse whose channels saturate: transmitter x, raised by each spike, opens the fraction s of the channels, and the membrane potential of
 * the neuron decides how many of these magnesium leaves free, 1/(1 + [Mg]/3.57 mM · exp(−0.062 v/mV)). The weight is the conductance with all
 * open and free; the sum of a neuron's currents is added to its i_ext in every step. For receptors that do not saturate see lifNmda, which is
 * cheaper: its cost does not grow with the number of synapses.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_rise, tau_decay | ms | decay of transmitter, decay of open channels |
 * | alpha | 1/ms | how fast transmitter opens channels |
 * | E_nmda | mV | reversal potential |
 * | Mg | 1 | extracellular magnesium, mM |
 *
 * @source Jahr & Stevens (1990), J. Neurosci. 10:3178–3182. doi:10.1523/JNEUROSCI.10-09-03178.1990
 * @source Brunel & Wang (2001), J. Comput. Neurosci. 11:63–85. doi:10.1023/A:1011204814320
 * @tested the current–voltage curves with and without magnesium, of lifNmda as well; the course of s against a fine integration
 */
export const nmda = synapse({
  name: "nmda",
  description: "NMDA synapse that saturates, with voltage-dependent magnesium block",
  source: "doi:10.1523/JNEUROSCI.10-09-03178.1990",
  parameters: { tau_rise: "2 ms", tau_decay: "100 ms", alpha: "0.5 1/ms", E_nmda: "0 mV", Mg: 1 },
  state: { x: 0, s: 0 },
  equations: `
    w : siemens
    dx/dt = -x / tau_rise : 1 (event-driven)
    ds/dt = -s / tau_decay + alpha*x*(1 - s) : 1 (clock-driven)
    unblocked = 1/(1 + Mg/3.57*exp(-0.062*v_post/mV)) : 1
    i_ext_post = w*s*unblocked*(E_nmda - v_post) : amp (summed)`,
  onPre: "x += 1",
});
