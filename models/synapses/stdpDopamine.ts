import { synapse } from "synfire";

/**
 * Dopamine-modulated STDP in continuous time, all-to-all: dw/dt = c·(dopamine − b)/tau_w, where c is an eligibility that pairs of spikes raise
 * and lower. Dopamine below the baseline b reverses the sign of learning. Between events all is advanced in closed form; the bounds act at
 * events. With `dendriticDelay` and no `delay` this is NEST's `stdp_dopamine_synapse`, whose weights change in steps of 1 ms (tau_w): bind a
 * modulator of tau = tau_n to which each dopaminergic spike adds 1 ms/tau_n.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_plus, tau_minus | ms | width of the window of potentiation, width of the window of depression |
 * | tau_c | ms | how long a synapse stays eligible |
 * | tau_w | ms | time in which a dopamine concentration of 1 changes the weight by the eligibility |
 * | a_plus, a_minus | weight | eligibility by a pair of no delay |
 * | b | 1 | concentration of dopamine at which nothing is learnt |
 * | w_min, w_max | weight | bounds |
 *
 * @source Potjans, Morrison & Diesmann (2010), Front. Comput. Neurosci. 4:141. doi:10.3389/fncom.2010.00141
 * @source Izhikevich (2007), Cereb. Cortex 17:2443–2452. doi:10.1093/cercor/bhl152
 * @tested the weight after pairs and dopaminergic spikes against the integral of c·(dopamine − b) by a fine quadrature
 */
export const stdpDopamine = synapse({
  name: "stdp_dopamine",
  description: "Dopamine-modulated STDP with a baseline, all-to-all",
  source: "doi:10.3389/fncom.2010.00141",
  parameters: {
    tau_plus: "20 ms", tau_minus: "20 ms", tau_c: "1 s", tau_w: "1 ms", a_plus: "1 weight", a_minus: "1.5 weight", b: 0, w_min: "0 weight",
    w_max: "200 weight",
  },
  state: { x: 0, y: 0, c: 0 },
  modulators: ["dopamine"],
  equations: `
    dx/dt = -x / tau_plus : 1 (event-driven)
    dy/dt = -y / tau_minus : 1 (event-driven)
    dc/dt = -c / tau_c : weight (event-driven)
    dw/dt = c * (dopamine - b) / tau_w : weight (event-driven)`,
  onPre: "w = clip(w, w_min, w_max); c -= a_minus*y; x += 1; receptor += w",
  onPost: "w = clip(w, w_min, w_max); c += a_plus*x; y += 1",
  onModulator: { dopamine: "w = clip(w, w_min, w_max)" },
});
