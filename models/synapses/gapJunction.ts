import { synapse } from "synfire";

/**
 * Gap junction: electrical coupling of two cells. The current w·(v_pre − v_post) flows into the i_ext of the postsynaptic cell in every step; a
 * junction that conducts both ways is two synapses, one each way (`allToAll({ autapses: false })` within a population). The potentials are those at
 * the end of the step before.
 *
 * @source Bennett & Zukin (2004), Neuron 41:495–511. doi:10.1016/S0896-6273(04)00043-1
 * @tested the coupling coefficient g/(g + g_L) of two passive cells; two Hodgkin–Huxley cells of different phase synchronise
 */
export const gapJunction = synapse({
  name: "gap_junction",
  description: "Gap junction: electrical coupling by a conductance",
  source: "doi:10.1016/S0896-6273(04)00043-1",
  equations: `
    w : siemens
    i_ext_post = w*(v_pre - v_post) : amp (summed)`,
  onPre: {},
});
