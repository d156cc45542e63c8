import { synapse } from "synfire";

/**
 * Synapse of fixed weight between rate neurons (rateNeuron, or any model with `r` and `drive`): adds w·r of the presynaptic neuron to the drive of
 * the postsynaptic one in every step, one step later.
 *
 * @source Wilson & Cowan (1972), Biophys. J. 12:1–24. doi:10.1016/S0006-3495(72)86068-5
 * @tested a chain of linear neurons; the fixed point of a recurrent pair
 */
export const rateSynapse = synapse({
  name: "rate_synapse",
  description: "Synapse of fixed weight between rate neurons",
  source: "doi:10.1016/S0006-3495(72)86068-5",
  equations: `
    w : 1
    drive_post = w*r_pre : 1 (summed)`,
  onPre: {},
});
