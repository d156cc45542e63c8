import { neuron } from "synfire";

/**
 * The simple model of Izhikevich: a quadratic membrane and one recovery variable.
 *
 * As published, v is advanced in two half steps and u with the new v (`method: "half-step-euler"`, dt 1 ms in the paper's network). Choose another
 * method for a population with `net.population(name, n, izhikevich, values, { method: "euler" | "heun" })`: "euler" is NEST's
 * `consistent_integration`. Presets are the cell types of 2003 (fig. 2) and the twenty firing patterns of 2004 (fig. 1), whose stimuli are
 * in `izhikevichPatterns`.
 *
 * Receptor `v` adds a weight to the membrane (as NEST's izhikevich); receptor `current` adds it to the current i_ext during the step in which it
 * arrives (as the programs of 2003 and 2006, with steps of 1 ms), so its effect grows with dt.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | a | 1 (per ms) | rate of recovery |
 * | b | 1 | sensitivity of recovery to v |
 * | c, d | mV | v after a spike, what a spike adds to u |
 * | k1, k0 | 1, mV | linear and constant term of the membrane: 5 and 140, but 4.1 and 108 for patterns G and L |
 * | v_u, leak_u | mV, 1 | du/dt = a·(b·(v − v_u) − leak_u·u): 0 and 1, but −65 and 0 for pattern R |
 * | v_peak | mV | where a spike is cut |
 * | i_ext | mV | input current: v changes by as many mV in a ms |
 *
 * @source Izhikevich (2003), IEEE Trans. Neural Netw. 14:1569–1572. doi:10.1109/TNN.2003.820440
 * @source Izhikevich (2004), IEEE Trans. Neural Netw. 15:1063–1070. doi:10.1109/TNN.2004.832719
 */
export const izhikevich = neuron({
  name: "izhikevich",
  description: "Simple model of a spiking neuron, quadratic with one recovery variable",
  source: "doi:10.1109/TNN.2003.820440",
  parameters: { a: 0.02, b: 0.2, c: "-65 mV", d: "8 mV", i_ext: "0 mV", k1: 5, k0: "140 mV", v_u: "0 mV", leak_u: 1, v_peak: "30 mV" },
  state: { v: "-65 mV", u: "-13 mV", i_syn: "0 mV" },
  receptors: { v: "v", current: "i_syn" },
  equations: `
    dv/dt = (0.04/mV * v**2 + k1*v + k0 - u + i_ext + i_syn) / ms : volt
    du/dt = a * (b*(v - v_u) - leak_u*u) / ms : volt
    i_syn : volt (impulse)`,
  threshold: "v >= v_peak",
  reset: "v = c; u += d",
  method: "half-step-euler",
  presets: {
    regularSpiking: { a: 0.02, b: 0.2, c: "-65 mV", d: "8 mV", v: "-65 mV", u: "-13 mV" },
    intrinsicallyBursting: { a: 0.02, b: 0.2, c: "-55 mV", d: "4 mV", v: "-65 mV", u: "-13 mV" },
    chattering: { a: 0.02, b: 0.2, c: "-50 mV", d: "2 mV", v: "-65 mV", u: "-13 mV" },
    fastSpiking: { a: 0.1, b: 0.2, c: "-65 mV", d: "2 mV", v: "-65 mV", u: "-13 mV" },
    lowThresholdSpiking: { a: 0.02, b: 0.25, c: "-65 mV", d: "2 mV", v: "-65 mV", u: "-16.25 mV" },
    thalamoCortical: { a: 0.02, b: 0.25, c: "-65 mV", d: "0.05 mV", v: "-65 mV", u: "-16.25 mV" },
    resonatorCell: { a: 0.1, b: 0.26, c: "-65 mV", d: "2 mV", v: "-65 mV", u: "-16.9 mV" },

    tonicSpiking: { a: 0.02, b: 0.2, c: "-65 mV", d: "6 mV", v: "-70 mV", u: "-14 mV" },
    phasicSpiking: { a: 0.02, b: 0.25, c: "-65 mV", d: "6 mV", v: "-64 mV", u: "-16 mV" },
    tonicBursting: { a: 0.02, b: 0.2, c: "-50 mV", d: "2 mV", v: "-70 mV", u: "-14 mV" },
    phasicBursting: { a: 0.02, b: 0.25, c: "-55 mV", d: "0.05 mV", v: "-64 mV", u: "-16 mV" },
    mixedMode: { a: 0.02, b: 0.2, c: "-55 mV", d: "4 mV", v: "-70 mV", u: "-14 mV" },
    spikeFrequencyAdaptation: { a: 0.01, b: 0.2, c: "-65 mV", d: "8 mV", v: "-70 mV", u: "-14 mV" },
    class1: { a: 0.02, b: -0.1, c: "-55 mV", d: "6 mV", k1: 4.1, k0: "108 mV", v: "-60 mV", u: "6 mV" },
    class2: { a: 0.2, b: 0.26, c: "-65 mV", d: "0 mV", i_ext: "-0.5 mV", v: "-64 mV", u: "-16.64 mV" },
    spikeLatency: { a: 0.02, b: 0.2, c: "-65 mV", d: "6 mV", v: "-70 mV", u: "-14 mV" },
    subthresholdOscillations: { a: 0.05, b: 0.26, c: "-60 mV", d: "0 mV", v: "-62 mV", u: "-16.12 mV" },
    resonator: { a: 0.1, b: 0.26, c: "-60 mV", d: "-1 mV", v: "-62 mV", u: "-16.12 mV" },
    integrator: { a: 0.02, b: -0.1, c: "-55 mV", d: "6 mV", k1: 4.1, k0: "108 mV", v: "-60 mV", u: "6 mV" },
    reboundSpike: { a: 0.03, b: 0.25, c: "-60 mV", d: "4 mV", v: "-64 mV", u: "-16 mV" },
    reboundBurst: { a: 0.03, b: 0.25, c: "-52 mV", d: "0 mV", v: "-64 mV", u: "-16 mV" },
    thresholdVariability: { a: 0.03, b: 0.25, c: "-60 mV", d: "4 mV", v: "-64 mV", u: "-16 mV" },
    bistability: { a: 0.1, b: 0.26, c: "-60 mV", d: "0 mV", i_ext: "0.24 mV", v: "-61 mV", u: "-15.86 mV" },
    depolarizingAfterpotential: { a: 1, b: 0.2, c: "-60 mV", d: "-21 mV", v: "-70 mV", u: "-14 mV" },
    accommodation: { a: 0.02, b: 1, c: "-55 mV", d: "4 mV", v_u: "-65 mV", leak_u: 0, v: "-65 mV", u: "-16 mV" },
    inhibitionInducedSpiking: { a: -0.02, b: -1, c: "-60 mV", d: "8 mV", i_ext: "80 mV", v: "-63.8 mV", u: "63.8 mV" },
    inhibitionInducedBursting: { a: -0.026, b: -1, c: "-45 mV", d: "0 mV", i_ext: "80 mV", v: "-63.8 mV", u: "63.8 mV" },
  },
});
