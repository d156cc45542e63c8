import { synapse } from "synfire";

/**
 * Covariance rule between rate neurons: the weight follows the covariance of the activities, dw/dt = eta·(r_pre − ⟨r_pre⟩)·(r_post − ⟨r_post⟩),
 * until a bound is reached. The averages are those of the neurons (rateNeuron), over tau_mean. Activities that vary independently leave it alone,
 * however strong they are.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | eta | 1/s | learning rate |
 * | w_min, w_max | 1 | bounds |
 *
 * @source Sejnowski (1977), J. Math. Biol. 4:303–321. doi:10.1007/BF00275079
 * @tested the rate eta·A·B·cos(phase)/2 for sinusoidal activities of any mean
 */
export const covariance = synapse({
  name: "covariance",
  description: "Covariance rule between rate neurons",
  source: "doi:10.1007/BF00275079",
  parameters: { eta: "0.1 1/s", w_min: -1, w_max: 1 },
  equations: `
    change = eta*(r_pre - r_mean_pre)*(r_post - r_mean_post) : hertz
    dw/dt = change * int((w > w_min or change > 0*Hz) and (w < w_max or change < 0*Hz)) : 1 (clock-driven)
    drive_post = w*r_pre : 1 (summed)`,
  onPre: {},
});
