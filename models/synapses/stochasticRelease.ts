import { synapse } from "synfire";

/**
 * Stochastic release at a single site: each spike releases transmitter with probability p, else it fails; what arrives is w or nothing.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | p | 1 | probability of release |
 *
 * @source del Castillo & Katz (1954), J. Physiol. 124:560–573. doi:10.1113/jphysiol.1954.sp005129
 * @source Allen & Stevens (1994), PNAS 91:10380–10383. doi:10.1073/pnas.91.22.10380
 * @tested mean p and variance p(1 − p) of what arrives; failures are independent between spikes and between synapses
 */
export const stochasticRelease = synapse({
  name: "stochastic_release",
  description: "Stochastic release at one site: failures with probability 1 − p",
  source: "doi:10.1073/pnas.91.22.10380",
  parameters: { p: 0.3 },
  onPre: "receptor += w*int(rand() < p)",
});
