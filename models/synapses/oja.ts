import { synapse } from "synfire";

/**
 * Oja's rule between rate neurons: Hebbian growth and a decay with the square of the output, dw/dt = eta·r_post·(r_pre − alpha·r_post·w). The
 * weights of a linear neuron (rateNeuron, preset linear) become the first principal component of inputs of zero mean, of length 1/√alpha.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | eta | 1/s | learning rate |
 * | alpha | 1 | strength of the decay: the weights' squares add up to 1/alpha |
 *
 * @source Oja (1982), J. Math. Biol. 15:267–273. doi:10.1007/BF00275687
 * @tested the first principal component of random inputs, against the eigenvectors of their covariance; the length of the weights
 */
export const oja = synapse({
  name: "oja",
  description: "Oja's rule: finds the first principal component",
  source: "doi:10.1007/BF00275687",
  parameters: { eta: "1 1/s", alpha: 1 },
  equations: `
    dw/dt = eta*r_post*(r_pre - alpha*r_post*w) : 1 (clock-driven)
    drive_post = w*r_pre : 1 (summed)`,
  onPre: {},
});
