import { synapse } from "synfire";

/**
 * General three-factor rule with an error of the postsynaptic neuron's own: dw/dt = eta·error·eligibility, where `error` is a state
 * variable of that neuron (e.g. `derror/dt = (target - rate - error)/tau : 1`) and presynaptic spikes raise the eligibility by a_spike, pairs
 * of pre before post by a_pair. With a_spike alone it is the delta rule on filtered spikes.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_plus | ms | width of the window of pre before post |
 * | tau_e | ms | how long a synapse stays eligible |
 * | a_spike, a_pair | 1 | eligibility by a presynaptic spike, eligibility by a pair of no delay |
 * | eta | weight/s | learning rate |
 * | w_min, w_max | weight | bounds |
 *
 * @source Frémaux & Gerstner (2016), Front. Neural Circuits 9:85. doi:10.3389/fncir.2015.00085
 * @source Urbanczik & Senn (2014), Neuron 81:521–528. doi:10.1016/j.neuron.2013.11.030
 * @tested a neuron learns to fire at the rate that its error asks for
 */
export const threeFactorError = synapse({
  name: "three_factor_error",
  description: "Three-factor rule: eligibility of a synapse times an error of its neuron",
  source: "doi:10.3389/fncir.2015.00085",
  parameters: { tau_plus: "20 ms", tau_e: "100 ms", a_spike: 1, a_pair: 0, eta: "0.1 weight/s", w_min: "0 weight", w_max: "1 weight" },
  state: { x: 0, eligibility: 0 },
  equations: `
    dx/dt = -x / tau_plus : 1 (event-driven)
    deligibility/dt = -eligibility / tau_e : 1 (event-driven)
    dw/dt = eta * error_post * eligibility * int(w > w_min or error_post > 0) * int(w < w_max or error_post < 0) : weight (clock-driven)`,
  onPre: "w = clip(w, w_min, w_max); receptor += w; x += 1; eligibility += a_spike",
  onPost: "eligibility += a_pair*x",
});
