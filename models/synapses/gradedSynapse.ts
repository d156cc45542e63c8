import { synapse } from "synfire";

/**
 * Graded synapse: transmits without spikes. The presynaptic potential decides by a sigmoid which fraction of the conductance w is open; s
 * follows it with the time constant tau (0: at once). The sum of a neuron's currents is added to its i_ext in every step.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | theta | mV | presynaptic potential at which half is open |
 * | k | mV | width of the sigmoid |
 * | tau | ms | how fast the conductance follows |
 * | E_syn | mV | reversal potential |
 *
 * @source Wang & Rinzel (1992), Neural Comput. 4:84–97. doi:10.1162/neco.1992.4.1.84
 * @tested the current of clamped cells; two cells that inhibit each other alternate
 */
export const gradedSynapse = synapse({
  name: "graded_synapse",
  description: "Graded synapse: the presynaptic potential opens its conductance",
  source: "doi:10.1162/neco.1992.4.1.84",
  parameters: { theta: "-44 mV", k: "2 mV", tau: "0 ms", E_syn: "-80 mV" },
  state: { s: 0 },
  // A tau of 0 stands for one far below a step.
  equations: `
    w : siemens
    ds/dt = (1/(1 + exp((theta - v_pre)/k)) - s) / max(tau, dt/1000) : 1 (clock-driven)
    i_ext_post = w*s*(E_syn - v_post) : amp (summed)`,
  onPre: {},
});
