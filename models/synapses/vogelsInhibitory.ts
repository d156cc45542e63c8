import { synapse } from "synfire";

/**
 * Inhibitory plasticity that balances excitation: spikes of both sides that come close together strengthen the inhibitory synapse whatever
 * their order, each presynaptic spike alone weakens it by eta·alpha. The postsynaptic neuron is driven to the rate rho_0 at which both
 * balance, alpha = 2·rho_0·tau. With a negative w_max (synapses that inhibit by negative weights) it is the size of the weight that learns.
 * With `dendriticDelay` and no `delay` this is NEST's `vogels_sprekeler_synapse`.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau | ms | width of the window, on both sides |
 * | eta | weight | learning rate |
 * | alpha | 1 | depression by each presynaptic spike, in units of eta; 2·tau times the target rate |
 * | w_max | weight | bound of the size of the weight, with the sign of the weights |
 *
 * @source Vogels, Sprekeler, Zenke, Clopath & Gerstner (2011), Science 334:1569–1573. doi:10.1126/science.1211095
 * @tested Fig. 1: the window; the target rate alpha/(2·tau) of a neuron with plastic inhibition; NEST's vogels_sprekeler_synapse to 1e-9
 */
export const vogelsInhibitory = synapse({
  name: "vogels_inhibitory",
  description: "Inhibitory plasticity that balances excitation at a target rate",
  source: "doi:10.1126/science.1211095",
  parameters: { tau: "20 ms", eta: "0.001 weight", alpha: 0.12, w_max: "1 weight" },
  state: { x: 0, y: 0 },
  equations: `
    dx/dt = -x / tau : 1 (event-driven)
    dy/dt = -y / tau : 1 (event-driven)
    side = sign(w_max) : 1`,
  onPre: "w = side * max(min(side*w + eta*y, side*w_max) - alpha*eta, 0); x += 1; receptor += w",
  onPost: "w = side * min(side*w + eta*x, side*w_max); y += 1",
  presets: { target3Hz: { alpha: 0.12 }, target5Hz: { alpha: 0.2 }, target10Hz: { alpha: 0.4 } },
});
