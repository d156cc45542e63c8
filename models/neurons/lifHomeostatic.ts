import { neuron } from "synfire";

/**
 * Leaky integrate-and-fire neuron that measures its own activity and can keep it: `a` estimates its rate over the last tau_a, `deficit` sums what
 * is missing of the goal a_goal; synapses of the model synapticScaling read both. Its excitability may adapt too: each spike raises the
 * threshold by eta_theta, and it sinks all the time by eta_theta·a_goal, so that it rests only when the mean rate is the goal, whatever the
 * input (the paper of Desai et al. found such changes in cultures deprived of activity). Delta-shaped input.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_m | ms | membrane time constant |
 * | v_rest, v_reset, t_ref | mV, mV, ms | resting potential, potential after a spike, refractory time |
 * | a_goal | Hz | rate that homeostasis aims at |
 * | tau_a | s | over how long the rate is measured |
 * | eta_theta | mV | how much a spike raises the threshold; 0: it stays as it is |
 *
 * @source van Rossum, Bi & Turrigiano (2000), J. Neurosci. 20:8812–8821. doi:10.1523/JNEUROSCI.20-23-08812.2000
 * @source Desai, Rutherford & Turrigiano (1999), Nat. Neurosci. 2:515–520. doi:10.1038/9165
 */
export const lifHomeostatic = neuron({
  name: "lif_homeostatic",
  description: "Leaky integrate-and-fire neuron that measures its rate and may adapt its threshold to it",
  source: "doi:10.1523/JNEUROSCI.20-23-08812.2000",
  parameters: { tau_m: "20 ms", v_rest: "0 mV", v_reset: "0 mV", t_ref: "2 ms", a_goal: "10 Hz", tau_a: "100 s", eta_theta: "0 mV" },
  state: { v: "0 mV", theta: "20 mV", a: "0 Hz", deficit: 0 },
  receptors: { v: "v" },
  equations: `
    dv/dt = (v_rest - v)/tau_m      : volt (unless refractory)
    dtheta/dt = -eta_theta*a_goal   : volt
    da/dt = -a/tau_a                : hertz
    ddeficit/dt = a_goal - a        : 1`,
  threshold: "v >= theta",
  reset: "v = v_reset; theta += eta_theta; a += 1/tau_a",
  refractory: "t_ref",
});
