import { staticSynapseModel } from "synfire";

/**
 * A synapse of fixed weight: each spike adds the weight to the receptor of its target after the delay. The neuron's receptor gives it its course in
 * time: a jump of the membrane (lifDelta), an exponential decay (lifExpCurrent, lifExpConductance), an alpha function (lifAlphaCurrent,
 * lifAlphaConductance), a rise and a decay, that is a dual exponential (lifBetaCurrent, lifBetaConductance), or that and the magnesium
 * block of NMDA (lifNmda). The same holds for what every other model sends to a receptor.
 */
export const staticSynapse = staticSynapseModel("static", { description: "Synapse of fixed weight" });
