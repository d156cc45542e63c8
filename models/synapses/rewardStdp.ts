import { synapse } from "synfire";

/**
 * Reward-modulated STDP: pairs of spikes do not change the weight but mark the synapse with an eligibility c that fades with tau_c; the
 * weight follows c in proportion to the concentration of dopamine, dw/dt = c·(tonic + dopamine)/tau_w. A reward that comes seconds later
 * thus strengthens the synapses whose spikes led to it. Between events all is advanced in closed form. The bounds act at events, spikes and
 * rewards: no spike ever transmits a weight beyond them, but a weight that is read in between may have moved past them since the last event.
 *
 * The constants are those of the published program; nearest spikes count (each sets its trace to 1). Give a modulator of tau 200 ms which
 * a reward raises by 0.5.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_plus, tau_minus | ms | width of the window of potentiation, width of the window of depression |
 * | tau_c | s | how long a synapse stays eligible |
 * | tau_w | ms | time in which a dopamine concentration of 1 changes the weight by the eligibility |
 * | a_plus, a_minus | weight | eligibility by a pair of no delay |
 * | tonic | 1 | dopamine that is always there |
 * | w_max | weight | upper bound; the lower one is 0 |
 *
 * @source Izhikevich (2007), Cereb. Cortex 17:2443–2452. doi:10.1093/cercor/bhl152
 * @tested Fig. 1: the change by one pair and a reward 1 to 3 s later; Fig. 2: the rewarded synapse of a network outgrows the others
 */
export const rewardStdp = synapse({
  name: "reward_stdp",
  description: "Reward-modulated STDP with an eligibility trace: the distal reward problem",
  source: "doi:10.1093/cercor/bhl152",
  parameters: {
    tau_plus: "20 ms", tau_minus: "20 ms", tau_c: "1 s", tau_w: "10 ms", a_plus: "0.1 weight", a_minus: "0.15 weight", tonic: 0.002,
    w_max: "4 weight",
  },
  state: { x: 0, y: 0, c: 0 },
  modulators: ["dopamine"],
  equations: `
    dx/dt = -x / tau_plus : 1 (event-driven)
    dy/dt = -y / tau_minus : 1 (event-driven)
    dc/dt = -c / tau_c : weight (event-driven)
    dw/dt = c * (tonic + dopamine) / tau_w : weight (event-driven)`,
  onPre: "w = clip(w, 0, w_max); receptor += w; c -= a_minus*y; x = 1",
  onPost: "w = clip(w, 0, w_max); c += a_plus*x; y = 1",
  onModulator: { dopamine: "w = clip(w, 0, w_max)" },
});
