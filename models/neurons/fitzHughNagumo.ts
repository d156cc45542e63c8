import { neuron } from "synfire";

/**
 * The FitzHugh–Nagumo neuron: the excitability of the squid axon in two dimensions, a cubic and a slow linear recovery.
 *
 * In FitzHugh's symbols v = −x, w = y and i_ext = −z; c² is the ratio of the two time scales (textbooks write ε = 1/c² after scaling time by c).
 * All is dimensionless except time, whose unit is tau.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | a, b, c | 1 | constants of the paper, 0.7, 0.8 and 3 |
 * | tau | ms | unit of time |
 * | v_spike | 1 | where a spike is reported |
 * | i_ext | 1 | input current |
 *
 * @source FitzHugh (1961), Biophys. J. 1:445–466, eqs 1 and 2. doi:10.1016/S0006-3495(61)86902-6
 */
export const fitzHughNagumo = neuron({
  name: "fitzhugh_nagumo",
  description: "FitzHugh–Nagumo neuron: cubic membrane and linear recovery",
  source: "doi:10.1016/S0006-3495(61)86902-6",
  parameters: { a: 0.7, b: 0.8, c: 3, tau: "1 ms", v_spike: 1, i_ext: 0 },
  state: { v: -1.19941, w: -0.62426 },
  receptors: { v: "v" },
  equations: `
    dv/dt = c*(v - v**3/3 - w + i_ext) / tau : 1
    dw/dt = (v + a - b*w) / (c*tau) : 1`,
  threshold: "v > v_spike",
  refractory: "v > v_spike",
  method: "rk4",
});
