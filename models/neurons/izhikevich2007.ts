import { neuron } from "synfire";

/**
 * Izhikevich's simple model in the units of an experiment: a membrane with a capacitance, and cell types fitted to recordings.
 *
 * The recovery current u follows U(v) = b·(v − v_b) above v_b and b_below·(v − v_b) below it, plus b_cubic·(v − v_b)³ above; the plain model has
 * b = b_below and v_b = v_r. The peak and the reset may depend on u, as in the book's low-threshold and thalamocortical neurons.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C | pF | membrane capacitance |
 * | k | nS/mV | sharpness of the membrane's quadratic |
 * | v_r, v_t | mV | resting and instantaneous threshold potential |
 * | v_peak, peak_u | mV, mV/pA | a spike is cut at v_peak + peak_u·u |
 * | a | 1/ms | rate of recovery |
 * | b, b_below, b_cubic, v_b | nS, nS, nS/mV^2, mV | sensitivity of recovery, see above |
 * | c, c_u | mV, mV/pA | v after a spike is c + c_u·u |
 * | d, u_max | pA | what a spike adds to u, and what u does not exceed after it |
 * | i_ext | pA | input current |
 *
 * @source Izhikevich (2007), Dynamical Systems in Neuroscience, MIT Press, chapter 8. doi:10.7551/mitpress/2526.001.0001
 */
export const izhikevich2007 = neuron({
  name: "izhikevich_2007",
  description: "Izhikevich's simple model with a membrane capacitance, fitted to types of cells",
  source: "doi:10.7551/mitpress/2526.001.0001",
  parameters: {
    C: "100 pF", k: "0.7 nS/mV", v_r: "-60 mV", v_t: "-40 mV", v_peak: "35 mV", peak_u: "0 mV/pA", a: "0.03 1/ms", b: "-2 nS", b_below: "-2 nS",
    b_cubic: "0 nS/mV^2", v_b: "-60 mV", c: "-50 mV", c_u: "0 mV/pA", d: "100 pA", u_max: "1 uA", i_ext: "0 pA",
  },
  state: { v: "-60 mV", u: "0 pA", i_syn: "0 pA" },
  receptors: { v: "v", current: "i_syn" },
  equations: `
    above = max(v - v_b, 0*mV) : volt
    U = b*above + b_below*min(v - v_b, 0*mV) + b_cubic*above**3 : amp
    dv/dt = (k*(v - v_r)*(v - v_t) - u + i_ext + i_syn) / C : volt
    du/dt = a*(U - u) : amp
    i_syn : amp (impulse)`,
  threshold: "v >= v_peak + peak_u*u",
  reset: "v = c + c_u*u; u = min(u + d, u_max)",
  method: "euler",
  presets: {
    regularSpiking: {},
    intrinsicallyBursting: {
      C: "150 pF", k: "1.2 nS/mV", v_r: "-75 mV", v_t: "-45 mV", v_peak: "50 mV", a: "0.01 1/ms", b: "5 nS", b_below: "5 nS", v_b: "-75 mV",
      c: "-56 mV", d: "130 pA", v: "-75 mV",
    },
    chattering: {
      C: "50 pF", k: "1.5 nS/mV", v_r: "-60 mV", v_t: "-40 mV", v_peak: "25 mV", a: "0.03 1/ms", b: "1 nS", b_below: "1 nS", v_b: "-60 mV",
      c: "-40 mV", d: "150 pA", v: "-60 mV",
    },
    fastSpiking: {
      C: "20 pF", k: "1 nS/mV", v_r: "-55 mV", v_t: "-40 mV", v_peak: "25 mV", a: "0.2 1/ms", b: "0 nS", b_below: "0 nS", b_cubic: "0.025 nS/mV^2",
      v_b: "-55 mV", c: "-45 mV", d: "0 pA", v: "-55 mV",
    },
    lowThresholdSpiking: {
      C: "100 pF", k: "1 nS/mV", v_r: "-56 mV", v_t: "-42 mV", v_peak: "40 mV", peak_u: "-0.1 mV/pA", a: "0.03 1/ms",
      b: "8 nS", b_below: "8 nS", v_b: "-56 mV",
      c: "-53 mV", c_u: "0.04 mV/pA", d: "20 pA", u_max: "670 pA", v: "-56 mV",
    },
    thalamocortical: {
      C: "200 pF", k: "1.6 nS/mV", v_r: "-60 mV", v_t: "-50 mV", v_peak: "35 mV", peak_u: "0.1 mV/pA", a: "0.01 1/ms",
      b: "0 nS", b_below: "15 nS", v_b: "-65 mV",
      c: "-60 mV", c_u: "-0.1 mV/pA", d: "10 pA", v: "-60 mV",
    },
  },
});
