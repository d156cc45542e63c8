import { staticSynapseModel } from "synfire";

/** A synapse of fixed weight: each spike adds the weight to the receptor of its target after the delay. */
export const staticSynapse = staticSynapseModel("static", { description: "Synapse of fixed weight" });
