/**
 * Firing patterns of the AdEx neuron: each shows for a step of current, which the preset has as i_ext, from rest.
 *
 * @source Naud, Marcille, Clopath & Gerstner (2008), Biol. Cybern. 99:335–347, table 1. doi:10.1007/s00422-008-0264-7
 */
export const adExPatterns = {
  tonicSpiking: {
    C: "200 pF", g_L: "10 nS", E_L: "-70 mV", V_T: "-50 mV", Delta_T: "2 mV", a: "2 nS", tau_w: "30 ms", b: "0 pA", V_reset: "-58 mV",
    i_ext: "500 pA", v: "-70 mV",
  },
  adaptation: {
    C: "200 pF", g_L: "12 nS", E_L: "-70 mV", V_T: "-50 mV", Delta_T: "2 mV", a: "2 nS", tau_w: "300 ms", b: "60 pA", V_reset: "-58 mV",
    i_ext: "500 pA", v: "-70 mV",
  },
  initialBurst: {
    C: "130 pF", g_L: "18 nS", E_L: "-58 mV", V_T: "-50 mV", Delta_T: "2 mV", a: "4 nS", tau_w: "150 ms", b: "120 pA", V_reset: "-50 mV",
    i_ext: "400 pA", v: "-58 mV",
  },
  regularBursting: {
    C: "200 pF", g_L: "10 nS", E_L: "-58 mV", V_T: "-50 mV", Delta_T: "2 mV", a: "2 nS", tau_w: "120 ms", b: "100 pA", V_reset: "-46 mV",
    i_ext: "210 pA", v: "-58 mV",
  },
  delayedAccelerating: {
    C: "200 pF", g_L: "12 nS", E_L: "-70 mV", V_T: "-50 mV", Delta_T: "2 mV", a: "-10 nS", tau_w: "300 ms", b: "0 pA", V_reset: "-58 mV",
    i_ext: "300 pA", v: "-70 mV",
  },
  delayedRegularBursting: {
    C: "100 pF", g_L: "10 nS", E_L: "-65 mV", V_T: "-50 mV", Delta_T: "2 mV", a: "-10 nS", tau_w: "90 ms", b: "30 pA", V_reset: "-47 mV",
    i_ext: "110 pA", v: "-65 mV",
  },
  transientSpiking: {
    C: "100 pF", g_L: "10 nS", E_L: "-65 mV", V_T: "-50 mV", Delta_T: "2 mV", a: "10 nS", tau_w: "90 ms", b: "100 pA", V_reset: "-47 mV",
    i_ext: "180 pA", v: "-65 mV",
  },
  irregularSpiking: {
    C: "100 pF", g_L: "12 nS", E_L: "-60 mV", V_T: "-50 mV", Delta_T: "2 mV", a: "-11 nS", tau_w: "130 ms", b: "30 pA", V_reset: "-48 mV",
    i_ext: "160 pA", v: "-60 mV",
  },
} as const;
