import { neuron } from "synfire";

/**
 * Leaky integrator: a membrane without threshold. It reads out what a network does, as the output units of trained networks.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_m | ms | membrane time constant |
 * | v_rest | mV | resting potential |
 * | R | Mohm | membrane resistance |
 * | i_ext | nA | injected current |
 *
 * @source Brunel & van Rossum (2007), Biol. Cybern. 97:337–339, on Lapicque (1907). doi:10.1007/s00422-007-0190-0
 */
export const leakyIntegrator = neuron({
  name: "leaky_integrator",
  description: "Leaky integrator that never spikes",
  source: "doi:10.1007/s00422-007-0190-0",
  parameters: { tau_m: "20 ms", v_rest: "0 mV", R: "1 Mohm", i_ext: "0 nA" },
  state: { v: "0 mV" },
  receptors: { v: "v" },
  equations: "dv/dt = (v_rest - v + R*i_ext)/tau_m : volt",
});
