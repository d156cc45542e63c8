import { neuron } from "synfire";

/**
 * The barnacle muscle fibre of Morris and Lecar, in its reduced form: instantaneous calcium, slow potassium, per unit of area.
 *
 * The presets are the regimes of Rinzel and Ermentrout: `type2` begins to oscillate through a Hopf bifurcation, at a rate above zero; `type1`
 * through a saddle-node on an invariant circle, at rates as low as wished; `homoclinic` is bistable between rest and firing.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | C | uF/cm^2 | membrane capacitance |
 * | g_Ca, g_K, g_L | mS/cm^2 | maximal conductances |
 * | E_Ca, E_K, E_L | mV | reversal potentials |
 * | V1, V2 | mV | half activation of calcium and its width |
 * | V3, V4 | mV | half activation of potassium and its width |
 * | phi | 1/ms | rate of potassium at its half activation |
 * | v_spike | mV | where a spike is reported |
 * | i_ext | uA/cm^2 | input current |
 *
 * @source Morris & Lecar (1981), Biophys. J. 35:193–213. doi:10.1016/S0006-3495(81)84782-0
 * @source Rinzel & Ermentrout (1998), Analysis of neural excitability and oscillations, in Methods in Neuronal Modeling, MIT Press, table 7.1.
 */
export const morrisLecar = neuron({
  name: "morris_lecar",
  description: "Barnacle muscle fibre of Morris and Lecar: calcium and potassium currents in two dimensions",
  source: "doi:10.1016/S0006-3495(81)84782-0",
  parameters: {
    C: "20 uF/cm^2", g_Ca: "4.4 mS/cm^2", g_K: "8 mS/cm^2", g_L: "2 mS/cm^2", E_Ca: "120 mV", E_K: "-84 mV", E_L: "-60 mV",
    V1: "-1.2 mV", V2: "18 mV", V3: "2 mV", V4: "30 mV", phi: "0.04 1/ms", v_spike: "10 mV", i_ext: "0 uA/cm^2",
  },
  state: { v: "-60.9 mV", w: 0.015 },
  receptors: { v: "v" },
  equations: `
    m_inf = (1 + tanh((v - V1)/V2))/2 : 1
    w_inf = (1 + tanh((v - V3)/V4))/2 : 1
    lambda_w = phi*cosh((v - V3)/(2*V4)) : hertz
    dv/dt = (g_Ca*m_inf*(E_Ca - v) + g_K*w*(E_K - v) + g_L*(E_L - v) + i_ext) / C : volt
    dw/dt = lambda_w*(w_inf - w) : 1`,
  threshold: "v > v_spike",
  refractory: "v > v_spike",
  method: "rk4",
  presets: {
    type2: { g_Ca: "4.4 mS/cm^2", V3: "2 mV", V4: "30 mV", phi: "0.04 1/ms" },
    type1: { g_Ca: "4 mS/cm^2", V3: "12 mV", V4: "17.4 mV", phi: "0.0667 1/ms", v: "-60 mV", w: 0 },
    homoclinic: { g_Ca: "4 mS/cm^2", V3: "12 mV", V4: "17.4 mV", phi: "0.23 1/ms", v: "-60 mV", w: 0 },
  },
});
