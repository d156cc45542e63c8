import { synapse } from "synfire";

/**
 * BCM rule between rate neurons: dw/dt = eta·r_pre·r_post·(r_post − theta) − decay·w, with the sliding threshold theta = ⟨r_post²⟩/r_0. Inputs
 * that make the neuron fire above theta gain, others lose; theta, an average over tau_mean of the neuron (rateNeuron), has to follow faster than
 * weights change. The neuron becomes selective: of K independent patterns that come equally often one makes it fire at K·r_0, all others not at all.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | eta | 1/s | learning rate |
 * | r_0 | 1 | activity that sets the threshold |
 * | decay | 1/s | uniform decay of weights |
 *
 * @source Bienenstock, Cooper & Munro (1982), J. Neurosci. 2:32–48. doi:10.1523/JNEUROSCI.02-01-00032.1982
 * @source Intrator & Cooper (1992), Neural Netw. 5:3–17 (threshold from the mean square). doi:10.1016/S0893-6080(05)80003-6
 * @tested selectivity 1 − 1/K for one of K patterns, and K·r_0 as response to it
 */
export const bcm = synapse({
  name: "bcm",
  description: "BCM rule: sliding threshold between depression and potentiation",
  source: "doi:10.1523/JNEUROSCI.02-01-00032.1982",
  parameters: { eta: "0.1 1/s", r_0: 1, decay: "0 1/s" },
  equations: `
    theta = r_square_post/r_0 : 1
    dw/dt = eta*r_pre*r_post*(r_post - theta) - decay*w : 1 (clock-driven)
    drive_post = w*r_pre : 1 (summed)`,
  onPre: {},
});
