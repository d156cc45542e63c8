import { neuron } from "synfire";

/**
 * Stochastic binary neuron of neural sampling: a spike means that its variable is 1 for the following tau, else it is 0. With the membrane
 * potential u (bias and synaptic input, a plain number) it is 1 with probability 1/(1 + exp(−u)), exactly at any step that divides tau; a network of
 * them samples from a Boltzmann distribution, as far as its synaptic potentials are those of the paper.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau | ms | how long a spike means 1 |
 * | tau_syn | ms | decay of synaptic input |
 * | bias | 1 | u without input |
 *
 * @source Buesing, Bill, Nessler & Maass (2011), PLoS Comput. Biol. 7:e1002211. doi:10.1371/journal.pcbi.1002211
 */
export const stochasticBinary = neuron({
  name: "stochastic_binary",
  description: "Stochastic binary neuron (neural sampling): on for tau after each spike, with logistic probability",
  source: "doi:10.1371/journal.pcbi.1002211",
  parameters: { tau: "20 ms", tau_syn: "20 ms", bias: 0 },
  state: { u_syn: 0 },
  receptors: { u: "u_syn" },
  equations: `
    du_syn/dt = -u_syn/tau_syn : 1
    u = bias + u_syn           : 1`,
  threshold: "rand() < 1/(1 + tau/dt*exp(-u))",
  refractory: "tau - dt",
});
