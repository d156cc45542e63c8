import { synapse } from "synfire";

/**
 * Device with few discrete levels as STDP synapse: a pair of spikes moves the weight one level up (pre before post) or down with the probability
 * p·exp(−|Δt|/tau), each spike pairing with the last one of the other side. With two levels it is a binary switch, which learns gradually only
 * because it switches at random; the more levels, the slower it forgets.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_plus, tau_minus | ms | width of the window of pre before post, width of the window of post before pre |
 * | p_plus, p_minus | 1 | probability of a step by a pair of no delay |
 * | levels | 1 | number of levels, at least 2 |
 * | w_min, w_max | weight | lowest and highest level |
 *
 * @source Fusi & Abbott (2007), Nat. Neurosci. 10:485–493. doi:10.1038/nn1859
 * @source Suri, Querlioz, Bichler, Palma, Vianello, Vuillaume, Gamrat & DeSalvo (2013), IEEE Trans. Electron Devices 60:2402–2409.
 *         doi:10.1109/TED.2013.2263000
 * @tested the fraction of switched binary devices after n pairs, the window, and the levels
 */
export const deviceDiscrete = synapse({
  name: "device_discrete",
  description: "Device with discrete levels and stochastic steps as STDP synapse",
  source: "doi:10.1038/nn1859",
  parameters: {
    tau_plus: "20 ms", tau_minus: "20 ms", p_plus: 0.1, p_minus: 0.1, levels: 2, w_min: "0 weight", w_max: "1 weight",
  },
  state: { x: 0, y: 0 },
  // Rounding keeps the weight exactly on its levels.
  equations: `
    dx/dt = -x / tau_plus : 1 (event-driven)
    dy/dt = -y / tau_minus : 1 (event-driven)
    step = (w_max - w_min)/(levels - 1) : weight
    level = round((w - w_min)/step) : 1`,
  onPre: "receptor += w; w = w_min + step*max(level - int(rand() < p_minus*y), 0); x = 1",
  onPost: "w = w_min + step*min(level + int(rand() < p_plus*x), levels - 1); y = 1",
});
