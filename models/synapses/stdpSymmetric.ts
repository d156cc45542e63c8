import { synapse } from "synfire";

/**
 * Symmetric STDP: near coincidences change the weight in one direction whatever the order of the spikes, wider ones in the other. The window
 * is a_near·exp(−|Δt|/tau_near) − a_far·exp(−|Δt|/tau_far); its defaults change sign at ±20 ms. Without a_far it is purely potentiating and,
 * with tau_near 150 ms, the window between CA3 pyramidal cells that lets recurrent networks store patterns.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_near, tau_far | ms | width of the inner part of the window, width of its outer part |
 * | a_near, a_far | 1 | height of the inner part as a fraction of w_max, depth of the outer part |
 * | w_max | weight | upper bound; the lower one is 0 |
 *
 * @source Woodin, Ganguly & Poo (2003), Neuron 39:807–820. doi:10.1016/S0896-6273(03)00507-5
 * @source Mishra, Kim, Guzman & Jonas (2016), Nat. Commun. 7:11552. doi:10.1038/ncomms11552
 * @tested the window (Fig. 3 of Woodin et al.): the same in both orders, of one sign within 20 ms and of the other beyond
 */
export const stdpSymmetric = synapse({
  name: "stdp_symmetric",
  description: "Symmetric STDP: what counts is how close spikes come, not their order",
  source: "doi:10.1016/S0896-6273(03)00507-5",
  parameters: { tau_near: "10 ms", tau_far: "30 ms", a_near: 0.01, a_far: 0.002636, w_max: "1 weight" },
  state: { x_near: 0, x_far: 0, y_near: 0, y_far: 0 },
  equations: `
    dx_near/dt = -x_near / tau_near : 1 (event-driven)
    dx_far/dt = -x_far / tau_far : 1 (event-driven)
    dy_near/dt = -y_near / tau_near : 1 (event-driven)
    dy_far/dt = -y_far / tau_far : 1 (event-driven)`,
  onPre: "receptor += w; x_near += 1; x_far += 1; w = clip(w + w_max*(a_near*y_near - a_far*y_far), 0, w_max)",
  onPost: "y_near += 1; y_far += 1; w = clip(w + w_max*(a_near*x_near - a_far*x_far), 0, w_max)",
  presets: { ca3: { tau_near: "150 ms", a_far: 0 } },
});
