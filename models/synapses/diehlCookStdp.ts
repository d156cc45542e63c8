import { synapse } from "synfire";

/**
 * Plasticity of Diehl & Cook: a triplet-like rule whose traces are set to 1, so that only the nearest spikes count. A presynaptic spike lowers the
 * weight by the trace y1 of the last postsynaptic one; a postsynaptic spike raises it by the trace x of the last presynaptic one, times the trace
 * y2 that the postsynaptic spike before this one left: a lone spike teaches nothing.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_x, tau_y1, tau_y2 | ms | presynaptic trace, fast postsynaptic trace, slow postsynaptic trace: time constants |
 * | eta_minus, eta_plus | weight | depression by a presynaptic spike, potentiation by a postsynaptic spike |
 * | w_max | weight | upper bound; the lower one is 0 |
 *
 * @source Diehl & Cook (2015), Front. Comput. Neurosci. 9:99; rule and values of the authors' code. doi:10.3389/fncom.2015.00099
 * @tested changes by single spikes, pairs and triplets; 100 neurons name handwritten digits
 */
export const diehlCookStdp = synapse({
  name: "diehl_cook_stdp",
  description: "Nearest-spike triplet plasticity of Diehl and Cook",
  source: "Diehl & Cook (2015), Front. Comput. Neurosci. 9:99. doi:10.3389/fncom.2015.00099",
  parameters: { tau_x: "20 ms", tau_y1: "20 ms", tau_y2: "40 ms", eta_minus: "0.0001 weight", eta_plus: "0.01 weight", w_max: "1 weight" },
  state: { x: 0, y1: 0, y2: 0 },
  equations: `
    dx/dt = -x/tau_x     : 1 (event-driven)
    dy1/dt = -y1/tau_y1  : 1 (event-driven)
    dy2/dt = -y2/tau_y2  : 1 (event-driven)`,
  onPre: "receptor += w; x = 1; w = clip(w - eta_minus*y1, 0, w_max)",
  onPost: "w = clip(w + eta_plus*x*y2, 0, w_max); y1 = 1; y2 = 1",
});
