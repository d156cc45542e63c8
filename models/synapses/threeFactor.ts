import { synapse } from "synfire";

/**
 * General three-factor rule with a signal that all synapses share: pairs of spikes leave an eligibility, and the weight follows the product
 * of eligibility and signal, dw/dt = eta·signal·eligibility. The signal may be reward, reward minus its expectation, surprise or an error, of either
 * sign. Without a_minus only pairs of pre before post count.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_plus, tau_minus | ms | width of the window of pre before post, width of the window of post before pre |
 * | tau_e | ms | how long a synapse stays eligible |
 * | a_plus, a_minus | 1 | eligibility by pre before post of no delay, eligibility lost by post before pre |
 * | eta | weight/s | learning rate |
 * | w_min, w_max | weight | bounds that act at events |
 *
 * @source Frémaux & Gerstner (2016), Front. Neural Circuits 9:85. doi:10.3389/fncir.2015.00085
 * @source Frémaux, Sprekeler & Gerstner (2010), J. Neurosci. 30:13326–13337. doi:10.1523/JNEUROSCI.6249-09.2010
 * @tested the change by one pair and one signal in closed form; a signal of zero mean that follows success teaches, one with a bias drifts
 */
export const threeFactor = synapse({
  name: "three_factor",
  description: "Three-factor rule: eligibility of a synapse times a signal that all share",
  source: "doi:10.3389/fncir.2015.00085",
  parameters: {
    tau_plus: "20 ms", tau_minus: "20 ms", tau_e: "500 ms", a_plus: 1, a_minus: 0, eta: "0.1 weight/s", w_min: "0 weight", w_max: "1 weight",
  },
  state: { x: 0, y: 0, eligibility: 0 },
  modulators: ["signal"],
  equations: `
    dx/dt = -x / tau_plus : 1 (event-driven)
    dy/dt = -y / tau_minus : 1 (event-driven)
    deligibility/dt = -eligibility / tau_e : 1 (event-driven)
    dw/dt = eta * signal * eligibility : weight (event-driven)`,
  onPre: "w = clip(w, w_min, w_max); receptor += w; eligibility -= a_minus*y; x += 1",
  onPost: "w = clip(w, w_min, w_max); eligibility += a_plus*x; y += 1",
  onModulator: { signal: "w = clip(w, w_min, w_max)" },
});
