import { neuron } from "synfire";

/**
 * Poisson neuron: spikes in each step with probability rate·dt, whatever happened before. The expected number of spikes is exact at any step;
 * at most one falls into a step, so rate·dt has to stay well below 1. Many sources of one rate are cheaper as `net.poissonSource`.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | rate | Hz | expected spikes per second |
 *
 * @source Perkel, Gerstein & Moore (1967), Biophys. J. 7:391–418. doi:10.1016/S0006-3495(67)86596-2
 */
export const poissonNeuron = neuron({
  name: "poisson_neuron",
  description: "Poisson process of constant rate",
  source: "doi:10.1016/S0006-3495(67)86596-2",
  parameters: { rate: "10 Hz" },
  equations: "",
  threshold: "rand() < rate*dt",
});
