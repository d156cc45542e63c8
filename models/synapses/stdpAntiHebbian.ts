import { synapse } from "synfire";

/**
 * Anti-Hebbian STDP of the electrosensory lobe of mormyrid fish: each presynaptic spike strengthens the synapse by a fixed amount, a
 * postsynaptic spike that follows it weakens it. The neuron is thereby driven to the one rate at which both balance, potentiation /
 * (depression·tau), at every phase of the command to discharge: it learns a negative image of what it can predict, and cancels it.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau | ms | width of the window in which a postsynaptic spike depresses |
 * | potentiation | 1 | change by each presynaptic spike, as a fraction of w_max |
 * | depression | 1 | change by a pair of no delay, as a fraction of w_max |
 * | w_max | weight | upper bound; the lower one is 0 |
 *
 * @source Bell, Han, Sugawara & Grant (1997), Nature 387:278–281. doi:10.1038/387278a0
 * @source Roberts & Bell (2000), J. Comput. Neurosci. 9:67–83. doi:10.1023/A:1008938428112
 * @tested the window (Fig. 3 of Bell et al.); the postsynaptic rate at which weights are stationary
 */
export const stdpAntiHebbian = synapse({
  name: "stdp_anti_hebbian",
  description: "Anti-Hebbian STDP that cancels predictable input",
  source: "doi:10.1038/387278a0",
  parameters: { tau: "20 ms", potentiation: 0.002, depression: 0.01, w_max: "1 weight" },
  state: { x: 0 },
  equations: "dx/dt = -x / tau : 1 (event-driven)",
  onPre: "receptor += w; x += 1; w = min(w + potentiation*w_max, w_max)",
  onPost: "w = max(w - depression*w_max*x, 0)",
});
