import { neuron } from "synfire";

/**
 * Multi-timescale adaptive threshold neuron (MAT): the membrane never resets; each spike raises the threshold by a fast and a slow part, which
 * decay to the resting threshold omega. Synaptic currents are exponential; inhibitory weights are negative. Linear, so integrated exactly;
 * `mat2_psc_exp` of NEST. The presets are the paper's four classes of cortical neurons.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C_m, tau_m, E_L | pF, ms, mV | membrane capacitance, membrane time constant, resting potential |
 * | t_ref | ms | shortest interval between spikes |
 * | omega | mV | resting threshold |
 * | alpha_1, alpha_2 | mV | what a spike adds to the fast part of the threshold, to the slow part |
 * | tau_1, tau_2 | ms | decay of the fast part, of the slow part |
 * | tau_exc, tau_inh | ms | excitatory synaptic time constant, inhibitory synaptic time constant |
 * | i_ext | pA | injected current |
 *
 * @source Kobayashi, Tsubo & Shinomoto (2009), Front. Comput. Neurosci. 3:9. doi:10.3389/neuro.10.009.2009
 */
export const multiTimescaleAdaptiveThreshold = neuron({
  name: "multi_timescale_adaptive_threshold",
  description: "Multi-timescale adaptive threshold neuron (MAT) without reset, exponential synaptic currents",
  source: "doi:10.3389/neuro.10.009.2009",
  parameters: {
    C_m: "100 pF", tau_m: "5 ms", E_L: "-70 mV", t_ref: "2 ms", omega: "-51 mV", alpha_1: "37 mV", alpha_2: "2 mV", tau_1: "10 ms", tau_2: "200 ms",
    tau_exc: "1 ms", tau_inh: "3 ms", i_ext: "0 pA",
  },
  state: { v: "-70 mV", h_1: "0 mV", h_2: "0 mV", i_exc: "0 pA", i_inh: "0 pA" },
  receptors: { exc: "i_exc", inh: "i_inh" },
  equations: `
    dv/dt = (E_L - v)/tau_m + (i_exc + i_inh + i_ext)/C_m : volt
    dh_1/dt = -h_1/tau_1                                  : volt
    dh_2/dt = -h_2/tau_2                                  : volt
    di_exc/dt = -i_exc/tau_exc                            : amp
    di_inh/dt = -i_inh/tau_inh                            : amp`,
  threshold: "v >= omega + h_1 + h_2",
  reset: "h_1 += alpha_1; h_2 += alpha_2",
  refractory: "t_ref",
  presets: {
    regularSpiking: { alpha_1: "37 mV", alpha_2: "2 mV", omega: "-51 mV" },
    intrinsicBursting: { alpha_1: "1.7 mV", alpha_2: "2 mV", omega: "-44 mV" },
    fastSpiking: { alpha_1: "10 mV", alpha_2: "0.002 mV", omega: "-59 mV" },
    chattering: { alpha_1: "-0.5 mV", alpha_2: "0.4 mV", omega: "-44 mV" },
  },
});
