import { neuron } from "synfire";

/**
 * Rate neuron: its activity r follows the sum of its inputs with the time constant tau, between r_min and r_max; with the preset `linear` it may
 * also be negative. It sends no spikes: synapses such as rateSynapse read r and add to `drive` in every step. r_mean and r_square, the
 * running averages of r and of r², are what rules with a sliding threshold or a covariance read.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau | ms | time constant |
 * | gain, theta | 1 | activity per input above theta; theta |
 * | r_min, r_max | 1 | bounds of what the activity tends to |
 * | tau_mean | s | over how long averages reach back |
 * | drive | 1 | sum of what synapses send in this step |
 * | i_ext | 1 | injected input |
 *
 * @source Wilson & Cowan (1972), Biophys. J. 12:1–24. doi:10.1016/S0006-3495(72)86068-5
 */
export const rateNeuron = neuron({
  name: "rate_neuron",
  description: "Rate neuron, linear above a threshold, with running averages of its activity",
  source: "doi:10.1016/S0006-3495(72)86068-5",
  parameters: { tau: "10 ms", gain: 1, theta: 0, r_min: 0, r_max: 1e9, tau_mean: "1 s", drive: 0, i_ext: 0 },
  state: { r: 0, r_mean: 0, r_square: 0 },
  equations: `
    dr/dt = (clip(gain*(drive + i_ext - theta), r_min, r_max) - r)/tau : 1
    dr_mean/dt = (r - r_mean)/tau_mean                                 : 1
    dr_square/dt = (r^2 - r_square)/tau_mean                           : 1`,
  presets: { linear: { r_min: -1e9 } },
});
