import { neuron } from "synfire";

/**
 * A neuron that stands for a class. While it is taught (`taught` 1) it fires as a Poisson process of the teacher's rate, whatever arrives; else
 * it is a leaky integrate-and-fire neuron with a conductance in units of its leak.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | taught | 1 | 1: the teacher decides when it fires, 0: the input does |
 * | rate | Hz | rate of the teacher |
 * | tau_m, E_L, v_th, v_reset | ms, mV, mV, mV | membrane time constant, resting potential, threshold, potential after a spike |
 * | E_e | mV | excitatory reversal potential |
 * | tau_e | ms | excitatory synaptic time constant |
 *
 * @source Hao, Huang, Dong & Xu (2020), Neural Netw. 121:387–395; values of the authors' code. doi:10.1016/j.neunet.2019.09.007
 */
export const symStdpClass = neuron({
  name: "sym_stdp_class",
  description: "Neuron of a class that a teacher clamps to a Poisson process, or that integrates and fires",
  source: "doi:10.1016/j.neunet.2019.09.007",
  parameters: {
    taught: 0, rate: "0 Hz", tau_m: "10 ms", E_L: "-60 mV", v_th: "-40 mV", v_reset: "-45 mV", E_e: "0 mV", tau_e: "1 ms",
  },
  state: { v: "-60 mV", g_e: 0 },
  receptors: { excitatory: "g_e" },
  equations: `
    dv/dt = (E_L - v + g_e*(E_e - v))/tau_m  : volt
    dg_e/dt = -g_e/tau_e                     : 1`,
  threshold: "(taught > 0.5 and rand() < rate*dt) or (taught < 0.5 and v > v_th)",
  reset: "v = v_reset",
  method: "exponential-euler",
});
