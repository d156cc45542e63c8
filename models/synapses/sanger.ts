import { allToAll, oneToOne, synapse } from "synfire";
import type { Network, Population, Projection, Quantity, Value } from "synfire";
import { rateNeuron } from "../neurons/rateNeuron.ts";
import { oja } from "./oja.ts";
import { rateSynapse } from "./rateSynapse.ts";

/**
 * Feedback of Sanger's rule: takes w·r of an output away from the input units, and learns as fast as the forward weights of `oja` with
 * alpha = 1, dw/dt = eta·r_pre·r_post. When both begin alike they stay alike, so that every weight uses what its own synapse sees.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | eta | 1/s | learning rate |
 *
 * @source Sanger (1989), Neural Netw. 2:459–473. doi:10.1016/0893-6080(89)90044-0
 * @tested the first three principal components of random inputs, in order, against the eigenvectors of their covariance
 */
export const sangerFeedback = synapse({
  name: "sanger_feedback",
  description: "Feedback of Sanger's rule: takes what an output explains away from its inputs",
  source: "doi:10.1016/0893-6080(89)90044-0",
  parameters: { eta: "1 1/s" },
  equations: `
    dw/dt = eta*r_pre*r_post : 1 (clock-driven)
    drive_post = -w*r_pre : 1 (summed)`,
  onPre: {},
});

export interface SangerLayer {
  /** One neuron for each component, first the one of largest variance. */
  readonly outputs: readonly Population<typeof rateNeuron>[];
  /** From the inputs, or what earlier outputs leave of them, to each output. */
  readonly weights: readonly Projection<typeof oja>[];
}

/**
 * Sanger's rule, dw_ij/dt = eta·y_i·(x_j − Σ_{k ≤ i} w_kj·y_k): `count` linear neurons that learn the first principal components of `inputs`, in
 * order. Its sum over earlier outputs is computed by units: output i reads the inputs through one unit each that also receives the feedback of
 * output i − 1, and so holds what is left of x_j. On these, each output learns by Oja's rule.
 *
 * @param inputs activities of zero mean that change slowly against tau; `size` of them
 * @param options.weight start of the weights of each output, the same numbers forth and back: an array of `size`, or one value
 */
export function sangerLayer(net: Network, name: string, inputs: Population<typeof rateNeuron>, options: {
  readonly count: number; readonly size: number; readonly eta: Quantity; readonly weight: Value; readonly tau: Quantity;
}): SangerLayer {
  const { count, size, eta, weight, tau } = options;
  const outputs: Population<typeof rateNeuron>[] = [], weights: Projection<typeof oja>[] = [];
  let left = inputs;
  for (let k = 1; k <= count; k++) {
    const output = net.population(`${name} ${k}`, 1, rateNeuron, { tau, ...rateNeuron.presets.linear });
    weights.push(net.projection(left, output, oja, { connect: allToAll(), weight, eta }));
    outputs.push(output);
    if (k === count) break;
    const rest = net.population(`${name} rest ${k}`, size, rateNeuron, { tau, ...rateNeuron.presets.linear });
    net.projection(left, rest, rateSynapse, { connect: oneToOne(), weight: 1 });
    net.projection(output, rest, sangerFeedback, { connect: allToAll(), weight, eta });
    left = rest;
  }
  return { outputs, weights };
}
