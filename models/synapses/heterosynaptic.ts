import { synapse } from "synfire";

/**
 * Heterosynaptic plasticity beside triplet STDP: postsynaptic bursts pull all weights of a neuron, whether their synapse was active or not, towards
 * the reference w_0 (which the paper lets consolidate over tens of minutes, and is constant here), with beta·(w − w_0)·y³ at each postsynaptic
 * spike; each presynaptic spike adds delta. Both act fast enough to keep Hebbian learning from running away, and make weights stable at a low and
 * at a high value. The traces x, y, y_slow rise by 1 at a spike.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | a_plus, a_minus | weight | amplitude of triplet potentiation (post after pre), of depression (pre after post) |
 * | tau_plus, tau_minus, tau_slow | ms | decay of x, decay of y, decay of y_slow |
 * | beta | 1 | strength of heterosynaptic plasticity |
 * | w_0 | weight | reference that it pulls to |
 * | delta | weight | what a presynaptic spike adds |
 *
 * @source Zenke, Agnes & Gerstner (2015), Nat. Commun. 6:6922. doi:10.1038/ncomms7922
 * @source Chen, Lonjers, Lee, Chistiakova, Volgushev & Bazhenov (2013), J. Neurosci. 33:15915–15929. doi:10.1523/JNEUROSCI.5088-12.2013
 * @tested each term in closed form; the stationary weight under Poisson spikes, where without the heterosynaptic term weights run away
 */
export const heterosynaptic = synapse({
  name: "heterosynaptic",
  description: "Triplet STDP with heterosynaptic plasticity and transmitter-induced growth",
  source: "doi:10.1038/ncomms7922",
  parameters: {
    a_plus: "1e-3 weight", a_minus: "1e-3 weight", tau_plus: "20 ms", tau_minus: "20 ms", tau_slow: "100 ms", beta: 0.05, w_0: "0 weight",
    delta: "2e-5 weight",
  },
  state: { x: 0, y: 0, y_slow: 0 },
  equations: `
    dx/dt = -x / tau_plus : 1 (event-driven)
    dy/dt = -y / tau_minus : 1 (event-driven)
    dy_slow/dt = -y_slow / tau_slow : 1 (event-driven)`,
  onPre: "receptor += w; w = max(w + delta - a_minus*y, 0*w); x += 1",
  onPost: `
    w = max(w + a_plus*x*y_slow - beta*(w - w_0)*y^3, 0*w)
    y += 1; y_slow += 1`,
});
