import { synapse } from "synfire";

/**
 * Symmetric spike-timing-dependent plasticity: spikes of both sides that are near in time raise the weight, whichever comes first, and nothing
 * lowers it. Depression is left to the normalisation of each neuron's incoming weights, without which they all end at w_max.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau | ms | time constant of both traces |
 * | jump | 1 | what a spike adds to its trace |
 * | eta | weight | potentiation by a spike, times the other side's trace |
 * | w_max | weight | upper bound |
 *
 * @source Hao, Huang, Dong & Xu (2020), Neural Netw. 121:387–395; rule and values of the authors' code. doi:10.1016/j.neunet.2019.09.007
 * @tested the window, pair by pair; 100 neurons name pictures of clothes; without normalisation all weights end at w_max
 */
export const symStdp = synapse({
  name: "sym_stdp",
  description: "Symmetric plasticity without depression, for use with normalised weights",
  source: "Hao, Huang, Dong & Xu (2020), Neural Netw. 121:387–395. doi:10.1016/j.neunet.2019.09.007",
  parameters: { tau: "20 ms", jump: 0.1, eta: "0.005 weight", w_max: "1 weight" },
  state: { x: 0, y: 0 },
  equations: `
    dx/dt = -x/tau : 1 (event-driven)
    dy/dt = -y/tau : 1 (event-driven)`,
  onPre: "receptor += w; x += jump; w = clip(w + eta*y, 0, w_max)",
  onPost: "y += jump; w = clip(w + eta*x, 0, w_max)",
});
