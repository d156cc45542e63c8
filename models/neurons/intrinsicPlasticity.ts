import { neuron } from "synfire";

/**
 * Rate neuron with intrinsic plasticity: its activity is 1/(1 + exp(−(gain·x + offset))) of its input x, and gain and offset learn until it is
 * distributed exponentially with mean mu, the distribution of most information at that mean. r follows the activity; synapses of rate neurons
 * read it and add to `drive`, as with rateNeuron.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau | ms | time constant with which r follows the activity |
 * | mu | 1 | mean activity to be reached |
 * | eta | 1/s | learning rate |
 * | drive | 1 | sum of what synapses send in this step |
 * | i_ext | 1 | injected input |
 *
 * @source Triesch (2007), Neural Comput. 19:885–909. doi:10.1162/neco.2007.19.4.885
 */
export const intrinsicPlasticity = neuron({
  name: "intrinsic_plasticity",
  description: "Rate neuron whose gain and offset learn until its activity is distributed exponentially",
  source: "doi:10.1162/neco.2007.19.4.885",
  parameters: { tau: "5 ms", mu: 0.1, eta: "1 1/s", drive: 0, i_ext: 0 },
  state: { gain: 1, offset: 0, r: 0 },
  equations: `
    x = drive + i_ext                                                        : 1
    activity = 1/(1 + exp(-(gain*x + offset)))                               : 1
    up = 1 - (2 + 1/mu)*activity + activity^2/mu                             : 1
    dgain/dt = eta*(1/gain + x*up)                                           : 1
    doffset/dt = eta*up                                                      : 1
    dr/dt = (activity - r)/tau                                               : 1`,
});
