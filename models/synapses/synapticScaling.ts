import { synapse } from "synfire";

/**
 * Synaptic scaling: all weights onto a neuron are multiplied alike until its activity a is the goal, dw/dt = w·(beta·(a_goal − a) +
 * gamma·∫(a_goal − a)); ratios between weights stay as they are. The neuron holds a, a_goal and the integral `deficit` (lifHomeostatic). Weights
 * are brought up to date every 100 ms.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | beta | 1 | scaling by what is missing of the goal: per second and hertz |
 * | gamma | 1/s | scaling by the sum of what was missing: per second² and hertz |
 * | w_max | weight | bound |
 *
 * @source van Rossum, Bi & Turrigiano (2000), J. Neurosci. 20:8812–8821. doi:10.1523/JNEUROSCI.20-23-08812.2000
 * @source Turrigiano, Leslie, Desai, Rutherford & Nelson (1998), Nature 391:892–896. doi:10.1038/36103
 * @tested the weights of a silenced neuron in closed form; neurons of unequal input reach their goals; ratios are kept
 */
export const synapticScaling = synapse({
  name: "synaptic_scaling",
  description: "Synaptic scaling: weights are multiplied until the neuron fires at its goal",
  source: "doi:10.1523/JNEUROSCI.20-23-08812.2000",
  parameters: { beta: 4e-5, gamma: "1e-7 1/s", w_max: "1 weight" },
  onPre: "receptor += w",
  regularly: { every: "100 ms", statements: "w = min(w*exp(0.1*second*(beta*(a_goal_post - a_post) + gamma*deficit_post)), w_max)" },
});
